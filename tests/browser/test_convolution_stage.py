"""The convolve page's stage: what is touched and what it changes lie in one view, on a laptop, a phone and a wall."""

import io
import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from app.core.convolution.kernels import KERNELS
from tests.browser.access import violations
from tests.browser.calls import post
from tests.browser.conftest import Open
from tests.browser.reading import pixels, settle, value

pytestmark = pytest.mark.browser

LAPTOP = {"width": 1280, "height": 720}
PHONE = {"width": 390, "height": 844}
TRIPTYCH = ("#input .frame", "#products", "#pixel-value", "#result .frame")
PLAIN = str.maketrans({"−": "-", ",": ".", "%": " "})
SMALL_LETTERS = """least => [...document.querySelectorAll("body *")].filter((part) => part.checkVisibility()
  && !part.closest(".visually-hidden") && [...part.childNodes].some((node) => node.nodeType === 3 && node.data.trim())
  && part.getBoundingClientRect().width > 1 && parseFloat(getComputedStyle(part).fontSize) < least)
  .map((part) => part.outerHTML.slice(0, 100))"""
CONTROLS = """() => [...document.querySelectorAll("#stage :is(a, button, input, select, summary)")]
  .filter((part) => part.checkVisibility()).length"""
OVERLAPS = """selectors => {
  const boxes = selectors.map((selector) => [selector, document.querySelector(selector).getBoundingClientRect()]);
  return boxes.flatMap(([one, a], i) => boxes.slice(i + 1)
    .filter(([, b]) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1)
    .map(([other]) => [one, other]));
}"""
EXAMPLES = {
    "mouse-back": (6600, "5 of the kernel's 6 cells"),
    "mouse-back-lower": (9000, "All 6 cells lie on the line"),
    "mouse-head": (0, "none of its 6 cells"),
}


def out_of_view(page: Page, *parts: str) -> dict[str, Any]:
    """Those of the parts that do not lie whole between the edges of the window, as it was opened."""
    assert page.evaluate("scrollY") == 0
    view = page.viewport_size
    assert view is not None
    boxes = {part: page.locator(part).bounding_box() for part in parts}
    return {part: box for part, box in boxes.items() if box is None or not _is_inside(box, view)}


def _is_inside(box: Any, view: Any) -> bool:
    is_between = 0 <= box["x"] <= box["x"] + box["width"] <= view["width"]
    return is_between and 0 <= box["y"] <= box["y"] + box["height"] <= view["height"]


def test_an_edited_cell_changes_products_sum_and_result_beside_it(open_page: Open) -> None:
    page = open_page("/convolve?sample=astronaut&kernel=sobel-x&color=gray&x=100&y=60", viewport=LAPTOP)
    before, products, picture = value(page), page.inner_text("#products"), pixels(page)
    cell = page.locator("kernel-grid input >> nth=5")

    cell.fill("9")
    settle(page)

    assert out_of_view(page, "kernel-grid", "#why", "#presets [aria-pressed]:visible >> nth=0", *TRIPTYCH) == {}
    assert value(page) != before
    assert page.inner_text("#products") != products
    assert not np.array_equal(pixels(page), picture)
    sizes = cell.bounding_box()
    assert sizes is not None
    assert min(sizes["width"], sizes["height"]) >= 18


@pytest.mark.parametrize("viewport", [LAPTOP, PHONE], ids=["laptop", "phone"])
@pytest.mark.parametrize("example", EXAMPLES)
def test_a_prepared_example_opens_at_its_number_and_says_why(
    open_page: Open, example: str, viewport: dict[str, int]
) -> None:
    page = open_page(f"/s/{example}", viewport=viewport)
    number, reason = EXAMPLES[example]

    expect(page.locator("#why")).to_contain_text(reason)
    assert value(page) == number
    assert out_of_view(page, "#why", "#result rect.window", *TRIPTYCH) == {}


def test_the_mouses_largest_number_is_one_tap_away_and_so_is_a_place_beside_it_and_back(open_page: Open) -> None:
    page = open_page("/s/mouse-back", viewport=PHONE)
    number, button = page.locator("#pixel-value"), page.locator("#next-place")

    button.click()
    expect(number).to_have_text("9000")
    beside = button.inner_text().split()[-1]
    button.click()
    expect(number).to_have_text(beside)
    assert out_of_view(page, "#next-place", *TRIPTYCH) == {}
    button.click()

    assert float(beside) < 9000
    expect(number).to_have_text("9000")


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_phone_shows_picture_and_result_as_halves_of_one_view(open_page: Open, language: str) -> None:
    page = open_page(f"/convolve?lang={language}", viewport=PHONE, reduced_motion="reduce")

    assert out_of_view(page, *TRIPTYCH) == {}
    assert page.evaluate("document.documentElement.scrollHeight") < 3000


def test_the_stage_has_keys_in_class_view_and_the_sheet_lists_them(open_page: Open) -> None:
    page = open_page("/convolve?class=1&sample=camera&size=64&kernel=sobel-x&x=5&y=5", viewport=LAPTOP)
    place = page.locator("#result rect.window")
    start = page.get_attribute("#result rect.window", "x")

    page.keyboard.press("ArrowRight")
    expect(place).not_to_have_attribute("x", str(start))
    page.keyboard.press("9")
    expect(page.locator("[data-kernel=sobel-y]")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Space")
    expect(page.locator("window-player .play")).to_have_attribute("aria-label", "Pause")
    page.keyboard.press("Space")
    page.keyboard.press("?")

    for row in ("space", "← ↑ ↓ →", "move the window", "9", "horizontal edges"):
        expect(page.locator("#key-list")).to_contain_text(row)
    assert violations(page, "#keys") == []
    page.keyboard.press("Escape")
    assert out_of_view(page, "kernel-grid", "#why", *TRIPTYCH) == {}


def test_twelve_kernels_say_what_they_are_for_and_the_lectures_seven_are_marked(open_page: Open) -> None:
    page = open_page(viewport=LAPTOP)
    lecture = page.locator(".rail-group").filter(has=page.get_by_role("heading", name="In the lecture"))
    tiles = page.locator("#presets .preset:visible")

    assert tiles.count() == 12
    assert lecture.locator(".preset").count() == 7
    for tile in tiles.all():
        kernel = KERNELS[tile.get_attribute("data-kernel") or ""]
        expect(tile.locator(".use")).to_have_text(kernel.use)
        expect(tile.locator(".name")).to_have_text(kernel.title)
    assert out_of_view(page, *(f"[data-kernel={tile.get_attribute('data-kernel')}]" for tile in tiles.all())) == {}


@pytest.mark.parametrize(("language", "words"), [("en", "brighter to the right"), ("es", "hacia la derecha")])
def test_what_the_kernel_does_is_told_in_words_and_aloud(
    open_page: Open, server: str, language: str, words: str
) -> None:
    page = open_page(f"/convolve?sample=camera&size=64&kernel=sobel-x&color=gray&lang={language}", viewport=LAPTOP)
    asked = {"sample": "camera", "max_side": 64, "color": "gray", "kernel": "sobel-x", "format": "npy"}
    edges = np.load(io.BytesIO(post(f"{server}/api/convolutions", data=asked).content)).squeeze()[1:-1, 1:-1]
    strongest = np.unravel_index(np.abs(edges).argmax(), edges.shape)
    share = 100 * (np.abs(edges) >= np.abs(edges).max() / 2).mean()
    summary = page.locator("#result-card-summary")

    expect(summary).to_contain_text(words)
    told = [float(part) for part in re.findall(r"-?\d+(?:\.\d+)?", summary.inner_text().translate(PLAIN))]
    assert told == pytest.approx([edges[strongest], strongest[0] + 1, strongest[1] + 1, share], abs=0.5)
    assert summary.get_attribute("id") == page.get_attribute("#result-card", "aria-describedby")
    expect(page.locator("#announcement")).to_have_text(summary.inner_text())
    page.click("[data-kernel=box-blur]")
    expect(page.locator("#announcement")).to_contain_text(re.compile("nine|nueve"))


def test_a_kernel_of_ones_own_is_told_by_what_it_does_to_an_even_area(open_page: Open) -> None:
    page = open_page("/convolve?sample=camera&size=64&kernel=identity&color=gray")

    page.fill("kernel-grid input >> nth=4", "2")

    expect(page.locator("#result-card-summary")).to_contain_text("an even area is multiplied by 2")
    page.fill("kernel-grid input >> nth=4", "0")
    expect(page.locator("#result-card-summary")).to_contain_text("the result is 0 everywhere")


@pytest.mark.parametrize("address", ["", "sample=mouse&kernel=curve&x=15&y=33", "kernel=gaussian-blur&open=learn"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_class_view_is_read_from_afar_in_one_view(open_page: Open, language: str, address: str) -> None:
    usual = open_page(f"/convolve?{address}&lang={language}", viewport=LAPTOP, reduced_motion="reduce")
    page = open_page(f"/convolve?class=1&{address}&lang={language}", viewport=LAPTOP, reduced_motion="reduce")
    stage = "#learning" if "learn" in address else "#stage"
    page.wait_for_selector(f"{stage}:visible")

    assert page.evaluate(SMALL_LETTERS, 16) == []
    assert page.evaluate(CONTROLS) < usual.evaluate(CONTROLS)
    assert out_of_view(page, stage) == {}
    assert page.evaluate("document.documentElement.scrollWidth") == LAPTOP["width"]
    if stage == "#stage":
        assert out_of_view(page, "#presets", "#why", "kernel-grid", *TRIPTYCH) == {}
        assert page.evaluate(OVERLAPS, [*TRIPTYCH, "kernel-grid"]) == []


def test_learning_is_seen_whole_and_slowly_enough_to_watch(open_page: Open) -> None:
    page = open_page("/convolve?sample=astronaut&kernel=sobel-x&color=gray", viewport=LAPTOP)
    page.clock.install(time="2030-01-01")
    page.clock.pause_at("2030-01-02")
    page.click("#learn")
    page.wait_for_selector("#learning:visible")
    slider = page.locator("kernel-learning input[type=range]")

    page.clock.run_for(3_000)
    half = int(slider.input_value())
    page.clock.run_for(5_000)

    assert 20 <= half <= 40
    expect(page.locator("#learning-verdict")).to_contain_text("Found in")
    parts = (
        "kernel-learning .learned",
        ".loss-chart",
        "kernel-learning .shot >> nth=0",
        "kernel-learning .shot >> nth=1",
    )
    assert out_of_view(page, *parts, "kernel-learning .player", "#learning-verdict") == {}


def test_on_a_phone_learning_takes_the_view(open_page: Open) -> None:
    page = open_page("/convolve?sample=camera&size=64&kernel=sobel-x&open=learn", viewport=PHONE)
    page.wait_for_selector("#learning:visible")
    shots = (f"kernel-learning .shot >> nth={index}" for index in range(2))

    assert out_of_view(page, "kernel-learning .learned", *shots, "kernel-learning .player") == {}
    assert page.evaluate(OVERLAPS, ["#learning", ".folds"]) == []
    assert page.evaluate("document.documentElement.scrollHeight") < 3000
