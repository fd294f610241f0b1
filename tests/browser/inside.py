"""What a test reads off the classify page, and the same from the API."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.calls import post
from tests.browser.still import still

PROBABILITY = 0.0051  # percentages are written whole
VALUE = 6e-5  # a unit's value is written with four decimals


def numbers(text: str) -> list[float]:
    """All numbers of a text, as the page writes them in English."""
    return [float(found) for found in re.findall(r"-?\d+(?:\.\d+)?", text.replace("−", "-").replace(",", ""))]


def ask(server: str, call: str, fields: dict[str, Any], photo: Path | None = None) -> Any:
    """The answer of POST /api/models/explain/..., for the sample in `fields` or a photo."""
    sent = {name: value if isinstance(value, str) else json.dumps(value) for name, value in fields.items()}
    files = {"image": ("photo.png", photo.read_bytes())} if photo else None
    answer = post(f"{server}/api/models/explain/{call}", data=sent, files=files)
    assert answer.status_code == 200, answer.text
    return answer.json()


@cache
def layers(server: str) -> list[dict[str, Any]]:
    """The layers of the network, input and softmax included."""
    return ask(server, "activations", {"sample": "cat"})["layers"]


def named(server: str, kind: str, index: int = 0) -> str:
    """The name of the network's first (or next) layer of a type."""
    return [layer["name"] for layer in layers(server) if layer["type"] == kind][index]


def ready(page: Page) -> None:
    """Waits until the answer and the maps are there, and the number that the address opens."""
    expect(page.locator("#maps .column canvas").first).to_be_attached()
    expect(page.locator("#answer .bar-row").first).to_be_visible()
    if re.search(r"[?&]layer=", page.url):
        expect(page.locator("#making[data-unit]")).to_be_visible()
    still(page)


def open_map(page: Page, layer: str, channel: int) -> None:
    """Clicks a map, or one of the column that stands for its layer and then the layer, and waits until it is made."""
    page.click(f".map[data-layers~='{layer}'][data-channel='{channel}']")
    expect(page.locator("#making")).to_have_attribute("data-unit", re.compile(rf"^\S+ {channel} "))
    if page.locator(f"#making-steps [data-step='{layer}']").count():
        page.click(f"#making-steps [data-step='{layer}']")
    expect(page.locator("#making")).to_have_attribute("data-unit", re.compile(rf"^{layer} {channel} "))
    made(page)


def shown(page: Page, layer: str) -> list[int]:
    """The maps of the column that stands for a layer, from above."""
    tiles = page.locator(f".map[data-layers~='{layer}']")
    return [int(channel) for channel in tiles.evaluate_all("all => all.map(tile => tile.dataset.channel)")]


def made(page: Page) -> None:
    """Waits until the open map is painted."""
    expect(page.locator("#making:not([data-playing])")).to_be_visible()


def unit(page: Page) -> dict[str, Any]:
    """The open unit's place."""
    layer, channel, x, y = (page.get_attribute("#making", "data-unit") or "").split(" ")
    return {"layer": layer, "channel": int(channel), "x": int(x), "y": int(y)}


def unit_value(page: Page) -> float:
    """The value that is written for the open unit."""
    return numbers(page.locator("#unit-value").text_content() or "")[0]


def probabilities(page: Page, bars: str = "#answer") -> dict[str, float]:
    """The classes and percentages that are written, as shares."""
    rows = page.locator(f"{bars} .bar-row").all()
    return {
        row.locator(".name").inner_text(): numbers(row.locator(".figure").first.inner_text())[0] / 100 for row in rows
    }


def predicted(answer: list[dict[str, Any]]) -> dict[str, float]:
    """The same from the API."""
    return {row["label"]: row["probability"] for row in answer}
