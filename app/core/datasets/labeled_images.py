"""A data set in memory: one uint8 tensor of pictures, their classes, and how they are split.

It does not know where the pictures come from.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from app.core.datasets.headers import Skipped
from app.core.datasets.splits import count_aside

MOST_LISTED = 100  # skipped files that are named; the others are counted


@dataclass(frozen=True)
class DataSet:
    """uint8 N x C x H x W pictures with int64 N labels (numbers of `classes`), for training and for the test.

    `skipped` names at most MOST_LISTED of the `skipped_count` files that could not be read.
    """

    name: str
    title: str
    classes: tuple[str, ...]
    images: Tensor
    labels: Tensor
    test_images: Tensor
    test_labels: Tensor
    skipped: tuple[Skipped, ...] = ()
    skipped_count: int = 0

    @property
    def input(self) -> tuple[int, int, int]:
        """Channels, height, width."""
        channels, height, width = self.images.shape[1:]
        return channels, height, width


def split(dataset: DataSet, fraction: float = 0.1, seed: int = 0) -> tuple[Tensor, Tensor]:
    """int64 indices of the training pictures to learn from, and of those put aside for validation.

    One seeded permutation; its first `fraction` is put aside, at least one picture and never all.
    """
    count = len(dataset.labels)
    order = torch.randperm(count, generator=torch.Generator().manual_seed(seed))
    aside = count_aside(count, fraction)
    return order[aside:], order[:aside]


def hold_out(images: Tensor, labels: Tensor, fraction: float) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Training images and labels, test images and labels: every class loses its share, by a fixed permutation.

    A class of two or more loses at least one picture, a class of one none.
    """
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(0))
    ranks = torch.empty_like(order)
    for label in labels.unique():
        members = order[labels[order] == label]
        aside = max(round(len(members) * fraction), min(1, len(members) - 1))
        ranks[members] = torch.arange(len(members)) - aside
    train, test = (ranks >= 0).nonzero().flatten(), (ranks < 0).nonzero().flatten()
    return images[train], labels[train], images[test], labels[test]
