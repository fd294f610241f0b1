"""On which pictures the mean and deviation of the input are measured: the right ones, and the lecture's traps.

The trap is for showing. `biased` measures a part that is not varied enough, as if all photos had been taken at
night; `test` lets the pictures that are to judge at the end leak into what the network is fed. What comes of it is a
`Preparation` like any other. It does not know networks.
"""

import torch
from torch import Tensor

from app.core.datasets.labeled_images import DataSet
from app.core.errors import N_, InvalidValue
from app.core.pictures.preparation import Preparation, measure_preparation
from app.core.training.batches import Pictures, keep
from app.core.training.hyperparameters import Training

NARROW_SHARE = 0.1  # of the training pictures, the darkest


def prepare_input(train: Pictures, dataset: DataSet, training: Training, shape: tuple[int, int, int]) -> Preparation:
    """The preparation that `training` asks for, for the pictures that it learns from; `shape` is C, H, W.

    Raises InvalidValue where the test pictures are to be measured and there are none.
    """
    measured = train.levels
    if training.normalization in ("center", "standardize") and training.statistics != "training":
        measured = darkest(train.levels) if training.statistics == "biased" else _test_levels(dataset, shape)
    return measure_preparation(measured, training.normalization)


def darkest(levels: Tensor, share: float = NARROW_SHARE) -> Tensor:
    """The `share` of uint8 N x H x W x C pictures whose mean level is lowest, at least one; of equals the first."""
    brightness = levels.flatten(1).sum(1)  # whole numbers, and no float32 copy of all pictures
    count = max(1, round(len(levels) * share))
    return levels[brightness.argsort(stable=True)[:count]]


def _test_levels(dataset: DataSet, shape: tuple[int, int, int]) -> Tensor:
    if not len(dataset.test_labels):
        raise InvalidValue(N_("The data set has no test pictures to take statistics from."), field="statistics")
    return keep(dataset.test_images, torch.zeros(len(dataset.test_labels)), shape).levels
