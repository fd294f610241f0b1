"""What may be asked of a trained network about a picture: plain values, small enough to go to another process.

They are checked when made. How they are answered is not known here: see `classification` and `inspection`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from app.core.convolution.steps import Matrix, check_divisor, check_matrix
from app.core.pictures.changes import Change
from app.core.pictures.uploads import Upload

Method = Literal["grad-cam", "saliency", "integrated-gradients", "occlusion"]
METHODS: tuple[str, ...] = get_args(Method)
MOST_MAPS = 2_000  # of a column
MOST_WEIGHTS = 50_000  # of a layer, that are written out at once


@dataclass(frozen=True, slots=True)
class Implant:
    """matrix / divisor for every input channel of one output channel of a convolution."""

    layer: str
    channel: int
    matrix: Matrix
    divisor: float = 1.0

    def __post_init__(self) -> None:
        check_matrix(self.matrix)
        check_divisor(self.divisor)


@dataclass(frozen=True, slots=True)
class Weight:
    """One number that is learned: of output channel (or unit) `channel`, for input map (or value) `source`, from 0.

    `x` and `y` are the kernel's column and row. `source` None is the first map that the channel sees. Only a kernel's
    weight has all of them; a dense one has no x and y, the others have the channel alone.
    """

    layer: str
    parameter: str = "weight"
    channel: int = 0
    source: int | None = None
    x: int = 0
    y: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """A picture's file and a model's folder; what is done to the picture as it is seen, and to the network."""

    upload: Upload
    folder: Path
    change: Change | None = None
    implant: Implant | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """The columns of a `part` (stage or block), or of one `layer`, or of all stages.

    Of each `limit` maps, from the `offset`-th on.
    """

    part: str | None = None
    layer: str | None = None
    offset: int = 0
    limit: int = 8
