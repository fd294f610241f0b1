"""Correlation through the Fourier transform, for kernels so large that shifted sums cost more.

Overlap-save in float64 (Oppenheim and Schafer, Discrete-Time Signal Processing, 8.7.3): each tile is read
with its border, multiplied with the kernel's spectrum, and its valid part kept. A dilated kernel works on
every dilation-th row and column apart. It does not know divisors or offsets.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from app.core.convolution.steps import Convolution
from app.core.convolution.windows import Places, at, sources

# Nanoseconds measured on one core (two transforms, reading and writing); only their ratio to a tap's matters.
_CELL = 15.0
_CALLS = 100_000.0  # a tile, however small
_SIDES = sorted(2**a * 3**b * 5**c for a in range(10) for b in range(4) for c in range(3) if 2**a * 3**b * 5**c <= 512)


@dataclass(frozen=True, slots=True)
class Cut:
    """How one axis of `length` results is cut: tiles of `side` cells give `valid` results each, phase by phase."""

    length: int
    side: int
    valid: int
    phases: int

    @property
    def tiles(self) -> int:
        """Tiles along the axis."""
        return self.phases * math.ceil(math.ceil(self.length / self.phases) / self.valid)

    def spans(self) -> Iterator[Places]:
        """For each tile the places of the results it gives, before the stride."""
        for phase in range(min(self.phases, self.length)):
            places = np.arange(phase, self.length, self.phases)
            yield from (places[start : start + self.valid] for start in range(0, len(places), self.valid))


def cost(picture: Tensor, step: Convolution) -> float:
    """About how many nanoseconds `correlate` takes."""
    down, across = _cuts(picture, step)
    return down.tiles * across.tiles * picture.shape[2] * (_CALLS + _CELL * down.side * across.side)


def correlate(picture: Tensor, step: Convolution, weights: Tensor, result: Tensor) -> None:
    """Write the float32 sums of patch * weights (float64, as applied) into `result`, H' x W' x C."""
    down, across = _cuts(picture, step)
    sides = down.side, across.side
    spectrum = torch.fft.rfft2(weights, s=sides).conj()
    for rows in down.spans():
        for columns in across.spans():
            inside = [(places % step.stride == 0).nonzero()[0] for places in (rows, columns)]
            if not all(len(kept) for kept in inside):
                continue
            kept = tuple(map(_run, inside))
            target = result[_run(rows[inside[0]] // step.stride), _run(columns[inside[1]] // step.stride)]
            tile = _read(picture, step, rows[0] + _steps(down, step), columns[0] + _steps(across, step))
            for channel in range(picture.shape[2]):
                product = torch.fft.rfft2(tile[:, :, channel].double()).mul_(spectrum)
                target[:, :, channel] = torch.fft.irfft2(product, s=sides)[kept]


def _steps(cut: Cut, step: Convolution) -> Places:
    return np.arange(cut.side) * step.dilation


def _cuts(picture: Tensor, step: Convolution) -> tuple[Cut, Cut]:
    """Tiles stay small enough for the cache and for their share of a small picture's memory."""
    limit = min(max(math.isqrt(picture.numel()) // 3, 192), 512)
    gained = [sum(margins) - (reach - 1) for margins, reach in zip(step.margins, step.reach, strict=True)]
    height, width = picture.shape[0] + gained[0], picture.shape[1] + gained[1]
    return _cut(height, step.side[0], step.dilation, limit), _cut(width, step.side[1], step.dilation, limit)


@lru_cache(maxsize=1024)
def _cut(length: int, taps: int, phases: int, limit: int) -> Cut:
    options = [Cut(length, side, side - taps + 1, phases) for side in _SIDES if taps <= side <= limit]
    return min(options, key=lambda cut: (cut.tiles * (cut.side + 32), cut.side))


def _read(picture: Tensor, step: Convolution, rows: Places, columns: Places) -> Tensor:
    """The cells of a tile, border included, for positions counted from the first window's corner."""
    down = sources(rows - step.before[0], picture.shape[0], step.border)
    across = sources(columns - step.before[1], picture.shape[1], step.border)
    near, far = int(across.clip(0).min()), int(across.clip(0).max())
    lines = picture[:, near : far + 1].index_select(0, at(down))
    tile = lines.index_select(1, at(across - near))
    tile[torch.from_numpy(down < 0)] = 0
    tile[:, torch.from_numpy(across < 0)] = 0
    return tile


def _run(places: Places) -> slice:
    """Evenly spaced places as a slice."""
    first, last = int(places[0]), int(places[-1])
    return slice(first, last + 1, (last - first) // max(len(places) - 1, 1) or 1)
