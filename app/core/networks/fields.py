"""What each field of a layer may hold, how a wrong value is refused, and how the page offers the field.

Descriptions come from outside as JSON values, so every check looks at the type first; what is refused is told by the
layer's place, the number and the rule. A kind of field tells its limits to the page, which checks and offers by them.
It does not know the layers.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import MISSING, Field, asdict, dataclass, field
from typing import Any, ClassVar

from app.core.errors import N_, InvalidNetwork

MOST = 10**9  # a larger whole number is no count of anything, and costly to write down
Say = Callable[[str], str]  # a sentence in the visitor's language


@dataclass(frozen=True, slots=True)
class Place:
    """Where a layer stands: `number` as people count ("3", in a block "3.1"), `path` as in the JSON ("layers.2")."""

    number: str = ""
    kind: str = ""
    path: str = ""

    def inner(self, index: int, kind: str) -> "Place":
        """The place of a layer in the list at this place, `index` from 0."""
        number = f"{self.number}.{index + 1}" if self.number else str(index + 1)
        return Place(number, kind, ".".join(filter(None, (self.path, "layers", str(index)))))

    def refuse(self, message: str, name: str | None = None, **values: Any) -> InvalidNetwork:
        """The error to raise: `message` may use %(layer)s and %(type)s besides its own values."""
        field = ".".join(filter(None, (self.path, name)))
        return InvalidNetwork(
            message, field=field or None, layer=self.number, type=self.kind, name=name or "", **values
        )


def is_whole(value: Any, low: int, high: int) -> bool:
    """A true int, not a bool, within both limits."""
    return type(value) is int and low <= value <= high


@dataclass(frozen=True)
class Kind:
    """What a field may hold. `check` gives the value as the layer keeps it, or raises InvalidNetwork."""

    name: ClassVar[str]

    def check(self, place: Place, name: str, value: Any) -> Any:
        """The value of the field `name` of the layer at `place`."""
        raise NotImplementedError

    def tell(self) -> dict[str, Any]:
        """As JSON: the kind's name and its limits."""
        return {"kind": self.name} | asdict(self)


@dataclass(frozen=True)
class Whole(Kind):
    """A whole number from `low` to `high`."""

    name: ClassVar[str] = "whole"
    low: int
    high: int

    def check(self, place: Place, name: str, value: Any) -> int:
        """The number itself."""
        if is_whole(value, self.low, self.high):
            return int(value)
        if is_whole(value, -MOST, MOST):
            raise place.refuse(
                N_("Layer %(layer)s (%(type)s): '%(name)s' is %(value)d; it must be from %(low)d to %(limit)d."),
                name, value=value, low=self.low, limit=self.high,
            )  # fmt: skip
        raise place.refuse(
            N_("Layer %(layer)s (%(type)s): '%(name)s' must be a whole number from %(low)d to %(limit)d."),
            name, low=self.low, limit=self.high,
        )  # fmt: skip


@dataclass(frozen=True)
class Sides(Kind):
    """A whole number for both sides, or a list of two: height, width. Always a tuple of two from then on.

    Where `otherwise` names another field, it may be null: then it is as that one.
    """

    name: ClassVar[str] = "sides"
    low: int
    high: int
    otherwise: str | None = None

    def check(self, place: Place, name: str, value: Any) -> tuple[int, int] | None:
        """(height, width)."""
        one = Whole(self.low, self.high).check
        if value is None and self.otherwise:
            return None
        if isinstance(value, list | tuple):
            if len(value) != 2:
                raise place.refuse(
                    N_("Layer %(layer)s (%(type)s): '%(name)s' is one number, or two: height and width."), name
                )
            return one(place, name, value[0]), one(place, name, value[1])
        side = one(place, name, value)
        return side, side


@dataclass(frozen=True)
class Padding(Kind):
    """ "valid", "same", or zeros at the top and bottom, left and right, at most `high`; 0 is "valid"."""

    name: ClassVar[str] = "padding"
    high: int

    def check(self, place: Place, name: str, value: Any) -> str | tuple[int, int]:
        """The word, or (zeros above and below, zeros left and right)."""
        if value in ("valid", "same"):
            return str(value)
        if not isinstance(value, int | list | tuple) or isinstance(value, bool):
            raise place.refuse(
                N_("Layer %(layer)s (%(type)s): '%(name)s' must be 'valid', 'same', or the zeros for each side."),
                name,
            )  # fmt: skip
        found = Sides(0, self.high).check(place, name, value)
        assert found is not None
        return "valid" if found == (0, 0) else found

    def tell(self) -> dict[str, Any]:
        """With its words."""
        return super().tell() | {"choices": ["valid", "same"]}


@dataclass(frozen=True)
class Number(Kind):
    """A finite number from `low` to less than `below`."""

    name: ClassVar[str] = "number"
    low: float
    below: float

    def check(self, place: Place, name: str, value: Any) -> float:
        """As a float."""
        sound = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < MOST
        if sound and math.isfinite(value) and self.low <= value < self.below:
            return float(value)
        raise place.refuse(
            N_("Layer %(layer)s (%(type)s): '%(name)s' must be a number from %(low)s to less than %(limit)s."),
            name, low=self.low, limit=self.below,
        )  # fmt: skip


@dataclass(frozen=True)
class Choice(Kind):
    """One of these words; null and "linear" are other names of "none" where that is one of them."""

    name: ClassVar[str] = "choice"
    choices: tuple[str, ...]

    def check(self, place: Place, name: str, value: Any) -> str:
        """The word."""
        if "none" in self.choices and (value is None or value == "linear"):
            return "none"
        if isinstance(value, str) and value in self.choices:
            return value
        raise place.refuse(
            N_("Layer %(layer)s (%(type)s): '%(name)s' must be one of %(allowed)s."),
            name, allowed=", ".join(self.choices),
        )  # fmt: skip


@dataclass(frozen=True)
class Flag(Kind):
    """True or false."""

    name: ClassVar[str] = "flag"

    def check(self, place: Place, name: str, value: Any) -> bool:
        """The value itself."""
        if not isinstance(value, bool):
            raise place.refuse(N_("Layer %(layer)s (%(type)s): '%(name)s' must be true or false."), name)
        return value


@dataclass(frozen=True)
class Block(Kind):
    """A list of layers; `parsing` reads it."""

    name: ClassVar[str] = "layers"


@dataclass(frozen=True)
class Look:
    """How the page offers a field.

    `title` stands before its control; a field without one is not offered. `stops` are where a slider stops; other
    values that are allowed, up to `most`, can be typed, past a last stop only where it is `typed`. A count that only
    costs more the larger it is has no stops but the doubling ones up to `widest`. On a layer's card a field is
    `on_card` always, else with `unusual` where it has another value than its default. `meanings` are of its choices.
    """

    title: str = ""
    stops: tuple[float, ...] = ()
    widest: int | None = None
    most: float | None = None
    typed: bool = False
    on_card: bool = False
    unusual: str = ""
    meanings: tuple[tuple[str, str], ...] = ()

    def tell(self, say: Say) -> dict[str, Any]:
        """As JSON, its sentences said."""
        said = {"title": self.title and say(self.title), "unusual": self.unusual and say(self.unusual)}
        return asdict(self) | said | {"meanings": {word: say(meaning) for word, meaning in self.meanings}}


def setting(kind: Kind, title: str = "", *, default: Any = MISSING, **look: Any) -> Any:
    """A field of a layer: what it may hold, and the words and stops with which the page offers it."""
    return field(default=default, metadata={"kind": kind, "look": Look(title, **look)})


def kind_of(item: "Field[Any]") -> Kind:
    """What a field of a layer may hold."""
    kind: Kind = item.metadata["kind"]
    return kind


def tell_field(item: "Field[Any]", say: Say) -> dict[str, Any]:
    """A field as the page needs it; `default` is left out where a value must be given."""
    default = {} if item.default is MISSING else {"default": write(item.default)}
    return {"name": item.name} | kind_of(item).tell() | default | item.metadata["look"].tell(say)


def write(value: Any) -> Any:
    """A value as in JSON: a pair of equal numbers is written as one."""
    if isinstance(value, tuple) and value and isinstance(value[0], int):
        return value[0] if value[0] == value[1] else list(value)
    return value


def shape_text(shape: Sequence[int]) -> str:
    """As people write it: 128 x 30 x 30."""
    return " x ".join(map(str, shape))


# What several types have in common: their functions, sides, borders and shares.


@dataclass(frozen=True)
class Function:
    """An activation: how its maps are called, how its working is written (else "name(value)"), and whether it may only
    be at the very end."""

    title: str
    written: str = ""
    last: bool = False


ACTIVATIONS = {
    "relu": Function("ReLU", "max(0, %(value)s)"),
    "gelu": Function("GELU"),
    "silu": Function("SiLU"),
    "tanh": Function("tanh"),
    "sigmoid": Function("sigmoid"),
    "leaky_relu": Function("leaky ReLU", "max(%(value)s, 0.2 · %(value)s)"),
    "elu": Function("ELU"),
    "relu6": Function("ReLU6", "min(max(0, %(value)s), 6)"),
    "hard_swish": Function("hard swish"),
    "softmax": Function("softmax", last=True),
}

RELU = {"activation": "relu"}
MAXIMUM_UNITS = 1_000_000
MAXIMUM_SIDE = 63
SIDE = Sides(1, MAXIMUM_SIDE)
SIDES = (1, 2, 3, 4, 5, 6, 7, 8, 9, 11)
STEP: dict[str, Any] = {"kind": SIDE, "title": N_("step"), "stops": (1, 2, 3, 4), "unusual": N_("step %(value)s")}
SPREAD: dict[str, Any] = {
    "kind": SIDE,
    "title": N_("spacing"),
    "stops": (1, 2, 3, 4),
    "unusual": N_("spacing %(value)s"),
}
KERNEL: dict[str, Any] = {"kind": SIDE, "title": N_("kernel size"), "stops": SIDES, "typed": True, "on_card": True}
_BORDERS = (
    ("valid", N_("the kernel stays inside; the maps get smaller")),
    ("same", N_("zeros around; the maps keep their size")),
)
BORDER: dict[str, Any] = {
    "kind": Padding(MAXIMUM_SIDE - 1),
    "title": N_("border"),
    "unusual": N_("padding %(value)s"),
    "meanings": _BORDERS,
}
POOL_BORDER: dict[str, Any] = BORDER | {
    "meanings": (
        ("valid", N_("windows stay inside; what is left over is dropped")),
        ("same", N_("windows reach over the border, where nothing counts")),
    ),
}
KERNELS_OF_EACH: dict[str, Any] = {
    "kind": Whole(1, 1024),
    "title": N_("kernels for each map"),
    "widest": 8,
    "unusual": "× %(value)s",
}
RATE: dict[str, Any] = {
    "kind": Number(0.0, 1.0), "title": N_("share"),
    "stops": tuple(n / 20 for n in range(1, 20)), "most": 0.99, "on_card": True,
}  # fmt: skip


def function(*others: str) -> Any:
    """The field of a function that is applied to what comes out."""
    names = Choice((*others, *ACTIVATIONS))
    return setting(names, N_("activation"), default="none") if others else setting(names, N_("activation"))


def bias() -> Any:
    """Whether a number is added to each sum."""
    return setting(Flag(), N_("a bias for each"), default=True, unusual=N_("no bias"))
