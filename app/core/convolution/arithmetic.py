"""How one value of a result comes about: the window, the weights, the products, the sum.

The window is read through the same index maps as the picture's, and the value is read from the picture
itself. It does not know how numbers are written.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from app.core.convolution.chains import apply
from app.core.convolution.steps import Border, Convolution, Matrix, Pool, Relu, Step
from app.core.convolution.windows import at, sources
from app.core.errors import N_, InvalidValue
from app.core.pictures.display import to_bytes
from app.core.pictures.outputs import Display


@dataclass(frozen=True, slots=True)
class PixelArithmetic:
    """value = sum / divisor + offset for a convolution or an average; a maximum has no sum.

    `rows` and `columns` are the window's places in the step's input; `outside` marks the cells beyond it,
    whose numbers in `patch` come from the border. `displayed` is a byte, or three for display `signed`.
    """

    kind: str
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    patch: Matrix
    outside: tuple[tuple[bool, ...], ...]
    kernel: Matrix | None
    products: Matrix | None
    sum: float | None
    divisor: float
    offset: float
    value: float
    displayed: int | tuple[int, int, int]


def explain(
    picture: Tensor, steps: Sequence[Step], x: int, y: int, channel: int, display: Display, at: int = -1
) -> PixelArithmetic:
    """The arithmetic of column x, row y and channel of the result of step `at` (default: the last).

    Raises InvalidValue where there is no such step, pixel or channel.
    """
    index = at + len(steps) if at < 0 else at
    _check("at", index, len(steps))
    before = apply(picture, steps[:index]) if index else picture
    after = apply(before, steps[index : index + 1])
    for field, place, size in zip(("y", "x", "channel"), (y, x, channel), after.shape, strict=True):
        _check(field, place, size)
    step = steps[index]
    rows, columns, border = _window(step, x, y)
    patch, outside = _read(before[:, :, channel], rows, columns, border)
    kernel = step.applied if isinstance(step, Convolution) else None
    products = patch * torch.tensor(kernel, dtype=torch.float64) if kernel else None
    pixel = to_bytes(after, display)[y, x]
    return PixelArithmetic(
        kind=_kind(step),
        rows=tuple(rows),
        columns=tuple(columns),
        patch=_matrix(patch),
        outside=tuple(tuple(row) for row in outside.tolist()),
        kernel=kernel,
        products=None if products is None else _matrix(products),
        sum=_sum(step, patch if products is None else products),
        divisor=_divisor(step),
        offset=step.offset if isinstance(step, Convolution) else 0.0,
        value=float(after[y, x, channel]),
        displayed=(int(pixel[0]), int(pixel[1]), int(pixel[2])) if display == "signed" else int(pixel[channel]),
    )


def _check(field: str, value: int, size: int) -> None:
    if not 0 <= value < size:
        raise InvalidValue(
            N_("'%(name)s' is %(value)d; it must be from 0 to %(limit)d."),
            field=field, name=field, value=value, limit=size - 1,
        )  # fmt: skip


def _kind(step: Step) -> str:
    match step:
        case Convolution():
            return "convolution"
        case Relu():
            return "relu"
        case Pool():
            return step.kind


def _window(step: Step, x: int, y: int) -> tuple[list[int], list[int], Border]:
    match step:
        case Convolution():
            (top, left), (height, width) = step.before, step.side
            rows = [y * step.stride + i * step.dilation - top for i in range(height)]
            columns = [x * step.stride + j * step.dilation - left for j in range(width)]
            return rows, columns, step.border
        case Relu():
            return [y], [x], "valid"
        case Pool():
            rows = [y * step.step + i for i in range(step.size)]
            return rows, [x * step.step + j for j in range(step.size)], "valid"


def _read(plane: Tensor, rows: list[int], columns: list[int], border: Border) -> tuple[Tensor, Tensor]:
    height, width = plane.shape
    down, across = np.array(rows), np.array(columns)
    i, j = sources(down, height, border), sources(across, width, border)
    patch = plane[at(i)][:, at(j)].double()
    patch[torch.from_numpy(i < 0)] = 0
    patch[:, torch.from_numpy(j < 0)] = 0
    outside_rows, outside_columns = (down < 0) | (down >= height), (across < 0) | (across >= width)
    return patch, torch.from_numpy(outside_rows[:, None] | outside_columns)


def _matrix(values: Tensor) -> Matrix:
    return tuple(tuple(row) for row in values.tolist())


def _sum(step: Step, terms: Tensor) -> float | None:
    averaged = isinstance(step, Convolution) or (isinstance(step, Pool) and step.kind == "average_pool")
    return float(terms.sum()) if averaged else None


def _divisor(step: Step) -> float:
    match step:
        case Convolution():
            return step.divisor
        case Pool(kind="average_pool"):
            return float(step.size * step.size)
        case _:
            return 1.0
