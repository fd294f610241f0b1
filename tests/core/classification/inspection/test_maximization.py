"""The picture excites its channel more than gray or noise does, and is the same for a seed."""

import pytest
import torch

from app.core.classification.activations import record
from app.core.classification.anatomy import Anatomy
from app.core.classification.inspection.maximization import maximize
from app.core.errors import InvalidValue
from app.core.pictures.preparation import prepare_images
from tests.core.classification.networks_at_random import RESIDUAL, make_anatomy, prepared_picture


@pytest.fixture
def anatomy() -> Anatomy:
    """With a residual block."""
    made = make_anatomy([{"type": "conv2d", "filters": 2, "activation": "relu"}, RESIDUAL, {"type": "flatten"}])
    made.module.requires_grad_(False)
    return made


@pytest.mark.parametrize("layer", ["conv2d_1", "residual_1/conv2d_2", "residual_1", "dense_1"])
def test_the_picture_excites_its_channel_more_than_noise_does(anatomy: Anatomy, layer: str) -> None:
    found = maximize(anatomy, layer, 1)

    assert anatomy.preparation is not None
    reached = record(anatomy, prepare_images(found.picture[None], anatomy.preparation)).values[layer][1].mean()
    noise = [float(record(anatomy, prepared_picture(anatomy, seed)).values[layer][1].mean()) for seed in range(20)]
    assert float(reached) == pytest.approx(found.end, abs=0.05)
    assert found.end > max(*noise, found.start)


def test_a_class_is_its_logit(anatomy: Anatomy) -> None:
    assert torch.equal(
        maximize(anatomy, "softmax", 2, steps=5).picture, maximize(anatomy, "dense_1", 2, steps=5).picture
    )


def test_a_seed_gives_one_picture_and_another_seed_another(anatomy: Anatomy) -> None:
    one, again, other = (maximize(anatomy, "conv2d_1", 0, seed, steps=8).picture for seed in (1, 1, 2))

    assert one.shape == (3, 10, 9)
    assert torch.equal(one, again)
    assert not torch.equal(one, other)


def test_a_sobel_kernel_wants_one_side_bright_and_the_other_dark() -> None:
    anatomy = make_anatomy([{"type": "conv2d", "filters": 1, "kernel_size": [10, 9]}, {"type": "flatten"}])
    with torch.no_grad():
        weight = anatomy.convolution("conv2d_1").weight
        weight.zero_()
        weight[..., 5:], weight[..., :4] = 1, -1

    picture = maximize(anatomy, "conv2d_1", 0, steps=200).picture.float()

    assert picture[..., 6:].mean() > picture[..., :3].mean() + 100


def test_a_channel_that_is_not_there_is_refused(anatomy: Anatomy) -> None:
    with pytest.raises(InvalidValue) as refused:
        maximize(anatomy, "conv2d_1", 2)

    assert refused.value.field == "channel"
