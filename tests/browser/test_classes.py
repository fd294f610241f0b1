"""A class of a teacher and two pupils: asked, answered on a phone, shown within one view, reloaded, closed."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx2
import pytest
from playwright.sync_api import Page, expect

from tests.browser.access import in_both_themes, too_narrow, violations
from tests.browser.conftest import Open
from tests.browser.reading import scanned

pytestmark = pytest.mark.browser

PROJECTOR = {"width": 1280, "height": 720}
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def teacher(open_page: Open) -> Iterator[Page]:
    """The teacher's page of a class that was opened by a click; closed at the end."""
    page = open_page("/class", viewport=PROJECTOR)
    page.click("#open-class")
    expect(page.locator(".class-code")).to_be_visible()
    page.wait_for_selector("html[data-ready]")
    yield page
    if page.locator("#close-class").count():
        close(page)


def close(page: Page) -> None:
    page.click("#close-class")
    page.locator("#closing").get_by_role("button", name=re.compile("Close the class|Cerrar la clase")).click()
    expect(page.locator("#open-class")).to_be_visible()


def code_of(teacher: Page) -> str:
    return str(teacher.locator(".class-code").inner_text())


def join(open_page: Open, teacher: Page, path: str = "", **options: object) -> Page:
    """A pupil's phone in the class."""
    return open_page(f"/class/{code_of(teacher)}{path}", viewport=PHONE, **options)


def ask(teacher: Page, kind: str, seed: int) -> None:
    teacher.select_option("#kind", kind)
    teacher.fill("#seed", str(seed))
    teacher.click("#ask")


def choose(pupil: Page, letter: str) -> None:
    pupil.locator(".choices li").filter(has=pupil.locator(".letter", has_text=letter)).get_by_role("button").click()
    expect(pupil.locator("#class-state")).to_contain_text("Answered")


def lies_in_view(page: Page, *parts: str) -> None:
    """Each part lies whole in the window, which has not been scrolled."""
    height = page.viewport_size["height"]  # type: ignore[index]
    assert page.evaluate("scrollY") == 0
    for part in parts:
        box = page.locator(part).first.bounding_box()
        assert box is not None, part
        assert box["y"] >= 0, part
        assert box["y"] + box["height"] <= height, (part, box)


def test_a_class_is_asked_answers_and_is_shown(open_page: Open, teacher: Page) -> None:
    first, second = join(open_page, teacher), join(open_page, teacher)
    expect(teacher.locator("#pupils")).to_have_text("2")
    expect(first.locator("#class-state")).to_contain_text("You are in")

    ask(teacher, "output-size", 12)
    choose(first, "A")
    choose(second, "A")
    choose(second, "B")
    expect(teacher.locator("#answered")).to_have_text("2")
    assert teacher.locator(".bar").count() == 0
    lies_in_view(teacher, ".class-code", "#class-qr", "#answered", "class-question h2", ".choices", "#reveal")
    lies_in_view(first, "class-question h2")
    teacher.click("#reveal")

    for page in (teacher, first, second):
        expect(page.locator(".choices .bar")).to_have_count(4)
        bars = page.locator(".choices .bar").all_inner_texts()
        assert [re.findall(r"\d+", bar)[0] for bar in bars] == ["1", "1", "0", "0"]
        expect(page.locator(".choices .is-right")).to_have_count(1)
        expect(page.locator(".question-working li").first).to_be_visible()
    expect(first.locator(".question-reply")).not_to_be_empty()
    expect(first.locator(".choices button:enabled")).to_have_count(0)
    lies_in_view(teacher, "class-question h2", ".choices", "#ask")


def test_a_reload_loses_nothing(open_page: Open, teacher: Page) -> None:
    pupil = join(open_page, teacher)
    ask(teacher, "output-size", 12)
    choose(pupil, "C")

    for page in (teacher, pupil):
        page.reload()
        page.wait_for_selector("html[data-ready]")

    expect(pupil.locator(".choices .is-mine .letter")).to_have_text("C")
    expect(teacher.locator("#answered")).to_have_text("1")
    expect(teacher.locator("#pupils")).to_have_text("1")
    teacher.click("#reveal")
    teacher.reload()
    expect(teacher.locator(".choices .bar")).to_have_count(4)


def test_a_number_is_written_on_a_phone(open_page: Open, teacher: Page) -> None:
    pupil = join(open_page, teacher)
    ask(teacher, "receptive-field", 3)

    pupil.get_by_label("Your answer").fill("x")
    pupil.get_by_role("button", name="Send").click()
    expect(pupil.get_by_label("Your answer")).to_have_attribute("aria-invalid", "true")
    pupil.get_by_label("Your answer").fill("4000")
    pupil.keyboard.press("Enter")
    expect(teacher.locator("#answered")).to_have_text("1")
    teacher.click("#reveal")

    for page in (teacher, pupil):
        expect(page.locator(".choices li")).to_have_count(2)
        expect(page.locator(".choices li").nth(1)).to_contain_text("4000")


def test_the_next_question_comes_by_the_clicker(open_page: Open, teacher: Page) -> None:
    pupil = join(open_page, teacher)
    ask(teacher, "output-size", 12)
    choose(pupil, "A")
    heading = pupil.locator("class-question h2").inner_text()
    teacher.locator("#main").focus()

    teacher.keyboard.press("PageDown")
    expect(teacher.locator(".choices .bar")).to_have_count(4)
    teacher.keyboard.press("PageDown")

    expect(pupil.locator("class-question h2")).not_to_have_text(heading)
    expect(pupil.locator("#class-state")).to_contain_text("Choose your answer")
    expect(teacher.locator("#answered")).to_have_text("0")
    expect(pupil.locator(".choices .is-mine")).to_have_count(0)


def test_a_pupil_answers_by_keyboard_alone(open_page: Open, teacher: Page) -> None:
    pupil = join(open_page, teacher)
    ask(teacher, "output-size", 12)
    expect(pupil.locator(".choices button")).to_have_count(4)

    for _ in range(30):
        pupil.keyboard.press("Tab")
        if pupil.evaluate("document.activeElement.matches('.choices button')"):
            break
    pupil.keyboard.press("Enter")

    expect(pupil.locator(".choices .is-mine .letter")).to_have_text("A")
    expect(pupil.locator(".choices button").first).to_be_focused()


def test_a_closed_class_is_told(open_page: Open, teacher: Page) -> None:
    pupil, code = join(open_page, teacher), code_of(teacher)

    close(teacher)

    expect(pupil.locator("#class-state")).to_contain_text("closed this class")
    expect(pupil.locator("#class-open")).to_be_hidden()
    gone = open_page(f"/class/{code}", expected="404", viewport=PHONE)
    expect(gone.get_by_role("alert").first).to_contain_text("No class of that code")


def test_the_code_on_the_wall_is_scanned_or_typed(open_page: Open, server: str, teacher: Page) -> None:
    assert scanned(teacher, "#class-qr") == f"{server}/class/{code_of(teacher)}"
    pupil = open_page("/class", viewport=PHONE)

    pupil.fill("#code", code_of(teacher).lower())
    pupil.keyboard.press("Enter")

    expect(pupil.locator("#class-state")).to_contain_text("You are in")
    assert urlsplit(pupil.url).path == f"/class/{code_of(teacher)}"


def test_a_server_that_is_silent_is_told_and_comes_back(open_page: Open, teacher: Page) -> None:
    pupil = join(open_page, teacher, expected="net::ERR")
    pupil.context.set_offline(True)
    pupil.evaluate("0")
    ask(teacher, "output-size", 12)
    pupil.context.set_offline(False)

    expect(pupil.locator(".choices button")).to_have_count(4)
    expect(pupil.locator("#class-problem")).to_be_hidden()


@pytest.mark.parametrize("kind", ["which-picture", "output-size", "overfitting", "pixel"])
def test_every_figure_fits_the_projector_and_the_phone(open_page: Open, teacher: Page, kind: str) -> None:
    pupil = join(open_page, teacher)
    ask(teacher, kind, 5)
    expect(pupil.locator(".choices button")).to_have_count(4)
    expect(teacher.locator(".choices .choice")).to_have_count(4)

    lies_in_view(teacher, "class-question h2", ".choices", "#reveal")
    assert too_narrow(pupil, widths=(320, 390, 1280)) == []


def test_nothing_is_hidden_from_who_does_not_see_it(open_page: Open, teacher: Page) -> None:
    pupil = join(open_page, teacher)
    for stage in ("waiting", "asked", "revealed"):
        if stage == "asked":
            ask(teacher, "which-kernel", 5)
            expect(pupil.locator(".choices button")).to_have_count(4)
        if stage == "revealed":
            choose(pupil, "A")
            teacher.click("#reveal")
            expect(pupil.locator(".choices .bar")).to_have_count(4)
            expect(teacher.locator(".choices .bar")).to_have_count(4)
        for page in (teacher, pupil):
            assert in_both_themes(page, lambda page=page: violations(page)) == [], stage


def test_it_speaks_spanish(open_page: Open, teacher: Page) -> None:
    pupil = join(open_page, teacher, "?lang=es")
    expect(pupil.locator("#class-state")).to_contain_text("Ya estás en la clase")

    ask(teacher, "output-size", 12)

    spanish = httpx2.get(
        f"{teacher.url.removesuffix('/class')}/api/questions/output-size?seed=12", headers={"Accept-Language": "es"}
    ).json()
    expect(pupil.locator("class-question h2")).to_have_text(spanish["text"])
    expect(pupil.locator("#class-state")).to_contain_text("Elige tu respuesta")
