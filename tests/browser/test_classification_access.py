"""The classify page for everyone: by keyboard, in Spanish, on a phone, in the dark, with a screen reader."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.access import PHONE, in_both_themes, too_narrow, violations
from tests.browser.conftest import Open
from tests.browser.inside import VALUE, ask, named, ready, unit, unit_value
from tests.browser.reading import pixels

pytestmark = pytest.mark.browser

_NAMES = "maps => maps.map(map => map.getAttribute('aria-label') ?? map.innerText.trim())"
BUSY = "/classify?sample=rocket&steps=true&change=angle:30,size:8,x:4,y:4&implant=conv2d_1,1,sobel-x"


def test_everything_inside_is_reached_by_keyboard(open_page: Open, server: str) -> None:
    first = named(server, "conv2d")
    page = open_page(
        f"/classify?sample=cat&steps=true&all=true&layer={first}&channel=0&x=3&y=3", reduced_motion="reduce"
    )
    ready(page)

    page.focus("#map")
    page.keyboard.press("Escape")  # folds it: the map that was open has the focus, and the arrows lead on from there
    expect(page.locator(f".map[data-layer='{first}'][data-channel='0']")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#making")).to_have_attribute("data-unit", re.compile(rf"^{first} 1 "))
    start = unit(page)
    page.focus("#map")
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("ArrowUp")
    moved = (max(0, start["x"] - 10), max(0, start["y"] - 1))
    expect(page.locator("#making")).to_have_attribute("data-unit", f"{first} 1 {moved[0]} {moved[1]}")
    page.focus("#terms .term-pick >> nth=1")
    page.keyboard.press("Enter")

    expect(page.locator("#terms .term-pick >> nth=1")).to_have_attribute("aria-pressed", "true")
    told = ask(server, "explanations", {"sample": "cat", **unit(page)})
    assert unit_value(page) == pytest.approx(told["value"], abs=VALUE)
    assert f"row {unit(page)['y']}, column {unit(page)['x']}" in page.inner_text("#announcement")


def test_the_maps_are_one_stop_of_the_tab_key(open_page: Open) -> None:
    page = open_page("/classify?sample=cat")
    ready(page)

    stops = page.locator(".map[tabindex='0']").count()

    assert stops == 1
    assert all(page.locator(".map").evaluate_all(_NAMES))


def test_the_room_speaks_spanish(open_page: Open, server: str) -> None:
    page = open_page(f"/classify?sample=cat&lang=es&layer={named(server, 'conv2d', 1)}&channel=2")
    ready(page)

    assert page.get_attribute("html", "lang") == "es"
    expect(page.locator("h1")).to_have_text("En duda entre perro y gato")
    expect(page.locator("#answer .name").filter(has_text="gato")).to_have_count(1)
    expect(page.locator("#making-title")).to_contain_text("mapa")
    expect(page.locator("#unit-line")).to_contain_text("fila")


def test_nothing_sticks_out_at_any_width(open_page: Open) -> None:
    page = open_page(f"{BUSY}&lang=es", viewport=PHONE)
    ready(page)

    assert too_narrow(page) == []


def test_on_a_phone_the_columns_scroll_inside_their_card(open_page: Open) -> None:
    page = open_page("/classify?sample=cat", viewport={"width": 390, "height": 844}, has_touch=True)
    ready(page)

    wide, seen = page.evaluate(
        "(e => [e.scrollWidth, e.clientWidth])(document.querySelector('.is-extractor > .columns'))"
    )
    last = page.locator("#answer .map.share").first
    last.scroll_into_view_if_needed()
    last.tap()

    assert wide > seen
    expect(page.locator("#making")).to_have_attribute("data-unit", "softmax 0 0 0")


def test_maps_are_drawn_for_the_theme(open_page: Open, server: str) -> None:
    page = open_page(f"/classify?sample=cat&layer={named(server, 'conv2d', 1)}&channel=2", color_scheme="light")
    ready(page)
    light = pixels(page, "#map")

    page.click("#theme")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.wait_for_timeout(100)
    dark = pixels(page, "#map")

    assert light.mean() > dark.mean() + 40


@pytest.mark.parametrize("path", ["/classify?sample=checkerboard&lang=en", f"{BUSY}&lang=es"])
def test_axe_finds_nothing(open_page: Open, path: str) -> None:
    page = open_page(path)
    ready(page)
    page.click("#networks summary")

    assert in_both_themes(page, lambda: violations(page)) == []
