"""The front page: what moves there, for whom it keeps still, and one's own photo in all of it."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.access import PHONE, in_both_themes, too_narrow, violations
from tests.browser.calls import post
from tests.browser.conftest import Open
from tests.browser.reading import photograph, picture, point_at

pytestmark = pytest.mark.browser

STILL = {"reduced_motion": "reduce"}
DOORS = ["#kernel-door", "#network-door", "#learning-door"]
MOST_WORDS = 40

_MOMENT = """() => ({
  window: document.querySelector("#beams .window").getAttribute("x"),
  numbers: document.querySelector("#hero-pixels").innerText,
  sum: document.querySelector("#hero-total").innerText,
  painted: [...document.querySelector("#hero-result").getContext("2d").getImageData(0, 0, 64, 64).data]
    .filter((_value, at) => at % 4 === 3).filter(Boolean).length,
})"""
_WORDS = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const words = [];
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!element.checkVisibility({ visibilityProperty: true }) || element.closest(".visually-hidden, .skip")) continue;
    words.push(...walker.currentNode.textContent.split(/\\s+/).filter((word) => /\\p{L}/u.test(word)));
  }
  return words;
}"""
_DROP = """(bytes) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([new Uint8Array(bytes)], "photo.png", { type: "image/png" }));
  document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
}"""
_IMAGE = "selector => document.querySelector(selector).toDataURL('image/png')"


def answered(page: Page) -> None:
    """Waits until the network and the gradient descent have answered."""
    expect(page.locator("#network-door .answer > :last-child")).not_to_be_empty()
    expect(page.locator("#learning-door .cells > :last-child")).not_to_be_empty()


def opened(open_page: Open, path: str = "/", **options: Any) -> Page:
    page = open_page(path, **options)
    answered(page)
    return page


def sum_of(page: Page) -> float:
    return float(page.inner_text("#hero-total").replace("−", "-").replace(",", ""))


def asked(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


def same_pixel(server: str, address: str, photo: Path | None = None) -> float:
    """What the API computes for the pixel that the room's address names."""
    query = asked(address)
    fields = {name: query[name] for name in ("color", "kernel", "border", "x", "y")} | {"max_side": query["size"]}
    files = {"image": ("photo.png", photo.read_bytes())} if photo else None
    fields |= {} if photo else {"sample": query["sample"]}
    answer = post(f"{server}/api/convolutions/pixel", data=fields, files=files)
    assert answer.status_code == 200, answer.text
    return float(answer.json()["value"])


def test_in_five_seconds_the_window_walks_the_sum_counts_and_the_result_paints_itself(open_page: Open) -> None:
    page = open_page("/")

    moments = []
    for _ in range(20):
        moments.append(page.evaluate(_MOMENT))
        page.wait_for_timeout(250)

    assert len({moment["window"] for moment in moments}) > 8
    assert len({moment["numbers"] for moment in moments}) > 5
    assert len({moment["sum"] for moment in moments}) > 5
    painted = [moment["painted"] for moment in moments]
    assert painted == sorted(painted)
    assert painted[-1] > painted[0] + 300


def test_the_whole_picture_is_painted_in_twelve_seconds_and_then_a_door_moves(open_page: Open) -> None:
    page = opened(open_page)
    before = page.evaluate(_IMAGE, "#kernel-door canvas")

    page.wait_for_function(f"() => ({_MOMENT})().painted === 64 * 64", timeout=60_000)
    page.wait_for_function(f"before => ({_IMAGE})('#kernel-door canvas') !== before", arg=before)

    assert page.evaluate(_MOMENT)["painted"] == 64 * 64


def test_whoever_wants_no_motion_sees_the_finished_still_until_play_is_pressed(open_page: Open) -> None:
    page = opened(open_page, **STILL)
    before = page.evaluate(_MOMENT)
    page.hover("#learning-door")
    page.wait_for_timeout(1500)

    assert page.evaluate(_MOMENT) == before
    assert before["painted"] == 64 * 64
    assert page.inner_text("#learning-door .cells").split() == [
        "−1.0",
        "0",
        "1.0",
        "−2.0",
        "0",
        "2.0",
        "−1.0",
        "0",
        "1.0",
    ]
    page.click("#pause")
    page.wait_for_function(f"before => ({_MOMENT})().window !== before", arg=before["window"])


def test_the_pause_button_stops_all_that_moves_and_starts_it_again(open_page: Open) -> None:
    page = open_page("/")
    expect(page.locator("#pause")).to_have_accessible_name("Pause")

    page.click("#pause")
    before = page.evaluate(_MOMENT)
    page.wait_for_timeout(1200)

    assert page.evaluate(_MOMENT) == before
    expect(page.locator("#pause")).to_have_accessible_name("Play")
    page.focus("#pause")
    page.keyboard.press("Enter")
    page.wait_for_function(f"before => ({_MOMENT})().painted > before", arg=before["painted"])


def test_the_nine_products_add_up_to_what_the_server_computes_there(open_page: Open, server: str) -> None:
    page = opened(open_page, **STILL)

    pixels = [int(number) for number in page.inner_text("#hero-pixels").split()]
    weights = [int(number.replace("−", "-")) for number in page.inner_text("#hero-weights").split()]

    assert sum_of(page) == np.dot(pixels, weights)
    assert sum_of(page) == same_pixel(server, page.get_attribute("#hero-photo", "href") or "")


def test_a_click_on_the_photo_opens_convolve_at_this_pixel_with_this_kernel(open_page: Open, server: str) -> None:
    page = opened(open_page)

    point_at(page, "#hero-photo", 40, 22)
    shown = sum_of(page)
    page.mouse.down()
    page.mouse.up()
    page.wait_for_url("**/convolve?*")

    query = asked(page.url)
    assert (query["kernel"], query["color"], query["sample"]) == ("sobel-x", "gray", "cat")
    assert (query["x"], query["y"]) == ("56", "22")  # the middle 64 of 96 columns
    assert same_pixel(server, page.url) == shown


def test_the_network_is_right_about_its_photo_and_says_what_it_is_asked_once(open_page: Open) -> None:
    page = open_page("/", locale="es-ES")
    answered(page)

    assert page.inner_text("#network-door .answer").startswith("gato")
    assert "Un gato" in page.inner_text("#network-told")


def test_ones_own_photo_is_in_hero_and_doors_and_nowhere_on_the_server(
    open_page: Open, server: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    photo = photograph(tmp_path / "photo.png", 64, 64)
    page = opened(open_page, **STILL)
    before = page.evaluate(_MOMENT)
    others = {door: page.inner_html(f"{door} .exhibit") for door in DOORS[1:]}

    page.evaluate(_DROP, list(photo.read_bytes()))
    page.wait_for_function(f"before => ({_MOMENT})().numbers !== before", arg=before["numbers"])
    for door in DOORS[1:]:
        page.wait_for_function("([door, html]) => document.querySelector(`${door} .exhibit`).innerHTML !== html",
                               arg=[door, others[door]])  # fmt: skip

    shown = picture(page.evaluate(_IMAGE, "#hero-photo canvas"))[..., :3]
    np.testing.assert_allclose(shown, np.asarray(Image.open(photo)), atol=1)
    assert asked(page.get_attribute("#kernel-door", "href") or "")["sample"] == "own"
    assert asked(page.get_attribute("#network-door", "href") or "")["sample"] == "own"
    assert sum_of(page) == same_pixel(server, page.get_attribute("#hero-photo", "href") or "", photo)
    kept = [path for folder in tmp_path_factory.getbasetemp().glob("data*") for path in folder.rglob("*")]
    assert [path for path in kept if path.is_file() and photo.read_bytes() in path.read_bytes()] == []


def test_ones_own_photo_is_there_again_on_coming_back(open_page: Open, tmp_path: Path) -> None:
    photo = photograph(tmp_path / "photo.png", 64, 64)
    page = opened(open_page, **STILL)
    page.set_input_files("#upload", photo)
    page.wait_for_function("() => localStorage.getItem('picture') === 'own'")  # it is shown first, then kept

    page.reload()
    page.wait_for_selector("html[data-ready]")

    shown = picture(page.evaluate(_IMAGE, "#hero-photo canvas"))[..., :3]
    np.testing.assert_allclose(shown, np.asarray(Image.open(photo)), atol=1)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1440, 900), (1920, 1080)])
def test_all_of_it_is_in_one_view_in_few_words(open_page: Open, language: str, width: int, height: int) -> None:
    page = opened(open_page, f"/?lang={language}", viewport={"width": width, "height": height}, **STILL)

    words = page.evaluate(_WORDS)
    size = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")

    assert len(words) < MOST_WORDS, words
    assert size == [width, height]


def test_on_a_phone_photo_numbers_and_result_are_one_view_above_the_thumb_bar(open_page: Open) -> None:
    page = opened(open_page, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, **STILL)

    parts = ["#hero-photo", "#hero-pixels", "#hero-total", "#hero-result", ".thumb-bar"]
    boxes = [page.locator(part).bounding_box() for part in parts]
    tops = [box["y"] for box in boxes if box]
    doors = [box for door in DOORS if (box := page.locator(door).bounding_box())]

    assert tops == sorted(tops)
    result, bar = boxes[3:]
    assert result is not None
    assert bar is not None
    assert result["y"] + result["height"] <= bar["y"] + 1
    assert bar["y"] + bar["height"] <= 845
    assert all(box["width"] > 340 for box in doors)
    assert page.evaluate("document.documentElement.scrollHeight") < 3000


@pytest.mark.parametrize("language", ["en", "es"])
def test_nothing_sticks_out_at_any_width(open_page: Open, language: str) -> None:
    page = opened(open_page, f"/?lang={language}", viewport=PHONE, **STILL)

    assert too_narrow(page) == []


def test_axe_finds_nothing(open_page: Open) -> None:
    page = opened(open_page, **STILL)

    assert in_both_themes(page, lambda: violations(page)) == []
    page.set_viewport_size(PHONE)
    assert violations(page) == []


def test_by_keyboard_all_is_reached_and_a_door_that_has_the_focus_plays(open_page: Open) -> None:
    page = opened(open_page)
    reached = []
    for _ in range(20):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id"))

    order = [
        reached.index(name) for name in ("hero-photo", "upload", "camera", "pause", "kernel-door", "learning-door")
    ]
    assert order == sorted(order)
    page.focus("#learning-door")
    cells = page.locator("#learning-door .cells > :first-child")
    expect(cells).not_to_have_text("−1.0")
    expect(cells).to_have_text("−1.0")


def test_what_happens_is_told_and_the_moving_numbers_are_not(open_page: Open) -> None:
    page = opened(open_page, **STILL)

    told = page.inner_text("#hero-told")

    assert "Sobel x" in told
    assert f"{sum_of(page):g}" in told
    live = page.locator("[aria-live], [role=status], [role=log]").evaluate_all(
        "all => all.map((one) => one.textContent)"
    )
    assert "".join(live).strip() == ""
    assert page.get_attribute(".hero-sum", "aria-hidden") == "true"
