"""A chapter as it is read: its texts in a language, with every figure computed, as HTML, beside the states they show.

It does not know pages, nor the addresses of rooms.
"""

from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import parse_qsl

from app.core.classification.folders import CARD
from app.core.lessons.chapters import CHAPTERS, Card, Chapter
from app.core.lessons.figures import networks, pictures, training
from app.core.lessons.figures.filling import figures_of, fill
from app.core.lessons.glossary import Term, terms
from app.core.lessons.markdown import render, render_line, terms_in
from app.core.lessons.texts import Section, chapter_text
from app.core.pictures.samples import SAMPLES

FIGURES = figures_of(pictures, networks, training)
_OPEN, _CLOSE = "\ue000", "\ue001"  # around a figure, until all is HTML: nobody types them


@dataclass(frozen=True, slots=True)
class Told:
    """A card. `html` and `advice` (one thing to try, "" if there is none) are HTML; room and query are its state's.

    `shows_photo`: its exhibit is of a photograph, so that the visitor's own may take its place.
    """

    name: str
    title: str
    html: str
    advice: str
    room: str | None
    query: str
    questions: tuple[str, ...]
    shows_photo: bool


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
    """Reads the chapter's file, fills it in, and finds the terms that it opens. A card whose network is not set up is
    left out."""
    text = chapter_text(chapter, language)
    pairs = [pair for pair in zip(chapter.cards, text.sections, strict=True) if _is_set_up(pair[0])]
    cards = tuple(_card(*pair, language) for pair in pairs)
    whole = "\n\n".join(f"{section.body}\n\n{section.advice}" for _, section in pairs)
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
        _shows_photo(known),
    )


def _is_set_up(card: Card) -> bool:
    """Whether the network that it shows is there: `photos` comes with the set-up alone."""
    model = dict(parse_qsl(card.state.query)).get("model") if card.state else None
    return model is None or (networks.MODELS / model / CARD).is_file()


def _shows_photo(known: dict[str, str]) -> bool:
    sample = SAMPLES.get(known.get("sample", ""))
    return sample is not None and sample.family == "photograph"


def _to_html(text: str, known: dict[str, str], language: str, *, line: bool = False) -> str:
    filled = fill(text, FIGURES, known, language, lambda figure: f"{_OPEN}{figure}{_CLOSE}")
    made = render_line(filled) if line else render(filled)
    return made.replace(_OPEN, '<span class="computed">').replace(_CLOSE, "</span>")
