"""One number of a pooling layer: the largest value or the mean of a window, or of a whole map."""

from dataclasses import dataclass

import torch
from torch import Tensor

from app.core.classification.activations import Recording
from app.core.convolution.steps import Matrix
from app.core.networks.layers import GlobalPooling
from app.core.networks.window_layers import Pooling

_WRITTEN_OUT = 4096  # cells of a global pool's map, at most: larger maps are not listed


@dataclass(frozen=True, slots=True)
class Position:
    """A cell of the input map."""

    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Pooled:
    """The window's cells inside the map, since padding never counts. `function` is "maximum", whose `positions` on the
    input map are all that reach it, or "mean" = sum / count."""

    function: str
    left: int
    top: int
    width: int
    height: int
    patch: Matrix | None
    positions: tuple[Position, ...]
    sum: float
    count: int
    result: float


def explain_pooling(recording: Recording, layer: str, channel: int, x: int, y: int) -> Pooled:
    """The window at column x, row y of one map."""
    described = recording.anatomy.row(layer).layer
    assert isinstance(described, Pooling)
    maps = recording.before(layer)
    (height, width), (down, across) = described.pool_size, described.step
    above, _, beside, _ = described.margins(tuple(maps.shape))
    top, left = y * down - above, x * across - beside
    cells = maps[channel, max(top, 0) : top + height, max(left, 0) : left + width]
    return _pool(cells, described.function, max(left, 0), max(top, 0))


def explain_global_pooling(recording: Recording, layer: str, channel: int, x: int, y: int) -> Pooled:
    """The whole map."""
    described = recording.anatomy.row(layer).layer
    assert isinstance(described, GlobalPooling)
    return _pool(recording.before(layer)[channel], described.function, 0, 0)


def _pool(cells: Tensor, function: str, left: int, top: int) -> Pooled:
    height, width = cells.shape
    patch = tuple(tuple(row) for row in cells.tolist()) if cells.numel() <= _WRITTEN_OUT else None
    total = float(cells.double().sum())
    if function == "mean":
        return Pooled(function, left, top, width, height, patch, (), total, cells.numel(), total / cells.numel())
    if function != "maximum":
        raise ValueError(f"the {function!r} of a pool is not explained")
    largest = float(cells.max())
    places = torch.nonzero(cells == largest)[:_WRITTEN_OUT].tolist()
    positions = tuple(Position(left + column, top + row) for row, column in places)
    return Pooled(function, left, top, width, height, patch, positions, total, cells.numel(), largest)
