"""What a room is and what to try in it, for who comes there first: pressed, ticked off, put away and brought back."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.web.i18n import translate
from app.web.rooms import ROOMS, Room
from tests.browser.access import in_both_themes, too_narrow, violations
from tests.browser.conftest import Open
from tests.browser.first_views import first_view
from tests.browser.reading import photograph, value

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet")]

VIEW = {"width": 1280, "height": 720}
PHONE = {"width": 390, "height": 844}
MAIN = {  # what a first view is for
    "/convolve": ("#input .frame", "#products", "#pixel-value", "#result .frame", "#presets"),
    "/classify": ("#said", "#seen", "#network-name"),
    "/train": ("#run-start", "#accuracy-chart", "#time-moment"),
}
by_path = pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)


def told(page: Page) -> str:
    return page.inner_text("#tries-said")


def press(page: Page, name: str) -> None:
    page.click(f"[data-try={name}]")
    expect(page.locator(f"[data-try={name}]")).to_have_class(re.compile("is-tried"))


@by_path
@pytest.mark.parametrize("language", ["en", "es"])
def test_who_comes_first_is_told_what_it_is_and_sees_the_main_task(open_page: Open, room: Room, language: str) -> None:
    page = open_page(f"{room.path}?lang={language}", viewport=VIEW)
    boxes = {part: page.locator(part).first.bounding_box() for part in (*MAIN[room.path], "[data-try] >> nth=2")}

    assert told(page) == translate(language, room.what)
    assert [link.inner_text() for link in page.locator("[data-try]").all()] == [
        translate(language, one.state.title) for one in room.tries()
    ]
    assert {part: box for part, box in boxes.items() if not box or box["y"] + box["height"] > VIEW["height"]} == {}


@by_path
@pytest.mark.parametrize("more", ["?sample=cat&hide=footer", "?class=1", "?sample=cat&fix=picture"])
def test_who_was_sent_to_more_than_the_room_is_not(open_page: Open, room: Room, more: str) -> None:
    page = open_page(room.path + more, viewport=VIEW)

    expect(page.locator("#tries >> visible=true")).to_have_count(0)


@by_path
def test_it_is_put_away_and_brought_back_by_keyboard(open_page: Open, room: Room) -> None:
    page = open_page(room.path, viewport=VIEW)

    page.focus("#tries-away")
    page.keyboard.press("Enter")
    expect(page.locator("#tries")).to_be_hidden()
    expect(page.locator("#main")).to_be_focused()
    page.goto(page.url.split("?")[0])
    page.wait_for_selector("html[data-ready]")
    expect(page.locator("#tries")).to_be_hidden()
    page.focus("#tries-back")
    page.keyboard.press("Enter")

    expect(page.locator("[data-try]").first).to_be_focused()
    expect(page.locator("#tries-back")).to_be_hidden()


def test_it_stays_when_the_language_is_another_one(open_page: Open) -> None:
    page = open_page("/classify", viewport=VIEW)

    page.click("[data-language=es]")
    page.wait_for_selector("html[data-ready][lang=es]")

    assert told(page) == translate("es", next(room.what for room in ROOMS if room.path == "/classify"))


def test_convolutions_three(open_page: Open, tmp_path: Path) -> None:
    page = open_page("/convolve", viewport=VIEW)

    press(page, "edges-of-it")
    expect(page.locator("[data-kernel=edge-laplacian-8]").first).to_have_attribute("aria-pressed", "true")
    assert page.get_attribute("html", "data-picture") == "astronaut"
    page.set_input_files("#upload", photograph(tmp_path / "photo.png"))
    expect(page.locator("[data-try=own-photo]")).to_have_class(re.compile("is-tried"))
    press(page, "one-pixel")
    assert value(page) == 6600
    assert "added up" in told(page)
    page.goto(page.url.split("?")[0])
    page.wait_for_selector("html[data-ready]")

    expect(page.locator(".is-tried")).to_have_count(3)
    press(page, "own-photo")
    expect(page.locator("html")).to_have_attribute("data-picture", "own")


def test_ones_photo_is_asked_for_where_there_is_none(open_page: Open, tmp_path: Path) -> None:
    page = open_page("/classify", viewport=VIEW)

    with page.expect_file_chooser() as chooser:
        page.click("[data-try=own-photo]")
    expect(page.locator(".is-tried")).to_have_count(0)
    chooser.value.set_files(photograph(tmp_path / "photo.png"))

    expect(page.locator("[data-try=own-photo]")).to_have_class(re.compile("is-tried"))
    assert "your photo" in told(page).lower()


def test_classifications_others(open_page: Open) -> None:
    page = open_page("/classify", viewport=VIEW)
    expect(page.locator("#said")).to_contain_text("cat")
    before = page.inner_text("#said")

    press(page, "covered")
    expect(page.locator("#said")).not_to_have_text(before)
    press(page, "one-map")
    expect(page.locator("#said")).to_have_text(before)
    page.wait_for_url(re.compile("layer=conv2d_1"))
    page.go_back()
    expect(page.locator("#said")).not_to_have_text(before)


def test_trainings_three(open_page: Open) -> None:
    page = open_page("/train", viewport=VIEW)

    press(page, "first-training")
    expect(page.locator("#training")).to_have_attribute("data-run", "finished")
    press(page, "overfitting")
    expect(page.locator("#theater")).to_be_visible()
    press(page, "too-high")
    expect(page.locator("#training")).to_have_attribute("data-run", re.compile("queued|running|finished"))
    assert "fifty" in told(page)


@by_path
def test_a_phone_has_them_a_press_away(open_page: Open, room: Room) -> None:
    page = open_page(room.path, viewport=PHONE, has_touch=True)

    expect(page.locator("[data-try]").first).to_be_hidden()
    page.tap(".tries-open")
    first = page.locator("[data-try]").first
    box = first.bounding_box()

    assert box
    assert box["height"] >= 44
    assert box["y"] + box["height"] < PHONE["height"]
    assert too_narrow(page, widths=(320, 390)) == []


@by_path
def test_axe_finds_nothing_in_it_in_either_theme_nor_without_colors(open_page: Open, room: Room) -> None:
    page = open_page(room.path, viewport=VIEW, forced_colors="active")
    assert violations(page, "#tries") == []
    page.emulate_media(forced_colors="none")

    assert in_both_themes(page, lambda: violations(page, "#tries")) == []


@by_path
def test_nothing_moves_when_it_was_put_away(browser: Browser, server: str, room: Room) -> None:
    away = f"localStorage.setItem('tries', JSON.stringify({{{room.name}: {{isAway: true}}}}));"

    with first_view(browser, server + room.path, away) as page:
        expect(page.locator("#tries")).to_be_hidden()
        assert page.evaluate("window.shifted") < 0.1
