"""What a program of a run is written from, and the files that have to lie beside it. It does not know files or runs."""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from app.core.datasets.labeled_images import DataSet
from app.core.networks.networks import Network
from app.core.pictures.preparation import Preparation
from app.core.training.hyperparameters import Training
from app.core.training.training import Trainer

PICTURES, FIRST, WEIGHTS = "pictures.safetensors", "first-weights.safetensors", "weights.safetensors"


@dataclass(frozen=True)
class Plan:
    """A run as far as a program needs it. `title` names it, `preparation` is what it measured.

    `learned` counts the pictures that it learned from, `is_half` says whether its products were of bfloat16.
    """

    title: str
    network: Network
    training: Training
    classes: Sequence[str]
    preparation: Preparation
    learned: int
    is_half: bool

    @property
    def steps_an_epoch(self) -> int:
        """As `Batches` counts them: a last batch of a single picture is left out."""
        full, rest = divmod(self.learned, self.training.batch_size)
        return full + (rest > 1 or not full)


def plan_run(title: str, network: Network, dataset: DataSet, training: Training) -> tuple[Plan, Trainer]:
    """The plan, and the trainer as it was before the first step. Raises InvalidValue."""
    trainer = Trainer(network, dataset, training)
    plan = Plan(title, network, training, dataset.classes, trainer.preparation, len(trainer.training_pictures),
                trainer.is_half)  # fmt: skip
    return plan, trainer


def pictures_of(dataset: DataSet, trainer: Trainer) -> dict[str, Tensor]:
    """The tensors of PICTURES: uint8 N x C x H x W and int64 N, in the run's own order, put aside, for the test."""
    learned, aside = trainer.training_indices, trainer.validation_indices
    return {
        "images": dataset.images[learned],
        "labels": dataset.labels[learned],
        "validation_images": dataset.images[aside],
        "validation_labels": dataset.labels[aside],
        "test_images": dataset.test_images,
        "test_labels": dataset.test_labels,
    }
