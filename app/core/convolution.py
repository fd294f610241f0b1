"""Convolution of a whole picture with one kernel, in float32, signed, nothing clipped.

Small kernels are shifted multiply-adds over bands of rows that stay in the cache; a kernel that is a column
times a row is applied as these two; large ones go through the Fourier transform (`spectral`). Which of them is
decided by arithmetic, not by trial. It does not know chains, displays or limits.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from app.core import spectral
from app.core.steps import Convolution
from app.core.windows import Band

Weights = NDArray[Any]  # float64, or whole numbers where sums are
# Views on a band, each with the weight it is multiplied by.
Terms = list[tuple[Tensor, float]]

TOLERANCE = 1e-3  # float32 sums are used only where rounding cannot add up to more than this
_HALF_ULP = 2.0**-24  # of a float32 between 1 and 2
_BYTE, _CALL = 0.04, 2000.0  # nanoseconds, measured on one core: each byte of the sums, and one pass over a band
_BAND_BYTES = 600_000  # of a band's sums: they and the pixels under them share the second-level cache


@dataclass(frozen=True, slots=True)
class _Plan:
    """How a kernel is applied: as `weights`, or as a `thin` column and row; then divided, all in `dtype`."""

    weights: Weights
    thin: tuple[Weights, Weights] | None
    divisor: float
    dtype: torch.dtype

    @property
    def taps(self) -> int:
        """Multiply-adds a value."""
        return sum(int(np.count_nonzero(part)) for part in self.thin or (self.weights,))


def convolve(picture: Tensor, step: Convolution) -> Tensor:
    """float32 H' x W' x C of an H x W x C picture (uint8 or float32): sum(patch * matrix) / divisor + offset.

    Within 1e-3 of the exact value, or as near as float32 can be. A kernel's zeros cost nothing.
    Raises InvalidValue where border `valid` leaves no room for the window.
    """
    height, width, channels = picture.shape
    shape = (*step.output_size(height, width), channels)
    # NumPy asks for huge pages: in a large array of torch's own, page faults cost more than the arithmetic.
    result = torch.from_numpy(np.empty(shape, np.float32))
    plan = _plan(picture, step)
    rows = _band_rows(picture, step, plan, shape)
    if _cost(plan, shape, rows) > spectral.cost(picture, step):
        spectral.correlate(picture, step, torch.from_numpy(plan.weights).double(), result)
        _finish(result, result, plan, step)
    else:
        _by_bands(picture, step, plan, rows, result)
    return result


def _plan(picture: Tensor, step: Convolution) -> _Plan:
    weights = np.array(step.applied)
    thin = _factors(weights)
    if picture.dtype == torch.uint8 and _sums_fit_int16(weights):
        thin = (thin[0].astype(int), thin[1].astype(int)) if thin else None
        return _Plan(weights.astype(int), thin, step.divisor, torch.int16)
    dtype = torch.float32 if _float32_suffices(picture, weights, thin, step.divisor) else torch.float64
    if abs(math.frexp(step.divisor)[0]) != 0.5:
        return _Plan(weights, thin, step.divisor, dtype)
    # Dividing by a power of two is exact, so it may come first and costs nothing.
    thin = (thin[0], thin[1] / step.divisor) if thin else None
    return _Plan(weights / step.divisor, thin, 1.0, dtype)


def _factors(weights: Weights) -> tuple[Weights, Weights] | None:
    """A column and a row whose product is `weights`, where that saves work; whole numbers stay whole."""
    i, j = divmod(int(np.abs(weights).argmax()), weights.shape[1])
    if weights[i, j] == 0:
        return None
    row = weights[i] / _common(weights[i])
    column = weights[:, j] / row[j]
    if np.count_nonzero(column) + np.count_nonzero(row) >= np.count_nonzero(weights):
        return None
    error = np.abs(np.outer(column, row) - weights).max()
    return (column, row) if error <= 1e-14 * abs(weights[i, j]) else None


def _common(row: Weights) -> float:
    """The greatest common divisor of whole numbers; else the largest number."""
    numbers = row.tolist()
    if all(number == int(number) for number in numbers):
        return float(math.gcd(*map(int, numbers)))
    return float(max(numbers, key=abs))


def _sums_fit_int16(weights: Weights) -> bool:
    """Whether sums of weights * bytes are whole and below 2**15 in size: exact in int16, and twice as fast."""
    return bool((weights == weights.round()).all()) and float(np.abs(weights).sum()) * 255 < 2**15


def _float32_suffices(picture: Tensor, weights: Weights, thin: tuple[Weights, Weights] | None, divisor: float) -> bool:
    """Whether sums in float32 are exact, or all their rounding errors together stay within TOLERANCE."""
    if picture.dtype != torch.uint8:
        low, high = (float(end) for end in torch.aminmax(picture))
        return _rounding(thin or (weights,), min(low, 0), max(high, 0), divisor) <= TOLERANCE
    exact = bool((weights == weights.round()).all()) and float(np.abs(weights).sum()) * 255 < 2**24
    return exact or _rounding(thin or (weights,), 0, 255, divisor) <= TOLERANCE


def _rounding(passes: Sequence[Weights], low: float, high: float, divisor: float) -> float:
    """How far float32 may lead the result astray, for levels from `low` (at most 0) to `high` (at least 0).

    Each addition, in the order of `_terms`, adds half a unit in the last place of its partial sum; a weight
    that float32 does not hold adds its own error; what a pass does wrong is multiplied by the next.
    """
    error = 0.0
    for weights in passes:
        ordered = np.array(sorted(weights.flatten().tolist(), key=_rank))
        strayed = float(np.abs(ordered - ordered.astype(np.float32)).sum()) * max(high, -low)
        above, below = np.maximum(ordered, 0).cumsum(), np.minimum(ordered, 0).cumsum()
        highs, lows = above * high + below * low, above * low + below * high
        strayed += _HALF_ULP * float(np.maximum(highs, -lows).sum())
        error = error * float(np.abs(ordered).sum()) + strayed
        low, high = float(lows[-1]), float(highs[-1])
    return (error + 2 * _HALF_ULP * max(high, -low)) / abs(divisor)  # the divisor as float32, and the division


def _rank(weight: float) -> tuple[bool, float]:
    """A weight of 1 first, since it needs no pass of its own; then small ones, so that rounding errors stay small."""
    return weight != 1, abs(weight)


def _cost(plan: _Plan, shape: Sequence[int], rows: int) -> float:
    """About how many nanoseconds the multiply-adds take, on `spectral`'s scale."""
    return plan.taps * (math.prod(shape) * _BYTE * plan.dtype.itemsize + _CALL * shape[0] / rows)


def _by_bands(picture: Tensor, step: Convolution, plan: _Plan, rows: int, result: Tensor) -> None:
    band = Band(picture, step, rows, plan.dtype)
    downs = [slice(start, start + rows) for start in band.down.starts]
    acrosses = [slice(start, start + band.across.count) for start in band.across.starts]
    first, between = Terms(), band.cells
    if plan.thin:
        between = torch.empty_like(band.cells[:rows])
        first = _terms(band.cells, downs, plan.thin[0])
        last = _terms(between, [(slice(None), across) for across in acrosses], plan.thin[1])
    else:
        last = _terms(band.cells, [(down, across) for down in downs for across in acrosses], plan.weights)
    other = None if plan.dtype == result.dtype else torch.empty(rows, *result.shape[1:], dtype=plan.dtype)
    for start in _band_starts(len(result), rows):
        band.fill(start)
        if first:
            _add_up(first, between)
        target = result[start : start + rows]
        sums = target if other is None else other
        _add_up(last, sums)
        _finish(sums, target, plan, step)


def _terms(cells: Tensor, places: Iterable[Any], weights: Weights) -> Terms:
    """The parts of `cells` at `places`, in the order in which they are added up; those of weight 0 left out."""
    pairs = zip(places, weights.flatten().tolist(), strict=True)
    return sorted(((cells[place], weight) for place, weight in pairs if weight != 0), key=lambda term: _rank(term[1]))


def _band_rows(picture: Tensor, step: Convolution, plan: _Plan, shape: Sequence[int]) -> int:
    """Rows a band: within the cache, yet not so few that re-reading the window's reach is the main work."""
    height, width, channels = shape
    across = (width * step.stride + step.reach[1]) * channels * plan.dtype.itemsize
    rows = max(_BAND_BYTES // across, step.reach[0] // 2, 1)
    limit = max(picture.numel() * 4, 1 << 20)
    while rows > 1 and across * min(rows * step.stride + step.reach[0], rows * step.side[0]) > limit:
        rows //= 2
    return math.ceil(height / math.ceil(height / rows))


def _band_starts(height: int, rows: int) -> Iterator[int]:
    """Where each band begins; the last may overlap the one before, so that all are of one height."""
    yield from range(0, height - rows, rows)
    yield height - rows


def _add_up(terms: Terms, target: Tensor) -> None:
    """target = sum of view * weight, with as few passes over the target as possible."""
    if not terms:
        target.zero_()
        return
    (view, weight), rest = terms[0], terms[1:]
    if weight == 1 and rest:
        torch.add(view, rest[0][0], alpha=rest[0][1], out=target)
        rest = rest[1:]
    else:
        torch.mul(view, weight, out=target)
    for view, weight in rest:
        target.add_(view, alpha=weight)


def _finish(sums: Tensor, target: Tensor, plan: _Plan, step: Convolution) -> None:
    """target = sums / divisor + offset: in float64 where the sums are, else in float32."""
    values = sums if sums.dtype == torch.float64 else target
    values.copy_(sums)
    if plan.divisor != 1:
        values.div_(plan.divisor)
    if step.offset != 0:
        values.add_(step.offset)
    target.copy_(values)
