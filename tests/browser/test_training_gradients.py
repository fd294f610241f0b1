"""The size of each layer's gradient and its dead ReLUs on the train page, at the moment that is shown."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.access import PHONE, in_both_themes, too_narrow, violations
from tests.browser.calls import get
from tests.browser.conftest import Open
from tests.browser.inside import numbers
from tests.browser.running import fold_out, trained, unfold
from tests.browser.seeing import scrub, snapshots

pytestmark = pytest.mark.browser

HEIGHT = 120  # of a chart, which its ticks divide into powers of ten


@pytest.fixture(scope="module")
def deep(server: str) -> str:
    """One epoch of the prepared run that is too deep; its id."""
    recipes = get(f"{server}/api/recipes").json()["recipes"]
    recipe = next(row for row in recipes if row["name"] == "too-deep")
    return trained(server, recipe["training"] | {"epochs": 1}, dataset=recipe["dataset"], network=recipe["network"])


def _drawn(page: Page) -> list[list[float]]:
    """Of each layer's line the heights that it passes, downward from the top."""
    lines = page.locator("#gradient-sizes path").evaluate_all("all => all.map(path => path.getAttribute('d'))")
    return [[float(point.split()[1]) for point in line[1:].removesuffix("h0").split("L")] for line in lines]


def test_too_deep_shows_its_first_gradient_a_hundred_times_below_its_last(
    open_page: Open, server: str, deep: str
) -> None:
    told = snapshots(server, deep)
    sizes = [row["size"] for row in told[-1]["gradients"]]
    page = open_page(f"/train?run={deep}")
    fold_out(page, "#gradients-card")
    expect(page.locator("#gradients-fact")).to_have_text("epoch 1")

    *_, times, _dense = numbers(page.inner_text("#gradients-note"))
    drawn = _drawn(page)
    powers = page.locator("#gradient-sizes .axis span").all_inner_texts()

    assert times == pytest.approx(sizes[-1] / sizes[0], rel=0.06)
    assert times > 100
    assert len(drawn) == len(sizes) == 13
    assert all(len(line) == len(told) for line in drawn)
    assert drawn[0][-1] - drawn[-1][-1] > 2 * HEIGHT / (len(powers) - 1), "two powers of ten below"


def test_a_click_goes_to_that_moment_and_all_layers_are_told(open_page: Open, server: str, deep: str) -> None:
    told = snapshots(server, deep)
    page = open_page(f"/train?run={deep}")
    fold_out(page, "#gradients-card")
    expect(page.locator("#gradients-fact")).to_have_text("epoch 1")

    page.locator("#gradient-sizes svg").click(position={"x": 1, "y": 60})
    expect(page.locator("#gradients-fact")).to_have_text("random start")
    page.click("#gradients-body summary")
    rows = page.locator("#gradients-table tr").all_inner_texts()

    dead, units = numbers(page.inner_text("#dead-note"))[:2]
    assert dead == sum(row["dead"] for row in told[0]["relus"])
    assert units == sum(row["units"] for row in told[0]["relus"]) == 192
    assert len(rows) == 25
    assert rows[0].startswith("conv 1")
    assert rows[-1].startswith("ReLU 12")
    scrub(page, "End")
    expect(page.locator("#gradients-fact")).to_have_text("epoch 1")


def test_the_charts_are_for_everyone(open_page: Open, deep: str) -> None:
    page = open_page(f"/train?run={deep}&lang=es", viewport=PHONE)
    fold_out(page, "#gradients-card")
    page.click("#gradients-body summary")

    assert too_narrow(page, "#gradients-card") == []
    assert in_both_themes(page, lambda: violations(page, "#gradients-card")) == []


def test_a_view_that_fails_stops_none_of_the_others(open_page: Open) -> None:
    page = open_page("/train?dataset=shapes", expected="properties of null")
    for row, sentence in (("#gradients-card", "#gradients-empty"), ("#norms-card", "#norms-empty")):
        fold_out(page, row)
        expect(page.locator(sentence)).not_to_be_empty()
    page.evaluate("document.querySelector('#gradients-card').remove()")

    page.evaluate("document.querySelector('#norms-empty').textContent = ''")
    unfold(page, "input")
    page.click("#settings label:has-text('center')")

    expect(page.locator("#norms-empty")).not_to_be_empty()
