"""Windows on a picture: where they read at its borders, and bands of rows gathered for them.

A band holds some rows of the picture with their border in one reused buffer, in such an order that each
tap of a kernel meets all its pixels as one plain slice. It does not know weights.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from app.core.steps import Border, Convolution


def sources(positions: Tensor, length: int, border: Border) -> Tensor:
    """Where each position of an axis (int64, may lie outside 0..length-1) reads from; -1 reads a zero.

    Reflection folds as often as needed and does not repeat the edge, as numpy.pad's mode="reflect".
    """
    if border == "wrap":
        return positions % length
    if border == "replicate":
        return positions.clamp(0, length - 1)
    if border == "reflect":
        period = 2 * (length - 1)
        folded = positions % max(period, 1)
        return torch.minimum(folded, (period - folded).abs())
    return torch.where((positions >= 0) & (positions < length), positions, -1)


@dataclass(frozen=True, slots=True)
class Layout:
    """One axis of a band: slot n holds position `offsets[n]`; tap k's window is the `count` slots from `starts[k]`."""

    count: int
    offsets: Tensor
    starts: tuple[int, ...]


def lay_out(count: int, side: int, stride: int, dilation: int) -> Layout:
    """Slots for `count` windows of `side` taps, such that starts[k] + i holds position k * dilation + i * stride.

    Positions that leave the same remainder by the stride lie side by side, and serve many taps. Where
    the dilation is so wide that nothing is shared, each tap has slots of its own.
    """
    taps = [divmod(k * dilation, stride) for k in range(side)]
    blocks = {phase: [steps for steps, other in taps if other == phase] for _, phase in taps}
    if sum(max(steps) - min(steps) + count for steps in blocks.values()) > side * count:
        offsets = torch.arange(side)[:, None] * dilation + torch.arange(count) * stride
        return Layout(count, offsets.flatten(), tuple(k * count for k in range(side)))
    pieces, begins, used = [], {}, 0
    for phase, steps in blocks.items():
        begins[phase] = used - min(steps)
        pieces.append(torch.arange(min(steps), max(steps) + count) * stride + phase)
        used += len(pieces[-1])
    return Layout(count, torch.cat(pieces), tuple(begins[phase] + steps for steps, phase in taps))


class Band:
    """The pixels under `rows` rows of results, border included, for each band of a picture in turn."""

    def __init__(self, picture: Tensor, step: Convolution, rows: int, dtype: torch.dtype) -> None:
        height, width, channels = picture.shape
        self._picture = picture
        self._step = step
        self._top, left = step.before
        self.down = lay_out(rows, step.side[0], step.stride, step.dilation)
        self.across = lay_out(step.output_size(height, width)[1], step.side[1], step.stride, step.dilation)
        self.cells = torch.zeros(len(self.down.offsets), len(self.across.offsets), channels, dtype=dtype)
        positions = self.across.offsets - left
        self._columns = sources(positions, width, step.border)
        self._beside = positions != self._columns
        # With neighboring slots for neighboring columns, the picture's rows are copied whole.
        self._whole = step.stride == 1 and bool((self.across.offsets.diff() == 1).all())
        self._inner = self.cells[:, left : left + width] if self._whole else self.cells
        self._edges = (self._beside & (self._columns >= 0)).nonzero().flatten()
        self._edge_slots = left + self._columns[self._edges]

    def fill(self, first: int) -> None:
        """Read what the rows of results from `first` on look at."""
        rows = first * self._step.stride - self._top + self.down.offsets
        height = self._picture.shape[0]
        if self._whole and rows[0] >= 0 and rows[-1] < height and rows[-1] - rows[0] + 1 == len(rows):
            self._inner.copy_(self._picture[int(rows[0]) : int(rows[-1]) + 1])
        else:
            self._gather(sources(rows, height, self._step.border))
        if self._whole and len(self._edges):
            self.cells[:, self._edges] = self.cells[:, self._edge_slots]

    def _gather(self, rows: Tensor) -> None:
        lines = self._picture.index_select(0, rows.clamp(0))
        if self._whole:
            self._inner.copy_(lines)
        else:
            self.cells.copy_(lines.index_select(1, self._columns.clamp(0)))
            self.cells[:, self._columns < 0] = 0
        self.cells[rows < 0] = 0
