"""Convolution of a whole picture with one kernel, in float32, signed, nothing clipped.

Small kernels are shifted multiply-adds over bands of rows that stay in the cache; a kernel that is a column
times a row is applied as these two (`strategies`); large ones go through the Fourier transform (`spectral`). Which of
them is decided by arithmetic, not by trial. It does not know chains, displays or limits.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from app.core.convolution import spectral
from app.core.convolution.steps import Convolution
from app.core.convolution.strategies import Plan, Weights, plan_for, rank
from app.core.convolution.windows import Band

# Views on a band, each with the weight it is multiplied by.
Terms = list[tuple[Tensor, float]]

_BYTE, _CALL = 0.04, 2000.0  # nanoseconds, measured on one core: each byte of the sums, and one pass over a band
_BAND_BYTES = 600_000  # of a band's sums: they and the pixels under them share the second-level cache


def convolve(picture: Tensor, step: Convolution) -> Tensor:
    """float32 H' x W' x C of an H x W x C picture (uint8 or float32): sum(patch * matrix) / divisor + offset.

    Within 1e-3 of the exact value, or as near as float32 can be. A kernel's zeros cost nothing.
    Raises InvalidValue where border `valid` leaves no room for the window.
    """
    height, width, channels = picture.shape
    shape = (*step.output_size(height, width), channels)
    # NumPy asks for huge pages: in a large array of torch's own, page faults cost more than the arithmetic.
    result = torch.from_numpy(np.empty(shape, np.float32))
    plan = plan_for(picture, step)
    rows = _band_rows(picture, step, plan, shape)
    if _cost(plan, shape, rows) > spectral.cost(picture, step):
        spectral.correlate(picture, step, torch.from_numpy(plan.weights).double(), result)
        _finish(result, result, plan, step)
    else:
        _by_bands(picture, step, plan, rows, result)
    return result


def _cost(plan: Plan, shape: Sequence[int], rows: int) -> float:
    """About how many nanoseconds the multiply-adds take, on `spectral`'s scale."""
    return plan.taps * (math.prod(shape) * _BYTE * plan.dtype.itemsize + _CALL * shape[0] / rows)


def _by_bands(picture: Tensor, step: Convolution, plan: Plan, rows: int, result: Tensor) -> None:
    """Write the result, `rows` rows at a time; a thin kernel's column first, into `between`, then its row."""
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
    # Sums of another type than the result's have a buffer of their own.
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
    return sorted(((cells[place], weight) for place, weight in pairs if weight != 0), key=lambda term: rank(term[1]))


def _band_rows(picture: Tensor, step: Convolution, plan: Plan, shape: Sequence[int]) -> int:
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


def _finish(sums: Tensor, target: Tensor, plan: Plan, step: Convolution) -> None:
    """target = sums / divisor + offset: in float64 where the sums are, else in float32."""
    values = sums if sums.dtype == torch.float64 else target
    values.copy_(sums)
    if plan.divisor != 1:
        values.div_(plan.divisor)
    if step.offset != 0:
        values.add_(step.offset)
    target.copy_(values)
