"""The right statistics and the lecture's traps, by NumPy, and what the traps do to the numbers and to a run."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from app.core.datasets.labeled_images import DataSet
from app.core.errors import InvalidValue
from app.core.pictures.preparation import Preparation
from app.core.training.batches import keep
from app.core.training.events import Step
from app.core.training.hyperparameters import Training
from app.core.training.input_statistics import darkest, prepare_input
from app.core.training.training import Trainer
from tests.core.training.small_trainings import colored, small_network

TRAINING = Training(normalization="standardize", validation_split=0, epochs=1, batch_size=16, precision="float32")


def preparation_of(statistics: str, normalization: str = "standardize", dataset: DataSet | None = None) -> Preparation:
    dataset = dataset or colored(100)
    training = replace(TRAINING, statistics=statistics, normalization=normalization)  # type: ignore[arg-type]
    return prepare_input(keep(dataset.images, dataset.labels, (3, 8, 8)), dataset, training, (3, 8, 8))


def prepared(images: torch.Tensor, preparation: Preparation) -> np.ndarray:
    """By the formula, per channel."""
    mean, std = (np.reshape(values, (1, 3, 1, 1)) for values in (preparation.mean, preparation.std))
    return (images.numpy() / 255 - mean) / std


def losses(dataset: DataSet, training: Training) -> list[float]:
    return [event.loss for event in Trainer(small_network(), dataset, training).events() if isinstance(event, Step)]


def test_statistics_of_the_training_pictures_give_them_mean_zero_and_deviation_one() -> None:
    values = prepared(colored(100).images, preparation_of("training"))

    np.testing.assert_allclose(values.mean((0, 2, 3)), 0, atol=1e-9)
    np.testing.assert_allclose(values.std((0, 2, 3)), 1, atol=1e-9)


def test_a_biased_part_is_the_darkest_tenth_and_shifts_all_the_others() -> None:
    images = colored(100).images
    dark = images.numpy()[np.argsort(images.numpy().mean((1, 2, 3)), kind="stable")[:10]] / 255

    found = preparation_of("biased")

    np.testing.assert_allclose(found.mean, dark.mean((0, 2, 3)), rtol=1e-9)
    np.testing.assert_allclose(found.std, dark.std((0, 2, 3)), rtol=1e-9)
    assert prepared(images, found).mean() > 0.05


def test_the_part_that_is_too_dark_makes_bright_pictures_extreme() -> None:
    levels = torch.cat([torch.randint(0, 40, (10, 3, 8, 8)), torch.randint(0, 256, (90, 3, 8, 8))]).to(torch.uint8)
    dataset = replace(colored(100), images=levels)

    right, biased = (prepared(levels, preparation_of(name, dataset=dataset)) for name in ("training", "biased"))

    assert right.max() < 3
    assert biased.max() > 10
    assert biased.std() > 3


def test_at_least_one_picture_is_measured() -> None:
    assert len(darkest(torch.zeros(3, 2, 2, 1, dtype=torch.uint8))) == 1


def test_statistics_of_the_test_are_the_tests() -> None:
    dataset = colored(100)
    values = dataset.test_images.numpy() / 255

    found = preparation_of("test")

    np.testing.assert_allclose(found.mean, values.mean((0, 2, 3)), rtol=1e-9)
    np.testing.assert_allclose(found.std, values.std((0, 2, 3)), rtol=1e-9)


def test_a_leak_makes_the_training_depend_on_pictures_that_it_must_not_know() -> None:
    dataset = colored(48)
    other = replace(dataset, test_images=255 - dataset.test_images)
    leaking = replace(TRAINING, statistics="test")

    assert losses(dataset, TRAINING) == losses(other, TRAINING)
    assert losses(dataset, leaking) != losses(other, leaking)


@pytest.mark.parametrize("normalization", ["none", "unit"])
def test_what_measures_nothing_cannot_be_biased(normalization: str) -> None:
    assert preparation_of("biased", normalization) == preparation_of("training", normalization)


def test_a_data_set_without_test_pictures_cannot_leak() -> None:
    dataset = replace(colored(100), test_images=torch.empty(0, 3, 8, 8, dtype=torch.uint8),
                      test_labels=torch.empty(0, dtype=torch.int64))  # fmt: skip

    with pytest.raises(InvalidValue) as refusal:
        preparation_of("test", dataset=dataset)

    assert refusal.value.field == "statistics"
