"""What a data set is, in numbers: pictures a class, each channel's mean and deviation, and which pictures show it.

Plain JSON values, kept in the header of the set's file so that telling them reads no picture. It does not know files.
"""

from hashlib import blake2b
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from app.core.datasets.labeled_images import DataSet
from app.core.pictures.preparation import measure_preparation

SAMPLES_A_CLASS = 10
SHOWN_CLASSES = 20


def describe(dataset: DataSet) -> dict[str, Any]:
    """Counts of training and test pictures by class; mean and standard deviation of the training pictures, 0..1.

    `samples` are numbers of training pictures: for each of the first SHOWN_CLASSES classes a list of its first
    SAMPLES_A_CLASS in a seeded random order. `equal` counts the test pictures that are among the training pictures.
    """
    moments = measure_preparation(dataset.images.permute(0, 2, 3, 1), "standardize")
    return {
        "counts": {"train": _count(dataset.labels, dataset), "test": _count(dataset.test_labels, dataset)},
        "mean": [round(value, 6) for value in moments.mean],
        "std": [round(value, 6) for value in moments.std],
        "equal": _count_equal(dataset.images, dataset.test_images),
        "samples": [_choose(dataset.labels, label) for label in range(min(len(dataset.classes), SHOWN_CLASSES))],
    }


def _count(labels: Tensor, dataset: DataSet) -> list[int]:
    return torch.bincount(labels, minlength=len(dataset.classes)).tolist()


def _count_equal(images: Tensor, others: Tensor) -> int:
    """How many of the `others` are among the images, level for level."""
    known = set(map(_digest, images.numpy()))
    return sum(_digest(picture) in known for picture in others.numpy())


def _digest(picture: NDArray[np.uint8]) -> bytes:
    return blake2b(picture.tobytes(), digest_size=16).digest()


def _choose(labels: Tensor, label: int) -> list[int]:
    members = (labels == label).nonzero().flatten()
    order = torch.randperm(len(members), generator=torch.Generator().manual_seed(label))
    return members[order[:SAMPLES_A_CLASS]].tolist()
