"""A digit drawn on the board, small and in a corner, asked of the shipped network."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.reading import photograph
from tests.drawn_digits import DIGITS

pytestmark = pytest.mark.browser


def _draw(page: Page, strokes: Sequence[Sequence[tuple[float, float]]], left: float, top: float, high: float) -> None:
    """With the mouse on the open board; places are shares of it."""
    box = page.locator("drawing-board canvas").bounding_box()
    assert box is not None
    for stroke in strokes:
        places = [
            (box["x"] + (left + x * high) * box["width"], box["y"] + (top + y * high) * box["height"])
            for x, y in stroke
        ]
        page.mouse.move(*places[0])
        page.mouse.down()
        for place in places[1:]:
            page.mouse.move(*place)
        page.mouse.up()


@pytest.mark.parametrize(("digit", "language"), [(2, "en"), (5, "es"), (7, "en")])
def test_a_small_digit_in_a_corner_is_read(open_page: Open, digit: int, language: str) -> None:
    page = open_page(f"/classify?model=digits&lang={language}")

    page.click("#photos > summary")
    page.click("#draw")
    _draw(page, DIGITS[digit][0], 0.4, 0.38, 0.48)
    page.click("drawing-board .primary")

    said = "recortado" if language == "es" else "cut out"
    expect(page.locator("#seen-note")).to_contain_text(said)
    expect(page.locator("#answer .is-best .name")).to_have_text(str(digit))
    page.wait_for_url("**sample=own**")
    page.reload()
    page.wait_for_selector("html[data-ready]")
    expect(page.locator("#answer .is-best .name")).to_have_text(str(digit))


def test_the_receptive_field_lies_on_the_drawing(open_page: Open) -> None:
    page = open_page("/classify?model=digits", reduced_motion="reduce")
    page.click("#photos > summary")
    page.click("#draw")
    _draw(page, DIGITS[0][0], 0.5, 0.5, 0.4)
    page.click("drawing-board .primary")
    expect(page.locator("#seen-note")).to_contain_text("cut out")
    page.click(".column .map >> nth=1")
    expect(page.locator("#making")).to_have_attribute("data-unit", re.compile(r"\d$"))
    page.click("#map")  # the unit in the middle
    expect(page.locator("#making")).to_have_attribute("data-unit", re.compile(r" 1[1-5] 1[1-5]$"))

    x, y, width, height = (
        float(page.locator("#shot .window").first.get_attribute(name) or "nan")
        for name in ("x", "y", "width", "height")
    )

    assert x >= 0.4 * 128
    assert y >= 0.4 * 128
    assert x + width <= 1.05 * 128
    assert y + height <= 1.05 * 128


def test_photographs_are_seen_as_before(open_page: Open) -> None:
    page = open_page("/classify?model=digits&sample=coffee")

    expect(page.locator("#seen-note")).to_contain_text("The square in the middle")


def test_a_run_on_digits_watches_a_drawing_as_it_asks_about_it(open_page: Open, quick_run: str) -> None:
    page = open_page(f"/train?run={quick_run}")

    page.click("#other-photo > summary")
    page.click("#draw")
    _draw(page, DIGITS[3][0], 0.1, 0.1, 0.4)
    with page.expect_response(lambda answer: answer.url.endswith("/classifications")):
        page.click("drawing-board .primary")
    page.wait_for_url("**sample=own**")

    page.wait_for_function("""() => {
      const canvas = document.querySelector("#photo-seen");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      const rows = Array.from({ length: canvas.height }, (_, y) => data[(y * canvas.width + canvas.width / 2) * 4]);
      return Math.min(Math.max(...rows.slice(0, 2)), Math.max(...rows.slice(-2))) > 100; // it fills the height
    }""")


def test_a_file_that_is_no_picture_does_not_take_the_place_of_the_photo_in_training(
    open_page: Open, tmp_path: Path
) -> None:
    page = open_page("/train", expected="status of 4")
    page.set_input_files("#upload", photograph(tmp_path / "own.png"))
    page.wait_for_url("**sample=own**")
    (tmp_path / "notes.png").write_text("no picture")

    page.set_input_files("#upload", tmp_path / "notes.png")
    expect(page.locator("#problem")).to_be_visible()

    kept = page.evaluate(
        "import('/static/js/shared/keep.js').then(({ kept }) => kept('photo')).then((p) => p.file.size)"
    )
    assert kept == (tmp_path / "own.png").stat().st_size
