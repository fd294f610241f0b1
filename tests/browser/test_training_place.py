"""Nothing on the train page moves away from under a hand: neither the buttons of a run nor the page itself."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.running import LONG, QUICK, address, start, tab

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet")]


def _top(page: Page, place: str) -> float:
    box = page.locator(place).bounding_box()
    assert box, place
    return box["y"]


def test_buttons_and_cards_stay_in_place_while_a_run_pauses_and_goes_on(open_page: Open) -> None:
    page = open_page(f"{address(LONG)}&lang=es", viewport={"width": 1440, "height": 900})
    start(page)
    expect(page.locator("#run-progress")).to_contain_text("img/s")
    learning = [_top(page, place) for place in ("#run-more", "#charts")]

    page.click("#run-pause")
    expect(page.locator("#run-on")).to_be_visible()

    assert [_top(page, place) for place in ("#run-more", "#charts")] == pytest.approx(learning, abs=2)


def test_the_page_stands_still_while_the_keyboard_moves_the_time(open_page: Open, quick_run: str) -> None:
    page = open_page(f"/train?run={quick_run}", reduced_motion="reduce")
    expect(page.locator("#final-card")).to_be_visible()
    page.evaluate("scrollTo(0, 200)")

    page.focus("#time input")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#time-moment")).not_to_have_class(re.compile("is-now"))

    assert page.evaluate("scrollY") == 200


def test_the_head_leads_to_the_other_parts_of_the_room_and_back(open_page: Open) -> None:
    page = open_page(address(QUICK), reduced_motion="reduce")

    tab(page, "overfitting")
    expect(page.locator("#theater")).to_be_in_viewport(ratio=0.9)
    page.wait_for_url(re.compile("tab=overfitting"))
    assert "training=" in page.url
    page.go_back()

    expect(page.locator("#charts")).to_be_visible()


@pytest.mark.parametrize(("old", "panel"), [("theater", "overfitting"), ("states-card", "experiments")])
def test_an_old_link_still_opens_its_part(open_page: Open, old: str, panel: str) -> None:
    page = open_page(f"/train#{old}")

    expect(page.locator(f"[data-panel={panel}]")).to_be_visible()
    expect(page.locator("#charts")).to_be_hidden()
