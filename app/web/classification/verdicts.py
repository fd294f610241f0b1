"""An answer in the visitor's language: a name beside every label, and a verdict as one sentence.

What is said, and of which class or group, is decided in `core.classification.verdicts`; here it is put into words.
"""

import math
from typing import Any

from babel.numbers import format_percent

from app.core.datasets.nouns import name_of, phrase_of
from app.core.errors import N_
from app.web.i18n import translate

# By kind, whether a group is said, and how many lead.
_SENTENCES = {
    ("certain", False, 1): N_("%(first)s (%(share)s)."),
    ("certain", True, 1): N_("%(group)s (%(sum)s): %(first)s %(share)s."),
    ("likely", False, 1): N_("Probably %(first)s (%(share)s)."),
    ("likely", True, 1): N_("%(group)s (%(sum)s): %(first)s %(share)s."),
    ("undecided", False, 2): N_("Undecided between %(first)s (%(share)s) and %(second)s (%(other)s)."),
    ("undecided", True, 2): N_(
        "%(group)s (%(sum)s), undecided between %(first)s (%(share)s) and %(second)s (%(other)s)."
    ),
    ("perhaps", False, 1): N_("Not sure: perhaps %(first)s (%(share)s)."),
    ("perhaps", False, 2): N_("Not sure: perhaps %(first)s (%(share)s) or %(second)s (%(other)s)."),
    ("perhaps", True, 1): N_("%(group)s (%(sum)s), perhaps %(first)s (%(share)s)."),
    ("perhaps", True, 2): N_("%(group)s (%(sum)s), perhaps %(first)s (%(share)s) or %(second)s (%(other)s)."),
}

# The same as a headline and what stands beside it; by kind and how many lead, and by whether the group is said there:
# where it is what is sure of the answer.
_HEADLINES = {
    ("certain", 1): "%(first)s",
    ("likely", 1): N_("Probably %(first)s"),
    ("undecided", 2): N_("Undecided between %(first_name)s and %(second_name)s"),
    ("perhaps", 1): N_("Perhaps %(first)s"),
    ("perhaps", 2): N_("Perhaps %(first)s or %(second)s"),
}
_GROUPED = ("likely", "perhaps")
_SHARES = {
    (False, 1): "%(share)s.",
    (True, 1): N_("%(share)s; %(group)s: %(sum)s."),
    (False, 2): N_("%(share)s and %(other)s."),
    (True, 2): N_("%(share)s and %(other)s; %(group)s: %(sum)s."),
}


def with_names(value: Any, language: str) -> Any:
    """The same with a `name` in that language behind each `label`, at any depth."""
    if isinstance(value, list | tuple):
        return [with_names(inner, language) for inner in value]
    if not isinstance(value, dict):
        return value
    named = {"name": name_of(value["label"], language)} if "label" in value else {}
    return {key: with_names(inner, language) for key, inner in value.items()} | named


def say_verdict(verdict: dict[str, Any], language: str) -> dict[str, str]:
    """What can be said of the picture: as one `sentence`, and as a `headline` with its `shares`."""
    has_group, count = verdict["group"] is not None, len(verdict["leading"])
    written = {
        "sentence": _SENTENCES[verdict["kind"], has_group, count],
        "headline": _HEADLINES[verdict["kind"], count],
        "shares": _SHARES[has_group and verdict["kind"] in _GROUPED, count],
    }
    values = _values_of(verdict, language)
    told = {name: translate(language, sentence, values) for name, sentence in written.items()}
    return {name: text[:1].upper() + text[1:] for name, text in told.items()}


def _values_of(verdict: dict[str, Any], language: str) -> dict[str, str]:
    group = verdict["group"]
    places = {"group": group} if group else {}
    places |= dict(zip(("first", "second"), verdict["leading"], strict=False))
    values = {place: phrase_of(named["label"], language) for place, named in places.items()}
    values |= {f"{place}_name": name_of(named["label"], language) for place, named in places.items()}
    shares = {"group": "sum", "first": "share", "second": "other"}
    return values | {shares[place]: write_share(named["probability"], language) for place, named in places.items()}


def write_share(share: float, language: str) -> str:
    """As the page writes shares (`percent` of format.js): nearly nothing is not written as nothing, nor nearly all."""
    nearest = min(share, 1 - share)
    if 0 < nearest < 0.0005:
        return "<" + _percent(0.001, language) if share < 0.5 else ">" + _percent(0.999, language)
    steps = 1000 if nearest > 0 and (share < 0.1 or share >= 0.995) else 100
    return _percent(math.floor(share * steps + 0.5) / steps, language)


def _percent(share: float, language: str) -> str:
    return format_percent(share, locale=language, decimal_quantization=False)
