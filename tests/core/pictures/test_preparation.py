"""Pictures as networks see them, against Pillow and NumPy."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from app.core.pictures.preparation import (
    Preparation,
    crop_middle,
    match_channels,
    prepare_images,
    prepare_picture,
    resize_images,
)

GENERATOR = np.random.default_rng(7)
COLOR = Preparation((32, 32), 3, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
GRAY = Preparation((28, 28), 1, (0.1,), (0.3,))


def levels(height: int, width: int, channels: int = 3) -> torch.Tensor:
    """Some smooth, some busy."""
    rows, columns = np.mgrid[0:height, 0:width]
    slope = (rows * 180 // height + columns * 60 // width)[..., None]
    return torch.from_numpy((slope % 200 + GENERATOR.integers(0, 55, (height, width, channels))).astype(np.uint8))


def pillow_square(picture: torch.Tensor, side: int) -> np.ndarray:
    """Pillow's cut of the middle square, and its reduction."""
    height, width, _ = picture.shape
    square = min(height, width)
    left, top = (width - square) // 2, (height - square) // 2
    image = Image.fromarray(picture.numpy()).crop((left, top, left + square, top + square))
    return np.asarray(image.resize((side, side), Image.Resampling.BILINEAR)).astype(int)


@pytest.mark.parametrize(("height", "width"), [(512, 512), (300, 451), (123, 77), (32, 32), (20, 16), (33, 900)])
def test_what_is_seen_is_the_middle_square_reduced_as_pillow_does(height: int, width: int) -> None:
    picture = levels(height, width)

    seen = prepare_picture(picture, COLOR)

    assert seen.dtype == torch.uint8
    assert seen.shape == (3, 32, 32)
    assert np.abs(seen.permute(1, 2, 0).numpy().astype(int) - pillow_square(picture, 32)).max() <= 1


def test_a_picture_of_the_right_size_is_seen_as_it_is() -> None:
    picture = levels(32, 32)

    seen = prepare_picture(picture, COLOR)

    assert torch.equal(seen, picture.permute(2, 0, 1))


def test_float_levels_are_seen_as_their_bytes_are() -> None:
    picture = levels(100, 140)

    fine = prepare_picture(picture.float(), COLOR)

    assert (fine.int() - prepare_picture(picture, COLOR).int()).abs().max() <= 1


def test_gray_is_repeated_for_a_network_of_color() -> None:
    picture = levels(64, 64, 1)

    seen = prepare_picture(picture, COLOR)

    assert torch.equal(seen[0], seen[1])
    assert torch.equal(seen[0], seen[2])


def test_color_becomes_gray_by_pillows_weights() -> None:
    picture = levels(28, 28)

    seen = prepare_picture(picture, GRAY)

    expected = np.asarray(Image.fromarray(picture.numpy()).convert("L")).astype(int)
    assert np.abs(seen[0].numpy().astype(int) - expected).max() <= 1


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1), (2, 3)])
def test_a_picture_of_hardly_any_pixels_is_seen_too(size: tuple[int, int]) -> None:
    picture = torch.full((*size, 3), 90, dtype=torch.uint8)

    seen = prepare_picture(picture, COLOR)

    assert torch.equal(seen, torch.full((3, 32, 32), 90, dtype=torch.uint8))


def test_the_cut_has_the_proportions_of_the_network() -> None:
    picture = levels(100, 400).permute(2, 0, 1)

    wide, tall = crop_middle(picture, (16, 32)), crop_middle(picture, (32, 16))

    assert torch.equal(wide, picture[:, :, 100:300])
    assert torch.equal(tall, picture[:, :, 175:225])


def test_prepared_values_are_those_of_the_formula() -> None:
    images = torch.from_numpy(GENERATOR.integers(0, 256, (5, 3, 8, 8), dtype=np.uint8))
    preparation = Preparation((8, 8), 3, (0.5, 0.4, 0.3), (0.2, 0.25, 0.3))

    prepared = prepare_images(images, preparation)

    mean, std = (np.array(values).reshape(1, 3, 1, 1) for values in (preparation.mean, preparation.std))
    np.testing.assert_allclose(prepared.numpy(), (images.numpy() / 255 - mean) / std, atol=2e-6)


def test_a_batch_is_resized_as_its_pictures_are() -> None:
    images = torch.stack([levels(40, 40).permute(2, 0, 1) for _ in range(3)])

    together = resize_images(images, (16, 16))

    alone = [resize_images(image.unsqueeze(0), (16, 16))[0] for image in images]
    assert torch.equal(together, torch.stack(alone))
    assert match_channels(together, 3) is together


@pytest.mark.parametrize("preparation", [GRAY, replace(COLOR, crop=0.875), replace(COLOR, filter="bicubic")])
def test_a_preparation_is_the_same_after_it_was_written(preparation: Preparation) -> None:
    assert Preparation.from_dict(preparation.to_dict()) == preparation


def test_what_is_usual_is_not_written() -> None:
    assert set(COLOR.to_dict()) == {"size", "channels", "mean", "std"}


@pytest.mark.parametrize("said", [{"crop": 0}, {"crop": 1.1}, {"crop": "wide"}, {"filter": "lanczos"}, {"filter": []}])
def test_a_share_or_filter_that_is_none_is_refused(said: dict[str, object]) -> None:
    with pytest.raises((ValueError, TypeError)):
        Preparation.from_dict(COLOR.to_dict() | said)


@pytest.mark.parametrize(("height", "width"), [(512, 512), (300, 451), (123, 77), (64, 64)])
def test_with_a_crop_the_middle_of_the_middle_is_seen_by_pillows_bicubic(height: int, width: int) -> None:
    picture = levels(height, width)

    seen = prepare_picture(picture, replace(COLOR, crop=0.875, filter="bicubic"))

    side = round(0.875 * min(height, width))
    left, top = (width - side) // 2, (height - side) // 2
    image = Image.fromarray(picture.numpy()).crop((left, top, left + side, top + side))
    expected = np.asarray(image.resize((32, 32), Image.Resampling.BICUBIC)).astype(int)
    assert np.abs(seen.permute(1, 2, 0).numpy().astype(int) - expected).max() <= 1


@pytest.mark.parametrize(("side", "enough"), [(8, 128), (32, 512), (64, 1024), (224, 1024), (1024, 2341)])
def test_of_a_photograph_more_pixels_are_read_than_the_network_sees(side: int, enough: int) -> None:
    assert Preparation((side, side), 3, (0.0,) * 3, (1.0,) * 3, crop=0.875).enough == enough
