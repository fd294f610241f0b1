"""The pictures of the questions: samples made gray and small, parts of them with something on them, PNG files."""

from functools import cache

import torch
from torch import Tensor

from app.core.convolution.chains import apply
from app.core.convolution.kernels import KERNELS
from app.core.convolution.steps import Convolution
from app.core.pictures.display import to_bytes
from app.core.pictures.images import encode, open_sample
from app.core.pictures.outputs import Display
from app.core.pictures.preparation import match_channels, resize_images

PHOTOS = ("astronaut", "camera", "coffee", "cat", "rocket")
TILE = 72
_LONG = 3 * TILE  # pixels of the photo whose tiles are shown
_CONTRAST = 25.0  # levels, a standard deviation: less is sky or wall, on which kernels do nothing


@cache
def gray_sample(name: str, long: int) -> Tensor:
    """uint8 H x W x 1 of a sample, its longest side reduced to `long` where it is longer."""
    levels = open_sample(name).permute(2, 0, 1).unsqueeze(0).float()
    share = min(1.0, long / max(levels.shape[2:]))
    height, width = (round(length * share) for length in levels.shape[2:])
    gray = match_channels(resize_images(levels, (height, width)), 1)
    return gray[0].permute(1, 2, 0).round().clamp(0, 255).to(torch.uint8)


@cache
def tiles() -> tuple[Tensor, ...]:
    """uint8 TILE x TILE x 1: the parts of all photos that have some contrast, and fine detail in it."""
    found = []
    for name in PHOTOS:
        photo = gray_sample(name, _LONG)
        height, width = photo.shape[:2]
        found += [
            photo[top : top + TILE, left : left + TILE]
            for top in range(0, height - TILE + 1, TILE)
            for left in range(0, width - TILE + 1, TILE)
        ]
    return tuple(tile for tile in found if _CONTRAST < float(tile.float().std()) < _detail(tile))


def _detail(tile: Tensor) -> float:
    """The standard deviation of its edges: where it is small, a blurred picture looks like the picture."""
    return float(apply(tile, [Convolution(KERNELS["edge-laplacian-8"].matrix, border="replicate")]).std())


def draw(levels: Tensor, display: Display = "clip") -> bytes:
    """The PNG file of H x W x C values."""
    return encode(to_bytes(levels.float(), display), "png")
