"""The first view of a page: what it weighs, with nothing kept from before, and how far it moves by itself."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.calls import PATIENCE_S
from tests.browser.first_views import PATHS, before_charts, first_view, sent, shift

pytestmark = pytest.mark.browser

MOST_BYTES = 300_000
MOST_SHIFT = 0.1
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@pytest.mark.parametrize("path", PATHS)
def test_a_first_view_is_light_and_keeps_its_place(browser: Browser, server: str, path: str) -> None:
    with first_view(browser, server + path) as page:
        counted = before_charts(sent(page))

        assert sum(one["packed"] for one in counted) < MOST_BYTES, counted[:12]
        assert all(one["packed"] > 0 for one in counted if "/static/" in one["path"])  # nothing came from before
        assert shift(page) < MOST_SHIFT


@pytest.mark.parametrize("path", PATHS)
def test_on_a_phone_it_keeps_its_place_too(browser: Browser, server: str, path: str) -> None:
    with first_view(browser, server + path, **PHONE) as page:
        assert shift(page) < MOST_SHIFT


def test_a_run_opens_in_its_place(browser: Browser, server: str, quick_run: str) -> None:
    for options in ({}, PHONE):
        with first_view(browser, f"{server}/train?run={quick_run}", **options) as page:
            assert shift(page) < MOST_SHIFT


def test_the_settings_come_once_the_first_view_stands_and_all_of_them(browser: Browser, server: str) -> None:
    with first_view(browser, f"{server}/train?dataset=digits", locale="en-US") as page:
        later = {one["path"].rpartition("/")[2] for one in sent(page) if one["isLater"]}

        assert {"builder.js", "layer-list.js", "remedies.js", "optimizer.js"} <= later
        assert "theater.js" not in {one["path"].rpartition("/")[2] for one in sent(page)}  # nobody asked for it
        page.click("[data-line=network] > summary")
        expect(page.locator("#layers .layer-head").first).to_be_visible()
        page.click("a[data-tab=overfitting] >> visible=true")
        expect(page.locator("[name=cure]").first).to_be_visible()


def test_the_second_page_brings_no_script_again(browser: Browser, server: str) -> None:
    with first_view(browser, server + "/") as page:
        shared = {one["path"] for one in sent(page) if "/js/shared/" in one["path"]}

        page.goto(f"{server}/convolve", timeout=PATIENCE_S * 1000)
        page.wait_for_selector("html[data-ready]")

        again = [one for one in sent(page) if one["path"] in shared]
        assert again
        assert [one for one in again if one["wire"]] == []
