"""A chapter as it is read: its texts in a language, with every figure computed, as HTML, beside the states they show.

It does not know pages, nor the addresses of rooms.
"""

from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import parse_qsl

from app.core.lessons.chapters import CHAPTERS, Card, Chapter
from app.core.lessons.figures import networks, pictures, training
from app.core.lessons.figures.filling import figures_of, fill
from app.core.lessons.glossary import Term, terms
from app.core.lessons.markdown import render, render_line, terms_in
from app.core.lessons.texts import Section, chapter_text

FIGURES = figures_of(pictures, networks, training)
_OPEN, _CLOSE = "\ue000", "\ue001"  # around a figure, until all is HTML: nobody types them


@dataclass(frozen=True, slots=True)
class Told:
    """A card. `html` and `advice` (one thing to try, "" if there is none) are HTML; room and query are its state's."""

    name: str
    title: str
    html: str
    advice: str
    room: str | None
    query: str
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lesson:
    """A chapter; `title` and `idea` are plain text, `terms` those that its cards open."""

    number: int
    name: str
    title: str
    idea: str
    cards: tuple[Told, ...]
    terms: tuple[Term, ...]


def read_lesson(number: int, language: str) -> dict[str, Any]:
    """The chapter of that number, as plain values."""
    return asdict(tell(CHAPTERS[number - 1], language))


def tell(chapter: Chapter, language: str) -> Lesson:
    """Reads the chapter's file, fills it in, and finds the terms that it opens."""
    text = chapter_text(chapter, language)
    cards = tuple(_card(*pair, language) for pair in zip(chapter.cards, text.sections, strict=True))
    whole = "\n\n".join(f"{section.body}\n\n{section.advice}" for section in text.sections)
    named = terms_in(whole)
    opened = tuple(term for term in terms(language) if term.name in named)
    return Lesson(chapter.number, chapter.name, text.title, text.lead, cards, opened)


def _card(card: Card, section: Section, language: str) -> Told:
    state = card.state
    known = dict(parse_qsl(state.query)) if state else {}
    return Told(
        card.name,
        fill(section.title, FIGURES, known, language),
        _to_html(section.body, known, language),
        _to_html(section.advice, known, language, line=True),
        state.room if state else None,
        state.query if state else "",
        card.questions,
    )


def _to_html(text: str, known: dict[str, str], language: str, *, line: bool = False) -> str:
    filled = fill(text, FIGURES, known, language, lambda figure: f"{_OPEN}{figure}{_CLOSE}")
    made = render_line(filled) if line else render(filled)
    return made.replace(_OPEN, '<span class="computed">').replace(_CLOSE, "</span>")
