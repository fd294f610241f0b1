"""The lecture's texts: whole in both languages, as long as they may be, and without a number that nobody computed."""

import re
from dataclasses import replace
from html import unescape
from urllib.parse import parse_qsl

import pytest

from app.core.convolution.kernels import KERNELS
from app.core.lessons.chapters import CHAPTERS, Chapter
from app.core.lessons.figures.filling import PLACEHOLDER
from app.core.lessons.glossary import terms
from app.core.lessons.lessons import Lesson, tell
from app.core.lessons.markdown import keras_parts, terms_in
from app.core.lessons.texts import TEXTS, chapter_text
from app.core.networks.presets import find_preset
from app.core.networks.programs.names import Given
from app.core.networks.reading import read_program
from app.core.training.hyperparameters import describe_training
from app.core.training.recipes import find_recipe

LANGUAGES = ("en", "es")
BOTH = pytest.mark.parametrize("language", LANGUAGES)
ALL = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
WINDOW = CHAPTERS[2]

NAMES = re.compile(r"\bL[12]\b|\bCIFAR-10\b|\b(?:19|20)\d\d\b")  # words with a digit, and the years of sources
UNREAD = re.compile(r"^```keras\n.*?^```|\]\([^)]*\)|\{#[a-z0-9-]+\}", re.MULTILINE | re.DOTALL)
LINES = {"mouse", "checkerboard", "impulse"}  # samples that are gray themselves
GRAY = {"error", "hits", "largest", "pixel", "products", "smallest", "terms"}  # figures of a picture read in gray
FORMULA = re.compile(r"^```math\n(.*?)^```", re.MULTILINE | re.DOTALL)


def written(lesson: Lesson) -> str:
    """What a reader reads of the cards; programs are no words."""
    texts = [f"{card.title} {card.html} {card.advice}" for card in lesson.cards]
    return unescape(re.sub(r"<pre.*?</pre>|<math.*?</math>|<[^>]+>", " ", " ".join(texts), flags=re.DOTALL))


def typed_numbers(text: str) -> list[str]:
    """Numbers that stand in a text's file and that nobody computes; a formula may have 1 and 2."""
    formulas = "".join(FORMULA.findall(text))
    rest = PLACEHOLDER.sub("", NAMES.sub("", UNREAD.sub("", FORMULA.sub("", text))))
    return re.findall(r"(?<!\d)(?![12](?!\d))\d+", formulas) + re.findall(r"\d+", rest)


def test_there_are_eight_chapters_of_six_to_nine_cards() -> None:
    assert [chapter.number for chapter in CHAPTERS] == list(range(1, 9))
    assert all(6 <= len(chapter.cards) <= 9 for chapter in CHAPTERS)
    assert len({chapter.name for chapter in CHAPTERS}) == 8


@BOTH
@ALL
def test_a_text_has_the_cards_of_its_chapter_in_order(chapter: Chapter, language: str) -> None:
    text = chapter_text(chapter, language)

    assert text.title
    assert text.lead.endswith(".")
    assert [section.name for section in text.sections] == [card.name for card in chapter.cards]
    for card, section in zip(chapter.cards, text.sections, strict=True):
        assert bool(section.advice) == (card.state is not None), "what has an exhibit has something to try"


@BOTH
@ALL
def test_a_chapter_has_300_to_700_words(chapter: Chapter, language: str) -> None:
    assert 300 <= len(written(tell(chapter, language)).split()) <= 700


@pytest.mark.parametrize("path", sorted(TEXTS.glob("*.md")), ids=lambda path: path.name)
def test_no_text_names_a_number_that_is_not_computed(path: object) -> None:
    assert typed_numbers(path.read_text("utf-8")) == []  # type: ignore[attr-defined]


@pytest.mark.parametrize(("text", "found"), [
    ("the sum is 6600", ["6600"]),
    ("{{pixel x=15 y=33}}, {{size n=32 k=5}} and L2", []),
    ("a 3 × 3 kernel", ["3", "3"]),
    ("```math\n2p + 1\n```\n", []),
    ("```math\n2p + 32\n```\n", ["32"]),
    ("```python\nx = 7\n```\n", ["7"]),
    ("[1603](https://arxiv.org/abs/1603.07285), 2016", ["1603"]),
])  # fmt: skip
def test_a_typed_number_is_found(text: str, found: list[str]) -> None:
    assert typed_numbers(text) == found


@BOTH
@ALL
def test_nothing_is_left_unfilled(chapter: Chapter, language: str) -> None:
    lesson = tell(chapter, language)

    assert not re.search(r"[{}\ue000\ue001]", written(lesson))
    assert not any('class="computed"></span>' in card.html for card in lesson.cards)


def test_the_languages_show_the_same_figures() -> None:
    for chapter in CHAPTERS:
        english, spanish = (tell(chapter, language) for language in LANGUAGES)
        for one, other in zip(english.cards, spanish.cards, strict=True):
            counts = [len(re.findall('class="computed"', f"{card.html} {card.advice}")) for card in (one, other)]
            assert counts[0] == counts[1], (chapter.number, one.name)


@pytest.mark.parametrize(("language", "back", "largest", "doubled"), [
    ("es", "6600", "9000", "13.200"), ("en", "6,600", "9,000", "13,200"),
])  # fmt: skip
def test_a_chapters_numbers_come_from_the_engine(
    language: str, back: str, largest: str, doubled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {card.name: card.html for card in tell(WINDOW, language).cards}
    curve = KERNELS["curve"]

    monkeypatch.setitem(
        KERNELS, "curve", replace(curve, matrix=tuple(tuple(2 * w for w in row) for row in curve.matrix))
    )
    after = {card.name: card.html for card in tell(WINDOW, language).cards}

    assert f">{back}</span>" in before["back"]
    assert ">0</span>" in before["head"]
    assert f">{largest}</span>" in before["lower"]
    assert f">{doubled}</span>" in after["back"]
    assert ">60 · 0 + 60 · 50 + 60 · 20 + 60 · 50 + 60 · 50 + 60 · 50</span>" in after["back"]
    assert back not in after["back"]


@BOTH
def test_every_term_that_a_text_opens_is_in_the_glossary(language: str) -> None:
    known = [term.name for term in terms(language)]

    assert 30 <= len(known) <= 46
    assert len(set(known)) == len(known)
    for chapter in CHAPTERS:
        text = chapter_text(chapter, language)
        opened = {name for section in text.sections for name in terms_in(f"{section.body}\n\n{section.advice}")}
        assert opened
        assert opened <= set(known)
        assert opened == {term.name for term in tell(chapter, language).terms}


def test_both_glossaries_have_the_same_terms() -> None:
    english, spanish = ({term.name for term in terms(language)} for language in LANGUAGES)

    assert english == spanish


def test_the_lectures_program_is_the_preset_and_its_training() -> None:
    program = "\n".join(keras_parts().values())

    read = read_program(program, Given((3, 32, 32), 10))

    assert list(keras_parts()) == ["build", "compile", "fit", "evaluate"]
    assert read.network.describe() == find_preset("lecture").network.describe()
    assert read.training.items() <= describe_training(find_recipe("lecture").training).items()
    assert {"learning_rate", "decay", "batch_size", "epochs"} <= set(read.training)


@BOTH
def test_lasso_is_l1_and_ridge_l2(language: str) -> None:
    lesson = tell(CHAPTERS[7], language)

    norms = written(lesson)

    assert re.search(r"Lasso (is|es) L1", norms)
    assert re.search(r"Ridge (is|es) L2", norms)


@BOTH
def test_what_networks_call_convolution_is_said_to_be_correlation(language: str) -> None:
    flip = tell(CHAPTERS[1], language).cards[-1]

    assert re.search("cross-correlation|correlación cruzada", flip.html)


@ALL
def test_numbers_of_a_gray_result_stand_beside_a_gray_picture(chapter: Chapter) -> None:
    for card, section in zip(chapter.cards, chapter_text(chapter, "en").sections, strict=True):
        figures = {placeholder.split()[0].strip("{} ") for placeholder in re.findall(r"\{\{[^}]+", section.body)}
        state = dict(parse_qsl(card.state.query)) if card.state else {}

        if figures & GRAY and state["sample"] not in LINES:
            assert state.get("color") == "gray", card.name
