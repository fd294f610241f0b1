"""What each field of a layer may hold, and how a wrong one is refused: by the layer's place, the number and the rule.

Descriptions come from outside as JSON values, so every check looks at the type first. It does not know the layers.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.errors import N_, InvalidNetwork

MOST = 10**9  # a larger whole number is no count of anything, and costly to write down


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


Check = Callable[[Place, str, Any], Any]


def is_whole(value: Any, low: int, high: int) -> bool:
    """A true int, not a bool, within both limits."""
    return type(value) is int and low <= value <= high


def whole(low: int, high: int) -> Check:
    """A whole number from `low` to `high`."""

    def check(place: Place, name: str, value: Any) -> int:
        if is_whole(value, low, high):
            return value
        if is_whole(value, -MOST, MOST):
            raise place.refuse(
                N_("Layer %(layer)s (%(type)s): '%(name)s' is %(value)d; it must be from %(low)d to %(limit)d."),
                name, value=value, low=low, limit=high,
            )  # fmt: skip
        raise place.refuse(
            N_("Layer %(layer)s (%(type)s): '%(name)s' must be a whole number from %(low)d to %(limit)d."),
            name, low=low, limit=high,
        )  # fmt: skip

    return check


def pair(low: int, high: int) -> Check:
    """A whole number for both sides, or a list of two: height, width. Always a tuple of two from then on."""
    one = whole(low, high)

    def check(place: Place, name: str, value: Any) -> tuple[int, int]:
        if isinstance(value, list | tuple):
            if len(value) != 2:
                raise place.refuse(
                    N_("Layer %(layer)s (%(type)s): '%(name)s' is one number, or two: height and width."), name
                )
            return one(place, name, value[0]), one(place, name, value[1])
        side = one(place, name, value)
        return side, side

    return check


def optional(check: Check) -> Check:
    """The same, or null."""
    return lambda place, name, value: None if value is None else check(place, name, value)


def pad(below: int) -> Check:
    """ "valid", "same", or zeros at the top and bottom, left and right; 0 is "valid"."""
    zeros = pair(0, below - 1)

    def check(place: Place, name: str, value: Any) -> str | tuple[int, int]:
        if value in ("valid", "same"):
            return str(value)
        if not isinstance(value, int | list | tuple) or isinstance(value, bool):
            raise place.refuse(
                N_("Layer %(layer)s (%(type)s): '%(name)s' must be 'valid', 'same', or the zeros for each side."),
                name,
            )  # fmt: skip
        found: tuple[int, int] = zeros(place, name, value)
        return "valid" if found == (0, 0) else found

    return check


def number(low: float, below: float) -> Check:
    """A finite number from `low` to less than `below`."""

    def check(place: Place, name: str, value: Any) -> float:
        sound = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < MOST
        if sound and math.isfinite(value) and low <= value < below:
            return float(value)
        raise place.refuse(
            N_("Layer %(layer)s (%(type)s): '%(name)s' must be a number from %(low)s to less than %(limit)s."),
            name, low=low, limit=below,
        )  # fmt: skip

    return check


def choice(*allowed: str) -> Check:
    """One of these words; null and "linear" are other names of "none" where that is one of them."""

    def check(place: Place, name: str, value: Any) -> str:
        if "none" in allowed and (value is None or value == "linear"):
            return "none"
        if isinstance(value, str) and value in allowed:
            return value
        raise place.refuse(
            N_("Layer %(layer)s (%(type)s): '%(name)s' must be one of %(allowed)s."), name, allowed=", ".join(allowed)
        )

    return check


def flag(place: Place, name: str, value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise place.refuse(N_("Layer %(layer)s (%(type)s): '%(name)s' must be true or false."), name)
    return value


def shape_text(shape: Sequence[int]) -> str:
    """As people write it: 128 x 30 x 30."""
    return " x ".join(map(str, shape))
