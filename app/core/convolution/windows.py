"""Windows on a picture: where they read at its borders, and bands of rows gathered for them.

A band holds some rows of the picture with their border in one reused buffer, in such an order that each
tap of a kernel meets all its pixels as one plain slice. It does not know weights.
"""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from torch import Tensor

from app.core.convolution.steps import Border, Convolution

Places = NDArray[np.int64]


def sources(positions: Places, length: int, border: Border) -> Places:
    """Where each position of an axis (may lie outside 0..length-1) reads from; -1 reads a zero.

    Reflection folds as often as needed and does not repeat the edge, as numpy.pad's mode="reflect".
    """
    if border == "wrap":
        return positions % length
    if border == "replicate":
        return np.minimum(np.maximum(positions, 0), length - 1)
    if border == "reflect":
        period = 2 * (length - 1)
        folded = positions % max(period, 1)
        return np.minimum(folded, abs(period - folded))
    return np.where((positions >= 0) & (positions < length), positions, -1)


@dataclass(frozen=True, slots=True)
class Layout:
    """One axis of a band: slot n holds position `offsets[n]`; tap k's window is the `count` slots from `starts[k]`.

    `adjoin`: neighboring slots hold neighboring positions.
    """

    count: int
    offsets: Places
    starts: tuple[int, ...]
    adjoin: bool = False


def lay_out(count: int, side: int, stride: int, dilation: int) -> Layout:
    """Slots for `count` windows of `side` taps, such that starts[k] + i holds position k * dilation + i * stride.

    Positions that leave the same remainder by the stride lie side by side, and serve many taps. Where
    the dilation is so wide that nothing is shared, each tap has slots of its own.
    """
    if stride == 1 and dilation <= count:
        starts = tuple(range(0, side * dilation, dilation))
        return Layout(count, np.arange(starts[-1] + count), starts, adjoin=True)
    taps = [divmod(k * dilation, stride) for k in range(side)]
    blocks = {phase: [steps for steps, other in taps if other == phase] for _, phase in taps}
    if sum(max(steps) - min(steps) + count for steps in blocks.values()) > side * count:
        offsets = np.arange(side)[:, None] * dilation + np.arange(count) * stride
        return Layout(count, offsets.flatten(), tuple(k * count for k in range(side)))
    pieces, begins, used = [], {}, 0
    for phase, steps in blocks.items():
        begins[phase] = used - min(steps)
        pieces.append(np.arange(min(steps), max(steps) + count) * stride + phase)
        used += len(pieces[-1])
    return Layout(count, np.concatenate(pieces), tuple(begins[phase] + steps for steps, phase in taps))


class Band:
    """The pixels under `rows` rows of results, border included, for each band of a picture in turn."""

    def __init__(self, picture: Tensor, step: Convolution, rows: int, dtype: torch.dtype) -> None:
        height, width, channels = picture.shape
        top, left = step.before
        self._picture, self._border, self._stride, self._top = picture, step.border, step.stride, top
        self.down = lay_out(rows, step.side[0], step.stride, step.dilation)
        self.across = lay_out(step.output_size(height, width)[1], step.side[1], step.stride, step.dilation)
        self.cells = torch.zeros(len(self.down.offsets), len(self.across.offsets), channels, dtype=dtype)
        # Where neighboring slots hold neighboring pixels, only what lies beside the picture is gathered.
        columns = sources(self.across.offsets - left, width, step.border)
        inside = slice(left, left + width) if self.across.adjoin else slice(0, 0)
        parts = [slice(0, inside.start), slice(inside.stop, len(columns))]
        self._inside = self.cells[:, inside]
        self._gathered = [(self.cells[:, part], at(columns[part])) for part in parts if (columns[part] >= 0).any()]
        self._void = torch.from_numpy((columns < 0).nonzero()[0])

    def fill(self, first: int) -> None:
        """Read what the rows of results from `first` on look at."""
        start, count = first * self._stride - self._top, len(self.cells)
        if self.down.adjoin and 0 <= start <= len(self._picture) - count:
            self._copy(self._picture[start : start + count])
            return
        rows = sources(start + self.down.offsets, len(self._picture), self._border)
        self._copy(self._picture.index_select(0, at(rows)))
        if rows.min() < 0:
            self.cells[torch.from_numpy(rows < 0)] = 0

    def _copy(self, lines: Tensor) -> None:
        if self._inside.shape[1]:
            self._inside.copy_(lines)
        for cells, columns in self._gathered:
            cells.copy_(lines.index_select(1, columns))
        if self._gathered and len(self._void):
            self.cells[:, self._void] = 0


def at(places: Places) -> Tensor:
    """An index for torch; where a zero is read, any pixel will do for now."""
    return torch.from_numpy(np.maximum(places, 0))


def center(kernels: Tensor, rows: int, columns: int | None = None) -> Tensor:
    """... x rows x columns, zeros around; the cell over the pixel stays there, as padding "same" defines it."""
    down, across = rows - kernels.shape[-2], (columns or rows) - kernels.shape[-1]
    top = (rows - 1) // 2 - (kernels.shape[-2] - 1) // 2
    left = ((columns or rows) - 1) // 2 - (kernels.shape[-1] - 1) // 2
    return F.pad(kernels, (left, across - left, top, down - top))
