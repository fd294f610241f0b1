"""Convolution of a whole picture with one kernel, in float32, signed, nothing clipped.

Small kernels are shifted multiply-adds over bands of rows that stay in cache; products of a column and a
row are applied as two thin kernels; large ones go through the Fourier transform (`spectral`). It chooses
by arithmetic, not by trial, and does not know chains, displays or limits.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from app.core import spectral
from app.core.steps import Convolution
from app.core.windows import Band

# Weights of one tap, by its place in the kernel.
Taps = list[tuple[int, float]]

TOLERANCE = 1e-3  # float32 sums are used only where rounding cannot add up to more than this
_TAP, _CALL = 0.16, 2000.0  # nanoseconds, measured on one core: a float32 multiply-add, and one pass over a band
_BAND_BYTES = 400_000  # a band and its sums share the second-level cache


@dataclass(frozen=True, slots=True)
class _Plan:
    """The weights to apply, after the part of the division that is exact: whole, or as a column and a row."""

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

    Within 1e-3 of the exact value, or what float32 can hold.
    Raises InvalidValue where border `valid` leaves no room for the window.
    """
    height, width, channels = picture.shape
    shape = (*step.output_size(height, width), channels)
    # NumPy asks for huge pages: in a large array of torch's own, page faults cost more than the arithmetic.
    result = torch.from_numpy(np.empty(shape, np.float32))
    plan = _plan(picture, step)
    if _cost(plan, shape, _band_rows(picture, step, plan, shape)) > spectral.cost(picture, step):
        spectral.correlate(picture, step, plan.weights, result)
        _finish(result, plan.divisor, step.offset)
    else:
        _by_bands(picture, step, plan, result)
    return result


def _plan(picture: Tensor, step: Convolution) -> _Plan:
    weights = torch.tensor(step.applied, dtype=torch.float64)
    thin = _factors(weights)
    size = float(weights.abs().sum())
    taps = sum(int(part.count_nonzero()) for part in thin or (weights,))
    whole = picture.dtype == torch.uint8 and bool((weights == weights.round()).all())
    exact = whole and size * 255 < 2**24
    rounding = (taps + 2) * 2.0**-24 * _magnitude(picture) * size / abs(step.divisor)
    dtype = torch.float32 if exact or rounding <= TOLERANCE else torch.float64
    if abs(math.frexp(step.divisor)[0]) != 0.5:
        return _Plan(weights, thin, step.divisor, dtype)
    # Dividing by a power of two is exact, so it may come first and costs nothing.
    thin = (thin[0], thin[1] / step.divisor) if thin else None
    return _Plan(weights / step.divisor, thin, 1.0, dtype)


def _magnitude(picture: Tensor) -> float:
    """The largest size among the levels."""
    if picture.dtype == torch.uint8:
        return 255.0
    low, high = torch.aminmax(picture)
    return max(-float(low), float(high))


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


def _cost(plan: _Plan, shape: Sequence[int], rows: int) -> float:
    """About how many nanoseconds the multiply-adds take, on `spectral`'s scale."""
    values = math.prod(shape) * (_TAP if plan.dtype == torch.float32 else 2 * _TAP)
    return plan.taps * (values + _CALL * shape[0] / rows)


def _by_bands(picture: Tensor, step: Convolution, plan: _Plan, result: Tensor) -> None:
    rows = _band_rows(picture, step, plan, result.shape)
    band = Band(picture, step, rows, plan.dtype)
    width = band.across.count
    sums = None if plan.dtype == torch.float32 else torch.empty(rows, *result.shape[1:], dtype=plan.dtype)
    if plan.thin:
        between = band.cells.new_empty(rows, *band.cells.shape[1:])
        first = [(band.cells[start : start + rows], w) for start, w in _taps(plan.thin[0], band.down.starts)]
        last = [(between[:, start : start + width], w) for start, w in _taps(plan.thin[1], band.across.starts)]
    else:
        last = [
            (band.cells[top : top + rows, left : left + width], weight)
            for top, weights in zip(band.down.starts, plan.weights, strict=True)
            for left, weight in _taps(weights, band.across.starts)
        ]
    for start in _band_starts(len(result), rows):
        band.fill(start)
        target = result[start : start + rows]
        if plan.thin:
            _add_up(first, between)
        _add_up(last, target if sums is None else sums)
        if sums is not None:
            target.copy_(sums)
        _finish(target, plan.divisor, step.offset)


def _taps(weights: Tensor, starts: tuple[int, ...]) -> Taps:
    return [(start, weight) for start, weight in zip(starts, weights.tolist(), strict=True) if weight != 0]


def _band_rows(picture: Tensor, step: Convolution, plan: _Plan, shape: Sequence[int]) -> int:
    """Rows a band: within the cache, yet not so few that re-reading the window's reach is the main work."""
    height, width, channels = shape
    across = (width * step.stride + step.reach[1]) * channels * plan.dtype.itemsize
    rows = min(height, max(_BAND_BYTES // (2 * across), step.reach[0] // 2, 1))
    limit = max(picture.numel() * 4, 1 << 20)
    while rows > 1 and across * min(rows * step.stride + step.reach[0], rows * step.side[0]) > limit:
        rows //= 2
    return rows


def _band_starts(height: int, rows: int) -> list[int]:
    """The first row of each band; the last band ends with the picture and may repeat rows."""
    return [*range(0, height - rows, rows), height - rows]


def _add_up(terms: list[tuple[Tensor, float]], target: Tensor) -> None:
    """target = sum of view * weight, with as few passes over the target as possible."""
    order = sorted(terms, key=lambda term: term[1] != 1)
    if not order:
        target.zero_()
        return
    (view, weight), rest = order[0], order[1:]
    if weight == 1 and rest:
        torch.add(view, rest[0][0], alpha=rest[0][1], out=target)
        rest = rest[1:]
    else:
        torch.mul(view, weight, out=target)
    for view, weight in rest:
        target.add_(view, alpha=weight)


def _finish(sums: Tensor, divisor: float, offset: float) -> None:
    if divisor != 1:
        sums.div_(divisor)
    if offset != 0:
        sums.add_(offset)
