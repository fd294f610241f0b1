"""A digit drawn on the board, small and in a corner, asked of the shipped network."""

from collections.abc import Sequence

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
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

    page.click("#draw")
    _draw(page, DIGITS[digit][0], 0.4, 0.38, 0.48)
    page.click("drawing-board .primary")

    said = "recortado" if language == "es" else "cut out"
    expect(page.locator("#seen-note")).to_contain_text(said)
    expect(page.locator("#answer .name >> nth=0")).to_have_text(str(digit))
    page.wait_for_url("**sample=own**")
    page.reload()
    page.wait_for_selector("html[data-ready]")
    expect(page.locator("#answer .name >> nth=0")).to_have_text(str(digit))


def test_the_receptive_field_lies_on_the_drawing(open_page: Open) -> None:
    page = open_page("/classify?model=digits")
    page.click("#draw")
    _draw(page, DIGITS[0][0], 0.5, 0.5, 0.4)
    page.click("drawing-board .primary")
    expect(page.locator("#seen-note")).to_contain_text("cut out")

    page.locator("#shot .window").first.wait_for(state="attached")
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
