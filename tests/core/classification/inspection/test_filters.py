"""Learned kernels, used by the convolution room on the picture, give the network's own map to 1e-5."""

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.classification.activations import record
from app.core.classification.anatomy import Anatomy, first_input
from app.core.classification.inspection.filters import kernels_of, learned_kernel
from app.core.convolution.convolution import convolve
from app.core.errors import InvalidValue
from app.core.pictures.preparation import prepare_images
from tests.core.classification.networks_at_random import CONVOLUTIONS, make_anatomy

SAME = {"type": "conv2d", "filters": 3, "padding": "same"}


def levels_at_random(seed: int, channels: int = 3) -> torch.Tensor:
    """uint8 1 x 3 x 10 x 9; with one channel, three equal ones."""
    levels = torch.randint(0, 256, (1, channels, 10, 9), generator=torch.Generator().manual_seed(seed))
    return levels.to(torch.uint8).expand(1, 3, 10, 9)


def map_of_picture(anatomy: Anatomy, channel: int, levels: torch.Tensor) -> torch.Tensor:
    """The first layer's map, H' x W', of H x W x C levels, by the convolution room's arithmetic.

    Each input channel is filtered by its learned kernel, with a border of its mean level; the sum and the bias follow.
    """
    module, row = anatomy.convolution("conv2d_1"), anatomy.row("conv2d_1")
    top, bottom, left, right = row.layer.margins(row.input_shape)
    found = torch.zeros(()) if module.bias is None else module.bias[channel].detach()
    first = first_input(module, channel)
    for source in range(first, first + module.weight.shape[1]):
        learned = learned_kernel(anatomy, "conv2d_1", channel, source)
        plane = levels[:, :, source].float()
        padded = F.pad(plane, (left, right, top, bottom), value=learned.padding_level or 0.0)
        found = found + convolve(padded.unsqueeze(-1), learned.step)[:, :, 0]
    return found


@settings(deadline=None, max_examples=60, derandomize=True)
@given(layer=CONVOLUTIONS, seed=st.integers(0, 99))
def test_the_convolution_room_gives_the_networks_own_map(layer: dict[str, object], seed: int) -> None:
    anatomy = make_anatomy([layer, {"type": "flatten"}], seed)
    levels = levels_at_random(seed)
    assert anatomy.preparation is not None
    expected = record(anatomy, prepare_images(levels, anatomy.preparation)).values["conv2d_1"]
    if layer["stride"] == [1, 2]:
        with pytest.raises(InvalidValue):
            learned_kernel(anatomy, "conv2d_1", 0)
        return

    found = torch.stack([map_of_picture(anatomy, o, levels[0].permute(1, 2, 0)) for o in range(len(expected))])

    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


def test_of_a_gray_picture_one_kernel_is_enough() -> None:
    anatomy = make_anatomy([{"type": "conv2d", "filters": 2}, {"type": "flatten"}])
    levels = levels_at_random(1, channels=1)
    assert anatomy.preparation is not None
    expected = record(anatomy, prepare_images(levels, anatomy.preparation)).values["conv2d_1"]

    found = [convolve(levels[0, :1].permute(1, 2, 0), learned_kernel(anatomy, "conv2d_1", o).step) for o in (0, 1)]

    torch.testing.assert_close(torch.cat(found, dim=2).permute(2, 0, 1), expected, atol=1e-5, rtol=1e-5)


def test_the_networks_padding_is_the_mean_level_of_the_picture() -> None:
    anatomy = make_anatomy([SAME, {"type": "flatten"}])

    one, whole = learned_kernel(anatomy, "conv2d_1", 0, source=1), learned_kernel(anatomy, "conv2d_1", 0)

    assert one.padding_level == pytest.approx(0.4 * 255)
    assert whole.padding_level is None
    assert one.step.border == whole.step.border == "valid"


def test_a_deeper_kernel_does_not_see_the_picture() -> None:
    anatomy = make_anatomy([SAME, SAME, {"type": "flatten"}])

    with pytest.raises(InvalidValue) as refused:
        learned_kernel(anatomy, "conv2d_2", 0)

    assert refused.value.field == "layer"


@pytest.mark.parametrize(("channel", "source", "field"), [(3, None, "channel"), (0, 3, "source"), (-1, 0, "channel")])
def test_a_kernel_that_is_not_there_is_refused(channel: int, source: int | None, field: str) -> None:
    anatomy = make_anatomy([SAME, {"type": "flatten"}])

    with pytest.raises(InvalidValue) as refused:
        learned_kernel(anatomy, "conv2d_1", channel, source)

    assert refused.value.field == field


def test_strengths_are_what_flat_maps_of_ones_give() -> None:
    anatomy = make_anatomy([SAME, SAME, {"type": "flatten"}])

    found = kernels_of(anatomy, "conv2d_2")

    assert found.weights.shape == (3, 3, 3, 3)
    flat = torch.nn.functional.conv2d(torch.ones(1, 3, 3, 3), found.weights[2:3, 1:2].expand(1, 3, 3, 3) / 3)
    assert float(found.strengths[2, 1]) == pytest.approx(float(flat.detach()), abs=1e-5)
    assert found.minimum == float(found.weights.min())
