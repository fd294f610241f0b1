"""A question as it is posed, and what was answered to it: sentences with their numbers, figures, choices, a working.

Plain values, small enough to go to another process. Sentences are English, to be translated where they are shown. It
does not know how questions are made.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Any, ClassVar

from app.core.convolution.steps import Matrix
from app.core.errors import N_, InvalidValue

CHOICES = 4
LETTERS = "abcd"

Parts = tuple[float | str, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """An English sentence with `%(name)s` places, and what goes there: numbers, names, other such sentences."""

    message: str
    values: dict[str, Any] = field(default_factory=dict)


def said(message: str, **values: Any) -> Said:
    """The sentence with these values in its places."""
    return Said(message, values)


@dataclass(frozen=True, slots=True)
class Number:
    """A number that is written with so many decimals at most."""

    value: float
    decimals: int = 0

    def is_meant_by(self, typed: float) -> bool:
        """Whether what was typed lies nearer than half of the last decimal; half way, nobody knows which is meant."""
        return abs(self.value - typed) <= 0.5 * 10**-self.decimals - 1e-9


@dataclass(frozen=True, slots=True)
class Formula:
    """Numbers and signs in the order in which they are written: (30, "·", 50, "=", 1500)."""

    parts: Parts


@dataclass(frozen=True, slots=True)
class MatrixFigure:
    """Rows of numbers; a kernel's are divided by `divisor`. `marked` is a cell (row, column), `outside` those in the
    border."""

    kind: ClassVar[str] = "matrix"
    name: str
    title: Said
    rows: Matrix
    divisor: float = 1.0
    marked: tuple[int, int] | None = None
    outside: tuple[tuple[bool, ...], ...] | None = None


@dataclass(frozen=True, slots=True)
class PictureFigure:
    """A small picture, as a PNG. `window` is (x, y, width, height) of the pixels that are meant."""

    kind: ClassVar[str] = "picture"
    name: str
    title: Said
    width: int
    height: int
    png: bytes
    window: tuple[int, int, int, int] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A named number or word of a table."""

    name: str
    title: Said
    value: Said | Number


@dataclass(frozen=True, slots=True)
class TableFigure:
    """What is given, by name."""

    kind: ClassVar[str] = "table"
    name: str
    title: Said
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class CurvesFigure:
    """Accuracies 0..1 of a training, one an epoch: as counted while it learns, and on pictures held out."""

    kind: ClassVar[str] = "curves"
    name: str
    title: Said
    training: tuple[float, ...]
    validation: tuple[float, ...]


Figure = MatrixFigure | PictureFigure | TableFigure | CurvesFigure


@dataclass(frozen=True, slots=True)
class Option:
    """A possible answer: what it `shows`, and what is replied to whoever gives it."""

    shows: Said | Number | Figure
    reply: Said

    def is_like(self, other: "Option") -> bool:
        """Whether nobody could tell them apart: numbers must lie a unit of their last decimal from each other."""
        match self.shows, other.shows:
            case Number() as one, Number() as two:
                return abs(one.value - two.value) < 10**-one.decimals - 1e-9
            case MatrixFigure() as one, MatrixFigure() as two:
                return (one.rows, one.divisor) == (two.rows, two.divisor)
            case PictureFigure() as one, PictureFigure() as two:
                return one.png == two.png
        return self.shows == other.shows


@dataclass(frozen=True, slots=True)
class Step:
    """A line of a working: a sentence, and the arithmetic that it speaks of."""

    text: Said
    formula: Formula | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A question as its maker gives it: the `wrong` options in the order in which they are preferred."""

    text: Said
    figures: tuple[Figure, ...]
    right: Option
    wrong: tuple[Option, ...]
    working: tuple[Step, ...]
    is_typed: bool = False  # a number is written, and none offered


@dataclass(frozen=True, slots=True)
class Posed:
    """A question with its options in the order in which they are shown; `right` is the place of the right one."""

    kind: str
    seed: int
    draft: Draft
    options: tuple[Option, ...]
    right: int


@dataclass(frozen=True, slots=True)
class Judged:
    """What is said of an answer, and how the right one comes about."""

    right: bool
    reply: Said
    working: tuple[Step, ...]


def compose(kind: str, seed: int, draft: Draft, random: Random) -> Posed:
    """The right option among wrong ones that differ from it and from each other, shuffled."""
    options = list(distinct([draft.right, *draft.wrong]))
    if not draft.is_typed:
        options = options[:CHOICES]
        random.shuffle(options)
    return Posed(kind, seed, draft, tuple(options), options.index(draft.right))


def distinct(options: Iterable[Option]) -> Iterable[Option]:
    """Without those that are like one before them."""
    seen: list[Option] = []
    for option in options:
        if not any(option.is_like(other) for other in seen):
            seen.append(option)
            yield option


def judge(posed: Posed, answer: Any) -> Judged:
    """What is said of a letter, or of a number where one is typed; InvalidValue for anything else."""
    option = _typed(posed, answer) if posed.draft.is_typed else _chosen(posed, answer)
    reply = said(_OTHER) if option is None else option.reply
    return Judged(option is posed.options[posed.right], reply, posed.draft.working)


_OTHER = N_("No. The working shows how it comes about.")


def _chosen(posed: Posed, answer: Any) -> Option:
    letters = LETTERS[: len(posed.options)]
    if not isinstance(answer, str) or len(answer) != 1 or answer not in letters:
        raise InvalidValue(N_("The answer is one of %(allowed)s."), field="answer", allowed=", ".join(letters))
    return posed.options[letters.index(answer)]


def _typed(posed: Posed, answer: Any) -> Option | None:
    """The option whose number was meant; None where it is none of them."""
    if isinstance(answer, bool) or not isinstance(answer, int | float) or not abs(answer) < 1e15:
        raise InvalidValue(N_("The answer to this question is a number."), field="answer")
    for option in posed.options:
        assert isinstance(option.shows, Number)
        if option.shows.is_meant_by(answer):
            return option
    return None
