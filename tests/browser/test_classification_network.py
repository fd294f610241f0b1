"""The network on one screen, 1280 x 720: a click on a map shows it being made, photo, sum and answer in one view."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.calls import post
from tests.browser.conftest import Open
from tests.browser.inside import made, named, numbers, open_map, ready, shown, unit, unit_value

pytestmark = pytest.mark.browser

SCREEN = {"width": 1280, "height": 720}
MODELS = ("explain", "digits", "best", "photos")
WRITTEN = 0.0051  # sums are written with two decimals
_BOX = "e => e.getBoundingClientRect().toJSON()"


def opened(open_page: Open, model: str, **options: Any) -> Page:
    """The page of a network with the cat, on a small screen of a projector."""
    page = open_page(f"/classify?sample=cat&model={model}", viewport=SCREEN, **options)
    ready(page)
    return page


def outside(page: Page, *parts: str) -> list[str]:
    """What does not lie within the first screen."""
    wrong = []
    for part in parts:
        box = page.locator(part).first.evaluate(_BOX)
        if box["top"] < 0 or box["left"] < 0 or box["bottom"] > SCREEN["height"] or box["right"] > SCREEN["width"]:
            wrong.append(f"{part} {box}")
    return wrong


def height(page: Page) -> list[int]:
    """How high and wide the document is, and how far it is scrolled."""
    found: list[int] = page.evaluate(
        "[document.documentElement.scrollHeight, document.documentElement.scrollWidth, scrollY, scrollX]"
    )
    return found


_SECOND = """all => all.filter(column => column.querySelector('.map').dataset.layers.startsWith('conv2d'))[1]
  .dataset.layer"""


def tile(page: Page) -> str:
    """A map of the second column that stands for a convolution."""
    layer = page.locator("#maps .column").evaluate_all(_SECOND)
    return f".column[data-layer='{layer}'] .map >> nth=1"


@pytest.mark.parametrize("model", MODELS)
def test_the_whole_network_stands_on_the_first_screen(open_page: Open, model: str) -> None:
    page = opened(open_page, model)

    columns = page.locator("#maps .column")
    counts = columns.evaluate_all("all => all.map(column => column.querySelectorAll('.map').length)")

    assert outside(page, "#seen", "#maps", "#answer", "#strip", "#maps .column >> nth=-1") == []
    assert max(counts) <= 8
    assert page.evaluate("document.querySelector('#maps').scrollWidth <= document.querySelector('#maps').clientWidth")
    assert height(page)[1] == SCREEN["width"]


@pytest.mark.parametrize("model", MODELS)
def test_a_clicked_map_is_seen_being_made(open_page: Open, model: str) -> None:
    page = opened(open_page, model, reduced_motion="no-preference")
    before = height(page)

    page.click(tile(page))
    expect(page.locator("#making[data-unit]")).to_be_visible()
    expect(page.locator("#making[data-playing]")).to_be_visible()  # it is painted, row by row
    first = page.inner_text("#hero-place")
    expect(page.locator("#hero-place")).not_to_have_text(first)  # and the sum counts along

    assert outside(page, "#seen", "#terms", "#map", "#hero-value", "#answer", "#strip", "#play") == []
    made(page)
    assert height(page) == before
    assert page.locator("#answer .bar-row.is-best").is_visible()


def test_escape_a_cross_and_a_second_click_fold(open_page: Open) -> None:
    page = opened(open_page, "explain", reduced_motion="reduce")
    before = height(page)

    for fold in ("Escape", "#making-close", ".map[aria-pressed='true']"):
        page.click(tile(page))
        expect(page.locator("#making[data-unit]")).to_be_visible()
        expect(page.locator("#map")).to_be_focused()
        if fold == "Escape":
            page.keyboard.press(fold)
        elif fold == "#making-close":
            page.click(fold)
        else:
            page.locator(fold).dispatch_event("click")  # its column has folded towards the photo
        expect(page.locator("#making")).to_be_hidden()
        expect(page.locator(".column .map:focus")).to_have_count(1)
        assert height(page) == before


_LATE = """const decode = HTMLImageElement.prototype.decode;
HTMLImageElement.prototype.decode = async function () {
  await new Promise(done => setTimeout(done, 500));
  return decode.call(this);
}; 0"""


def test_what_comes_of_a_network_that_has_gone_changes_nothing(open_page: Open) -> None:
    page = opened(open_page, "explain")  # which fails where a script does
    page.evaluate(_LATE)
    with page.expect_response("**/explain/explanations"):
        page.click(tile(page))
    page.click("#networks summary")
    with page.expect_response("**/digits/classifications"):
        page.click(".model[data-model=digits]")
    page.locator(".model[data-model=explain]").dispatch_event("click")  # the list has closed

    expect(page.locator("#said")).to_contain_text("cat")
    expect(page).not_to_have_url(re.compile("layer="))
    ready(page)
    expect(page.locator("#making")).to_be_hidden()


_HELD = """const decode = HTMLImageElement.prototype.decode;
const released = new Promise(done => (window.release = done));
HTMLImageElement.prototype.decode = async function () { await released; return decode.call(this); }; 0"""

_ENTER = """sample => {
  history.pushState(null, '', `?model=explain&sample=${sample}`);
  dispatchEvent(new PopStateEvent('popstate'));
}"""


def test_an_answer_that_comes_while_another_state_is_entered_changes_nothing(open_page: Open) -> None:
    page = opened(open_page, "explain")  # which fails where a script does
    held: list[Route] = []
    page.evaluate(_HELD)
    with page.expect_response("**/explain/classifications"):
        page.evaluate(_ENTER, "coffee")
    page.route("**/api/convolutions", lambda route: held.append(route))
    with page.expect_request("**/api/convolutions"):
        page.evaluate(_ENTER, "rocket")

    page.evaluate("release()")
    page.wait_for_timeout(300)
    held[0].continue_()
    page.unroute("**/api/convolutions")

    expect(page.locator("#truth")).to_contain_text("rocket")
    ready(page)


@pytest.mark.parametrize("model", MODELS)
def test_parts_rest_and_bias_add_up_to_the_number(open_page: Open, server: str, model: str) -> None:
    page = opened(open_page, model, reduced_motion="reduce")
    page.click(tile(page))
    expect(page.locator("#making[data-unit]")).to_be_visible()
    told = post(f"{server}/api/models/{model}/explanations", data={"sample": "cat", **unit(page)}).json()

    parts = [numbers(text)[-1] for text in page.locator("#terms .term .term-sum").all_inner_texts()]
    bias = numbers(page.inner_text("#terms .bias .term-sum"))[0]
    hidden = len(told["inputs"]) - page.locator("#terms .term:not(.term-rest)").count()

    assert sum(parts) + bias == pytest.approx(told["value"], abs=WRITTEN * (len(parts) + 1))
    assert numbers(page.inner_text("#hero-value"))[0] == pytest.approx(told["value"], abs=WRITTEN)
    assert page.locator("#terms .term:not(.term-rest)").count() <= 7
    rest = page.locator("#terms .term-rest")
    assert (numbers(rest.inner_text())[0] if rest.count() else 0) == hidden


def test_the_window_moves_with_the_arrow_keys_and_every_number_is_the_servers(open_page: Open, server: str) -> None:
    page = opened(open_page, "explain", reduced_motion="reduce")
    open_map(page, named(server, "conv2d", 1), shown(page, named(server, "conv2d", 1))[0])
    before = unit(page)

    page.focus("#map")
    with page.expect_response("**/activations"):  # the values that the sums are worked out from, here
        page.keyboard.press("ArrowLeft")
    for key in ("ArrowLeft", "ArrowUp"):
        page.keyboard.press(key)
    place = re.compile(rf"^{before['layer']} {before['channel']} {max(0, before['x'] - 2)} {max(0, before['y'] - 1)}$")
    expect(page.locator("#making")).to_have_attribute("data-unit", place)
    told = post(f"{server}/api/models/explain/explanations", data={"sample": "cat", **unit(page)}).json()

    assert unit_value(page) == pytest.approx(told["value"], abs=6e-5)
    strongest = max(told["inputs"], key=lambda term: abs(term["sum"]))
    assert numbers(page.inner_text("#strip-line"))[-1] == pytest.approx(strongest["sum"], abs=0.00051)
    written = page.inner_text("#strip-line").split("=")[0]
    factors = numbers(written.replace("(", "").replace(")", "").replace("·", " "))
    products = [level * weight for level, weight in zip(factors[::2], factors[1::2], strict=True)]
    assert sum(products) == pytest.approx(strongest["sum"], abs=0.01)  # three decimals: the written sum comes out


def test_a_walk_over_the_map_gives_the_servers_sums(open_page: Open, server: str) -> None:
    page = opened(open_page, "explain", reduced_motion="reduce")
    layer = named(server, "conv2d", 1)
    open_map(page, layer, shown(page, layer)[0])
    page.click("#play")
    page.wait_for_function("() => document.querySelector('#hero-place').textContent.includes('row 3')")
    page.click("#play")  # paused

    row, column = map(int, numbers(page.inner_text("#hero-place")))
    asked = {"sample": "cat", "layer": layer, "channel": unit(page)["channel"], "x": column, "y": row}
    told = post(f"{server}/api/models/explain/explanations", data=asked).json()
    sums = {f"{layer_of(told)}-{term['channel']}": term["sum"] for term in told["inputs"]}

    assert numbers(page.inner_text("#hero-value"))[0] == pytest.approx(told["value"], abs=WRITTEN)
    for term in page.locator("#terms .term[data-term]").all():
        part = numbers(term.locator(".term-sum").inner_text())[0]
        assert part == pytest.approx(sums[term.get_attribute("data-term") or ""], abs=WRITTEN)


def layer_of(told: dict[str, Any]) -> str:
    """The layer whose maps were added."""
    return str(told["from"])


def test_all_maps_of_a_column_come_on_demand(open_page: Open, server: str) -> None:
    page = opened(open_page, "explain")
    layer = named(server, "conv2d", 2)

    page.click(f".column:has([data-layers~='{layer}']) .more")

    expect(page.locator(f".map[data-layers~='{layer}']")).to_have_count(16)
    assert outside(page, "#maps", "#answer", "#strip") == []
