"""What a figure of a text may be, and how it is written in a language. It does not know how one is computed."""

from dataclasses import dataclass
from math import floor, log10

from app.core.datasets.nouns import phrase_of

_SIGNIFICANT = 3  # figures of a number that is no whole one
_GROUP = 3


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, 0..1, written as a percentage."""

    value: float


@dataclass(frozen=True, slots=True)
class Class:
    """A class by its label, written by its name with its article."""

    label: str


@dataclass(frozen=True, slots=True)
class Worked:
    """A calculation written out: numbers and shares, and the signs between them."""

    parts: tuple["int | float | str | Share", ...]


def write(figure: object, language: str) -> str:
    """As a sentence of that language has it, by the same rules as the pages' scripts (static/js/shared/format.js)."""
    match figure:
        case Share():
            return _percent(figure.value, language)
        case Class():
            return phrase_of(figure.label, language)
        case Worked():
            return "".join(write(part, language) for part in figure.parts)
        case int() | float():
            return _number(figure, language)
        case _:
            return str(figure)


def _percent(share: float, language: str) -> str:
    percent = 100 * share
    decimals = 1 if min(share, 1 - share) > 0 and (percent < 10 or percent >= 99.5) else 0
    text = _marked(f"{percent:.{decimals}f}".removesuffix(".0"), language)
    return f"{text}\u00a0%" if language == "es" else f"{text}%"


def _number(value: float, language: str) -> str:
    decimals = 0 if value == int(value) else max(0, _SIGNIFICANT - 1 - floor(log10(abs(value))))
    text = f"{value:.{decimals}f}"
    return _marked((text.rstrip("0").rstrip(".") if decimals else text), language)


def _marked(text: str, language: str) -> str:
    """With the language's decimal mark, its groups of thousands (Spanish has none of four figures), a real minus."""
    whole, _, part = text.partition(".")
    digits, sign = whole.lstrip("-"), "−" if whole.startswith("-") else ""
    point, comma = (",", ".") if language == "es" else (".", ",")
    if len(digits) > (_GROUP + 1 if language == "es" else _GROUP):
        digits = f"{int(digits):,}".replace(",", comma)
    return f"{sign}{digits}{point + part if part else ''}"
