"""From signed float32 values to the bytes of a picture, and what the range was before.

All rounding is floor(v + 0.5), and all other arithmetic is that of float64 in the order written, so that
the page's JavaScript gives the same bytes. It does not know picture formats.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from app.core.pictures.outputs import NEGATIVE, POSITIVE, ZERO, Display

# The largest float32 below a half: adding it and cutting off is floor(v + 0.5) for every float32 v >= 0,
# where adding 0.5 itself would carry 0.49999997 to 1.
_HALF = 0.49999997
_BAND = 1 << 18  # values at a time: they stay in cache, and no second full-size array is made


@dataclass(frozen=True, slots=True)
class Range:
    """Of all values: minimum, maximum, mean, and the share (0..1) below 0 or above 255."""

    minimum: float
    maximum: float
    mean: float
    clipped_fraction: float


def measure(values: Tensor) -> Range:
    """The range of H x W x C float32 values."""
    total, clipped = 0.0, 0
    for band in values.split(_rows(values)):
        total += float(band.sum(dtype=torch.float64))
        clipped += int(((band < 0) | (band > 255)).sum())
    low, high = torch.aminmax(values)
    return Range(float(low), float(high), total / values.numel(), clipped / values.numel())


def to_bytes(values: Tensor, display: Display) -> Tensor:
    """uint8 H x W x C' of H x W x C float32 values; C' is 3 for `signed`, else C.

    clip: clamp to 0..255. absolute: clamp |v|. rescale: (v - min) / (max - min) * 255 over all channels
    (a constant is clamped). signed: from white to blue (negative) or red (positive) by the share
    9a / (1 + 8a) of a = |mean of the channels| / max|v|: steep at zero, where most values of an edge
    detector are, and full color at the end alone.
    """
    low, high = (float(limit) for limit in torch.aminmax(values))
    height, width, channels = values.shape
    result = torch.empty(height, width, 3 if display == "signed" else channels, dtype=torch.uint8)
    rows = _rows(values)
    for band, target in zip(values.split(rows), result.split(rows), strict=True):
        if display == "signed":
            target.copy_(_signed(band, max(-low, high)))
        elif display == "rescale" and low < high:
            target.copy_(((band.double() - low) / (high - low) * 255 + 0.5).floor())
        else:
            levels = band.abs() if display == "absolute" else band
            target.copy_(levels.clamp(0, 255).add_(_HALF))
    return result


def _signed(band: Tensor, limit: float) -> Tensor:
    mean = band.double().sum(-1) / band.shape[-1]
    size = mean.abs().unsqueeze(-1)
    share = size * 9 / (size * 8 + limit) if limit > 0 else size
    zero = torch.tensor(ZERO, dtype=torch.float64)
    span = torch.where(
        (mean < 0).unsqueeze(-1),
        torch.tensor(NEGATIVE, dtype=torch.float64) - zero,
        torch.tensor(POSITIVE, dtype=torch.float64) - zero,
    )
    return (zero + span * share + 0.5).floor()


def _rows(values: Tensor) -> int:
    return max(1, _BAND // (values.shape[1] * values.shape[2]))
