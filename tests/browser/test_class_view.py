"""What every page has at its head: rooms, class view with its full screen, languages, the theme."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open

pytestmark = pytest.mark.browser

PROJECTOR = {"width": 1280, "height": 720}
ROOMS = ("/convolve", "/classify", "/train")


def is_class_view(page: Page) -> bool:
    return page.get_attribute("html", "data-class") is not None


@pytest.mark.parametrize("room", ROOMS)
def test_the_header_is_one_line_that_leaves_the_room_to_the_page(open_page: Open, room: str) -> None:
    page = open_page(room, viewport=PROJECTOR)

    assert page.evaluate("document.querySelector('.site-header').getBoundingClientRect().height") <= 54
    expect(page.locator(".site-footer").get_by_role("link", name="API")).to_have_attribute("href", "/api/docs")


def test_class_view_is_switched_in_the_header_and_kept_in_all_rooms(open_page: Open) -> None:
    page = open_page(viewport=PROJECTOR)
    switch = page.get_by_role("switch", name="Class view")
    small = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")

    switch.click()

    expect(switch).to_have_attribute("aria-checked", "true")
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") > small
    page.goto(page.url.partition("/convolve")[0] + "/classify")
    page.wait_for_selector("html[data-ready]")
    assert is_class_view(page)
    expect(switch).to_have_attribute("aria-checked", "true")
    switch.click()
    page.reload()
    assert not is_class_view(page)


@pytest.mark.parametrize("room", ROOMS)
def test_a_teachers_link_opens_class_view_with_what_else_it_says(open_page: Open, room: str) -> None:
    page = open_page(f"{room}?class=1&sample=coffee", viewport=PROJECTOR)

    assert is_class_view(page)
    expect(page.locator("#problem")).to_be_hidden()
    page.reload()
    assert is_class_view(page)
    page.goto(page.url.partition("?")[0] + "?class=0")
    assert not is_class_view(page)


def test_f_fills_the_screen_in_class_view_alone_and_never_while_somebody_types(open_page: Open) -> None:
    page = open_page(viewport=PROJECTOR)
    full = page.locator("html:fullscreen")

    page.keyboard.press("f")
    expect(full).to_have_count(0)
    page.get_by_role("switch", name="Class view").click()
    page.focus("kernel-grid input >> nth=0")
    page.keyboard.press("f")
    expect(full).to_have_count(0)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("f")

    expect(full).to_have_count(1)
    page.keyboard.press("f")
    expect(full).to_have_count(0)
    page.click("#full-screen")
    expect(full).to_have_count(1)


def test_on_a_phone_the_rooms_are_under_the_name_of_the_room(open_page: Open) -> None:
    page = open_page(viewport={"width": 390, "height": 844})
    classify = page.get_by_role("link", name="Classify", exact=True)

    expect(classify).to_be_hidden()
    page.get_by_role("button", name="Convolve", exact=True).click()

    expect(classify).to_be_visible()
    page.keyboard.press("Escape")
    expect(classify).to_be_hidden()
