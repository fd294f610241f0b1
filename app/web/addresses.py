"""The grammar of addresses: what may stand behind the "?" of a room, told to its page and read here by the same rules.

A page takes its default for what it cannot understand (static/js/shared/address.js); here that is refused with the
field's name, so that a list of states is checked without a browser. Both satisfy tests/vectors/addresses.json. It does
not know rooms: what is more than a word or a number, such as steps, a room reads by itself.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qsl

from markupsafe import Markup

from app.core.errors import N_, InvalidValue
from app.core.pictures.samples import SAMPLES

Kind = Literal["choice", "word", "words", "text", "whole", "flag", "numbers", "parts", "steps", "network", "training"]
Query = Mapping[str, str]

NAME = r"[\w-]{1,64}"
OF_PARTS = ("hide", "fix")  # parts of a page that are left out, or shown and fixed
_OF_EVERY_PAGE = {"lang", "class", *OF_PARTS}  # its language; whether it opens in class view


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an address; what its kind does not need is left as it is.

    choice: one of `choices` · word: all of it matches `pattern` · words: such words, at most `high`, no two the same,
    none that is the value of the field `other_than` · text: at most `high` characters · whole: from `low` to `high` ·
    flag: true · numbers: name:value, with the ends of each in `ends` · parts: a value for each of `parts`.
    """

    name: str
    kind: Kind
    default: Any = None
    low: int = 0
    high: int = 10**15 - 1
    pattern: str = NAME
    choices: tuple[str, ...] = ()
    ends: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    parts: tuple["Field", ...] = ()
    also: tuple[str, ...] = ()  # other names of the query that say it
    needs: str | None = None  # a field without which this one means nothing
    other_than: str | None = None
    is_always_said: bool = False  # written even where it is the default: a page without it starts with something else

    def describe(self) -> dict[str, Any]:
        """As the page is told it."""
        return asdict(self)

    def refuse(self) -> InvalidValue:
        """That its value cannot be used."""
        return InvalidValue(N_("'%(name)s' in an address cannot have that value."), field=self.name, name=self.name)


Reader = Callable[[Query, Field], Any]


@dataclass(frozen=True, slots=True)
class Grammar:
    """The fields of a room's address, in the order in which they are written, and readers of the kinds it alone has.

    `check` refuses values that name what a fresh server has not got.
    """

    fields: tuple[Field, ...]
    readers: Mapping[str, Reader] = field(default_factory=dict)
    check: Callable[[Mapping[str, Any]], None] = lambda values: check_sample(values["sample"])

    def describe(self) -> list[dict[str, Any]]:
        """As the page is told it."""
        return [entry.describe() for entry in self.fields]

    def named(self, name: str) -> Field:
        """The field of that name."""
        return next(entry for entry in self.fields if entry.name == name)

    def read(self, query: str) -> dict[str, Any]:
        """The value of every field, its default where nothing is said; InvalidValue with the field at fault."""
        said = dict(parse_qsl(query, keep_blank_values=True, max_num_fields=100))
        known = {name for entry in self.fields for name in (entry.name, *entry.also)} | _OF_EVERY_PAGE
        for name in said:
            if name not in known:
                raise InvalidValue(N_("An address has no such field; its fields are %(names)s."), field=name,
                                   names=", ".join(sorted(known)))  # fmt: skip
        values: dict[str, Any] = {}
        for entry in self.fields:
            values[entry.name] = self._read(said, entry, values)
        return values

    def _read(self, said: Query, entry: Field, values: Mapping[str, Any]) -> Any:
        if not any(name in said for name in (entry.name, *entry.also)):
            return entry.default
        try:
            value = {**_READERS, **self.readers}[entry.kind](said, entry)
        except InvalidValue as fault:
            raise InvalidValue(fault.message, field=entry.name, **fault.values) from None
        if (entry.needs and values[entry.needs] is None) or (entry.other_than and values[entry.other_than] in value):
            raise entry.refuse()
        return value


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a page that an address may leave out (`hide=`), or show without letting it be changed (`fix=`).

    `name` is what the address says, `title` what the sheet for teachers says, to be translated.
    """

    name: str
    title: str
    can_hide: bool = True
    can_fix: bool = True

    def allows(self, field: str) -> bool:
        """Whether `hide` or `fix` may name it."""
        return self.can_hide if field == "hide" else self.can_fix


@dataclass(frozen=True, slots=True)
class Look:
    """How a visitor was sent to a page: what is left out, and what is fixed, of which `told` is said.

    It marks the page as it arrives, so that nothing is seen and then gone.
    """

    hidden: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    told: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        """All that are left out or fixed."""
        return self.hidden + self.fixed

    def part(self, names: str = "", *, hide: str = "", fix: str = "") -> Markup:
        """The attributes of an element that belongs to parts, whose names are separated by spaces.

        It is left out with those of `names` and `hide`, and fixed with those of `names` and `fix`.
        """
        hides, fixes = f"{names} {hide}".split(), f"{names} {fix}".split()
        marks = Markup(' data-part="{}"').format(" ".join(dict.fromkeys(hides + fixes)))
        if any(name in self.hidden for name in hides):
            marks += Markup(" data-hidden")
        if any(name in self.fixed for name in fixes):
            marks += Markup(' data-fixed aria-disabled="true" title="{}"').format(self.told)
        return marks


def read_look(parts: Iterable[Part], said: Query, told: str) -> Look:
    """What an address says of a room's parts; names that are none are ignored, as a page ignores what it cannot use."""
    hidden, fixed = (
        tuple(part.name for part in parts if part.allows(field) and part.name in said.get(field, "").split(","))
        for field in OF_PARTS
    )
    return Look(hidden, fixed, told)


def check_look(parts: Iterable[Part], query: str) -> None:
    """InvalidValue, with the field, where an address names a part that the room has not."""
    said = dict(parse_qsl(query, keep_blank_values=True))
    for kind in OF_PARTS:
        names = [part.name for part in parts if part.allows(kind)]
        if kind in said and not set(said[kind].split(",")) <= set(names):
            raise InvalidValue(
                N_("'%(name)s' in an address names parts of its room: %(names)s."),
                field=kind, name=kind, names=", ".join(names),
            )  # fmt: skip


def picture(usual: str) -> Field:
    """The field in which all rooms name their picture; where none is named, a visitor's own may take its place."""
    return Field("sample", "word", usual, is_always_said=True)


def check_sample(name: str) -> None:
    """Whether it is a picture that every browser can have; InvalidValue else."""
    if name not in SAMPLES:
        raise picture(name).refuse()


def _choice(said: Query, entry: Field) -> str:
    if said[entry.name] not in entry.choices:
        raise entry.refuse()
    return said[entry.name]


def _word(said: Query, entry: Field) -> str:
    if not re.fullmatch(entry.pattern, said[entry.name], re.ASCII):
        raise entry.refuse()
    return said[entry.name]


def _words(said: Query, entry: Field) -> list[str]:
    words = said[entry.name].split(",")
    if not all(re.fullmatch(entry.pattern, word, re.ASCII) for word in words) or len(set(words)) < len(words):
        raise entry.refuse()
    if len(words) > entry.high:
        raise entry.refuse()
    return words


def _text(said: Query, entry: Field) -> str:
    if not 1 <= len(said[entry.name]) <= entry.high:
        raise entry.refuse()
    return said[entry.name]


def _whole(said: Query, entry: Field) -> int:
    if not re.fullmatch("[0-9]{1,15}", said[entry.name]) or not entry.low <= int(said[entry.name]) <= entry.high:
        raise entry.refuse()
    return int(said[entry.name])


def _flag(said: Query, entry: Field) -> bool:
    if said[entry.name] not in ("true", "false"):
        raise entry.refuse()
    return said[entry.name] == "true"


def _numbers(said: Query, entry: Field) -> dict[str, float]:
    found = {}
    for part in said[entry.name].split(","):
        name, _, text = part.partition(":")
        low, high = entry.ends.get(name, (math.inf, -math.inf))
        if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) or not low <= float(text) <= high:
            raise entry.refuse()
        found[name] = float(text)
    return found


def _parts(said: Query, entry: Field) -> dict[str, Any]:
    texts = said[entry.name].split(",")
    if len(texts) != len(entry.parts):
        raise entry.refuse()
    pairs = zip(entry.parts, texts, strict=True)
    try:
        return {part.name: _READERS[part.kind]({part.name: text}, part) for part, text in pairs}
    except InvalidValue:
        raise entry.refuse() from None


_READERS: dict[str, Reader] = {
    "choice": _choice, "word": _word, "words": _words, "text": _text, "whole": _whole, "flag": _flag,
    "numbers": _numbers, "parts": _parts,
}  # fmt: skip
