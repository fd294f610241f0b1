"""The steps of a chain: a convolution with one kernel, ReLU, max or average pooling.

Each is a frozen description, checked when made. How a step is computed is not known here: see
`convolution` and `chains`. Sizes are (height, width) in pixels.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from app.core.errors import N_, InvalidValue

Border = Literal["zero", "reflect", "replicate", "wrap", "valid"]
Padding = Literal["same", "full"] | int
FitStart = Literal["zeros", "random"]  # where the search for a kernel begins
PoolKind = Literal["max_pool", "average_pool"]
Matrix = tuple[tuple[float, ...], ...]

A_MATRIX = "[[0,-1,0],[-1,5,-1],[0,-1,0]]"  # shown where one was written wrong
PADDINGS = ("same", "full")  # beside whole numbers
BORDERS: tuple[str, ...] = get_args(Border)
MAXIMUM_SIDE = 63
MAXIMUM_WEIGHT = 1e6
MINIMUM_DIVISOR = 1e-6
MAXIMUM_STEP = 64  # stride, dilation and pool size
MAXIMUM_PADDING = 64  # cells
MAXIMUM_STEPS = 16


@dataclass(frozen=True, slots=True)
class Convolution:
    """Cross-correlation with `matrix`: y = sum(patch * matrix) / divisor + offset.

    `flip` turns the matrix by 180 degrees first, which makes it the textbook's convolution. `border` says what lies
    outside the picture, `padding` how far windows reach there: `same` keeps the picture's size (before the stride),
    for an even side with the extra cell at the right and below, as PyTorch's; `full` lets every window in that meets a
    pixel, as SciPy's; a number is that many cells on each side. Border `valid` has none. `reflect` does not repeat the
    edge pixel (PyTorch's `reflect`, OpenCV's `REFLECT_101`, SciPy's `mirror`). The first window sits at the first
    position.
    """

    matrix: Matrix
    divisor: float = 1.0
    offset: float = 0.0
    stride: int = 1
    dilation: int = 1
    border: Border = "zero"
    padding: Padding = "same"
    flip: bool = False

    def __post_init__(self) -> None:
        check_matrix(self.matrix)
        check_divisor(self.divisor)
        check_number("offset", self.offset)
        check_step("stride", self.stride)
        check_step("dilation", self.dilation)
        if self.border not in BORDERS:
            raise InvalidValue(N_("The border must be one of %(allowed)s."), field="border", allowed=", ".join(BORDERS))
        check_padding(self.padding, self.border)

    @property
    def side(self) -> tuple[int, int]:
        """Rows and columns of the matrix."""
        return len(self.matrix), len(self.matrix[0])

    @property
    def reach(self) -> tuple[int, int]:
        """Height and width of the window on the picture: dilation * (side - 1) + 1."""
        rows, columns = self.side
        return self.dilation * (rows - 1) + 1, self.dilation * (columns - 1) + 1

    @property
    def margins(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Border cells above and below, then at the left and at the right of the picture."""
        above, beside = (self._margins(reach) for reach in self.reach)
        return above, beside

    def _margins(self, reach: int) -> tuple[int, int]:
        if self.border == "valid":
            return 0, 0
        if self.padding == "same":
            return (reach - 1) // 2, reach // 2
        cells = reach - 1 if self.padding == "full" else int(self.padding)
        return cells, cells

    @property
    def before(self) -> tuple[int, int]:
        """Border cells above and at the left of the picture."""
        (top, _), (left, _) = self.margins
        return top, left

    @property
    def applied(self) -> Matrix:
        """The matrix as it meets the picture: turned by 180 degrees where `flip` asks for it."""
        return tuple(row[::-1] for row in self.matrix[::-1]) if self.flip else self.matrix

    def output_size(self, height: int, width: int) -> tuple[int, int]:
        """Size of the result: floor((n + margins - reach) / stride) + 1, which is ceil(n / stride) for `same`."""
        sizes = tuple(self._output_sizes(height, width))
        if min(sizes) < 1:
            room = {"window": f"{self.reach[1]} x {self.reach[0]}", "size": f"{width} x {height}"}
            if self.border == "valid":
                raise InvalidValue(
                    N_("The kernel's window is %(window)s, larger than the picture of %(size)s; 'valid' needs room."),
                    field="border", **room,
                )  # fmt: skip
            raise InvalidValue(
                N_("The kernel's window is %(window)s, larger than the picture of %(size)s with its padding."),
                field="padding", **room,
            )  # fmt: skip
        return sizes[0], sizes[1]

    def _output_sizes(self, height: int, width: int) -> Iterator[int]:
        for length, margins, reach in zip((height, width), self.margins, self.reach, strict=True):
            yield (length + sum(margins) - reach) // self.stride + 1


@dataclass(frozen=True, slots=True)
class Relu:
    """y = max(x, 0)."""

    def output_size(self, height: int, width: int) -> tuple[int, int]:
        """The size stays."""
        return height, width


@dataclass(frozen=True, slots=True)
class Pool:
    """The maximum or the mean of each `size` x `size` window, `stride` apart (default: `size`), no border."""

    kind: PoolKind
    size: int = 2
    stride: int | None = None

    def __post_init__(self) -> None:
        check_step("size", self.size)
        if self.stride is not None:
            check_step("stride", self.stride)

    @property
    def step(self) -> int:
        """Pixels between two windows."""
        return self.stride or self.size

    def output_size(self, height: int, width: int) -> tuple[int, int]:
        """floor((n - size) / stride) + 1, as Keras and PyTorch do without padding."""
        if self.size > min(height, width):
            raise InvalidValue(
                N_("The pooling window is %(value)s pixels a side, larger than the picture of %(size)s."),
                field="size", value=self.size, size=f"{width} x {height}",
            )  # fmt: skip
        return (height - self.size) // self.step + 1, (width - self.size) // self.step + 1


Step = Convolution | Relu | Pool


def check_matrix(matrix: Matrix) -> None:
    """1 to 63 rows of 1 to 63 equal lengths; every weight finite and at most 1e6 in size."""
    columns = len(matrix[0]) if matrix else 0
    for value in (len(matrix), columns):
        if not 1 <= value <= MAXIMUM_SIDE:
            raise InvalidValue(
                N_("A kernel has 1 to %(limit)d rows and columns; this one has %(value)d."),
                field="matrix", value=value, limit=MAXIMUM_SIDE, example=A_MATRIX,
            )  # fmt: skip
    for index, row in enumerate(matrix):
        if len(row) != columns:
            raise InvalidValue(
                N_("All rows of a kernel are of one length; row %(row)d has %(value)d numbers, the first %(limit)d."),
                field="matrix", row=index + 1, value=len(row), limit=columns, example=A_MATRIX,
            )  # fmt: skip
        for weight in row:
            check_number("matrix", weight)


def check_number(field: str, value: float) -> None:
    """Finite and at most 1e6 in size."""
    if not math.isfinite(value) or abs(value) > MAXIMUM_WEIGHT:
        raise InvalidValue(
            N_("Every number of '%(name)s' must be finite and at most %(limit)s in size."),
            field=field, name=field, limit=f"{MAXIMUM_WEIGHT:.0f}",
        )  # fmt: skip


def check_divisor(value: float) -> None:
    """A number that is not so near zero that dividing by it overflows."""
    check_number("divisor", value)
    if abs(value) < MINIMUM_DIVISOR:
        raise InvalidValue(
            N_("The divisor is %(value)s; it must be at least %(limit)s in size."),
            field="divisor", value=value, limit=MINIMUM_DIVISOR,
        )  # fmt: skip


def check_padding(value: Padding, border: Border) -> None:
    """`same`, `full` or 0 to 64 cells; border `valid` has none, and no wish for any."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if value not in PADDINGS and not (is_number and 0 <= int(value) <= MAXIMUM_PADDING):
        raise InvalidValue(
            N_("The padding is 'same', 'full' or a whole number from 0 to %(limit)d."),
            field="padding", limit=MAXIMUM_PADDING,
        )  # fmt: skip
    if border == "valid" and value != "same":
        raise InvalidValue(
            N_("Border 'valid' has no padding: choose another border, such as 'zero', or leave the padding out."),
            field="padding",
        )  # fmt: skip


def check_step(field: str, value: int) -> None:
    """A whole number from 1 to 64."""
    if not 1 <= value <= MAXIMUM_STEP:
        raise InvalidValue(
            N_("'%(name)s' is %(value)d; it must be from 1 to %(limit)d."),
            field=field, name=field, value=value, limit=MAXIMUM_STEP,
        )  # fmt: skip
