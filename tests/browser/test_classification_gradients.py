"""How one weight would learn from the photo, on the classify page."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.access import PHONE, in_both_themes, too_narrow, violations
from tests.browser.conftest import Open
from tests.browser.inside import ask, named, numbers, ready

pytestmark = pytest.mark.browser

FIELDS = ("layer", "channel", "parameter", "source", "x", "y", "label")


def _open(open_page: Open, layer: str, **options: object) -> Page:
    page = open_page(f"/classify?sample=cat&layer={layer}&channel=2", **options)
    ready(page)
    return page


def test_a_weight_is_picked_and_its_gradient_is_that_of_the_api(open_page: Open, server: str) -> None:
    page = _open(open_page, named(server, "conv2d", 1))

    with page.expect_response("**/gradients") as heard:
        page.click("#learning > summary")
    told = heard.value.json()
    asked = {field: told[field] if field in ("layer", "parameter", "label") else str(told[field]) for field in FIELDS}
    again = ask(server, "gradients", asked | {"sample": "cat", "learning_rate": "0.1"})

    expect(page.locator("#learning-gradient")).not_to_be_empty()
    assert told["parameter"] == "weight"
    assert float(page.get_attribute("#learning-gradient", "data-value") or "") == pytest.approx(again["gradient"])
    before, after, _moved = numbers(page.inner_text("#learning-loss"))
    assert (before, after) == pytest.approx((again["step"]["before"], again["step"]["after"]), abs=6e-8)
    expect(page.locator("#learning-weights [aria-pressed=true]")).to_have_attribute(
        "title", f"row {told['y']}, column {told['x']}"
    )


def test_a_step_lowers_the_loss_of_the_class_that_is_chosen(open_page: Open, server: str) -> None:
    page = _open(open_page, named(server, "conv2d", 1))
    page.click("#learning > summary")
    expect(page.locator("#learning-gradient")).not_to_be_empty()

    with page.expect_response("**/gradients") as heard:
        page.select_option("#learning-label", "ship")
    expect(page.locator("#learning-lead")).to_contain_text("“ship”")
    before, after, _moved = numbers(page.inner_text("#learning-loss"))

    assert heard.value.json()["label"] == "ship"
    assert after < before
    assert before > 1


def test_a_layer_without_weights_leads_to_one_that_has_some(open_page: Open, server: str) -> None:
    page = _open(open_page, named(server, "activation"))

    page.click("#learning > summary")
    expect(page.locator("#learning-body")).to_be_hidden()
    page.click("#learning-elsewhere button")

    expect(page.locator("#learning-gradient")).not_to_be_empty()


def test_it_is_for_everyone(open_page: Open, server: str) -> None:
    page = _open(open_page, named(server, "conv2d", 1), viewport=PHONE)
    page.click("#learning > summary")
    expect(page.locator("#learning-gradient")).not_to_be_empty()
    page.click("#learned summary")

    assert too_narrow(page, "#learning") == []
    assert in_both_themes(page, lambda: violations(page, "#learning")) == []
