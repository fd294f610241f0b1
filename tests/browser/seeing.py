"""What a test reads off the right column of the train page, and the same from the API, worked out with NumPy."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page, expect

from tests.browser.calls import get, post
from tests.browser.reading import picture
from tests.browser.running import fold_out, tell
from tests.browser.still import still

COLORED = {
    "input": [3, 32, 32],
    "classes": 8,
    "layers": [
        {"type": "conv2d", "filters": 4, "kernel_size": 3, "activation": "relu"},
        {"type": "max_pooling2d", "pool_size": 4},
        {"type": "flatten"},
        {"type": "dense", "units": 8},
    ],
}
SHAPES = {"dataset": "shapes", "network": COLORED, "sample": "cat"}
LEARNED = {"epochs": 40, "batch_size": 32, "learning_rate": 0.01, "train_limit": 600, "max_norm": 0.6}


def snapshots(server: str, run: str) -> list[dict[str, Any]]:
    """All snapshots as the event stream of an ended run tells them."""
    text = get(f"{server}/api/runs/{run}/events").text
    events = [dict(line.split(": ", 1) for line in event.split("\n") if ": " in line) for event in text.split("\n\n")]
    return [json.loads(event["data"]) for event in events if event.get("event") == "snapshot"]


def kernels(snapshot: dict[str, Any]) -> np.ndarray:
    """The kernels of a snapshot, filters x channels x height x width."""
    sheet = snapshot["kernels"]
    return read_sheet(sheet).reshape(sheet["shape"])


def read_sheet(sheet: dict[str, Any]) -> np.ndarray:
    """The values of a sheet, rows x width."""
    return (picture(sheet["image"]).astype(float) - 128) / 127 * sheet["limit"]


def ask_again(server: str, run: str, number: int, photo: Path) -> dict[str, Any]:
    """A snapshot for another photo."""
    with photo.open("rb") as file:
        answer = post(f"{server}/api/runs/{run}/snapshots/{number}", files={"image": file})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def confusion(server: str, run: str, query: str = "") -> dict[str, Any]:
    """The confusion matrix."""
    told: dict[str, Any] = get(f"{server}/api/runs/{run}/confusion{query}").json()
    return told


def first_counted(server: str, run: str) -> int:
    """The first snapshot of a `LEARNED` run that has a count: a slow machine keeps several of the first epoch."""
    epoch = tell(server, run)["steps"] // LEARNED["epochs"]
    counted_from = confusion(server, run)["epochs"][0] * epoch
    return next(k for k, snapshot in enumerate(snapshots(server, run)) if snapshot["step"] >= counted_from)


def seen(page: Page) -> None:
    """Waits until the network's own view of the photo, its opinion and its maps are there."""
    expect(page.locator("#photo-seen.pixels")).to_be_visible()
    expect(page.locator("#photo-bars .bar-row").first).to_be_visible()
    expect(page.locator("#maps")).to_have_attribute("aria-busy", "false")
    still(page)


def counted(page: Page) -> None:
    """Opens the confusion matrix and waits for it."""
    fold_out(page, "#confusion-row")
    expect(page.locator("#confusion button").first).to_be_visible()


def scrub(page: Page, key: str) -> None:
    """A key on the time."""
    page.focus("#time input")
    page.keyboard.press(key)


_MIDDLES = """all => all.map(canvas => {
  const context = canvas.getContext('2d');
  return [...context.getImageData(canvas.width >> 1, canvas.height >> 1, 1, 1).data];
})"""


def canvas_colors(page: Page, selector: str) -> list[list[int]]:
    """The RGBA bytes in the middle of each canvas."""
    colors: list[list[int]] = page.locator(selector).evaluate_all(_MIDDLES)
    return colors
