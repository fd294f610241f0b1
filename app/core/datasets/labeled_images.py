"""A data set in memory: one uint8 tensor of pictures, their classes, and how they are split.

It does not know where the pictures come from.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from app.core.datasets.headers import Holder, Skipped
from app.core.datasets.splits import check_each, count_aside

NO_SPLIT = 0.04  # of the training pictures, where a training put none aside
MOST_LISTED = 100  # skipped files that are named; the others are counted


@dataclass(frozen=True)
class DataSet:
    """uint8 N x C x H x W pictures with int64 N labels (numbers of `classes`), for training and for the test.

    `skipped` names at most MOST_LISTED of the `skipped_count` files that could not be read. `holders` are the folders
    that said which pictures are for what, `spellings`, by class, the names of folders that were taken for one.
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
    holders: tuple[Holder, ...] = ()
    spellings: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def input(self) -> tuple[int, int, int]:
        """Channels, height, width."""
        channels, height, width = self.images.shape[1:]
        return channels, height, width


def split(dataset: DataSet, fraction: float = 0.1, seed: int = 0, *, by_class: bool = False) -> tuple[Tensor, Tensor]:
    """int64 indices of the training pictures to learn from, and of those put aside for validation.

    One seeded permutation; its first `fraction` is put aside, at least one picture and never all. `by_class`: each
    class loses its share, at least one picture and never all. Raises InvalidValue where one has a single picture.
    """
    count = len(dataset.labels)
    order = torch.randperm(count, generator=torch.Generator().manual_seed(seed))
    if by_class:
        is_aside = _leads_class(dataset.labels[order], _quotas(dataset, fraction))
        return order[~is_aside], order[is_aside]
    aside = count_aside(count, fraction)
    return order[aside:], order[:aside]


def split_as(dataset: DataSet, training: Mapping[str, Any]) -> tuple[Tensor, Tensor]:
    """The same as a training put them aside, by the hyperparameters that a card tells; 4 % where it put none."""
    share, seed = training.get("validation_split") or NO_SPLIT, training.get("seed", 0)
    return split(dataset, share, seed, by_class=training.get("stratify", False))


def _leads_class(labels: Tensor, quotas: Tensor) -> Tensor:
    """Which of the labels in a row are among the first `quotas[label]` of their class."""
    leads = torch.zeros(len(labels), dtype=torch.bool)
    for label, quota in enumerate(quotas.tolist()):
        leads[(labels == label).nonzero().flatten()[:quota]] = True
    return leads


def _quotas(dataset: DataSet, fraction: float) -> Tensor:
    """int64 K: how many of each class are put aside, each within one of its share where one and all but one allow it.

    They sum to `count_aside`: what rounding leaves goes to who is furthest from its share (Hamilton's method).
    """
    counts = torch.bincount(dataset.labels, minlength=len(dataset.classes))
    check_each(dataset.classes, counts.tolist())
    total = count_aside(int(counts.sum()), fraction, int((counts > 0).sum()))
    shares = counts * (total / counts.sum())
    quotas = shares.floor().clamp(min=counts.sign(), max=(counts - 1).clamp(min=0)).long()
    while rest := total - int(quotas.sum()):
        way = 1 if rest > 0 else -1
        is_free = (quotas + way >= counts.sign()) & (quotas + way < counts)
        quotas[((shares - quotas) * way).masked_fill(~is_free, -math.inf).argmax()] += way
    return quotas


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
