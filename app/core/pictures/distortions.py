"""Breaking a picture on purpose: shifted, turned, noisy, blurred, partly covered, as a network would see it.

It does not know what the network makes of it.
"""

import math

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from app.core.pictures.changes import Change, check_change


def change_picture(picture: Tensor, change: Change, ground: tuple[float, ...]) -> Tensor:
    """uint8 C x H x W of the same; what comes in at the edges mirrors the picture, what is covered has `ground` levels.

    Raises InvalidValue where the square to cover does not lie in the picture.
    """
    levels = picture.float().unsqueeze(0)
    if any(change.shift) or change.angle % 360:
        levels = _move(levels, change)
    if change.blur:
        levels = _blur(levels, change.blur)
    if change.noise:
        generator = torch.Generator().manual_seed(change.seed)
        levels = levels + change.noise * torch.randn(levels.shape, generator=generator)
    if change.cover:
        levels = _cover(levels, change.cover, ground)
    return levels[0].round().clamp(0, 255).to(torch.uint8)


def _move(levels: Tensor, change: Change) -> Tensor:
    """Turned around its middle, then shifted; bilinear."""
    height, width = levels.shape[2:]
    angle = math.radians(change.angle)
    y, x = torch.meshgrid(*(torch.arange(side) - (side - 1) / 2 for side in (height, width)), indexing="ij")
    x, y = x - change.shift[0], y - change.shift[1]
    turned_x = x * math.cos(angle) - y * math.sin(angle)
    turned_y = x * math.sin(angle) + y * math.cos(angle)
    grid = torch.stack([turned_x * 2 / width, turned_y * 2 / height], dim=-1)
    return F.grid_sample(levels, grid.unsqueeze(0), "bilinear", "reflection", align_corners=False)


def _blur(levels: Tensor, deviation: float) -> Tensor:
    """Down, then across; the edge's levels go on beyond it."""
    radius = math.ceil(3 * deviation)
    places = torch.arange(-radius, radius + 1, dtype=torch.float64)  # as float32 the least deviations would be zero
    weights = torch.exp(-0.5 * (places / deviation) ** 2)
    kernel = (weights / weights.sum()).float().expand(levels.shape[1], 1, 1, -1)
    padded = F.pad(levels, (radius,) * 4, "replicate")
    across = F.conv2d(padded, kernel, groups=levels.shape[1])
    return F.conv2d(across, kernel.transpose(2, 3), groups=levels.shape[1])


def _cover(levels: Tensor, cover: tuple[int, int, int], ground: tuple[float, ...]) -> Tensor:
    left, top, side = cover
    height, width = levels.shape[2:]
    for value, most in ((left, width - 1), (top, height - 1), (side, max(height, width))):
        check_change("cover", value, 0, most)
    covered = levels.clone()
    covered[0, :, top : top + side, left : left + side] = torch.tensor(ground).view(-1, 1, 1)
    return covered
