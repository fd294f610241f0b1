"""Deep networks on the classify page: a stage opens into blocks, a block into layers, a layer into all its maps."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.access import PHONE, in_both_themes, too_narrow, violations
from tests.browser.calls import get, post
from tests.browser.conftest import Open
from tests.browser.inside import VALUE, open_map, ready, shown, unit, unit_value
from tests.browser.reading import photograph
from tests.browser.still import still

pytestmark = pytest.mark.browser

BEST = "/classify?sample=cat&model=best"


def columns(server: str, **wish: Any) -> list[dict[str, Any]]:
    """What POST /api/models/best/stages gives for the cat."""
    answer = post(f"{server}/api/models/best/stages", data={"sample": "cat", **wish})
    assert answer.status_code == 200, answer.text
    return answer.json()["columns"]


def deepest(server: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A stage of best with several blocks, and its first one."""
    stages = get(f"{server}/api/models/best").json()["stages"]
    stage = next(stage for stage in stages if len(stage["blocks"]) > 1)
    return stage, stage["blocks"][0]


def columned(page: Page) -> list[str]:
    """The layers that have a column, from left to right."""
    return page.locator("#maps .column").evaluate_all("all => all.map(column => column.dataset.layer)")


def test_one_walks_from_the_stages_down_to_a_number(open_page: Open, server: str) -> None:
    page = open_page(BEST)
    ready(page)
    stage, block = deepest(server)
    told = columns(server)

    assert [*columned(page), "softmax"] == [column["name"] for column in told]  # the classes have rows instead
    assert all(shown(page, column["name"]) == sorted(column["channels"]) for column in told[:-1])
    page.click(f"[data-node='{stage['name']}']")
    expect(page.locator(f"[data-node='{block['name']}']")).to_be_visible()
    assert [layer for layer in columned(page) if layer in {part["layer"] for part in stage["blocks"]}] == [
        part["layer"] for part in stage["blocks"]
    ]
    page.click(f"[data-node='{block['name']}']")
    convolution = block["layers"][0]
    expect(page.locator(f".column[data-layer='{convolution}']")).to_be_visible()
    page.click(f".column[data-layer='{convolution}'] .more")
    expect(page.locator(".column.is-whole")).to_be_visible()
    [whole] = columns(server, layer=convolution, limit=2000)
    assert shown(page, convolution) == whole["channels"]
    open_map(page, convolution, whole["channels"][-1])
    asked = {"sample": "cat", **unit(page)}
    value = post(f"{server}/api/models/best/explanations", data=asked).json()["value"]
    assert unit_value(page) == pytest.approx(value, abs=VALUE)


def test_an_address_brings_back_what_is_open(open_page: Open, server: str) -> None:
    stage, block = deepest(server)
    layer = block["layers"][0]
    page = open_page(f"{BEST}&open={block['name']}&whole={layer}&layer={layer}&channel=3")
    ready(page)

    assert f"{layer} 3 " in (page.get_attribute("#making", "data-unit") or "")
    expect(page.locator(".column.is-whole")).to_have_attribute("data-layer", layer)
    page.click(f".refold[data-node='{block['name']}']")
    expect(page).to_have_url(re.compile(rf"open={stage['name']}(&|$)"))
    expect(page.locator(f".unfold[data-node='{block['name']}']")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(f".refold[data-node='{block['name']}']")).to_be_focused()


def test_the_way_back_unfolds_what_it_leads_through(open_page: Open, server: str) -> None:
    page = open_page(BEST)
    ready(page)
    stage, _block = deepest(server)
    open_map(page, stage["layer"], shown(page, stage["layer"])[0])

    before = page.get_attribute("#making", "data-unit") or ""
    still(page)
    page.click("#terms .term-map >> nth=0")

    expect(page.locator("#making")).not_to_have_attribute("data-unit", before)
    layer = re.compile(rf"(^|\s){unit(page)['layer']}(\s|$)")
    expect(page.locator(".map[aria-pressed='true']")).to_have_attribute("data-layers", layer)
    assert page.locator(".map[aria-pressed='true']").get_attribute("data-layer") in columned(page)


def test_a_link_brings_back_two_photos_side_by_side(open_page: Open, server: str) -> None:
    page = open_page(BEST)
    ready(page)

    page.click("#network-menu > summary")
    page.click("#pair-menu summary")
    page.click("#pair-gallery [data-sample='rocket']")
    expect(page.locator("#maps .map.is-pair").first).to_be_visible()
    expect(page.locator("#pair-second-said")).not_to_be_empty()
    page.wait_for_url("**other=rocket**")
    told = columns(server, other_sample="rocket")
    again = open_page(page.url.removeprefix(server))
    ready(again)

    for one in (page, again):
        assert all(shown(one, column["name"]) == column["channels"] for column in told[:-1])
        assert one.locator(f".map[data-layer='{told[1]['name']}'] >> nth=0 >> canvas").count() == 2
    again.click("#pair-end")
    expect(again.locator("#maps .map.is-pair")).to_have_count(0)


def test_a_photo_of_ones_own_meets_the_network_that_knows_most(open_page: Open, server: str, tmp_path: Path) -> None:
    page = open_page("/classify?sample=cat")
    ready(page)
    models = get(f"{server}/api/models").json()["models"]
    most = max(models, key=lambda model: len(model["classes"]))

    page.set_input_files("#upload", photograph(tmp_path / "own.png"))

    page.wait_for_url(f"**model={most['name']}**")
    expect(page.locator("#network-name")).to_have_text(most["title"])
    expect(page.locator("#seen-fact")).to_have_text(" × ".join(map(str, reversed(most["input"][1:]))))


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_is_unfolded_is_for_everyone(open_page: Open, server: str, language: str) -> None:
    _stage, block = deepest(server)
    page = open_page(f"{BEST}&open={block['name']}&whole={block['layers'][0]}&lang={language}", viewport=PHONE)
    ready(page)

    assert too_narrow(page) == []
    assert in_both_themes(page, lambda: violations(page)) == []
