"""Kernels whose selectivity is known have it; the indices are those of their formulas."""

import math

import pytest
import torch

from app.core.classification.anatomy import Anatomy
from app.core.classification.inspection.selectivity import (
    ORIENTATIONS,
    class_selectivity,
    gratings,
    layer_selectivities,
    orientation_selectivity,
)
from app.core.convolution.kernels import find_kernel
from tests.core.classification.networks_at_random import RESIDUAL, make_anatomy

RELU = {"type": "activation", "activation": "relu"}


def with_kernel(kernel: torch.Tensor) -> Anatomy:
    """A first layer of one kernel, all channels alike, and a ReLU."""
    layer = {"type": "conv2d", "filters": 1, "kernel_size": len(kernel), "use_bias": False}
    anatomy = make_anatomy([layer, RELU, {"type": "flatten"}], size=(24, 24))
    with torch.no_grad():
        anatomy.convolution("conv2d_1").weight[0] = kernel
    return anatomy


def gabor(angle: float) -> torch.Tensor:
    """9 x 9, answering to bars of that angle in degrees, counterclockwise from lying ones, 4 pixels apart."""
    y, x = torch.meshgrid(torch.arange(9.0) - 4, torch.arange(9.0) - 4, indexing="ij")
    across = x * math.sin(math.radians(angle)) + y * math.cos(math.radians(angle))
    return torch.exp(-(x**2 + y**2) / 8) * torch.cos(2 * math.pi * across / 4)


@pytest.mark.parametrize("angle", [0, 30, 45, 90, 135])
def test_a_gabor_kernel_prefers_its_own_orientation_and_period(angle: float) -> None:
    found = orientation_selectivity(with_kernel(gabor(angle)))["conv2d_1"]

    turn = (float(found.angle[0]) - angle + 90) % 180 - 90
    assert abs(turn) < 3
    assert float(found.period[0]) == 4
    assert float(found.index[0]) > 0.6


def test_sobel_x_prefers_upright_bars() -> None:
    found = orientation_selectivity(with_kernel(torch.tensor(find_kernel("sobel-x").matrix)))["conv2d_1"]

    assert float(found.angle[0]) == pytest.approx(90, abs=1)


def test_a_round_kernel_prefers_none() -> None:
    y, x = torch.meshgrid(torch.arange(9.0) - 4, torch.arange(9.0) - 4, indexing="ij")
    radius = x**2 + y**2
    ring = torch.exp(-radius / 2) - torch.exp(-radius / 6) / 3

    found = orientation_selectivity(with_kernel(ring))["conv2d_1"]

    assert float(found.index[0]) < 0.02


def test_a_silent_channel_has_no_selectivity() -> None:
    found = orientation_selectivity(with_kernel(torch.zeros(3, 3)))["conv2d_1"]

    assert float(found.index[0]) == 0


def test_every_convolution_is_measured_in_blocks_too() -> None:
    anatomy = make_anatomy([{"type": "conv2d", "filters": 2}, RESIDUAL, {"type": "flatten"}])

    found = orientation_selectivity(anatomy)

    assert tuple(found) == anatomy.makers
    assert all(((layer.index >= 0) & (layer.index <= 1)).all() for layer in found.values())


def test_gratings_of_angle_zero_lie_and_those_of_half_a_turn_later_stand() -> None:
    pictures = gratings((24, 24)).reshape(ORIENTATIONS, -1, 24, 24).float()

    across, down = (pictures.diff(dim=axis).abs().amax((1, 2, 3)) for axis in (3, 2))

    assert max(across[0], down[ORIENTATIONS // 2]) <= 1
    assert (across[1:] > 50).all()


def test_layers_are_told_by_the_means_of_their_channels() -> None:
    anatomy = make_anatomy([{"type": "conv2d", "filters": 2}, RESIDUAL, {"type": "flatten"}])
    orientation = orientation_selectivity(anatomy)

    found = layer_selectivities(orientation, {"conv2d_1": torch.tensor([[3.0, 1, 1], [2, 2, 2]])})

    assert [item.layer for item in found] == list(anatomy.makers)
    assert found[0].class_index == 0.25
    assert found[1].class_index is None
    assert found[1].orientation_index == float(orientation["residual_1/conv2d_2"].index.mean())


def test_class_selectivity_is_that_of_the_formula() -> None:
    found = class_selectivity(torch.tensor([[3.0, 1, 1], [2, 2, 2], [0, 0, 5], [0, 0, 0]]))

    assert found.index.tolist() == [0.5, 0, 1, 0]
    assert found.label.tolist()[::2] == [0, 2]
