"""A preview is the training's own first batch, by NumPy."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from app.core.training.hyperparameters import Training
from app.core.training.previews import BINS, NOT_MEASURED, preview
from app.core.training.training import Trainer
from tests.core.training.small_trainings import colored, small_network

TRAINING = Training(validation_split=0.25, normalization="standardize", batch_size=16)


def pictures_of(sheet: torch.Tensor, count: int = 16, side: int = 8) -> list[np.ndarray]:
    """C x h x w each, row after row."""
    return [
        sheet[:, side * (k // 4) : side * (k // 4 + 1), side * (k % 4) : side * (k % 4 + 1)].numpy()
        for k in range(count)
    ]


def test_originals_are_training_pictures_and_none_that_are_put_aside() -> None:
    dataset = colored(80)
    trainer = Trainer(small_network(), dataset, TRAINING)
    known = {picture.numpy().tobytes() for picture in trainer.training_pictures.levels.permute(0, 3, 1, 2)}

    found = pictures_of(preview(dataset, TRAINING).originals)

    assert len(found) == 16
    assert all(np.ascontiguousarray(picture).tobytes() in known for picture in found)


def test_without_augmentation_the_batch_shows_the_originals() -> None:
    found = preview(colored(80), TRAINING)

    assert torch.equal(found.batch, found.originals)


def test_flips_are_shown_beside_what_they_were() -> None:
    found = preview(colored(200), replace(TRAINING, augmentation=("flip",)))

    pairs = list(zip(pictures_of(found.originals), pictures_of(found.batch), strict=True))
    same = [np.array_equal(before, after) for before, after in pairs]
    mirrored = [np.array_equal(before[:, :, ::-1], after) for before, after in pairs]
    assert all(a != b for a, b in zip(same, mirrored, strict=True))
    assert 0 < sum(mirrored) < 16


def test_cutout_shows_the_mean_where_pictures_are_standardized() -> None:
    found = preview(colored(200), replace(TRAINING, augmentation=("cutout",), cutout=8))

    expected = np.round(np.array(found.preparation.mean) * 255)
    for picture in pictures_of(found.batch):
        np.testing.assert_array_equal(picture, np.broadcast_to(expected[:, None, None], (3, 8, 8)))


def test_numbers_are_those_that_the_network_is_fed() -> None:
    dataset = colored(80)
    trainer = Trainer(small_network(), dataset, TRAINING)
    levels = trainer.training_pictures.levels.numpy()
    fed = (levels / 255 - trainer.preparation.mean) / np.array(trainer.preparation.std)

    found = preview(dataset, TRAINING)

    assert found.preparation == trainer.preparation
    np.testing.assert_allclose(found.mean, fed.mean((0, 1, 2)), atol=1e-5)
    np.testing.assert_allclose(found.std, fed.std((0, 1, 2)), rtol=1e-5)
    assert (found.histogram.lowest, found.histogram.highest) == (
        pytest.approx(fed.min(), abs=1e-5), pytest.approx(fed.max(), abs=1e-5)
    )  # fmt: skip
    expected, _ = np.histogram(fed, BINS)
    assert sum(found.histogram.counts) == fed.size
    assert np.abs(np.array(found.histogram.counts) - expected).max() <= 0.01 * fed.size


@pytest.mark.parametrize(
    ("normalization", "lowest", "highest"), [("none", 0, 255), ("unit", 0, 1)]
)  # fmt: skip
def test_fixed_normalizations_have_their_ranges_and_measure_nothing(
    normalization: str, lowest: float, highest: float
) -> None:
    dataset = replace(colored(80), images=torch.randint(0, 2, (80, 3, 8, 8), dtype=torch.uint8) * 255)

    found = preview(dataset, replace(TRAINING, normalization=normalization))  # type: ignore[arg-type]

    assert (found.histogram.lowest, found.histogram.highest) == (pytest.approx(lowest), pytest.approx(highest))
    assert (found.source, found.count) == (NOT_MEASURED, 0)


@pytest.mark.parametrize(("statistics", "count"), [("training", 60), ("biased", 6), ("test", 30)])
def test_it_says_what_was_measured(statistics: str, count: int) -> None:
    found = preview(colored(80, tests=30), replace(TRAINING, statistics=statistics))  # type: ignore[arg-type]

    assert found.count == count
    assert str(count) in found.source % {"count": found.count}


def test_a_biased_part_shows_in_the_numbers() -> None:
    right, biased = (preview(colored(80), replace(TRAINING, statistics=name)) for name in ("training", "biased"))  # type: ignore[arg-type]

    assert max(map(abs, right.mean)) < 1e-3
    assert np.mean(biased.mean) > 0.05


def test_few_pictures_fill_a_part_of_the_sheet_and_equal_ones_have_a_histogram() -> None:
    dataset = replace(colored(80), images=torch.full((80, 3, 8, 8), 7, dtype=torch.uint8))

    found = preview(dataset, replace(TRAINING, train_limit=2))

    assert found.batch.shape == (3, 8, 32)
    assert bool((found.batch[:, :, 16:] == 255).all())
    assert sum(found.histogram.counts) == 2 * 3 * 64
