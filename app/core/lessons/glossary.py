"""The words of the field, each with a definition of a sentence or two, as HTML."""

from dataclasses import dataclass
from functools import cache

from app.core.lessons.markdown import render
from app.core.lessons.texts import glossary


@dataclass(frozen=True, slots=True)
class Term:
    """A word and what it means; a text opens it by `[word](glossary:name)`."""

    name: str
    title: str
    html: str


@cache
def terms(language: str) -> tuple[Term, ...]:
    """All of them, in the order of the language's alphabet."""
    return tuple(Term(section.name, section.title, render(section.body)) for section in glossary(language).sections)
