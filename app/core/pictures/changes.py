"""Breaking a picture on purpose: shifted, turned, noisy, blurred, partly covered, as a network would see it.

It does not know what the network makes of it.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from app.core.errors import N_, InvalidValue

MOST_SHIFT = 1024.0  # pixels
MOST_NOISE = 255.0
MOST_BLUR = 32.0


@dataclass(frozen=True, slots=True)
class Change:
    """`shift` (right, down) in pixels; `angle` in degrees, counterclockwise; `noise`, a deviation in levels; `blur`, a
    Gaussian's deviation in pixels; `cover` (left, top, side) of a square in pixels; `seed` of the noise.
    """

    shift: tuple[float, float] = (0.0, 0.0)
    angle: float = 0.0
    noise: float = 0.0
    blur: float = 0.0
    cover: tuple[int, int, int] | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        for name, value, low, high in (
            ("shift", self.shift[0], -MOST_SHIFT, MOST_SHIFT),
            ("shift", self.shift[1], -MOST_SHIFT, MOST_SHIFT),
            ("angle", self.angle, -360.0, 360.0),
            ("noise", self.noise, 0.0, MOST_NOISE),
            ("blur", self.blur, 0.0, MOST_BLUR),
            ("seed", self.seed, 0, 2**31),
        ):
            _check(name, value, low, high)


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
        _check("cover", value, 0, most)
    covered = levels.clone()
    covered[0, :, top : top + side, left : left + side] = torch.tensor(ground).view(-1, 1, 1)
    return covered


def _check(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:  # which NaN never is
        raise InvalidValue(
            N_("'%(name)s' must be from %(low)s to %(limit)s."), field="change", name=name, low=low, limit=high
        )
