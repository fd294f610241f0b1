"""Batch normalization worked into the convolution before it: same logits, one layer less."""

from typing import Any

import torch
from torch import nn

from app.core.networks.folding import fold
from app.core.networks.modules import build
from app.core.networks.networks import Network, parse_network

CONVOLUTION = {"type": "conv2d", "filters": 4, "kernel_size": 3, "padding": "same", "use_bias": False}
NORMALIZATION = {"type": "batch_normalization"}
RELU = {"type": "activation", "activation": "relu"}
END = [{"type": "flatten"}, {"type": "dense", "units": 3}]


def described(*layers: dict[str, Any]) -> Network:
    """A network of these layers, three classes."""
    return parse_network({"input": [2, 8, 8], "classes": 3, "layers": [*layers, *END]})


def lived(module: nn.Module) -> nn.Module:
    """The module as after a training: no statistic or weight is at its start value."""
    torch.manual_seed(0)
    for tensor in module.state_dict().values():
        if tensor.is_floating_point():
            tensor.copy_(torch.rand(tensor.shape) + 0.5)
    return module.eval()


def test_the_folded_network_gives_the_same_logits_without_the_normalization() -> None:
    network = described(CONVOLUTION, NORMALIZATION, RELU, {"type": "max_pooling2d"}, CONVOLUTION, NORMALIZATION)
    module, pictures = lived(build(network)), torch.randn(5, 2, 8, 8)

    folded, lean = fold(network, module)

    assert [layer.type for layer in folded.layers].count("batch_normalization") == 0
    torch.testing.assert_close(lean(pictures), module(pictures), rtol=1e-4, atol=1e-4)


def test_a_normalization_that_follows_no_convolution_stays() -> None:
    network = described(NORMALIZATION, CONVOLUTION, RELU, NORMALIZATION)
    module, pictures = lived(build(network)), torch.randn(5, 2, 8, 8)

    folded, lean = fold(network, module)

    assert [layer.type for layer in folded.layers].count("batch_normalization") == 2
    torch.testing.assert_close(lean(pictures), module(pictures), rtol=1e-4, atol=1e-4)


def test_blocks_are_folded_inside_and_keep_their_projection() -> None:
    block = {"type": "residual", "layers": [CONVOLUTION, NORMALIZATION, RELU, CONVOLUTION, NORMALIZATION]}
    begins_with_one = {"type": "residual", "layers": [NORMALIZATION, {**CONVOLUTION, "filters": 6}]}
    network = described(block, RELU, begins_with_one)
    module, pictures = lived(build(network)), torch.randn(5, 2, 8, 8)

    _, lean = fold(network, module)

    assert [type(m).__name__ for m in lean.modules()].count("BatchNorm2d") == 1
    torch.testing.assert_close(lean(pictures), module(pictures), rtol=1e-4, atol=1e-4)


def test_a_normalization_behind_a_depthwise_convolution_is_folded_too() -> None:
    depthwise = {"type": "depthwise_conv2d", "depth_multiplier": 2, "use_bias": False}
    network = described(depthwise, NORMALIZATION, RELU, CONVOLUTION | {"groups": 2}, NORMALIZATION)
    module, pictures = lived(build(network)), torch.randn(5, 2, 8, 8)

    folded, lean = fold(network, module)

    assert [layer.type for layer in folded.layers].count("batch_normalization") == 0
    torch.testing.assert_close(lean(pictures), module(pictures), rtol=1e-4, atol=1e-4)
