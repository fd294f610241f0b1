"""Questions in the visitor's language: sentences with their numbers, figures and formulas as plain values.

Numbers have the language's decimal mark and a real minus sign. It does not know which questions there are.
"""

import base64
from dataclasses import fields, is_dataclass
from typing import Any

from babel.numbers import format_decimal

from app.core.questions.posed import LETTERS, Figure, Formula, Judged, Number, Option, Posed, Said, Step
from app.web.i18n import translate

_GROUPED = 10_000  # from here on thousands are set apart: the lecture writes 6600
_DECIMALS = 6  # of a formula's numbers, which were rounded where they were made
_SIGNS = {"+", "−", "·", "/"}  # after which a negative number stands in parentheses
_OPENS, _CLOSES = ("(", "max(", "−ln(", "√"), (")", ";")


def tell_question(posed: Posed, language: str) -> dict[str, Any]:
    """As JSON; which choice is right is no part of it."""
    draft = posed.draft
    choices = [_tell_choice(letter, option, language) for letter, option in zip(LETTERS, posed.options, strict=False)]
    return {
        "kind": posed.kind,
        "seed": posed.seed,
        "text": say(draft.text, language),
        "figures": [tell_figure(figure, language) for figure in draft.figures],
        "choices": None if draft.is_typed else choices,
    }


def tell_judged(judged: Judged, language: str) -> dict[str, Any]:
    """As JSON."""
    return {
        "right": judged.right,
        "reply": say(judged.reply, language),
        "working": [_tell_step(step, language) for step in judged.working],
    }


def tell_figure(figure: Figure, language: str) -> dict[str, Any]:
    """Its fields, and its kind; a picture's file as a data URL."""
    told = {entry.name: _plain(getattr(figure, entry.name), language) for entry in fields(figure)}
    if "png" in told:
        told["image"] = told.pop("png")
    return {"kind": figure.kind} | told


def say(told: Said | Number, language: str) -> str:
    """The sentence, sentences within it said too; or the number."""
    if isinstance(told, Number):
        return write_number(told.value, told.decimals, language)
    values = {name: say(value, language) for name, value in told.values.items()}
    return translate(language, told.message, values)


def write_number(value: float, decimals: int, language: str) -> str:
    """With so many decimals at most."""
    rounded = round(value, decimals) + 0.0
    text = format_decimal(
        rounded, locale=language, decimal_quantization=False, group_separator=abs(rounded) >= _GROUPED
    )
    return text.replace("-", "−")


def write_formula(formula: Formula, language: str) -> str:
    """In one line, with spaces between numbers and signs; negative numbers after a sign stand in parentheses."""
    line, before = "", ""
    for part in formula.parts:
        text = part if isinstance(part, str) else write_number(part, _DECIMALS, language)
        if not isinstance(part, str) and part < 0 and before in _SIGNS:
            text = f"({text})"
        line += text if not line or before in _OPENS or text in _CLOSES else f" {text}"
        before = text
    return line


def _tell_choice(letter: str, option: Option, language: str) -> dict[str, Any]:
    shows = option.shows
    if isinstance(shows, Said | Number):
        return {"id": letter, "text": say(shows, language), "figure": None}
    return {"id": letter, "text": None, "figure": tell_figure(shows, language)}


def _tell_step(step: Step, language: str) -> dict[str, Any]:
    formula = write_formula(step.formula, language) if step.formula else None
    return {"text": say(step.text, language), "formula": formula}


def _plain(value: Any, language: str) -> Any:
    match value:
        case Said() | Number():
            return say(value, language)
        case bytes():
            return f"data:image/png;base64,{base64.b64encode(value).decode()}"
        case tuple():
            return [_plain(inner, language) for inner in value]
    if is_dataclass(value):
        return {entry.name: _plain(getattr(value, entry.name), language) for entry in fields(value)}
    return value
