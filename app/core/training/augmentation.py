"""Training pictures changed at random, a whole batch at once.

Flips and shifts only say which pixel each pixel is taken from, so they are two tables of indices, and the
batch is gathered from the data set once, with all of them applied. What changes values (affine, noise,
brightness, cutout) comes after, on prepared pictures. It does not know networks or epochs' orders.
"""

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor
from torch.nn.functional import affine_grid, grid_sample


@dataclass(frozen=True, slots=True)
class Augmentation:
    """Which changes, and how strong: `shift` in pixels, `cutout` the side of a square in pixels."""

    names: tuple[str, ...] = ()  # of AUGMENTATIONS in `hyperparameters`
    shift: int = 2
    cutout: int = 8
    turn: float = 10.0  # of `affine`: most degrees, either way
    zoom: float = 0.1  # of `affine`: most that is larger or smaller, and that the lower edge slants, of the side
    noise: float = 0.1  # standard deviation, in prepared units
    brightness: float = 0.2  # most that is added, in prepared units
    seed: int = 0  # of the first flips of `alternating-flip`


def gather(pictures: Tensor, chosen: Tensor, augmentation: Augmentation, epoch: int, generator: Generator) -> Tensor:
    """The `chosen` of uint8 N x H x W x C pictures, flipped and shifted: uint8 B x H x W x C.

    A flip mirrors left and right with probability 1/2. `alternating-flip` decides once for each picture and
    then mirrors it every other epoch (Jordan 2024, arXiv 2404.00498). A shift moves by up to `shift` pixels each
    way; what comes in from outside is the picture's own reflection.
    """
    if not {"flip", "alternating-flip", "shift"} & set(augmentation.names):
        return pictures.index_select(0, chosen.to(pictures.device))
    height, width = pictures.shape[1:3]
    rows, columns = _sources(chosen, (height, width), augmentation, generator)
    mirrored = _mirrored(chosen, len(pictures), augmentation, epoch, generator)
    return _pick(pictures, chosen, rows, torch.where(mirrored[:, None], width - 1 - columns, columns))


def alter(batch: Tensor, augmentation: Augmentation, generator: Generator) -> Tensor:
    """Values of a prepared float32 B x C x H x W batch changed: affine, noise, brightness, then cutout.

    Affine turns, zooms and shears about the middle, each evenly up to its most, with bilinear interpolation; what comes
    in from outside is the picture's own reflection.
    Cutout sets a square that lies wholly inside to zero, the mean where pictures are centered (DeVries and
    Taylor 2017, arXiv 1708.04552).
    """
    if "affine" in augmentation.names:
        batch = _transformed(batch, augmentation, generator)
    if "noise" in augmentation.names:
        noise = torch.randn(batch.shape, generator=generator)
        batch.add_(noise.to(batch.device), alpha=augmentation.noise)
    if "brightness" in augmentation.names:
        added = (torch.rand(len(batch), 1, 1, 1, generator=generator) * 2 - 1) * augmentation.brightness
        batch.add_(added.to(batch.device))
    if "cutout" in augmentation.names and augmentation.cutout:
        batch.masked_fill_(_squares(batch, augmentation.cutout, generator), 0.0)
    return batch


def _pick(pictures: Tensor, chosen: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """pictures[chosen, rows, columns]: first whole rows, then values within them, six times faster than all at once."""
    _, height, width, channels = pictures.shape
    device = pictures.device
    lines = (chosen[:, None] * height + rows).flatten().to(device)
    found = pictures.reshape(-1, width * channels).index_select(0, lines).view(len(chosen), height, -1)
    places = (columns[:, :, None] * channels + torch.arange(channels)).view(len(chosen), 1, -1).to(device)
    return found.gather(2, places.expand(-1, height, -1)).view(len(chosen), height, width, channels)


def _sources(
    chosen: Tensor, size: tuple[int, int], augmentation: Augmentation, generator: Generator
) -> tuple[Tensor, Tensor]:
    """Row and column, B x H and B x W, that each pixel comes from."""
    if "shift" not in augmentation.names:
        return torch.arange(size[0]).expand(len(chosen), -1), torch.arange(size[1]).expand(len(chosen), -1)
    moves = torch.randint(-augmentation.shift, augmentation.shift + 1, (2, len(chosen), 1), generator=generator)
    return _reflected(torch.arange(size[0]) + moves[0], size[0]), _reflected(torch.arange(size[1]) + moves[1], size[1])


def _reflected(places: Tensor, side: int) -> Tensor:
    """Places outside 0..side-1 come back as from a mirror in the middle of the border's pixel."""
    period = max(1, 2 * side - 2)
    places = places % period
    return torch.where(places < side, places, period - places)


def _mirrored(chosen: Tensor, total: int, augmentation: Augmentation, epoch: int, generator: Generator) -> Tensor:
    if "alternating-flip" in augmentation.names:
        first = torch.rand(total, generator=Generator().manual_seed(augmentation.seed)) < 0.5
        return first[chosen.cpu()] ^ (epoch % 2 == 1)
    if "flip" in augmentation.names:
        return torch.rand(len(chosen), generator=generator) < 0.5
    return torch.zeros(len(chosen), dtype=torch.bool)


def _transformed(batch: Tensor, augmentation: Augmentation, generator: Generator) -> Tensor:
    count, _, height, width = batch.shape
    turn, zoom, shear = 2 * torch.rand(3, count, generator=generator) - 1
    angle, size = turn * math.radians(augmentation.turn), 1 + zoom * augmentation.zoom
    slant = shear * augmentation.zoom
    across, along = angle.cos() / size, angle.sin() / size
    matrix = torch.zeros(count, 2, 3)  # where a place comes from: turned, then sheared; sides count from -1 to 1
    matrix[:, 0, 0], matrix[:, 0, 1] = across + slant * along, (slant * across - along) * (height / width)
    matrix[:, 1, 0], matrix[:, 1, 1] = along * (width / height), across
    places = affine_grid(matrix, list(batch.shape), align_corners=False).to(batch.device)
    return grid_sample(batch, places, padding_mode="reflection", align_corners=False)


def _squares(batch: Tensor, side: int, generator: Generator) -> Tensor:
    """B x 1 x H x W: true inside each picture's square."""
    inside = []
    for length in batch.shape[2:]:
        side = min(side, length)
        corner = torch.randint(0, length - side + 1, (len(batch), 1), generator=generator)
        places = torch.arange(length)
        inside.append((places >= corner) & (places < corner + side))
    return (inside[0][:, None, :, None] & inside[1][:, None, None, :]).to(batch.device)
