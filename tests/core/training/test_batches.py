from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from app.core.pictures.preparation import measure_preparation
from app.core.training.batches import Batches, keep
from app.core.training.hyperparameters import Training
from tests.core.training.small_trainings import colored

TRAINING = Training(batch_size=10, augmentation=("flip", "shift"))


def batches(training: Training, count: int = 34) -> Batches:
    dataset = colored(count)
    pictures = keep(dataset.images, dataset.labels, (3, 8, 8))
    return Batches(pictures, measure_preparation(pictures.levels, training.normalization), training)


def test_an_epoch_has_every_picture_once() -> None:
    found = list(batches(replace(TRAINING, augmentation=())).epoch(0))

    assert [len(labels) for _, labels, _ in found] == [10, 10, 10, 4]
    everything = torch.cat([batch for batch, _, _ in found]).mul(255).round().flatten(1)
    expected = colored(34).images.float().flatten(1)
    assert sorted(everything.tolist()) == sorted(expected.tolist())


def test_pictures_keep_their_labels() -> None:
    dataset = colored(34)

    for batch, labels, _ in batches(replace(TRAINING, augmentation=())).epoch(3):
        for picture, label in zip(batch.mul(255).round().byte(), labels, strict=True):
            place = (dataset.images == picture).flatten(1).all(1)
            assert dataset.labels[place].tolist() == [label]


def test_epochs_differ_and_an_epoch_can_begin_anywhere() -> None:
    made = batches(TRAINING)

    first, second, rest = list(made.epoch(0)), list(made.epoch(1)), list(made.epoch(0, start=2))

    assert not torch.equal(first[0][0], second[0][0])
    assert all(torch.equal(a, b) for a, b in zip(first[2], rest[0], strict=True))
    assert len(rest) == 2


def test_without_shuffling_pictures_come_in_their_order() -> None:
    labels = torch.cat([labels for _, labels, _ in batches(replace(TRAINING, shuffle=False)).epoch(5)])

    assert torch.equal(labels, colored(34).labels)


def test_a_last_picture_alone_is_left_out() -> None:
    assert len(batches(TRAINING, count=31)) == 3
    assert [len(labels) for _, labels, _ in batches(TRAINING, count=31).epoch(0)] == [10, 10, 10]
    assert len(batches(TRAINING, count=1)) == 1


def test_batches_are_channels_last_so_that_nothing_is_copied() -> None:
    batch, _, _ = next(batches(TRAINING).epoch(0))

    assert batch.is_contiguous(memory_format=torch.channels_last)
    assert batch.dtype == torch.float32


@pytest.mark.parametrize("normalization", ["none", "unit", "center", "standardize"])
def test_normalizations_are_numpys(normalization: str) -> None:
    images = colored(50).images
    values = images.double().numpy() / 255
    mean, deviation = values.mean((0, 2, 3)), values.std((0, 2, 3))
    expected = {"none": (0, 1 / 255), "unit": (0, 1), "center": (mean, 1), "standardize": (mean, deviation)}

    found = measure_preparation(images.permute(0, 2, 3, 1), normalization)

    np.testing.assert_allclose(found.mean, np.broadcast_to(expected[normalization][0], 3), atol=1e-12)
    np.testing.assert_allclose(found.std, np.broadcast_to(expected[normalization][1], 3), rtol=1e-12)
    assert (found.size, found.channels) == ((8, 8), 3)


def test_a_constant_channel_is_not_divided_by_zero() -> None:
    found = measure_preparation(torch.full((4, 2, 2, 1), 7, dtype=torch.uint8), "standardize")

    assert found.std[0] > 0


def test_gray_pictures_become_three_equal_channels_and_color_becomes_pillows_gray() -> None:
    images = colored(3).images
    gray = images[:, :1]

    colored_gray = keep(gray, torch.arange(3), (3, 8, 8)).levels
    grayed = keep(images, torch.arange(3), (1, 8, 8)).levels

    assert torch.equal(colored_gray, gray.permute(0, 2, 3, 1).expand(-1, -1, -1, 3))
    for found, image in zip(grayed[..., 0], images, strict=True):
        pillow = np.asarray(Image.fromarray(image.permute(1, 2, 0).numpy()).convert("L"), dtype=int)
        assert np.abs(found.numpy() - pillow).max() <= 1


def test_other_sizes_are_resized_about_as_pillow_does() -> None:
    images = colored(2, side=16).images

    found = keep(images, torch.arange(2), (3, 8, 8)).levels

    for picture, image in zip(found, images, strict=True):
        pillow = Image.fromarray(image.permute(1, 2, 0).numpy()).resize((8, 8), Image.Resampling.BILINEAR)
        assert np.abs(picture.numpy().astype(int) - np.asarray(pillow, dtype=int)).max() <= 1
