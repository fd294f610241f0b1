"""Learning a kernel: given a picture and its filtered twin, gradient descent finds the kernel that was used.

This is how the layers of a network learn theirs. The loss is the mean squared difference of levels,

    loss(w) = mean((window · w - target)²) = w·G w - 2 b·w + c,

where G = mean(window windowᵀ), b = mean(window target) and c = mean(target²) hold all that the pictures
say, so that a step of full-batch descent costs no look at a pixel. It does not know divisors, borders or
offsets: only windows that lie wholly inside the picture are used.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from app.core.convolution.steps import FitStart, Matrix
from app.core.errors import N_, InvalidValue

Vector = NDArray[np.float64]

MAXIMUM_FIT_SIDE = 15
FRAMES = 60
ACCURACY = 1e-7  # of the kernel found, beside its own size

# Where G's largest eigenvalue is more than so many times its smallest, the picture does not tell kernels
# apart that differ along the smallest: its levels hold no such detail, only rounding.
WORST_CONDITION = 1e8

_MAXIMUM_STEPS = 200_000  # some 20 √WORST_CONDITION
_SPACING = 1.03  # between the steps kept, of which about FRAMES are shown
_SEED = 4  # of the random start
_NUMBERS = 8_000_000  # cells of windows looked at, at most: all of 512 x 512 x 3 with 3 x 3, samples of more
_CHUNK = 1 << 20  # cells of windows in memory at a time


@dataclass(frozen=True, slots=True)
class Frame:
    """The kernel after `step` steps, and the mean squared error of its result, in levels²."""

    step: int
    kernel: Matrix
    loss: float


@dataclass(frozen=True, slots=True)
class Fit:
    """The learned kernel, as it is applied, and how it came about, in about 60 frames.

    Not `identifiable`: other kernels explain the target as well (on a constant picture, all of one sum);
    this is the one nearest to where descent started: from zeros, the smallest.
    """

    kernel: Matrix
    loss: float
    frames: list[Frame]
    identifiable: bool


@dataclass(frozen=True, slots=True)
class _Moments:
    """What the pictures say about the kernel: G, b, c above."""

    windows: Vector
    product: Vector
    square: float

    def loss(self, weights: Vector) -> float:
        value = weights @ self.windows @ weights - 2 * self.product @ weights + self.square
        return max(0.0, float(value))


def fit(
    picture: Tensor,
    target: Tensor,
    size: int | tuple[int, int],
    *,
    clipped: bool | None = None,
    start: FitStart = "zeros",
) -> Fit:
    """The rows x columns kernel that makes `target` of `picture` (both H x W x C, levels 0..255).

    `clipped` (default: whether the target is uint8) leaves out levels at 0 and 255, which may have been
    anything beyond. Descent starts at zeros, or at the same `random` weights each time, as large as the kernel's may
    be expected to be. Raises InvalidValue where sizes differ or no window is left.
    """
    rows, columns = (size, size) if isinstance(size, int) else size
    _check(picture, target, rows, columns)
    moments = _measure(picture, target, (rows, columns), target.dtype == torch.uint8 if clipped is None else clipped)
    curvatures = np.linalg.eigvalsh(moments.windows)
    known = curvatures[curvatures * WORST_CONDITION > curvatures[-1]]
    path = list(dict(_descend(moments, known, _begin(rows * columns, start))).items())
    shown = sorted({round(index) for index in np.linspace(0, len(path) - 1, FRAMES)})
    frames = [
        Frame(step, _rows(weights, columns), moments.loss(weights)) for step, weights in map(path.__getitem__, shown)
    ]
    return Fit(frames[-1].kernel, frames[-1].loss, frames, identifiable=len(known) == rows * columns)


def _begin(cells: int, start: FitStart) -> Vector:
    """The weights before the first step."""
    return np.zeros(cells) if start == "zeros" else np.random.default_rng(_SEED).uniform(-1, 1, cells)


def _descend(moments: _Moments, curvatures: Vector, weights: Vector) -> Iterator[tuple[int, Vector]]:
    """Gradient descent with momentum from `weights`; yields (step, weights), ever more rarely, and the last.

    Nesterov's method (1983): steps of 1 / largest curvature, and a momentum that grows. Where it would carry
    the weights uphill it starts anew (O'Donoghue and Candès, Adaptive Restart for Accelerated Gradient Schemes,
    2015, 3.2). With k = largest / smallest curvature it takes some √k steps, plain descent some k: on
    photographs, whose neighbors are nearly alike, k is thousands to millions. It ends when the error, at
    most gradient / smallest curvature, is down to ACCURACY of the weights.
    """
    ahead = weights
    smallest, largest = (curvatures[0], curvatures[-1]) if len(curvatures) else (1.0, 1.0)
    step, speed, due = 0, 1.0, 0.0
    while True:
        if step >= due:
            yield step, weights
            due = step * _SPACING
        gradient = moments.windows @ ahead - moments.product  # half the loss's, as the curvatures are half of its
        small = np.linalg.norm(gradient) <= smallest * ACCURACY * np.linalg.norm(ahead)
        if small or step == _MAXIMUM_STEPS:
            break
        previous, weights = weights, ahead - gradient / largest
        if gradient @ (weights - previous) > 0:
            speed = 1.0
        faster = (1 + math.sqrt(1 + 4 * speed**2)) / 2
        ahead = weights + (speed - 1) / faster * (weights - previous)
        step, speed = step + 1, faster
    yield step, weights


def _measure(picture: Tensor, target: Tensor, size: tuple[int, int], clipped: bool) -> _Moments:
    """The moments over all windows, or over as many as fit in the budget, spread evenly."""
    cells = size[0] * size[1]
    windows = picture.unfold(0, size[0], 1).unfold(1, size[1], 1)
    height, width, channels = windows.shape[:3]
    top, left = (size[0] - 1) // 2, (size[1] - 1) // 2
    twins = target[top : top + height, left : left + width]
    total, count = torch.zeros(cells + 1, cells + 1, dtype=torch.float64), 0
    for places in _places(height * width, _NUMBERS // (cells * channels)).split(_CHUNK // (cells * channels)):
        y, x = places // width, places % width
        wanted = twins[y, x].reshape(-1, 1)
        both = torch.hstack([windows[y, x].reshape(-1, cells).double(), wanted.double()])
        if clipped:
            both = both[((wanted > 0) & (wanted < 255)).flatten()]
        total += both.T @ both
        count += len(both)
    if count == 0:
        raise InvalidValue(
            N_("Every pixel of the target is black or white; what was clipped there cannot be learned from."),
            field="target",
        )
    mean = total.numpy() / count
    return _Moments(mean[:-1, :-1], mean[:-1, -1], float(mean[-1, -1]))


def _places(length: int, limit: int) -> Tensor:
    """All of 0..length-1, or `limit` of them along a Weyl sequence, which no regularity of the picture follows."""
    if length <= limit:
        return torch.arange(length)
    golden = (math.sqrt(5) - 1) / 2
    return (torch.arange(limit, dtype=torch.float64) * golden % 1 * length).long()


def _check(picture: Tensor, target: Tensor, rows: int, columns: int) -> None:
    for side in (rows, columns):
        if not 1 <= side <= MAXIMUM_FIT_SIDE:
            raise InvalidValue(
                N_("A kernel of 1 to %(limit)d rows and columns can be learned; %(value)d were asked for."),
                field="size", value=side, limit=MAXIMUM_FIT_SIDE,
            )  # fmt: skip
    if picture.shape[:2] != target.shape[:2]:
        raise InvalidValue(
            N_("The picture is %(size)s, the target %(other)s; they must be of one size."),
            field="target", size=_extent(picture), other=_extent(target),
        )  # fmt: skip
    if picture.shape[2] != target.shape[2]:
        raise InvalidValue(
            N_("The picture has %(value)d channels, the target %(limit)d; send both in color or both in gray."),
            field="target", value=picture.shape[2], limit=target.shape[2],
        )  # fmt: skip
    if rows > picture.shape[0] or columns > picture.shape[1]:
        raise InvalidValue(
            N_("The kernel's window is %(window)s, larger than the picture of %(size)s."),
            field="size", window=f"{columns} x {rows}", size=_extent(picture),
        )  # fmt: skip


def _rows(weights: Vector, columns: int) -> Matrix:
    return tuple(tuple(row) for row in weights.reshape(-1, columns).tolist())


def _extent(picture: Tensor) -> str:
    return f"{picture.shape[1]} x {picture.shape[0]}"
