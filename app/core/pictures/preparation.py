"""What a network's pictures are made of: the same for training, evaluation and serving, and stored with the weights.

A picture becomes what the network sees (`prepare_picture`: uint8 of the network's size), then what it computes with
(`prepare_images`). It does not know files or networks.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import torch
from torch import Tensor
from torch.nn.functional import interpolate

ENOUGH = 16  # pixels of a photograph for each that the network sees, along a side
_LARGEST_ENOUGH, _LEAST = 1024, 2  # along a side, and for each, where that would be more than is of use
_GRAY_WEIGHTS = (0.299, 0.587, 0.114)  # ITU-R BT.601, as Pillow's "L"

Filter = Literal["bilinear", "bicubic"]
FILTERS: tuple[str, ...] = get_args(Filter)


@dataclass(frozen=True, slots=True)
class Preparation:
    """Size [height, width] in pixels, 1 or 3 channels, and per channel what is subtracted and divided by, in 0..1.

    `crop` is the share of the middle's sides that is seen, `filter` how it is reduced or enlarged.
    """

    size: tuple[int, int]
    channels: int
    mean: tuple[float, ...]
    std: tuple[float, ...]
    crop: float = 1.0
    filter: Filter = "bilinear"

    @property
    def enough(self) -> int:
        """Pixels along a side of a photograph; more would not be seen."""
        side = max(self.size)
        return min(ENOUGH * side, max(_LARGEST_ENOUGH, math.ceil(_LEAST * side / self.crop)))

    def to_dict(self) -> dict[str, Any]:
        """As it is written into a card; crop and filter where they are not the usual ones."""
        numbers = {"size": list(self.size), "channels": self.channels, "mean": list(self.mean), "std": list(self.std)}
        more = {"crop": self.crop} if self.crop != 1 else {}
        return numbers | more | ({"filter": self.filter} if self.filter != "bilinear" else {})

    @classmethod
    def from_dict(cls, described: Mapping[str, Any]) -> "Preparation":
        """Of what `to_dict` gave; ValueError, TypeError, KeyError or OverflowError of anything else."""
        (height, width), channels = described["size"], int(described["channels"])
        mean, std = tuple(map(float, described["mean"])), tuple(map(float, described["std"]))
        if not len(mean) == len(std) == channels or not all(map(math.isfinite, mean + std)) or min(std) <= 0:
            raise ValueError("one finite mean and one positive deviation a channel")
        crop, filter_ = float(described.get("crop", 1)), described.get("filter", "bilinear")
        if not 0 < crop <= 1 or filter_ not in FILTERS:
            raise ValueError("a share of the middle, and a filter that is known")
        return cls((int(height), int(width)), channels, mean, std, crop, filter_)


def measure_preparation(images: Tensor, normalization: str) -> Preparation:
    """The preparation that a normalization means for uint8 N x H x W x C `images`, from exact counts of levels.

    none: 0..255 as they are; unit: 0..1; center: minus each channel's mean; standardize: and over its deviation.
    """
    channels = images.shape[-1]
    mean, deviation = _moments(images) if normalization in ("center", "standardize") else ([0.0] * channels, [])
    if normalization == "none":
        deviation = [1 / 255] * channels
    elif normalization != "standardize":
        deviation = [1.0] * channels
    size = (images.shape[1], images.shape[2])
    return Preparation(size, channels, tuple(mean), tuple(max(value, 1e-6) for value in deviation))


def prepare_images(images: Tensor, preparation: Preparation) -> Tensor:
    """float32 (x / 255 - mean) / std of uint8 N x C x H x W; the memory format stays."""
    mean = torch.tensor(preparation.mean, device=images.device).view(1, -1, 1, 1)
    std = torch.tensor(preparation.std, device=images.device).view(1, -1, 1, 1)
    return images.float().mul_(_spread(1 / (255 * std), images)).sub_(_spread(mean / std, images))


def _spread(values: Tensor, images: Tensor) -> Tensor:
    """One value a channel, written out over a picture: with channels last, broadcasting over 3 is 8 times slower."""
    if images.is_contiguous() or not images.is_contiguous(memory_format=torch.channels_last):
        return values
    return values.expand(1, *images.shape[1:]).contiguous(memory_format=torch.channels_last)


def prepare_picture(levels: Tensor, preparation: Preparation) -> Tensor:
    """uint8 C x h x w, what the network sees, of H x W x C levels 0..255 (uint8 or float32, C = 1 or 3).

    The largest part in the middle that has the proportions of `size`, or the `crop` of it, reduced or enlarged.
    """
    middle = crop_middle(levels.permute(2, 0, 1), preparation.size, preparation.crop).unsqueeze(0)
    seen = match_channels(resize_images(middle, preparation.size, preparation.filter), preparation.channels)[0]
    return seen.round().clamp(0, 255).to(torch.uint8)


def crop_middle(picture: Tensor, size: tuple[int, int], share: float = 1.0) -> Tensor:
    """The largest part of C x H x W, in its middle, with the proportions of `size` (height, width); a view.

    With a `share`, as much of its sides.
    """
    height, width = picture.shape[1:]
    rows = max(1, round(share * min(height, width * size[0] / size[1])))
    columns = max(1, round(share * min(width, height * size[1] / size[0])))
    top, left = (height - rows) // 2, (width - columns) // 2
    return picture[:, top : top + rows, left : left + columns]


def resize_images(images: Tensor, size: tuple[int, int], filter: Filter = "bilinear") -> Tensor:  # noqa: A002
    """N x C x h x w of N x C x H x W, uint8 or float32, by a filter over all pixels that one covers (as Pillow's)."""
    if tuple(images.shape[2:]) == tuple(size):
        return images
    return interpolate(images, size, mode=filter, antialias=True, align_corners=False)


def match_channels(images: Tensor, channels: int) -> Tensor:
    """N x `channels` x H x W of N x C x H x W levels: gray repeated, or color as gray by Pillow's weights for L."""
    if images.shape[1] == channels:
        return images
    if images.shape[1] == 1:
        return images.expand(-1, channels, -1, -1)
    gray = (images * torch.tensor(_GRAY_WEIGHTS, device=images.device).view(1, 3, 1, 1)).sum(1, keepdim=True)
    return gray.round().to(images.dtype)


def _moments(images: Tensor) -> tuple[list[float], list[float]]:
    """Mean and deviation of each channel, in 0..1."""
    levels = torch.arange(256, dtype=torch.float64) / 255
    counts = [torch.bincount(images[..., c].flatten(), minlength=256).cpu().double() for c in range(images.shape[-1])]
    means = [float((count @ levels) / count.sum()) for count in counts]
    variances = [float(count @ (levels - mean) ** 2 / count.sum()) for count, mean in zip(counts, means, strict=True)]
    return means, [variance**0.5 for variance in variances]
