"""The convolution page for everyone: by keyboard, in Spanish, on a phone, in the dark, with a screen reader."""

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.access import PHONE, in_both_themes, too_narrow, violations
from tests.browser.conftest import Open
from tests.browser.reading import pixels, settle, unfold

pytestmark = pytest.mark.browser

BUSY = '/convolve?sample=camera&size=64&at=1&open=code&steps=[{"kernel":"sobel-x","dilation":2},{"type":"max_pool"}]'

_HEADER_ROWS = """() => {
  const parts = [...document.querySelectorAll(".site-header svg, .site-header li, .preferences > *")];
  const boxes = parts.map((part) => part.getBoundingClientRect());
  return [...new Set(boxes.map(({ top, bottom }) => Math.round((top + bottom) / 16)))];
}"""


def test_everything_is_reached_by_keyboard(open_page: Open) -> None:
    page = open_page("/convolve?sample=camera&size=64&kernel=identity&x=5&y=5")

    page.focus("kernel-grid input >> nth=4")
    page.keyboard.type("3")
    page.keyboard.press("ArrowUp")
    settle(page)
    expect(page.locator("kernel-grid input >> nth=4")).to_have_value("4")
    page.focus("#result")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator("#position")).to_contain_text("row 15, column 6")
    page.focus("#display-menu summary")
    page.keyboard.press("Enter")
    page.focus("#display input:checked")
    page.keyboard.press("ArrowLeft")

    assert page.evaluate("document.querySelector('#display input:checked').value") == "rescale"
    expect(page.locator("#window-told")).to_contain_text(page.inner_text("#pixel-value"))


def test_tab_visits_the_controls_in_the_order_of_the_page(open_page: Open) -> None:
    page = open_page()
    visited = []

    for _ in range(32):
        page.keyboard.press("Tab")
        visited.append(page.evaluate("document.activeElement.id || document.activeElement.closest('[id]')?.id"))

    order = [visited.index(name) for name in ("theme", "input", "upload", "kernel-name", "kernel")]
    assert order == sorted(order)


def test_the_page_speaks_spanish_by_header_switch_and_link(open_page: Open) -> None:
    by_header = open_page(locale="es-ES")
    by_link = open_page("/convolve?lang=es")
    switched = open_page("/convolve?kernel=sharpen&sample=coffee")
    settle(switched)

    with switched.expect_navigation():
        switched.click("[data-language=es]")
    switched.wait_for_selector("html[data-ready]")
    settle(switched)

    for page in (by_header, by_link, switched):
        assert page.get_attribute("html", "lang") == "es"
        expect(page.locator("h1")).to_have_text("Convolución de una imagen")
        expect(page.locator("[data-kernel=sharpen] .name")).to_have_text("Enfocar")
        expect(page.locator("#position")).to_contain_text("fila")
    expect(switched.locator("[data-kernel=sharpen]")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("language", ["en", "es"])
def test_nothing_sticks_out_at_any_width(open_page: Open, language: str) -> None:
    page = open_page(f"{BUSY}&lang={language}", viewport=PHONE)
    settle(page)

    assert too_narrow(page) == []


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("room", ["convolve", "classify"])
def test_the_header_has_at_most_two_rows_on_a_phone(open_page: Open, room: str, language: str) -> None:
    page = open_page(f"/{room}?lang={language}", viewport={"width": 390, "height": 800})
    rows = {}

    for width in (320, 390, 480, 720):
        page.set_viewport_size({"width": width, "height": 800})
        rows[width] = page.evaluate(_HEADER_ROWS)

    assert max(len(middles) for middles in rows.values()) <= 2, rows
    expect(page.get_by_role("link", name="Convolution Playground")).to_be_visible()


def test_the_theme_is_switched_and_remembered(open_page: Open) -> None:
    page = open_page(color_scheme="light")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")

    page.click("#theme")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.reload()
    page.wait_for_selector("html[data-ready]")

    assert light != dark
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark


@pytest.mark.parametrize("path", ["/convolve?lang=en", f"{BUSY}&lang=es", "/convolve?sample=mouse&kernel=curve"])
def test_axe_finds_nothing(open_page: Open, path: str) -> None:
    page = open_page(path)
    settle(page)

    assert in_both_themes(page, lambda: violations(page)) == []


def test_axe_finds_nothing_in_menus_dialogs_and_learning(open_page: Open) -> None:
    page = open_page("/convolve?kernel=box-blur")

    page.click("#learn")
    page.wait_for_selector("#learning:visible")
    page.click("#samples summary")
    learning = violations(page)
    page.keyboard.press("Escape")
    page.click("#learning-close")
    page.fill("kernel-grid input >> nth=0", "abc")
    page.wait_for_selector("#kernel-hint:not(:empty)")
    menus = []
    for menu in ("#picture-menu", "#padding-menu", "#stride-menu", "#display-menu", "#more-kernels"):
        unfold(page, menu)
        menus += violations(page)
    unfold(page, "#examples", "#chain-row", "#levels", "#downloads")
    menus += violations(page)
    page.click("#draw")
    drawing = violations(page)

    assert (learning, menus, drawing) == ([], [], [])


def test_settings_that_do_not_fit_cannot_be_reached(open_page: Open) -> None:
    page = open_page("/convolve?sample=camera&size=16&kernel=gaussian-blur-7&border=valid")

    assert page.is_disabled("[name=dilation][value='3']")
    assert page.is_enabled("[name=dilation][value='2']")


def test_a_wrong_number_is_marked_and_the_last_result_stays(open_page: Open) -> None:
    page = open_page("/convolve?sample=camera&kernel=sharpen")
    before = pixels(page)

    page.fill("kernel-grid input >> nth=0", "1e999")
    settle(page)

    expect(page.locator("kernel-grid input >> nth=0")).to_have_attribute("aria-invalid", "true")
    np.testing.assert_array_equal(pixels(page), before)


@pytest.mark.parametrize("typed", ["abc", "1e999", ""])
def test_a_mistyped_cell_is_told_in_a_sentence_until_a_number_is_typed(open_page: Open, typed: str) -> None:
    page = open_page("/convolve?sample=camera&size=64&kernel=sharpen")
    cell, hint = page.locator("kernel-grid input >> nth=0"), page.get_by_role("status").filter(has_text="Type a number")

    cell.fill(typed)
    expect(hint).to_have_text("Type a number up to a million, such as -1, 0.5 or 1/9. Until then the last one counts.")
    described = cell.evaluate("cell => document.getElementById(cell.getAttribute('aria-describedby')).textContent")
    cell.fill("2")

    assert described.startswith("Type a number")
    expect(hint).to_have_count(0)


def test_a_number_on_its_way_is_not_commented_but_a_wrong_one_that_is_left_is(open_page: Open) -> None:
    page = open_page("/convolve?sample=camera&size=64&kernel=sharpen")
    page.evaluate("""() => {
      window.told = [];
      const hint = document.querySelector("#kernel-hint");
      new MutationObserver(() => told.push(hint.textContent)).observe(hint, { childList: true, characterData: true });
    }""")

    page.focus("kernel-grid input >> nth=0")
    page.keyboard.type("-3")
    on_the_way = [text for text in page.evaluate("told") if text]
    page.fill("#divisor", "0")
    page.keyboard.press("Tab")

    assert on_the_way == []
    expect(page.locator("#kernel-hint")).to_contain_text("Type a number other than 0")
    expect(page.locator("#divisor")).to_have_value("1")
