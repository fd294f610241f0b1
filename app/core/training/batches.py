"""The training pictures as batches: a seeded order, augmentation, preparation. It does not know networks.

Pictures are kept as uint8 N x H x W x C, so that one pixel's channels lie together (`channels_last`) and a
gathered batch needs no further copy.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from app.core.datasets.labeled_images import DataSet, split
from app.core.pictures.preparation import Preparation, match_channels, prepare_images, resize_images
from app.core.training.augmentation import Augmentation, alter, gather
from app.core.training.hyperparameters import Training
from app.core.training.randomness import generator_at, seed_at

_AT_ONCE = 500  # pictures that are gathered, resized and turned while they lie in the cache


@dataclass(frozen=True, slots=True)
class Pictures:
    """uint8 N x H x W x C and int64 N labels."""

    levels: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def part(self, count: int) -> "Pictures":
        """The first `count` of them."""
        return Pictures(self.levels[:count], self.labels[:count])

    def prepared(self, start: int, stop: int, preparation: Preparation) -> Tensor:
        """float32 B x C x H x W of the pictures start..stop, channels last."""
        return prepare_images(self.levels[start:stop].permute(0, 3, 1, 2), preparation)


def keep(
    images: Tensor, labels: Tensor, shape: tuple[int, int, int], device: str = "cpu", chosen: Tensor | None = None
) -> Pictures:
    """uint8 N x C x H x W images (the `chosen`, or all) as `Pictures` of the network's `shape` [C, H, W]: resized,
    gray or color."""
    chosen = torch.arange(len(labels)) if chosen is None else chosen
    levels = torch.empty((len(chosen), *shape[1:], shape[0]), dtype=torch.uint8)
    for place, numbers in zip(levels.split(_AT_ONCE), chosen.split(_AT_ONCE), strict=True):
        if len(numbers):
            place.copy_(_fit(images.index_select(0, numbers), shape).permute(0, 2, 3, 1))
    return Pictures(levels.to(device), labels[chosen].to(device))


def put_aside(dataset: DataSet, training: Training) -> tuple[Tensor, Tensor]:
    """int64 numbers of the data set's training pictures: those that are learned from, and those to choose by."""
    if not training.validation_split:
        return torch.arange(len(dataset.labels))[: training.train_limit], torch.arange(0)
    learned, aside = split(dataset, training.validation_split, training.seed, by_class=training.stratify)
    return learned[: training.train_limit], aside


class Batch(NamedTuple):
    """float32 B x C x H x W; int64 B each: classes, and which of the training pictures they are."""

    pictures: Tensor
    labels: Tensor
    numbers: Tensor


class Batches:
    """Epoch after epoch of batches, the same for a seed wherever one starts."""

    def __init__(self, pictures: Pictures, preparation: Preparation, training: Training) -> None:
        self._pictures = pictures
        self._preparation = preparation
        self._training = training
        self._augmentation = Augmentation(
            training.augmentation, training.shift, training.cutout, seed=seed_at(training.seed, "flips")
        )

    def __len__(self) -> int:
        """Batches an epoch. A last one of a single picture is left out: batch normalization has no variance of one."""
        full, rest = divmod(len(self._pictures), self._training.batch_size)
        return full + (rest > 1 or not full)

    def epoch(self, epoch: int, start: int = 0) -> Iterator[Batch]:
        """The batches of an epoch (from 0), beginning with number `start`."""
        order = torch.arange(len(self._pictures))
        if self._training.shuffle:
            order = torch.randperm(len(order), generator=generator_at(self._training.seed, "order", epoch))
        size = self._training.batch_size
        for number in range(start, len(self)):
            yield self._batch(order[number * size : (number + 1) * size], epoch, number)

    def _batch(self, chosen: Tensor, epoch: int, number: int) -> Batch:
        generator = generator_at(self._training.seed, "batch", epoch, number)
        levels = gather(self._pictures.levels, chosen, self._augmentation, epoch, generator)
        batch = prepare_images(levels.permute(0, 3, 1, 2), self._preparation)
        numbers = chosen.to(self._pictures.labels.device)
        return Batch(alter(batch, self._augmentation, generator), self._pictures.labels[numbers], numbers)


def _fit(images: Tensor, shape: tuple[int, int, int]) -> Tensor:
    """uint8 N x C x H x W of `shape` [C, H, W]."""
    images = match_channels(images, shape[0])
    if images.shape[2:] == shape[1:]:
        return images
    return resize_images(images.float(), shape[1:]).round_().clamp_(0, 255).to(torch.uint8)
