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
from torch import Tensor

from app.core import spectral
from app.core.steps import Convolution
from app.core.windows import Band

# Views on a band, each with the weight it is multiplied by.
Terms = list[tuple[Tensor, float]]

TOLERANCE = 1e-3  # float32 sums are used only where rounding cannot add up to more than this
_HALF_ULP = 2.0**-24  # of a float32 between 1 and 2
_TAP, _CALL = 0.16, 2000.0  # nanoseconds, measured on one core: a float32 multiply-add, and one pass over a band
_BAND_BYTES = 200_000  # of a band's sums: they and the pixels under them share the second-level cache


@dataclass(frozen=True, slots=True)
class _Plan:
    """How a kernel is applied: as `weights`, or as a `thin` column and row; then divided, all in `dtype`."""

    weights: Tensor
    thin: tuple[Tensor, Tensor] | None
    divisor: float
    dtype: torch.dtype

    @property
    def taps(self) -> int:
        """Multiply-adds a value."""
        return sum(int(part.count_nonzero()) for part in self.thin or (self.weights,))


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
    if _cost(plan, shape, _band_rows(picture, step, plan, shape)) > spectral.cost(picture, step):
        spectral.correlate(picture, step, plan.weights, result)
        _finish(result, plan, step)
    else:
        _by_bands(picture, step, plan, result)
    return result


def _plan(picture: Tensor, step: Convolution) -> _Plan:
    weights = torch.tensor(step.applied, dtype=torch.float64)
    thin = _factors(weights)
    dtype = torch.float32 if _float32_suffices(picture, step, weights, thin) else torch.float64
    if abs(math.frexp(step.divisor)[0]) != 0.5:
        return _Plan(weights, thin, step.divisor, dtype)
    # Dividing by a power of two is exact, so it may come first and costs nothing.
    thin = (thin[0], thin[1] / step.divisor) if thin else None
    return _Plan(weights / step.divisor, thin, 1.0, dtype)


def _factors(weights: Tensor) -> tuple[Tensor, Tensor] | None:
    """A column and a row whose product is `weights`, where that saves work; whole numbers stay whole."""
    peak = int(weights.abs().argmax())
    i, j = divmod(peak, weights.shape[1])
    if weights[i, j] == 0:
        return None
    row = weights[i] / _common(weights[i])
    column = weights[:, j] / row[j]
    if int(column.count_nonzero() + row.count_nonzero()) >= int(weights.count_nonzero()):
        return None
    error = (column[:, None] * row - weights).abs().max()
    return (column, row) if error <= 1e-14 * weights[i, j].abs() else None


def _common(row: Tensor) -> float:
    """The greatest common divisor of whole numbers; else the largest number."""
    numbers = row.tolist()
    if all(number == int(number) for number in numbers):
        return float(math.gcd(*map(int, numbers)))
    return float(max(numbers, key=abs))


def _float32_suffices(picture: Tensor, step: Convolution, weights: Tensor, thin: tuple[Tensor, Tensor] | None) -> bool:
    """Whether sums in float32 are exact, or their rounding errors together stay within TOLERANCE."""
    size = float(weights.abs().sum())
    whole = picture.dtype == torch.uint8 and bool((weights == weights.round()).all())
    if whole and size * 255 < 2**24:
        return True
    error = _rounding(weights)
    if thin:
        column, row = thin
        error = _rounding(column) * float(row.abs().sum()) + _rounding(row) * float(column.abs().sum())
    error += 2 * _HALF_ULP * size  # the division
    return error * _magnitude(picture) <= TOLERANCE * abs(step.divisor)


def _rounding(weights: Tensor) -> float:
    """How far float32 may lead a sum of weights * levels astray, for levels up to 1, in the order of `_terms`."""
    sizes = [abs(weight) for weight in sorted(weights.flatten().tolist(), key=_rank)]
    partial_sums = float(np.cumsum(sizes).sum())
    return _HALF_ULP * partial_sums + float((weights - weights.float()).abs().sum())


def _rank(weight: float) -> tuple[bool, float]:
    """A weight of 1 first, since it needs no pass of its own; then small ones, so that rounding errors stay small."""
    return weight != 1, abs(weight)


def _magnitude(picture: Tensor) -> float:
    """The largest size among the levels."""
    if picture.dtype == torch.uint8:
        return 255.0
    low, high = torch.aminmax(picture)
    return max(-float(low), float(high))


def _cost(plan: _Plan, shape: Sequence[int], rows: int) -> float:
    """About how many nanoseconds the multiply-adds take, on `spectral`'s scale."""
    values = math.prod(shape) * (_TAP if plan.dtype == torch.float32 else 2 * _TAP)
    return plan.taps * (values + _CALL * shape[0] / rows)


def _by_bands(picture: Tensor, step: Convolution, plan: _Plan, result: Tensor) -> None:
    rows = _band_rows(picture, step, plan, result.shape)
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
    sums = torch.empty(rows, *result.shape[1:], dtype=plan.dtype)
    for start in _band_starts(len(result), rows):
        band.fill(start)
        target = result[start : start + rows]
        if first:
            _add_up(first, between)
        into = target if plan.dtype == target.dtype else sums
        _add_up(last, into)
        _finish(into, plan, step)
        if into is sums:
            target.copy_(sums)


def _terms(cells: Tensor, places: Iterable[Any], weights: Tensor) -> Terms:
    """The parts of `cells` at `places`, in the order in which they are added up; those of weight 0 left out."""
    pairs = zip(places, weights.flatten().tolist(), strict=True)
    return sorted(((cells[place], weight) for place, weight in pairs if weight != 0), key=lambda term: _rank(term[1]))


def _band_rows(picture: Tensor, step: Convolution, plan: _Plan, shape: Sequence[int]) -> int:
    """Rows a band: within the cache, yet not so few that re-reading the window's reach is the main work."""
    height, width, channels = shape
    across = (width * step.stride + step.reach[1]) * channels * plan.dtype.itemsize
    rows = min(height, max(_BAND_BYTES // across, step.reach[0] // 2, 1))
    limit = max(picture.numel() * 4, 1 << 20)
    while rows > 1 and across * min(rows * step.stride + step.reach[0], rows * step.side[0]) > limit:
        rows //= 2
    return rows


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


def _finish(sums: Tensor, plan: _Plan, step: Convolution) -> None:
    if plan.divisor != 1:
        sums.div_(plan.divisor)
    if step.offset != 0:
        sums.add_(step.offset)
