"""One photo through all rooms: given once, kept by the browser alone, and never in the way of what a link names."""

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.clipboard import drop
from tests.browser.conftest import Open, running_server
from tests.browser.reading import photograph, pixels

pytestmark = pytest.mark.browser

PHOTO = "html[data-ready][data-picture=own]"
ROOMS = ("/convolve", "/classify", "/train")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return photograph(tmp_path / "photo.png")


def give(page: Page, photo: Path) -> None:
    """Drops it anywhere on the page."""
    drop(page, ".site-header", files=[photo])
    expect(page.locator(PHOTO)).to_have_count(1)
    page.wait_for_function("() => localStorage.getItem('picture') === 'own'")


def enter(page: Page, path: str) -> None:
    """By the address bar: a plain link, or one that says more."""
    page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/")[2] + path)
    page.wait_for_selector("html[data-ready]")


def shown(page: Page) -> str | None:
    return page.get_attribute("html", "data-picture")


def test_after_one_drop_the_photo_is_in_all_rooms_after_a_reload_and_in_both_languages(
    open_page: Open, photo: Path
) -> None:
    page = open_page()
    give(page, photo)
    before = pixels(page, "#input")

    for room in ROOMS:
        enter(page, room)
        assert shown(page) == "own", room
    enter(page, "/?lang=es")
    assert shown(page) == "own"
    enter(page, "/convolve?lang=es")
    page.reload()
    page.wait_for_selector(PHOTO)

    np.testing.assert_array_equal(pixels(page, "#input"), before)


@pytest.mark.parametrize("path", ["/", "/convolve"])
def test_a_fresh_browser_has_its_photo_classified_by_a_drop_and_a_click(
    open_page: Open, photo: Path, path: str
) -> None:
    page = open_page(path)

    give(page, photo)
    page.get_by_role("link", name="Classify", exact=True).click()

    expect(page.locator(PHOTO)).to_have_count(1)
    expect(page.locator("#said")).not_to_be_empty()
    page.wait_for_url("**model=photos**")


def test_what_an_address_names_comes_before_the_photo_which_stays_a_click_away(open_page: Open, photo: Path) -> None:
    page = open_page()
    give(page, photo)

    enter(page, "/convolve?sample=coffee")

    assert shown(page) == "coffee"
    page.click("#own")
    expect(page.locator(PHOTO)).to_have_count(1)
    expect(page.locator("#own")).to_be_hidden()


def test_a_link_names_its_picture_also_where_it_is_the_usual_one(open_page: Open, photo: Path) -> None:
    page = open_page()
    page.wait_for_url("**sample=astronaut**")
    link = page.url.split("/", 3)[3]
    give(page, photo)

    enter(page, f"/{link}")

    assert shown(page) == "astronaut"


def test_a_sample_that_was_chosen_goes_along_too(open_page: Open) -> None:
    page = open_page()

    page.click("#samples summary")
    page.click("[data-sample=coffee]")
    page.wait_for_url("**sample=coffee**")

    for room in ROOMS:
        enter(page, room)
        assert shown(page) == "coffee", room


def test_a_forgotten_photo_is_gone_from_all_rooms(open_page: Open, photo: Path) -> None:
    page = open_page()
    give(page, photo)

    page.click("#forget")
    expect(page.locator("#forget")).to_be_hidden()
    enter(page, "/classify")

    assert shown(page) == "cat"
    expect(page.locator("#own")).to_be_hidden()


def test_nothing_of_the_photo_is_on_the_server(browser: Browser, photo: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    with running_server(data) as address:
        context = browser.new_context(viewport={"width": 1280, "height": 720})
        page = context.new_page()
        page.goto(address)
        page.wait_for_selector("html[data-ready]")
        give(page, photo)
        for room in ROOMS:
            enter(page, room)
        context.close()
    kept = [file for file in data.rglob("*") if file.is_file()]

    assert [file.name for file in kept if file.name != "server.log"]  # a database at least
    content = photo.read_bytes()[16:64]  # its size and the first of its pixels
    assert [file for file in kept if content in file.read_bytes() or photo.name.encode() in file.read_bytes()] == []
    assert [file for file in kept if file.suffix in (".png", ".jpg", ".npy")] == []
