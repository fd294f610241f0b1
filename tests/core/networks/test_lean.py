"""Networks in fewer steps: the same numbers, found by the same names."""

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from torch import nn

from app.core.classification.activations import hooked
from app.core.networks.lean import Step, make_lean
from app.core.networks.modules import build
from app.core.networks.networks import Network, expand, parse_network
from tests.core.networks.drawn_networks import networks

NORM = {"type": "batch_normalization"}
RELU6 = {"type": "activation", "activation": "relu6"}
BOTTLENECK = [
    {"type": "conv2d", "filters": 24, "kernel_size": 1, "use_bias": False}, NORM, RELU6,
    {"type": "depthwise_conv2d", "kernel_size": 5, "padding": "same", "use_bias": False}, NORM, RELU6,
    {"type": "conv2d", "filters": 8, "kernel_size": 1, "use_bias": False}, NORM,
]  # fmt: skip
MOBILE = {
    "input": [3, 17, 24], "classes": 4,
    "layers": [
        {"type": "conv2d", "filters": 8, "stride": 2, "padding": "same", "use_bias": False}, NORM, RELU6,
        {"type": "residual", "layers": BOTTLENECK},
        {"type": "depthwise_conv2d", "kernel_size": [5, 3], "stride": 2, "padding": "same"}, NORM,
        {"type": "conv2d", "filters": 12, "kernel_size": 2, "padding": "same", "dilation": 3, "activation": "gelu"},
        {"type": "residual", "layers": [{"type": "conv2d", "filters": 16, "stride": 2, "padding": "same"}, NORM]},
        {"type": "global_average_pooling2d"}, {"type": "dense", "units": 4},
    ],
}  # fmt: skip


def trained(network: Network) -> nn.Sequential:
    """With normalizations that have seen something."""
    module, generator = build(network, seed=1).eval().requires_grad_(False), torch.Generator().manual_seed(2)
    for child in module.modules():
        if isinstance(child, nn.BatchNorm2d | nn.BatchNorm1d):
            child.running_mean = torch.randn(child.num_features, generator=generator) / 2
            child.running_var = torch.rand(child.num_features, generator=generator) + 0.5
            child.weight.copy_(torch.randn(child.num_features, generator=generator) / 2 + 1)
            child.bias.copy_(torch.randn(child.num_features, generator=generator) / 2)
    return module


def pictures(network: Network, count: int) -> torch.Tensor:
    return torch.randn(count, *network.input, generator=torch.Generator().manual_seed(3))


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck), derandomize=True)
@given(network=networks())
def test_a_drawn_network_gives_the_same_in_fewer_steps(network: Network) -> None:
    module, x = trained(network), pictures(network, 3)

    lean = make_lean(module, expand(network), 2)

    if lean is not None:
        expected = module(x)
        torch.testing.assert_close(lean(x), expected, atol=1e-4 * max(1, float(expected.abs().max())), rtol=0)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_every_step_gives_what_the_layer_of_its_name_does(count: int) -> None:
    network = parse_network(MOBILE)
    module, x = trained(network), pictures(network, count)
    lean = make_lean(module, expand(network), 2)
    assert lean is not None
    names = [name.replace(".", "/") for name, child in lean.named_modules() if isinstance(child, Step)]

    with hooked(lean, names) as found, hooked(module, names) as expected:
        lean(x)
        module(x)

    assert names[:4] == ["relu6_1", "residual_1/relu6_2", "residual_1/relu6_3", "residual_1/batch_normalization_4"]
    for name in names:
        torch.testing.assert_close(found[name], expected[name], atol=1e-5, rtol=1e-5)


def test_layers_that_are_no_steps_of_their_own_are_missed() -> None:
    network = parse_network(MOBILE)
    lean = make_lean(trained(network), expand(network), 1)

    assert lean is not None
    assert lean.has(["relu6_1", "residual_1", "residual_2/projection", "dense_1"])
    assert not lean.has(["relu6_1", "conv2d_1"])
    assert not lean.has(["batch_normalization_1"])


def test_without_a_normalization_there_is_nothing_to_save() -> None:
    layers = [{"type": "conv2d", "filters": 4}, {"type": "flatten"}, {"type": "dense", "units": 2}]
    network = parse_network({"input": [1, 8, 8], "classes": 2, "layers": layers})

    assert make_lean(build(network).eval(), expand(network), 1) is None
