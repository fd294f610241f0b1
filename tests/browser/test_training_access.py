"""The train page for everyone: on a phone, in both themes, with a screen reader, without motion."""

import pytest
from babel.messages.pofile import read_po
from playwright.sync_api import Page, expect

from tests.browser.access import PHONE, in_both_themes, too_narrow, violations
from tests.browser.conftest import ROOT, Open
from tests.browser.running import QUICK, address, finish, start, trained

pytestmark = pytest.mark.browser

CATALOG = ROOT / "app/locale/es/LC_MESSAGES/messages.po"


@pytest.fixture(scope="module")
def pair(server: str) -> tuple[str, str]:
    """Two finished runs, the second the first one's pair."""
    first = trained(server, name="without a remedy")
    return first, trained(server, QUICK | {"l2": 0.01}, name="L2", pair=first)


def _open(open_page: Open, pair: tuple[str, str], **options: object) -> Page:
    page = open_page(f"/train?run={pair[0]}&compare={pair[1]}", **options)
    expect(page.locator("#verdict")).not_to_be_empty()
    return page


def test_nothing_sticks_out_at_any_width(open_page: Open, pair: tuple[str, str]) -> None:
    page = _open(open_page, pair, viewport=PHONE)
    page.click("#numbers > summary")

    assert too_narrow(page) == []


def test_on_a_phone_the_open_run_comes_before_its_settings(open_page: Open, pair: tuple[str, str]) -> None:
    page = _open(open_page, pair, viewport={"width": 390, "height": 844}, has_touch=True)

    chart = page.locator("#accuracy-chart").bounding_box()

    assert chart
    assert chart["y"] + chart["height"] < 844
    expect(page.locator("#settings")).to_be_hidden()
    page.tap(".sheet-button")
    expect(page.locator("#settings > details")).to_have_count(5)
    expect(page.locator("#settings")).to_be_visible()
    page.keyboard.press("Escape")
    page.tap("#accuracy-chart .u-over", position={"x": 100, "y": 60})
    expect(page.locator("#accuracy-chart .chart-tip")).to_be_visible()


def test_axe_finds_nothing(open_page: Open, pair: tuple[str, str]) -> None:
    page = _open(open_page, pair)
    page.click("#numbers > summary")

    assert in_both_themes(page, lambda: violations(page)) == []


def test_a_class_in_spanish_reads_no_english_from_start_to_finish(open_page: Open) -> None:
    with CATALOG.open("rb") as file:
        english = {message.id for message in read_po(file) if isinstance(message.id, str) and message.id.count(" ") > 2}
    page = open_page(f"{address(QUICK)}&lang=es")

    before = page.inner_text("body")
    start(page)
    finish(page)
    page.click("#confusion-row > summary")
    expect(page.locator("#confusion table")).to_be_visible()
    after = page.inner_text("body")

    assert "Entrenar una red" in after
    assert page.locator("html").get_attribute("lang") == "es"
    assert [sentence for sentence in english if sentence in before + after] == []
