"""Pictures broken so that they show nothing any more: of the same make, always the same, and not what they were."""

import pytest
import torch

from app.core.classification.broken_pictures import BROKEN, break_pictures
from tests.tiny_models import random_pictures


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize("side", [16, 28])
def test_they_have_the_form_of_the_pictures_they_were_made_of(kind: str, side: int) -> None:
    pictures = random_pictures(6, side=side)

    made = break_pictures(kind, pictures, 0)

    assert made.shape == pictures.shape
    assert made.dtype == torch.uint8
    assert not any(torch.equal(one, another) for one, another in zip(made, pictures, strict=True))


@pytest.mark.parametrize("kind", BROKEN)
def test_they_are_the_same_every_time_and_others_with_another_seed(kind: str) -> None:
    pictures = random_pictures(6)

    first, again, other = (break_pictures(kind, pictures, seed) for seed in (1, 1, 2))

    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_a_jigsaw_has_the_pictures_own_pixels_elsewhere() -> None:
    pictures = random_pictures(3)

    made = break_pictures("jigsaws", pictures, 0)

    assert torch.equal(made.flatten(2).sort(2).values, pictures.flatten(2).sort(2).values)


def test_a_mixture_lies_between_what_is_mixed() -> None:
    black_and_white = torch.stack([torch.zeros(3, 8, 8), torch.full((3, 8, 8), 255.0)]).to(torch.uint8)

    made = break_pictures("mixtures", black_and_white, 0)

    assert all(0.34 < float(picture.float().mean()) / 255 < 0.66 for picture in made)


def test_a_blur_keeps_the_brightness_and_nothing_fine() -> None:
    stripes = (torch.arange(32) % 2 * 255).to(torch.uint8).expand(1, 3, 32, 32)

    made = break_pictures("blurs", stripes, 0).float()

    assert float(made.std()) < 20
    assert float(made.mean()) == pytest.approx(127.5, abs=3)
