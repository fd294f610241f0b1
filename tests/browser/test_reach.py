"""The rooms without eyes, without colors and without controls: what a screen reader is told is what the server says."""

import itertools
import re
import time
from typing import Any

import httpx2
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.access import in_both_themes, violations
from tests.browser.calls import PATIENCE_S, post
from tests.browser.conftest import Open
from tests.browser.reading import explained, picture
from tests.browser.running import tell, trained
from tests.browser.seeing import confusion, counted
from tests.browser.still import still
from tests.browser.zoomed import NARROW, ZOOMED, lost

pytestmark = pytest.mark.browser

PAGES = ("/", "/convolve", "/classify?sample=cat&model=explain", "/train?dataset=digits", "/board")
READ = ("/lessons", "/lessons/3", "/lessons/glossary", "/lessons/questions", "/class")
TABS = ("overfitting", "experiments", "networks")
VIEW = {"width": 1280, "height": 720}
PHONE = {"width": 390, "height": 844}
LANGUAGES = ("en", "es")
MEMORIZED = {"epochs": 150, "learning_rate": 0.02, "train_limit": 40}


@pytest.fixture(scope="module")
def memorized(server: str) -> str:
    """A run on so few pictures that it can only memorize them."""
    return trained(server, MEMORIZED)


def heard(page: Page, pattern: str) -> str:
    """What a pattern finds in the accessibility tree of the room, once it is there."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := re.search(pattern, page.get_by_role("main").aria_snapshot())):
        assert time.monotonic() < deadline, pattern
        page.wait_for_timeout(200)
    return found[1]


def told(server: str, model: str, question: str, language: str, **fields: str) -> dict[str, Any]:
    """The answer of the API to a question to a network."""
    answer = post(f"{server}/api/models/{model}/{question}", data=fields, headers={"Accept-Language": language})
    found: dict[str, Any] = answer.json()
    return found


def is_overfitting(history: list[dict[str, Any]]) -> bool:
    """By the losses of the last epoch (decision 28)."""
    last, lowest = history[-1], min(row["validation_loss"] for row in history)
    gap = last["validation_loss"] - last["train_loss"]
    return bool(gap > 0.25 and (last["validation_loss"] - lowest > 0.05 or gap > last["validation_loss"] / 2))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tree_says_which_class(open_page: Open, server: str, language: str) -> None:
    page = open_page(f"/classify?sample=cat&model=explain&lang={language}", viewport=VIEW)

    headline = told(server, "explain", "classifications", language, sample="cat")["verdict"]["headline"]
    assert heard(page, rf'heading "({re.escape(headline)})" \[level=1\]')


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tree_says_which_map_is_the_strongest_of_a_column(open_page: Open, server: str, language: str) -> None:
    page = open_page(f"/classify?sample=cat&model=explain&lang={language}", viewport=VIEW)

    first = heard(page, r"(?:Strongest maps|Mapas más fuertes): (.+?)[,.]")

    layers = told(server, "explain", "activations", language, sample="cat")["layers"]
    name, channel = re.fullmatch(r"(.+) (?:map|mapa) (\d+)", first).groups()  # type: ignore[union-attr]
    kind, number = name.split()
    layer = next(one for one in layers if one["name"] == f"{kind.lower()}_{number}")
    sprite = picture(layer["maps"]).astype(float).reshape(layer["shape"][0], -1)
    assert int(channel) == np.abs(sprite - 128).mean(axis=1).argmax() + 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tree_says_the_value_at_a_pixel(open_page: Open, server: str, language: str) -> None:
    place = {"sample": "camera", "kernel": "sobel-x", "x": 33, "y": 20}
    query = "&".join(f"{name}={value}" for name, value in place.items())
    page = open_page(f"/convolve?{query}&size=64&lang={language}", viewport=VIEW, reduced_motion="reduce")

    said = heard(page, r"(?:row|fila) 20, (?:column|columna) 33[^:]*: ([−\d.,]+)\. ")

    value = explained(server, place | {"max_side": 64, "color": "gray", "channel": 0})["value"]
    assert float(re.sub(r"[.,]", "", said).replace("−", "-")) == value


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tree_says_whether_it_overfits_and_which_epoch_was_best(
    open_page: Open, server: str, quick_run: str, memorized: str, language: str
) -> None:
    found = []
    for run in (quick_run, memorized):
        history = tell(server, run)["history"]
        best = max(history, key=lambda row: row["validation_accuracy"])
        page = open_page(f"/train?run={run}&lang={language}", viewport=VIEW)

        epoch = heard(page, r"(?:Best validation accuracy|Mejor exactitud de validación): .+ (?:epoch|época) (\d+)\.")
        said = heard(page, r"((?:No )?[Oo]verfitting|Sobreajuste|Sin sobreajuste|Apenas hay sobreajuste)")

        assert int(epoch) == best["epoch"]
        assert (said in ("Overfitting", "Sobreajuste")) is is_overfitting(history)
        found.append(is_overfitting(history))
    assert found == [False, True]


def test_where_a_row_of_numbers_ends_is_heard(open_page: Open, server: str, run: str) -> None:
    page = open_page("/convolve?sample=camera&size=64&kernel=sobel-x&x=33&y=20", reduced_motion="reduce")
    products = page.get_by_role("table", name="The window: each pixel times its weight")
    expect(products.get_by_role("row")).to_have_count(3)
    assert [row.get_by_role("cell").count() for row in products.get_by_role("row").all()] == [3, 3, 3]
    expect(page.get_by_role("textbox", name="Weight in row 2, column 1")).to_have_value("-2")

    page = open_page(f"/train?run={run}")
    counted(page)
    matrix = page.get_by_role("table", name=re.compile("^Confusion matrix"))
    names = [
        name for row in matrix.get_by_role("row").all()[1:] for name in row.get_by_role("rowheader").all_inner_texts()
    ]
    assert names == confusion(server, run)["classes"]


# Forced colors


_FADED = """() => {
  const clear = (color) => /rgba\\(.*, 0\\)|transparent/.test(color);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if (!clear(color)) return color;
    }
    return getComputedStyle(document.documentElement).getPropertyValue('background-color');
  };
  const hasText = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  return [...document.body.querySelectorAll('*')]
    .filter((element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
    .filter(hasText)
    .filter((element) => !element.closest('.visually-hidden, script, svg'))
    .filter((element) => getComputedStyle(element).color === behind(element))
    .map((element) => element.outerHTML.slice(0, 120));
}"""
_OUTLINED = """(element) => {
  const style = getComputedStyle(element);
  const drawn = (side) => style[`${side}Style`] !== 'none' && parseFloat(style[`${side}Width`]) > 0;
  return drawn('outline') || drawn('borderTop');
}"""
_INKS = """canvas => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const colors = new Set();
  for (let at = 0; at < data.length; at += 4) if (data[at + 3] > 200) colors.add(data.slice(at, at + 3).join());
  return colors.size;
}"""


@pytest.fixture(params=["light", "dark"])
def forced(request: pytest.FixtureRequest, open_page: Open) -> Any:
    """Opens a page in the forced colors of a system, light or dark."""
    return lambda path: open_page(
        path, viewport=VIEW, forced_colors="active", color_scheme=request.param, reduced_motion="reduce"
    )


@pytest.mark.parametrize("path", PAGES)
def test_forced_colors_hide_no_text(forced: Any, path: str) -> None:
    page = forced(path)
    still(page)

    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    assert page.evaluate(_FADED) == []


def test_forced_colors_leave_the_window_and_the_signs(forced: Any) -> None:
    page = forced("/convolve?sample=camera&size=64&kernel=sobel-x&x=33&y=20")
    window = page.locator("#input svg .window")

    expect(window).to_have_count(1)
    assert window.evaluate("rect => getComputedStyle(rect).stroke") not in ("none", "rgba(0, 0, 0, 0)")
    weights = page.locator("kernel-grid input").evaluate_all("cells => cells.map(cell => cell.value)")
    assert weights == ["-1", "0", "1", "-2", "0", "2", "-1", "0", "1"]
    assert page.locator("kernel-grid input").first.evaluate(_OUTLINED)
    assert page.locator("#products .product").first.evaluate(_OUTLINED)


def test_forced_colors_leave_the_selected_map(forced: Any) -> None:
    page = forced("/classify?sample=cat&model=explain")
    page.locator("#maps .map").nth(8).click()
    selected = page.locator("#maps .map[aria-pressed=true]")
    expect(selected).to_have_count(1)

    assert selected.evaluate(_OUTLINED)
    assert not page.locator("#maps .map[aria-pressed=false]").first.evaluate(_OUTLINED)


def test_forced_colors_leave_the_curves_and_the_matrix_with_its_numbers(forced: Any, server: str, run: str) -> None:
    page = forced(f"/train?run={run}")
    counted(page)

    assert page.locator("#accuracy-chart canvas").evaluate(_INKS) > 2
    assert {"training", "validation"} <= set(re.findall(r"\w+", page.inner_text("#chart-ends")))
    cells = page.locator("#confusion button")
    assert [int(text) for text in cells.all_inner_texts()] == np.ravel(confusion(server, run)["matrix"]).tolist()
    assert all(cells.nth(index).evaluate(_OUTLINED) for index in (0, 1))


# axe, and phones


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_in_class_view(open_page: Open, path: str) -> None:
    page = open_page(path, viewport=VIEW, reduced_motion="reduce")
    page.get_by_role("switch", name="Class view").click()
    still(page)

    assert in_both_themes(page, lambda: violations(page)) == []


@pytest.mark.parametrize("tab", TABS)
def test_axe_finds_nothing_in_the_tabs_of_train(open_page: Open, quick_run: str, tab: str) -> None:
    page = open_page(f"/train?run={quick_run}&tab={tab}", viewport=VIEW)

    assert in_both_themes(page, lambda: violations(page)) == []


@pytest.mark.usefixtures("quick_run")
def test_axe_finds_nothing_on_the_board(open_page: Open) -> None:
    page = open_page("/board", viewport=VIEW)
    expect(page.locator("#board-runs > li").first).to_be_visible()

    assert in_both_themes(page, lambda: violations(page)) == []


@pytest.mark.parametrize("path", ["/train?dataset=digits", *(f"/train?tab={tab}" for tab in TABS), "/board"])
def test_a_page_is_short_on_a_phone(open_page: Open, path: str) -> None:
    page = open_page(path, viewport=PHONE, has_touch=True, is_mobile=True)

    assert page.evaluate("document.documentElement.scrollHeight") < 3000


# 200 %


@pytest.mark.usefixtures("quick_run")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", [*PAGES, *READ, *(f"/train?tab={tab}" for tab in TABS)])
def test_nothing_is_lost_at_200_percent(open_page: Open, path: str, language: str) -> None:
    mark = "&" if "?" in path else "?"
    ready = "html" if path == "/lessons/questions" else "html[data-ready]"
    page = open_page(f"{path}{mark}lang={language}", viewport=ZOOMED, reduced_motion="reduce", ready=ready)
    still(page)

    assert lost(page) == []
    page.set_viewport_size(NARROW)
    still(page)
    assert lost(page) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_of_a_class_is_lost_at_200_percent(open_page: Open, server: str, language: str) -> None:
    with httpx2.Client(base_url=server, timeout=PATIENCE_S) as client:
        opened = client.post("/api/classes").json()
        pages = [
            open_page(path, viewport=ZOOMED, reduced_motion="reduce")
            for path in (f"{opened['teacher_link']}&lang={language}", f"{opened['join']}?lang={language}")
        ]
        for kind in ("which-picture", "output-size"):
            client.put(f"/api/classes/{opened['code']}/question", json={"kind": kind, "seed": 12})
            for size, page in itertools.product((ZOOMED, NARROW), pages):
                page.set_viewport_size(size)
                expect(page.locator(".choices .choice")).to_have_count(4)
                assert lost(page) == []
        client.delete(f"/api/classes/{opened['code']}")
