"""What the page says of a picture: one sentence, the classes in the visitor's language, and no list of a thousand."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.inside import ask, ready

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}


def test_the_page_says_what_the_api_says(open_page: Open, server: str) -> None:
    page = open_page("/classify?sample=cat&lang=en")
    ready(page)

    verdict = ask(server, "classifications", {"sample": "cat"})["verdict"]

    expect(page.locator("#said")).to_have_text(verdict["headline"])
    expect(page.locator("#shares")).to_have_text(verdict["shares"])
    expect(page.locator("#truth")).to_have_text("The photo shows a cat.")
    expect(page.locator("#answer .bar-row")).to_have_count(10)


def test_of_a_thousand_classes_five_are_listed_in_the_visitors_language(open_page: Open) -> None:
    page = open_page("/classify?model=photos&sample=coffee&lang=es", viewport=PHONE)

    expect(page.locator("#said")).to_have_text("Un café expreso")
    expect(page.locator("#shares")).to_contain_text("9")
    expect(page.locator("#answer .bar-row")).to_have_count(5)
    expect(page.locator("#answer .name").first).to_have_text("café expreso")
    expect(page.locator("#answer .name").filter(has_text="taza")).not_to_have_count(0)
    assert page.evaluate("(e => e.scrollWidth <= e.clientWidth)(document.querySelector('#network-stage'))")


def test_a_class_that_is_asked_about_is_listed_wherever_it_stands(open_page: Open) -> None:
    page = open_page("/classify?model=photos&sample=coffee&lang=es&label=daisy")

    expect(page.locator("#answer .bar-row")).to_have_count(6)
    expect(page.locator("#answer .name[aria-pressed='true']")).to_have_text("margarita")
    expect(page.locator("#label option")).to_have_count(6)
    expect(page.locator("#all-labels option")).to_have_count(1000)
    page.fill("#label-search", "golondrina de mar")  # no class
    page.fill("#label-search", "husky siberiano")
    page.press("#label-search", "Tab")
    expect(page.locator("#answer .name[aria-pressed='true']")).to_have_text("husky siberiano")
