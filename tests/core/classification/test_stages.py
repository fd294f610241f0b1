"""Stages, blocks and layers of networks whose authors say what those are."""

from typing import Any

import pytest

from app.core.classification.anatomy import Anatomy
from app.core.classification.stages import Stage, parts_of, stages_of
from app.core.errors import InvalidValue
from app.core.networks.modules import build
from app.core.networks.networks import Network, parse_layer, parse_network
from app.core.networks.presets import presets
from tests.tiny_models import TINY

NORM, RELU6 = {"type": "batch_normalization"}, {"type": "activation", "activation": "relu6"}
RELU = {"type": "activation", "activation": "relu"}


def conv(filters: int, size: int = 1, stride: int = 1) -> list[dict[str, Any]]:
    same = {"padding": "same", "use_bias": False}
    return [{"type": "conv2d", "filters": filters, "kernel_size": size, "stride": stride} | same, NORM]


def inverted(before: int, after: int, stride: int, widened: int = 6) -> list[dict[str, Any]]:
    """As MobileNetV2 has them (Sandler et al. 2018), with a shortcut where the shapes agree."""
    depthwise = {"type": "depthwise_conv2d", "stride": stride, "padding": "same", "use_bias": False}
    layers = [*([*conv(widened * before), RELU6] if widened > 1 else []), depthwise, NORM, RELU6, *conv(after)]
    return [{"type": "residual", "layers": layers}] if (before, stride) == (after, 1) else layers


def network(layers: list[Any], side: int = 64, classes: int = 5) -> Network:
    """Of any length."""
    return Network((3, side, side), classes, tuple(map(parse_layer, layers)))


@pytest.fixture
def small_efficientnet() -> Network:
    """A stem, four stages of one to two inverted bottlenecks, a head (Tan and Le 2019, smaller)."""
    bottlenecks = [
        *inverted(8, 4, 1, widened=1), *inverted(4, 6, 2), *inverted(6, 6, 1), *inverted(6, 8, 2), *inverted(8, 8, 1),
        *inverted(8, 10, 1), *inverted(10, 10, 1),
    ]  # fmt: skip
    layers = [*conv(8, 3, 2), RELU6, *bottlenecks, *conv(32), RELU6]
    return network([*layers, {"type": "global_average_pooling2d"}, {"type": "dense", "units": 5}])


def told(stages: tuple[Stage, ...]) -> list[tuple[str, tuple[int, ...], list[str]]]:
    return [(stage.name, stage.shape, [block.kind for block in stage.blocks]) for stage in stages]


def test_bottlenecks_are_found_with_and_without_a_shortcut(small_efficientnet: Network) -> None:
    assert told(stages_of(small_efficientnet)) == [
        ("input", (3, 64, 64), []),
        ("stem", (8, 32, 32), ["convolution"]),
        ("stage_1", (4, 32, 32), ["separable"]),
        ("stage_2", (6, 16, 16), ["inverted", "shortcut"]),
        ("stage_3", (8, 8, 8), ["inverted", "shortcut"]),
        ("stage_4", (10, 8, 8), ["inverted", "shortcut"]),
        ("head", (32, 8, 8), ["convolution"]),
        ("classes", (5,), ["row"]),
    ]


def test_a_block_has_all_its_layers_in_computing_order(small_efficientnet: Network) -> None:
    first, second = stages_of(small_efficientnet)[3].blocks

    assert first.layers == (
        "conv2d_3", "batch_normalization_4", "relu6_3", "depthwise_conv2d_2", "batch_normalization_5", "relu6_4",
        "conv2d_4", "batch_normalization_6",
    )  # fmt: skip
    assert (first.layer, second.layer) == ("batch_normalization_6", "residual_1")
    assert second.layers[0] == "residual_1/conv2d_5"
    assert second.layers[-1] == "residual_1"


@pytest.mark.parametrize("name", [*presets(), "tiny"])
def test_every_layer_is_in_one_block(name: str) -> None:
    found = parse_network(TINY) if name == "tiny" else presets()[name].network

    stages = stages_of(found)

    layers = [layer for stage in stages for block in stage.blocks for layer in block.layers]
    rows = Anatomy(found, build(found)).rows
    assert layers == [*rows, "softmax"]
    for stage in stages[1:-1]:
        assert rows[stage.layer].output_shape == stage.shape


def test_convolutions_of_one_width_and_size_make_a_stage() -> None:
    """The strong preset is airbench's (Jordan 2024): a whitening layer and three blocks of two convolutions."""
    stages = stages_of(presets()["strong"].network)

    assert [(stage.name, len(stage.blocks)) for stage in stages] == [
        ("input", 0), ("stem", 1), ("stage_1", 2), ("stage_2", 2), ("stage_3", 2), ("classes", 1),
    ]  # fmt: skip


def test_convolutions_before_a_pool_stay_together() -> None:
    """VGG's stages (Simonyan and Zisserman 2014), all of one width."""
    pool = {"type": "max_pooling2d"}
    layers = [part for _ in range(4) for part in (*conv(4, 3), RELU, *conv(4, 3), RELU, pool)]

    stages = stages_of(network([*layers, {"type": "flatten"}, {"type": "dense", "units": 5}]))

    assert [(stage.layer, len(stage.blocks)) for stage in stages[1:-1]] == [
        ("relu_2", 2), ("relu_4", 2), ("relu_6", 2), ("relu_8", 2)
    ]  # fmt: skip


def test_each_convolution_of_a_small_network_is_a_stage() -> None:
    stages = stages_of(presets()["lenet-5"].network)

    kinds = [(stage.name, stage.kind, stage.layer) for stage in stages]
    assert [kind for _, kind, _ in kinds] == ["input", "stage", "stage", "row", "row", "classes"]
    assert [name for name, _, _ in kinds][1:3] == ["stage_1", "stage_2"]


def test_a_network_of_dense_layers_alone_has_them_as_stages() -> None:
    layers = [{"type": "flatten"}, {"type": "dense", "units": 7, "activation": "tanh"}, {"type": "dense", "units": 5}]

    stages = stages_of(network(layers, side=4))

    assert [stage.blocks[0].layers for stage in stages[1:]] == [
        ("flatten_1", "dense_1", "tanh_1"), ("dense_2", "softmax"),
    ]  # fmt: skip


def test_zeros_belong_to_the_convolution_that_they_are_laid_around() -> None:
    pads = {"type": "zero_padding2d"}
    layers = [*conv(4, 3), RELU, pads, *conv(4, 3), {"type": "global_average_pooling2d"}, {"type": "dense", "units": 5}]

    stages = stages_of(network(layers))

    assert stages[2].blocks[0].layers[0] == "zero_padding2d_1"


def test_a_stage_opens_into_blocks_and_a_block_into_layers(small_efficientnet: Network) -> None:
    stages = stages_of(small_efficientnet)

    assert [name for name, _ in parts_of(stages, None)] == [stage.name for stage in stages]
    assert parts_of(stages, "stage_2")[1] == ("stage_2/block_2", "residual_1")
    assert parts_of(stages, "stage_2/block_2")[-1] == ("residual_1", "residual_1")
    assert [name for name, _ in parts_of(stages, "stem")] == ["conv2d_1", "batch_normalization_1", "relu6_1"]
    for name in ("input", "stage_9", "conv2d_1"):
        with pytest.raises(InvalidValue):
            parts_of(stages, name)
