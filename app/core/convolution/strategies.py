"""How a kernel is best applied: whole or as a column and a row, in which order, in which kind of number.

float32 sums are taken only where they are exact, or where all rounding errors together provably stay within
TOLERANCE (Higham, Accuracy and Stability of Numerical Algorithms, 4.2); where not, float64. It does not know how
sums are computed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from app.core.convolution.steps import Convolution

Weights = NDArray[Any]  # float64, or whole numbers where sums are

TOLERANCE = 1e-3  # levels
_HALF_ULP = 2.0**-24  # of a float32 between 1 and 2


@dataclass(frozen=True, slots=True)
class Plan:
    """How a kernel is applied: as `weights`, or as a `thin` column and row; then divided, all in `dtype`."""

    weights: Weights
    thin: tuple[Weights, Weights] | None
    divisor: float
    dtype: torch.dtype

    @property
    def taps(self) -> int:
        """Multiply-adds a value."""
        return sum(int(np.count_nonzero(part)) for part in self.thin or (self.weights,))


def plan_for(picture: Tensor, step: Convolution) -> Plan:
    """The cheapest plan that is exact, or within TOLERANCE, or as near as float32 can be, for these levels."""
    weights = np.array(step.applied, np.float64)
    thin = factors(weights)
    if picture.dtype == torch.uint8 and _sums_fit_int16(weights):
        thin = (thin[0].astype(int), thin[1].astype(int)) if thin else None
        return Plan(weights.astype(int), thin, step.divisor, torch.int16)
    dtype = torch.float32 if _float32_suffices(picture, weights, thin, step.divisor) else torch.float64
    if abs(math.frexp(step.divisor)[0]) != 0.5:
        return Plan(weights, thin, step.divisor, dtype)
    # Dividing by a power of two is exact, so it may come first and costs nothing.
    thin = (thin[0], thin[1] / step.divisor) if thin else None
    return Plan(weights / step.divisor, thin, 1.0, dtype)


def factors(weights: Weights) -> tuple[Weights, Weights] | None:
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

    Each addition, in the order of `rank`, adds half a unit in the last place of its partial sum; a weight
    that float32 does not hold adds its own error; what a pass does wrong is multiplied by the next.
    """
    error = 0.0
    for weights in passes:
        ordered = np.array(sorted(weights.flatten().tolist(), key=rank))
        strayed = float(np.abs(ordered - ordered.astype(np.float32)).sum()) * max(high, -low)
        above, below = np.maximum(ordered, 0).cumsum(), np.minimum(ordered, 0).cumsum()
        highs, lows = above * high + below * low, above * low + below * high
        strayed += _HALF_ULP * float(np.maximum(highs, -lows).sum())
        error = error * float(np.abs(ordered).sum()) + strayed
        low, high = float(lows[-1]), float(highs[-1])
    return (error + 2 * _HALF_ULP * max(high, -low)) / abs(divisor)  # the divisor as float32, and the division


def rank(weight: float) -> tuple[bool, float]:
    """A weight of 1 first, since it needs no pass of its own; then small ones, so that rounding errors stay small."""
    return weight != 1, abs(weight)
