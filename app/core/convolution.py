"""Convolution of a whole picture with one kernel, in float32, signed, nothing clipped.

It knows borders, strides and dilation; it does not know chains, displays or limits.
"""

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
        period = max(2 * (length - 1), 1)
        folded = positions % period
        return torch.minimum(folded, period - folded) if length > 1 else folded
    return torch.where((positions >= 0) & (positions < length), positions, -1)


def convolve(picture: Tensor, step: Convolution) -> Tensor:
    """float32 H' x W' x C of an H x W x C picture (uint8 or float32): sum(patch * matrix) / divisor + offset.

    Raises InvalidValue where border `valid` leaves no room for the window.
    """
    height, width, channels = picture.shape
    out_height, out_width = step.output_size(height, width)
    top, left = step.before
    total = torch.zeros(out_height, out_width, channels, dtype=torch.float64)
    for i, weights in enumerate(step.applied):
        rows = sources(torch.arange(out_height) * step.stride + i * step.dilation - top, height, step.border)
        for j, weight in enumerate(weights):
            if weight == 0:
                continue
            columns = sources(torch.arange(out_width) * step.stride + j * step.dilation - left, width, step.border)
            patch = picture[rows.clamp(0)][:, columns.clamp(0)].double()
            patch[rows < 0] = 0
            patch[:, columns < 0] = 0
            total.add_(patch, alpha=weight)
    return total.float().div_(step.divisor).add_(step.offset)
