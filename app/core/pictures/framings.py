"""How the drawings of a data set lie in its pictures, in numbers; `drawings` puts others there.

Names and numbers only, for whoever must not load PyTorch.
"""

from dataclasses import dataclass
from typing import Literal, get_args

FramingName = Literal["middle", "drawing"]
FRAMINGS: tuple[str, ...] = get_args(FramingName)


@dataclass(frozen=True, slots=True)
class Framing:
    """Of pictures of `side` x `side`: the longer side of a drawing's box is `fill` of it, and its box, or its center
    of mass, lies in the middle. `most_ink` is the share of the picture that hardly any of them inks more of: their
    mean and two deviations."""

    side: int
    fill: float
    by_mass: bool
    most_ink: float


@dataclass(frozen=True, slots=True)
class Frame:
    """The part of a picture that a network sees, as shares of its width and height; it may reach beyond it."""

    framing: FramingName
    left: float
    top: float
    width: float
    height: float
