"""Receptive fields by arithmetic are those that gradients of the built module find."""

import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.networks.modules import Rescaling, build
from app.core.networks.networks import Network, expand, parse_network
from tests.core.networks.drawn_networks import networks
from tests.core.networks.test_networks import conv, outputs, small


def averaged(network: Network) -> Network:
    """Means for maxima: the same windows, but a gradient for every value in them."""
    description = network.describe()
    for entry in description["layers"]:
        entry["type"] = entry["type"].replace("max_pooling2d", "average_pooling2d")
    return parse_network(description)


def positive(network: Network) -> torch.nn.Sequential:
    """The module with small positive weights in float64, so that no gradient cancels or dies in a ReLU."""
    module = build(network).double().eval()
    for child in module.modules():
        if isinstance(child, Rescaling):
            child.offset = 0.0  # below 0 a ReLU would be dead
    with torch.no_grad():
        for weights in module.parameters():
            weights.uniform_(0.01, 0.05)
    return module


def box(gradient: torch.Tensor) -> tuple[int, int, int, int]:
    """(x, y, width, height) of what is not zero in C x H x W."""
    rows, columns = torch.where(gradient.abs().sum(0) > 0)
    if len(rows) == 0:
        return 0, 0, 0, 0  # nothing but zeros is seen
    left, top = int(columns.min()), int(rows.min())
    return left, top, int(columns.max()) - left + 1, int(rows.max()) - top + 1


@given(network=networks(), draw=st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_every_units_window_is_where_its_gradient_is_not_zero(network: Network, draw: object) -> None:
    network = averaged(network)
    x = (torch.rand(1, *network.input, dtype=torch.float64) + 0.1).requires_grad_()

    given = outputs(positive(network), x)

    for layer in expand(network).report.layers:
        if len(layer.output_shape) == 3:
            height, width = layer.output_shape[1:]
            places = {(0, 0), (width - 1, height - 1), (width // 2, height // 2)}
            found = {(i, j): given[layer.name][0, 0, j, i] for i, j in places}
        elif layer.type in ("dense", "global_average_pooling2d"):
            found = {(0, 0): given[layer.name][0, 0]}
        else:
            continue
        for (i, j), value in found.items():
            gradient = torch.autograd.grad(value, x, retain_graph=True)[0][0]
            seen = layer.window(i, j)
            assert (seen if 0 not in seen[2:] else (0, 0, 0, 0)) == box(gradient), (layer.name, i, j)


@given(network=networks())
@settings(max_examples=25, deadline=None)
def test_the_field_of_a_layer_is_that_of_the_unit_that_sees_most(network: Network) -> None:
    network = averaged(network)
    layer = [row for row in expand(network).report.layers if len(row.output_shape) == 3][-1:]
    x = (torch.rand(1, *network.input, dtype=torch.float64) + 0.1).requires_grad_()
    given = outputs(positive(network), x)

    for row in layer:
        places = itertools.product(*map(range, row.output_shape[1:]))
        seen = [box(torch.autograd.grad(given[row.name][0, 0, j, i], x, retain_graph=True)[0][0]) for j, i in places]

        height, width = max(size[3] for size in seen), max(size[2] for size in seen)
        assert row.receptive_field == (height if height == width else [height, width])


@pytest.mark.parametrize(("layers", "size", "fields"), [
    ([conv(), conv(), {"type": "max_pooling2d"}, conv()], 32, [3, 5, 6, 10]),
    ([conv(stride=2), conv(stride=2), conv()], 64, [3, 7, 15]),
    ([conv(kernel_size=[1, 5])], 16, [[1, 5]]),
    ([conv(kernel_size=11, padding="same")], 6, [6]),
    ([conv(dilation=2), conv(dilation=4)], 32, [5, 13]),
    ([{"type": "residual", "layers": [conv(3, padding="same")] * 2}], 16, [3, 5, 5]),
])  # fmt: skip
def test_fields_worked_out_by_hand(layers: list[dict], size: int, fields: list) -> None:
    rows = parse_network(small(*layers, size=(3, size, size))).report.layers

    assert [row.receptive_field for row in rows[: len(fields)]] == fields
