"""What a network's pictures are made of: one function for training, evaluation and serving, stored with the weights."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Preparation:
    """Size [height, width] in pixels, 1 or 3 channels, and per channel what is subtracted and divided by, in 0..1."""

    size: tuple[int, int]
    channels: int
    mean: tuple[float, ...]
    std: tuple[float, ...]

    def to_dict(self) -> dict[str, Any]:
        """As it is written into a card."""
        return {"size": list(self.size), "channels": self.channels, "mean": list(self.mean), "std": list(self.std)}

    @classmethod
    def from_dict(cls, described: Mapping[str, Any]) -> "Preparation":
        """Of what `to_dict` gave."""
        height, width = described["size"]
        mean, std = tuple(map(float, described["mean"])), tuple(map(float, described["std"]))
        return cls((int(height), int(width)), int(described["channels"]), mean, std)


def prepare_images(images: Tensor, preparation: Preparation) -> Tensor:
    """float32 (x / 255 - mean) / std of uint8 N x C x H x W; the memory format stays."""
    mean = torch.tensor(preparation.mean, device=images.device).view(1, -1, 1, 1)
    std = torch.tensor(preparation.std, device=images.device).view(1, -1, 1, 1)
    return images.float().mul_(1 / (255 * std)).sub_(mean / std)
