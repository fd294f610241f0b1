"""The lecture gone through in a browser: all chapters by keyboard alone, in both languages; cards steer exhibits."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.core.lessons.chapters import CHAPTERS
from app.core.questions.kinds import QUESTION_KINDS
from app.core.questions.questions import pose
from tests.browser.access import in_both_themes, too_narrow, violations
from tests.browser.calls import post
from tests.browser.conftest import Open
from tests.browser.exhibits import PHONE, PROJECTOR, exhibit
from tests.browser.reading import photograph

pytestmark = pytest.mark.browser

STEPS = {chapter.number: sum(1 + len(card.questions) for card in chapter.cards) for chapter in CHAPTERS}
TURN_AND_TOUCH = """() => {
  document.querySelector("#next").click();
  const view = document.querySelector("#frames iframe").contentWindow;
  const key = new view.KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true });
  view.document.querySelector("#result").dispatchEvent(key);
}"""
LETTERS = """(root) => {
  const seen = (part) => part.checkVisibility({ visibilityProperty: true }) && part.getBoundingClientRect().width > 2;
  return [...root.querySelectorAll("*:not(math *)")]
    .filter((part) => [...part.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()) && seen(part))
    .map((part) => [parseFloat(getComputedStyle(part).fontSize), part.tagName + " " + part.textContent.slice(0, 40)]);
}"""

IN_FRAME = """(part) => {
  const { top, bottom, left } = part.getBoundingClientRect();
  return { above: top >= 0, below: bottom <= innerHeight + 1, beside: left >= 0 && left < innerWidth };
}"""


def expect_address(page: Page, part: str) -> None:
    """The frame's room says that of itself. (A bare expression is forbidden by the page's policy when asked again.)"""
    page.wait_for_function(
        "part => document.querySelector('#frames iframe').contentWindow.location.search.includes(part)", arg=part
    )


def step(page: Page) -> str:
    """What the current step says."""
    return page.locator(".step.is-current").inner_text()


def tab_to(page: Page, selector: str) -> None:
    """Goes to a control by the Tab key, from where the focus is."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab leads to {page.evaluate('document.activeElement.outerHTML')[:300]}, not {selector}")


def answers(kind: str, seed: int) -> tuple[Any, Any]:
    """A right answer and a wrong one, as the page gives them: a choice's letter, or a number."""
    posed = pose(kind, seed)
    if posed.draft.is_typed:
        return posed.options[posed.right].shows.value, -12345  # type: ignore[union-attr]
    return "abcd"[posed.right], "abcd"[posed.right - 1] if posed.right else "b"


def give(page: Page, answer: Any, language: str) -> None:
    """Chooses or types an answer by keyboard, as the language writes numbers."""
    if isinstance(answer, str):
        tab_to(page, f'.is-current [data-choice="{answer}"]')
        page.keyboard.press("Enter")
    else:
        tab_to(page, ".is-current .field")
        page.keyboard.press("Control+A")
        page.keyboard.type(f"{answer:.10g}".replace(".", "," if language == "es" else "."))
        page.keyboard.press("Enter")


def answer_both_ways(page: Page, server: str, language: str) -> str:
    """Answers the question that is current wrong and then right; what is said is what the server says. Its kind."""
    card = page.locator("question-card.is-current")
    expect(card.locator(".question-text")).to_be_focused()
    kind, seed = card.get_attribute("kind") or "", int(card.get_attribute("data-seed") or -1)
    for is_right, answer in zip((False, True), reversed(answers(kind, seed)), strict=True):
        give(page, answer, language)
        body = {"seed": seed, "answer": answer}
        headers = {"Accept-Language": language}
        judged = post(f"{server}/api/questions/{kind}/answers", json=body, headers=headers).json()
        assert judged["right"] is is_right
        expect(card.locator(".question-reply")).to_have_text(f"{'✓' if is_right else '✗'} {judged['reply']}")
        expect(card.locator(".question-working")).to_be_visible(visible=is_right)
        page.evaluate("document.querySelector('question-card.is-current .question-text').focus()")
    expect(card.locator(".question-working li").first).to_contain_text(judged["working"][0]["text"])
    return kind


@pytest.mark.parametrize("language", ["en", "es"])
def test_all_chapters_are_gone_through_by_keyboard_alone(open_page: Open, server: str, language: str) -> None:
    page = open_page(f"/lessons/1?lang={language}", viewport=PROJECTOR, reduced_motion="reduce")
    asked = []
    for chapter in CHAPTERS:
        page.wait_for_selector(f'html[data-ready] [data-lesson="{chapter.number}"]')
        for _ in range(STEPS[chapter.number]):
            expect(page.locator(".step.is-current")).to_have_count(1)
            expect(page.locator(".step:visible")).to_have_count(1)
            if page.locator("question-card.is-current").count():
                asked.append(answer_both_ways(page, server, language))
            page.keyboard.press("ArrowRight")
    page.wait_for_url("**/lessons/glossary")

    assert set(asked) == set(QUESTION_KINDS)
    page.goto(f"{server}/lessons")
    page.wait_for_selector("html[data-ready]")
    expect(page.locator(".progress.is-done")).to_have_count(len(CHAPTERS))
    assert in_both_themes(page, lambda: violations(page)) == []
    progress = page.evaluate("JSON.parse(localStorage.lessons)")
    asked_in = {str(chapter.number): sum(len(card.questions) for card in chapter.cards) for chapter in CHAPTERS}
    assert {number: one["wrong"] for number, one in progress.items()} == asked_in


@pytest.mark.parametrize("number", [chapter.number for chapter in CHAPTERS])
@pytest.mark.parametrize("language", ["en", "es"])
def test_no_card_and_no_question_has_a_barrier(open_page: Open, language: str, number: int) -> None:
    """All of a chapter's steps at once, without the rooms beside them, which have such tests of their own."""
    page = open_page(f"/lessons/{number}?lang={language}", viewport=PROJECTOR, reduced_motion="reduce")
    exhibit(page)
    page.evaluate("document.querySelector('#exhibit').hidden = true")
    page.evaluate("for (const one of document.querySelectorAll('.lesson-card, .step')) one.classList.add('is-current')")
    for question in page.locator("question-card").all():
        question.scroll_into_view_if_needed()
        expect(question.locator(".question-text")).to_be_visible()

    expect(page.locator(".step:visible")).to_have_count(STEPS[number])
    assert in_both_themes(page, lambda: violations(page)) == []


def test_another_question_comes_and_the_first_answer_counts(open_page: Open) -> None:
    page = open_page("/lessons/3?lang=es#padding", viewport=PROJECTOR)
    page.keyboard.press("ArrowRight")
    card = page.locator("question-card.is-current")
    expect(card.locator(".question-text")).to_be_visible()
    right, wrong = answers("output-size", int(card.get_attribute("data-seed") or -1))
    seed = card.get_attribute("data-seed")

    page.keyboard.press(str("abcd".index(wrong) + 1))

    expect(card.locator(".question-reply")).not_to_be_empty()
    expect(card.locator(".question-working")).to_be_hidden()
    card.get_by_role("button", name="Ver la cuenta").click()
    expect(card.locator(".question-working")).to_be_visible()
    card.locator(f'[data-choice="{right}"]').click()
    expect(card.locator(".question-reply")).to_have_class(re.compile("is-right"))
    assert page.evaluate("JSON.parse(localStorage.lessons)[3]") == {"right": 0, "seen": ["padding"], "wrong": 1}
    card.get_by_role("button", name="Otra").click()
    expect(card).not_to_have_attribute("data-seed", seed or "")
    expect(card.locator(".question-reply")).to_be_empty()


def test_a_card_steers_the_exhibit_and_the_visitor_may_take_over(open_page: Open) -> None:
    page = open_page("/lessons/3?lang=es", viewport=PROJECTOR)
    frame = exhibit(page)
    number = frame.locator("#pixel-value")
    expect(number).to_have_text("6600")
    frame.evaluate("window.isTheSame = true")

    page.keyboard.press("ArrowRight")

    expect(number).to_have_text("0")
    assert page.url.endswith("#head")
    assert re.search(r"/convolve\?.*kernel=curve.*x=69&y=23", frame.url)
    assert frame.evaluate("window.isTheSame"), "the room was loaded anew"
    restore = page.get_by_role("button", name="Volver al paso")
    expect(restore).to_be_hidden()
    page.wait_for_timeout(1200)
    frame.focus("#result")
    page.keyboard.press("ArrowDown")
    expect(restore).to_be_visible()
    restore.click()
    expect(number).to_have_text("0")
    expect(restore).to_be_hidden()
    page.wait_for_timeout(1200)
    assert re.search(r"x=69&y=23", frame.url)


def test_another_room_takes_the_exhibits_place(open_page: Open) -> None:
    page = open_page("/lessons/4#fit", viewport=PROJECTOR)
    assert "/convolve?" in exhibit(page).url

    page.get_by_role("button", name="Next").click()

    expect(page.locator('#frames iframe[src^="/classify"]:not(.is-coming)')).to_have_count(1)
    frame = exhibit(page)
    assert re.search(r"/classify\?.*row=filters", frame.url)
    expect(frame.locator(".site-header, .site-footer").first).to_be_hidden()


def test_a_touch_before_the_room_is_looked_at_counts(open_page: Open) -> None:
    page = open_page("/lessons/3?lang=es", viewport=PROJECTOR)
    frame = exhibit(page)
    expect(frame.locator("#pixel-value")).to_have_text("6600")

    page.evaluate(TURN_AND_TOUCH)

    expect(page.get_by_role("button", name="Volver al paso")).to_be_visible()


@pytest.mark.parametrize(("card", "shown", "hidden"), [
    ("/lessons/4#first", "#likeness li", "#maps"),
    ("/lessons/5#units", "#patches canvas", "#maps"),
    ("/lessons/6#gradient", "#learning-weights button", "#maps"),
    ("/lessons/5#chain", "#chain-row .remove", ".sources"),
    ("/lessons/4#fit", "#kernel-learning canvas", "#input"),
    ("/lessons/4#weights", "[data-line=network] layer-list", "#run-state"),
    ("/lessons/7#center", "#normalization", "#run-state"),
])  # fmt: skip
def test_what_a_card_is_about_stands_in_its_frame(open_page: Open, card: str, shown: str, hidden: str) -> None:
    page = open_page(card, viewport=PROJECTOR)
    frame = exhibit(page)

    expect(frame.locator(shown).first).to_be_visible()
    expect(frame.locator(hidden)).to_be_hidden()
    box = frame.locator(shown).first.bounding_box()
    assert box
    assert box["y"] + box["height"] <= PROJECTOR["height"]
    page.wait_for_timeout(1200)
    expect(page.get_by_role("button", name="Back to the card's state")).to_be_hidden()
    assert page.evaluate("scrollY") == 0


def test_beside_a_card_of_training_its_own_recording_plays(open_page: Open) -> None:
    page = open_page("/lessons/8#heart", viewport=PROJECTOR, reduced_motion="reduce")
    frame = exhibit(page)

    expect(frame.locator("#recorded span")).to_have_text("Recorded: drawn shapes, 200 pictures")
    expect(frame.locator("#headline")).to_have_text("It memorized")
    page.locator('[data-card="stop"]').click()

    expect(frame.locator("#recorded span")).to_have_text("Recorded: drawn shapes, 1000 pictures")


def test_ones_photo_goes_through_the_chapters(open_page: Open, tmp_path: Path) -> None:
    page = open_page("/lessons/1#photo", viewport=PROJECTOR)
    assert "sample=cat" in exhibit(page).url

    page.set_input_files("#upload", photograph(tmp_path / "mine.png"))

    switch = page.get_by_role("switch", name="With my photo")
    expect(switch).to_have_attribute("aria-checked", "true")
    expect_address(page, "sample=own")
    page.goto(page.url.partition("/lessons")[0] + "/lessons/3")
    expect(switch).to_be_hidden()  # the lecture's mouse has the lecture's numbers
    assert "sample=mouse" in exhibit(page).url
    page.locator('[data-card="photo"]').click()
    expect_address(page, "sample=own")
    switch.click()
    expect_address(page, "sample=cat")


def test_a_link_to_a_card_opens_it_and_is_what_is_shared(open_page: Open, server: str) -> None:
    page = open_page("/lessons/3#lower", viewport=PROJECTOR)

    expect(page.locator("#lower .step.is-current")).to_be_visible()
    page.get_by_role("button", name="Share this view").click()

    expect(page.locator("#shared-link")).to_have_value(f"{server}/lessons/3#lower")


@pytest.mark.parametrize("number", [1, 3, 6, 8])
def test_a_chapter_is_one_screen_of_a_projector(open_page: Open, number: int) -> None:
    page = open_page(f"/lessons/{number}?lang=es", viewport=PROJECTOR)

    boxes = {name: page.locator(name).bounding_box() for name in (".exhibit", ".lesson-side", "#foot", ".site-header")}
    assert all(box and box["y"] + box["height"] <= 720 and box["x"] + box["width"] <= 1280 for box in boxes.values())
    assert boxes[".exhibit"]["width"] > 800  # type: ignore[index]
    assert boxes[".exhibit"]["height"] > 660  # type: ignore[index]
    assert boxes[".site-header"]["height"] <= 54  # type: ignore[index]


@pytest.mark.parametrize("number", [3, 8])
def test_class_view_is_read_from_the_last_row(open_page: Open, number: int) -> None:
    page = open_page(f"/lessons/{number}?lang=es&class=1", viewport=PROJECTOR)
    frame = exhibit(page)

    for place in range(STEPS[number]):
        if place:
            page.locator("#next").click()
        if page.locator("question-card.is-current").count():
            expect(page.locator("question-card.is-current .question-text")).to_be_visible()
        else:
            sizes = page.locator(".step.is-current .lesson-text").evaluate(LETTERS)
            assert [one for one in sizes if one[0] < 22 and not one[1].startswith("CODE")] == []
        assert [one for one in page.locator("body").evaluate(LETTERS) if one[0] < 16] == [], place
    if number == 3:
        assert [one for one in frame.locator("body").evaluate(LETTERS) if one[0] < 16] == []


@pytest.mark.parametrize("number", [1, 3, 8])
def test_on_a_phone_the_exhibit_stays_above_and_the_thumb_leads_on(open_page: Open, number: int) -> None:
    page = open_page(f"/lessons/{number}?lang=es", viewport=PHONE, has_touch=True)

    shown, foot = page.locator(".exhibit").bounding_box(), page.locator("#foot").bounding_box()
    assert shown
    assert foot
    assert 0.4 * 844 < shown["height"] < 0.5 * 844
    assert foot["y"] + foot["height"] == pytest.approx(844, abs=1)
    before = step(page)
    page.locator("#next").click()
    assert step(page) != before
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(page.locator(".exhibit")).to_be_in_viewport()
    assert too_narrow(page, widths=(320, 390, 768)) == []
    page.set_viewport_size(PHONE)
    page.locator(".here").click()
    expect(page.locator("#chapters a")).to_have_count(8)


@pytest.mark.parametrize(("card", "parts"), [
    ("2#edges", ("#thumb-kernel", "#thumb-edit", "#result canvas", "#pixel-value")),
    ("2#signs", ("#display-menu summary", "#result canvas", "#pixel-value")),
    ("3#stride", ("#stride-menu summary", "#padding-menu summary", "#result canvas")),
    ("4#fit", ("#kernel-learning .learned", "#kernel-learning input", "#learning-fact")),
    ("4#shared", ("#said", "#breaking summary", ".is-whole .map")),
    ("5#chain", ("#chain [aria-current]", "#chain .remove", "#chain [data-add]", "#result canvas")),
    ("5#field", ("#near", "#map canvas", "map-terms .term", "#strip-value")),
    ("5#probes", ("#known", "#selective")),
    ("6#build", ("[data-line=network] .layer", "[data-line=network] .value")),
    ("6#watch", ("#run-start", "#accuracy-chart canvas", "#kernels canvas", "#photo-best", "#live-maps canvas")),
    ("8#gap", ("#play", "#cure-choices label", "#act-0 canvas", "#act-1 canvas", "#act-1 .act-name", "#verdict")),
    ("6#gradient", ("#learning-weights", "#learning-label", "#learning-step", "#learning-loss", "#learned dl")),
])  # fmt: skip
def test_on_a_phone_what_a_card_is_about_needs_no_scrolling(open_page: Open, card: str, parts: tuple[str, ...]) -> None:
    frame = exhibit(open_page(f"/lessons/{card}", viewport=PHONE, has_touch=True, reduced_motion="reduce"))

    for part in parts:
        expect(frame.locator(part).first).to_be_visible()
        box = frame.locator(part).first.evaluate(IN_FRAME)
        assert all(box.values()), (part, box)


def test_on_a_phone_a_kernel_is_chosen_and_edited_beside_its_card(open_page: Open) -> None:
    frame = exhibit(open_page("/lessons/2#identity", viewport=PHONE, has_touch=True, reduced_motion="reduce"))

    frame.locator("#thumb-edit").click()
    frame.locator("#kernel input").nth(4).fill("2")

    expect(frame.locator("#pixel-value")).to_have_text("380")
    assert frame.locator("#divisor").evaluate(IN_FRAME)["below"]
    frame.locator("#thumb-kernel").click()
    frame.locator('[data-kernel="edge-laplacian-8"]').click()
    expect(frame.locator("#thumb-name")).to_contain_text("Laplac")
