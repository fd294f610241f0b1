"""Questions where they are asked, in a chapter and in a class: numbers are read alike, and the same keys choose."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Page, expect

from app.core.questions.questions import pose
from tests.browser.calls import PATIENCE_S
from tests.browser.conftest import Open

pytestmark = pytest.mark.browser

Ask = Callable[[str, str, int], Page]  # a page in a language, where the question of that kind and seed is on
TYPED = ("4.000", "4,000", "0,5", "0.5", "−3", " 12 ")
READ = {"en": [4, 4000, 0.5, 0.5, -3, 12], "es": [4000, 4, 0.5, 0.5, -3, 12]}
WHERE = {"photo-pixel": "/lessons/3?lang={}#photo", "output-size": "/lessons/3?lang={}#padding"}


@pytest.fixture(params=["chapter", "class"])
def ask(request: pytest.FixtureRequest, open_page: Open, server: str) -> Iterator[Ask]:
    """Asks in either place."""
    with httpx2.Client(base_url=server, timeout=PATIENCE_S) as teacher:
        code = teacher.post("/api/classes").json()["code"]

        def in_class(language: str, kind: str, seed: int) -> Page:
            page = open_page(f"/class/{code}?lang={language}")
            assert teacher.put(f"/api/classes/{code}/question", json={"kind": kind, "seed": seed}).is_success
            return page

        def in_chapter(language: str, kind: str, _seed: int) -> Page:
            page = open_page(WHERE[kind].format(language))
            page.keyboard.press("ArrowRight")
            return page

        yield in_class if request.param == "class" else in_chapter
        teacher.delete(f"/api/classes/{code}")


def sent(page: Page, act: Callable[[], None]) -> Any:
    """The answer that the server is given by what is done."""
    with page.expect_response("**/answers") as answered:
        act()
    assert answered.value.ok
    return answered.value.request.post_data_json["answer"]


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_number_is_read_as_the_language_writes_it(ask: Ask, language: str) -> None:
    page = ask(language, "photo-pixel", 7)
    field = page.locator(".question-field:visible input")

    def give(text: str) -> None:
        field.fill(text)
        field.press("Enter")

    assert [sent(page, lambda text=text: give(text)) for text in TYPED] == READ[language]
    give("4..000")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".question-reply:visible")).to_contain_text({"en": "a number", "es": "un número"}[language])


def test_letters_and_figures_choose(ask: Ask) -> None:
    page = ask("en", "output-size", 12)
    page.locator(".question-text:visible").focus()
    question = page.locator(":is(class-question, question-card.is-current)")
    right = pose("output-size", int(question.get_attribute("data-seed") or 12)).right
    first, second = [place for place in range(4) if place != right][
        :2
    ]  # wrong ones: after the right one a chapter takes none

    assert sent(page, lambda: page.keyboard.press("abcd"[first])) == "abcd"[first]
    expect(question).not_to_have_attribute("aria-busy", "true")
    expect(question.locator("[aria-pressed=true]")).to_have_count(1)
    assert sent(page, lambda: page.keyboard.press(str(second + 1))) == "abcd"[second]
