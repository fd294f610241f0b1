"""A kernel is put into the network; the original stays as it is, and SciPy agrees with the new map."""

import numpy as np
import pytest
import torch
from scipy.signal import correlate

from app.core.classification.activations import record
from app.core.classification.anatomy import Anatomy
from app.core.classification.implants import implant
from app.core.classification.questions import Implant
from app.core.convolution.kernels import find_kernel
from app.core.errors import InvalidValue
from tests.core.classification.networks_at_random import RESIDUAL, make_anatomy, prepared_picture

SOBEL = find_kernel("sobel-x").matrix


@pytest.fixture
def anatomy() -> Anatomy:
    """A convolution, a residual block and a classifier."""
    return make_anatomy([{"type": "conv2d", "filters": 4}, RESIDUAL, {"type": "flatten"}])


def test_the_channel_is_the_picture_correlated_with_the_kernel(anatomy: Anatomy) -> None:
    picture = prepared_picture(anatomy)

    implanted = implant(anatomy, Implant("conv2d_1", 2, SOBEL, 8))

    maps = record(implanted.anatomy, picture).values["conv2d_1"]
    kernel = np.array(SOBEL) / 8 * implanted.scale
    bias = float(anatomy.convolution("conv2d_1").bias[2].detach())  # type: ignore[index]
    sums = sum(correlate(plane.double().numpy(), kernel, "valid") for plane in picture[0])
    np.testing.assert_allclose(maps[2], sums + bias, atol=1e-4)


def test_the_kernel_is_as_strong_as_the_one_it_replaces(anatomy: Anatomy) -> None:
    before = anatomy.convolution("conv2d_1").weight[1].detach().norm()

    implanted = implant(anatomy, Implant("conv2d_1", 1, SOBEL))

    assert float(implanted.kernel.norm()) == pytest.approx(float(before), rel=1e-5)


def test_the_original_and_the_other_channels_stay_as_they_are(anatomy: Anatomy) -> None:
    picture = prepared_picture(anatomy)
    weights = {name: tensor.clone() for name, tensor in anatomy.module.state_dict().items()}
    before = record(anatomy, picture).values

    after = record(implant(anatomy, Implant("conv2d_1", 2, SOBEL)).anatomy, picture).values

    assert all(torch.equal(anatomy.module.state_dict()[name], tensor) for name, tensor in weights.items())
    assert torch.equal(after["conv2d_1"][[0, 1, 3]], before["conv2d_1"][[0, 1, 3]])
    assert not torch.equal(after["softmax"], before["softmax"])
    torch.testing.assert_close(record(anatomy, picture).values["softmax"], before["softmax"])


def test_all_other_weights_are_shared_not_copied(anatomy: Anatomy) -> None:
    twin = implant(anatomy, Implant("conv2d_1", 0, SOBEL)).anatomy.module.state_dict()

    changed = [
        name for name, tensor in anatomy.module.state_dict().items() if tensor.data_ptr() != twin[name].data_ptr()
    ]

    assert changed == ["conv2d_1.weight"]


def test_a_layer_inside_a_residual_block_takes_one_too(anatomy: Anatomy) -> None:
    implanted = implant(anatomy, Implant("residual_1/conv2d_3", 4, SOBEL))

    assert torch.equal(implanted.anatomy.convolution("residual_1/conv2d_3").weight[4], implanted.kernel)


def test_a_smaller_kernel_sits_in_the_middle(anatomy: Anatomy) -> None:
    found = implant(anatomy, Implant("conv2d_1", 0, ((2.0,),))).kernel

    assert found.count_nonzero() == 3
    assert (found[:, 1, 1] > 0).all()


@pytest.mark.parametrize("weight", [0.0, 1e-200, 5e-324])
def test_zeros_and_what_is_as_good_as_zero_silence_the_channel(anatomy: Anatomy, weight: float) -> None:
    implanted = implant(anatomy, Implant("conv2d_1", 3, ((weight,) * 3,) * 3))

    maps = record(implanted.anatomy, prepared_picture(anatomy)).values["conv2d_1"]
    assert implanted.scale == 1
    assert maps[3].isfinite().all()
    assert maps[3].unique().numel() == 1


@pytest.mark.parametrize(
    ("layer", "channel", "matrix", "divisor", "field"),
    [
        ("conv2d_1", 4, SOBEL, 1, "channel"), ("relu_1", 0, SOBEL, 1, "layer"), ("nothing", 0, SOBEL, 1, "layer"),
        ("conv2d_1", 0, ((1.0,) * 4,), 1, "matrix"), ("conv2d_1", 0, ((float("nan"),),), 1, "matrix"),
        ("conv2d_1", 0, (), 1, "matrix"), ("conv2d_1", 0, SOBEL, 0, "divisor"),
    ],
)  # fmt: skip
def test_what_cannot_be_put_in_is_refused(
    anatomy: Anatomy, layer: str, channel: int, matrix: tuple[tuple[float, ...], ...], divisor: float, field: str
) -> None:
    with pytest.raises(InvalidValue) as refused:
        implant(anatomy, Implant(layer, channel, matrix, divisor))

    assert refused.value.field == field
