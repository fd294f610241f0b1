"""Maps and pictures as data URLs of PNG files. A map's bytes are its signed values, to be read back by the page.

It does not know colors: the page paints 128 as zero, on whatever scale it likes.
"""

from base64 import b64encode
from dataclasses import dataclass
from io import BytesIO

import numpy as np
import torch
from PIL import Image
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Sprite:
    """An 8-bit gray PNG whose level is 128 + round(127 * value / limit); `limit` is the largest value in size."""

    url: str
    limit: float


def draw_maps(values: Tensor, limit: float | None = None) -> Sprite:
    """C x H x W maps stacked downwards, (C * H) x W pixels; H x W one map; N units one row."""
    rows = values.reshape(-1, values.shape[-1]).detach().float().nan_to_num()
    largest = float(rows.abs().max()) if limit is None else limit
    levels = (rows / largest if largest > 0 else rows).clamp(-1, 1).mul(127).round().add(128)
    return Sprite(_data_url(levels.to(torch.uint8)), largest)


def draw_picture(levels: Tensor) -> str:
    """Data URL of a picture, uint8 C x H x W with one or three channels."""
    return _data_url(levels[0] if len(levels) == 1 else levels.permute(1, 2, 0))


def _data_url(levels: Tensor) -> str:
    """Of uint8 H x W or H x W x 3. A fast level of compression: smaller files would take longer than they save."""
    file = BytesIO()
    Image.fromarray(np.ascontiguousarray(levels.numpy())).save(file, "PNG", compress_level=1)
    return "data:image/png;base64," + b64encode(file.getvalue()).decode()
