"""The classify page as one screen: what is touched and what changes lie in one view, and the rest is closed."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.core.datasets.builtin import SHAPES
from tests.browser.conftest import Open
from tests.browser.inside import VALUE, ask, made, named, numbers, ready
from tests.browser.reading import photograph
from tests.browser.still import still

pytestmark = pytest.mark.browser

PROJECTOR = {"width": 1280, "height": 720}
PHONE = {"width": 390, "height": 844}
ROWS = ("trust", "learning", "channel-card", "implant-card", "filters-card", "selective-card", "about")
_DROP = """([name, bytes]) => {
  const files = new DataTransfer();
  files.items.add(new File([new Uint8Array(bytes)], name, { type: "image/png" }));
  document.body.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: files }));
}"""
_SMALL = """() => {
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const { parentElement: holder, data } = walker.currentNode;
    const isSeen = data.trim() && holder.checkVisibility() && !holder.closest(".visually-hidden");
    const size = parseFloat(getComputedStyle(holder).fontSize);
    if (isSeen && size > 0 && size < 16) found.push(`${size} ${holder.tagName} ${holder.className} ${data.trim()}`);
  }
  return found;
}"""


def _drop(page: Page, photo: Path) -> None:
    page.evaluate(_DROP, [photo.name, list(photo.read_bytes())])


def bottom(page: Page, selector: str) -> float:
    """Where an element ends in the page, in pixels from its top."""
    end: float = page.evaluate(
        "selector => document.querySelector(selector).getBoundingClientRect().bottom + scrollY", selector
    )
    return end


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_verdict_the_photo_and_the_network_fill_the_first_screen(open_page: Open, language: str) -> None:
    page = open_page(f"/classify?sample=cat&lang={language}", viewport=PROJECTOR)
    expect(page.locator("#answer .bar-row").first).to_be_visible()
    still(page)

    for part in ("#said", "#shares", "#truth", "#photos > summary", "#networks > summary", "#seen", "#network-stage"):
        expect(page.locator(part)).to_be_in_viewport(ratio=1)
    assert bottom(page, "#network-stage") <= PROJECTOR["height"]
    assert page.locator(".folds details[open]").count() == 0


def test_what_is_done_to_the_picture_stands_beside_the_network_that_follows(open_page: Open) -> None:
    page = open_page("/classify?sample=cat", viewport=PROJECTOR)
    expect(page.locator("#answer .bar-row").first).to_be_visible()
    still(page)

    for tool, control in (("#breaking", "#sliders [name=angle]"), ("#looked", "#method")):
        page.click(f"{tool} > summary")
        for part in (control, "#seen", "#said"):
            expect(page.locator(part)).to_be_in_viewport(ratio=1)
    expect(page.locator("#heat")).to_be_visible()
    expect(page.locator("#breaking")).not_to_have_attribute("open", re.compile(".*"))


def test_closed_rows_ask_nothing(open_page: Open, server: str) -> None:
    page = open_page(f"/classify?sample=cat&layer={named(server, 'conv2d', 1)}&channel=2")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rsplit("/api/", 1)[-1]))
    ready(page)

    for row in ROWS:
        expect(page.locator(f"#{row} > summary .value")).to_have_count(1)
    told = " ".join(asked)
    assert not re.search(r"selectivity|/channels/|/maximizations/|attributions|gradients", told), told
    page.click("#selective-card > summary")
    expect(page.locator("#selective td").first).to_be_visible()
    page.click("#filters-card > summary")
    expect(page.locator("#selective")).to_be_hidden()  # one at a time


def test_a_dropped_photo_is_classified_at_once(open_page: Open, server: str, tmp_path: Path) -> None:
    page = open_page("/classify", viewport=PROJECTOR)
    expect(page.locator("#answer .bar-row").first).to_be_visible()

    with page.expect_response("**/models/photos/classifications") as heard:
        _drop(page, photograph(tmp_path / "own.png"))
    verdict = heard.value.json()["verdict"]

    expect(page.locator("#said")).to_have_text(verdict["headline"])
    expect(page.locator("#truth")).to_be_empty()
    page.wait_for_url("**sample=own**")


def test_the_live_camera_is_answered_frame_by_frame_until_one_is_kept(open_page: Open) -> None:
    page = open_page("/classify?model=explain", viewport=PROJECTOR)
    expect(page.locator("#answer .bar-row").first).to_be_visible()
    under_way = most = 0

    def begin(request: object) -> None:
        nonlocal under_way, most
        if "/classifications" in request.url:  # type: ignore[attr-defined]
            under_way += 1
            most = max(most, under_way)

    def end(request: object) -> None:
        nonlocal under_way
        under_way -= "/classifications" in request.url  # type: ignore[attr-defined]

    page.on("request", begin)
    page.on("requestfinished", end)
    page.click("#live")
    expect(page.locator("#live.is-on")).to_be_visible()
    for _frame in range(3):
        page.wait_for_event("response", lambda answer: "/activations" in answer.url)
    expect(page.locator("#live-video video")).to_be_visible()
    page.click("#live")

    page.wait_for_url("**sample=own**")
    expect(page.locator("#live")).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("document.querySelector('#live-video video').srcObject") is None
    assert most == 1
    page.wait_for_function("() => localStorage.getItem('picture') === 'own'")
    page.goto(page.url.partition("/classify")[0] + "/convolve")  # the picture of all rooms from then on
    page.wait_for_selector("html[data-ready][data-picture=own]")


def test_on_a_phone_the_photo_and_the_nearest_classes_stay_in_sight(open_page: Open, server: str) -> None:
    page = open_page("/classify?sample=cat", viewport=PHONE, has_touch=True, is_mobile=True)
    expect(page.locator("#answer .bar-row").first).to_be_visible()
    still(page)
    leading = [row["label"] for row in ask(server, "classifications", {"sample": "cat"})["predictions"][:2]]

    page.evaluate("scrollTo(0, 600)")
    assert page.locator("#nearest .name").all_inner_texts() == leading
    for part in ("#near", "#said", "#nearest", "#photos > summary"):
        expect(page.locator(part)).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollHeight") < 3000
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_a_screen_reader_hears_what_is_answered_and_why_to_doubt_it(open_page: Open, server: str) -> None:
    page = open_page("/classify?sample=astronaut&model=explain", viewport=PROJECTOR)
    expect(page.locator("#answer .bar-row").first).to_be_visible()
    told = ask(server, "classifications", {"sample": "astronaut"})
    assert not told["familiar"]

    status = page.get_by_role("status").filter(has=page.locator("#said"))
    expect(status).to_contain_text(told["verdict"]["headline"])
    expect(status).to_contain_text("The photo shows an astronaut.")
    expect(status).to_contain_text("Do not trust it")


def test_the_network_is_told_in_words(open_page: Open, server: str) -> None:
    layer = named(server, "conv2d", 1)
    page = open_page(f"/classify?sample=cat&layer={layer}&channel=2&x=5&y=6")
    ready(page)
    told = ask(server, "explanations", {"sample": "cat", "layer": layer, "channel": 2, "x": 5, "y": 6})
    largest = max(told["inputs"], key=lambda part: abs(part["sum"]))

    words = page.locator("#network-stage-summary")
    part = f"{largest['sum']:.2f}".replace("-", "\N{MINUS SIGN}")
    expect(words).to_contain_text(f"Its largest part comes from map {largest['channel'] + 1}: {part}.")
    expect(words).to_contain_text("map 3 of conv 2; at row 6, column 5 it is")
    said = words.inner_text().replace("\N{MINUS SIGN}", "-")
    assert ask(server, "classifications", {"sample": "cat"})["verdict"]["headline"] in said
    assert numbers(said.partition("it is ")[2])[0] == pytest.approx(told["value"], abs=VALUE)
    assert "Strongest maps: " in said


def test_on_a_phone_the_page_is_short_and_no_wider_than_the_screen_also_while_a_map_is_open(
    open_page: Open, server: str
) -> None:
    path = f"/classify?sample=cat&lang=es&layer={named(server, 'conv2d', 1)}&channel=2"
    page = open_page(path, viewport=PHONE, has_touch=True, is_mobile=True)
    ready(page)

    assert page.evaluate("document.documentElement.scrollHeight") < 3000
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


@pytest.mark.parametrize("network", ["explain", "best", "photos"])
def test_in_class_view_nothing_is_smaller_than_16_pixels_and_the_stage_keeps_to_the_screen(
    open_page: Open, network: str
) -> None:
    page = open_page(f"/classify?model={network}&sample=cat&class=1", viewport=PROJECTOR)
    ready(page)

    assert page.evaluate(_SMALL) == []
    assert bottom(page, "#network-stage") <= PROJECTOR["height"]
    page.locator("#maps .map").nth(12).click()
    made(page)

    assert page.evaluate(_SMALL) == []
    assert bottom(page, "#network-stage") <= PROJECTOR["height"]
    assert page.evaluate("document.documentElement.scrollWidth") == PROJECTOR["width"]


def test_a_network_of_shapes_starts_with_a_shape_and_offers_the_photo(open_page: Open, run: str) -> None:
    page = open_page(f"/classify?model=run-{run}", viewport=PROJECTOR)
    ready(page)

    expect(page.locator("#truth")).to_have_text("The drawing shows a star.")
    assert page.locator("#answer .name").all_inner_texts() == list(SHAPES)  # in the order of the network
    page.click("#offer")
    expect(page.locator("#truth")).to_have_text("The photo shows a cat.")
    expect(page.locator("#offer")).to_be_hidden()
    page.click("#networks > summary")
    page.click(".model[data-model=digits]")
    expect(page.locator("#truth")).to_have_text("The drawing shows a 3.")
