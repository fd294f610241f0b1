"""Back and Forward on the train page: through the runs that were opened, and not through what was typed or scrubbed."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.running import QUICK, address, finish, opened, start, tab, trained, unfold

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet")]


@pytest.fixture(scope="module")
def pair(server: str) -> tuple[str, str]:
    """Two finished runs."""
    return trained(server, name="first"), trained(server, QUICK | {"l2": 0.01}, name="second")


def _open(page: Page, name: str) -> None:
    tab(page, "networks")
    page.locator(".run-name", has_text=name).first.click()
    expect(page.locator(".run-row.is-open .run-name")).to_have_text(name)


def test_back_returns_to_the_run_before_and_forward_to_the_next(open_page: Open, pair: tuple[str, str]) -> None:
    page = open_page("/train?dataset=digits")

    _open(page, "first")
    expect(page.locator("#time-moment")).to_have_text("at its end")
    page.focus("#time input")
    page.keyboard.press("Home")
    page.wait_for_url(re.compile(r"snapshot=0"))
    _open(page, "second")
    assert opened(page) == pair[1]
    page.go_back()

    expect(page.locator(".run-row.is-open .run-name")).to_have_text("first")
    expect(page.locator("#kernels-fact")).to_have_text("random start")
    assert opened(page) == pair[0]
    page.go_forward()
    expect(page.locator(".run-row.is-open .run-name")).to_have_text("second")
    page.evaluate("history.go(-4)")
    expect(page.locator(".run-row.is-open")).to_have_count(0)
    assert page.url.endswith("/train?dataset=digits")


def test_a_run_that_is_started_is_left_to_what_was_typed_before(open_page: Open, server: str) -> None:
    page = open_page(address(QUICK))
    unfold(page, "optimizer")
    page.fill("value-slider[data-field=epochs] .field", "2")
    page.keyboard.press("Tab")

    run = start(page)
    finish(page)
    page.go_back()

    expect(page.locator("#final-card")).to_be_hidden()
    assert opened(page) is None
    expect(page.locator("value-slider[data-field=epochs] .field")).to_have_value("2")
    page.go_forward()
    expect(page.locator("#final-card")).to_be_visible()
    page.reload()
    expect(page.locator("#final-card")).to_be_visible()
    assert opened(page) == run


def test_a_prepared_state_leads_back_to_the_run(open_page: Open, pair: tuple[str, str]) -> None:
    page = open_page("/train")
    _open(page, "first")

    tab(page, "experiments")
    page.locator("#prepared a").first.click()
    page.wait_for_url(re.compile(r"/train\?(?!.*run=)"))
    page.wait_for_selector("html[data-ready]")
    page.go_back()

    expect(page.locator(".run-row.is-open .run-name")).to_have_text("first")
    assert opened(page) == pair[0]
