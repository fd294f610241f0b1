"""Networks as descriptions: what is accepted, what is refused with which words, and that arithmetic tells the truth."""

import copy
import json
import math
from contextlib import suppress
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from app.core.errors import InvalidNetwork
from app.core.networks.layers import Activation
from app.core.networks.modules import build
from app.core.networks.networks import Network, expand, parse_network
from app.core.networks.reports import Limits
from app.core.networks.window_layers import Conv2d
from tests.core.networks.drawn_networks import networks

LECTURE = {
    "input": [3, 32, 32],
    "classes": 10,
    "layers": [
        *[{"type": "conv2d", "filters": 128, "kernel_size": 3, "stride": 1, "padding": "valid", "activation": "relu"}]
        * 3,
        {"type": "flatten"},
        {"type": "dense", "units": 1024, "activation": "relu"},
        {"type": "dense", "units": 10},
    ],
}


def small(*layers: dict[str, Any], size: tuple[int, int, int] = (3, 8, 8)) -> dict[str, Any]:
    """These layers, then flatten and a dense layer of 10."""
    return {"input": list(size), "classes": 10,
            "layers": [*layers, {"type": "flatten"}, {"type": "dense", "units": 10}]}  # fmt: skip


def conv(filters: Any = 4, **others: Any) -> dict[str, Any]:
    return {"type": "conv2d", "filters": filters, "kernel_size": 3, **others}


def outputs(module: torch.nn.Sequential, x: torch.Tensor) -> dict[str, torch.Tensor]:
    """What every child gives, by the names of the report."""
    found: dict[str, torch.Tensor] = {}
    hooks = [
        child.register_forward_hook(lambda _, __, y, name=name: found.__setitem__(name.replace(".", "/"), y))
        for name, child in module.named_modules()
        if name
    ]
    module(x)
    for hook in hooks:
        hook.remove()
    return found


def test_the_lectures_network_has_exactly_its_parameters() -> None:
    found = parse_network(LECTURE).report

    assert found.parameters == 88_914_698
    assert [layer.parameters for layer in found.layers] == [3_584, 147_584, 147_584, 0, 88_605_696, 10_250]
    assert [layer.output_shape for layer in found.layers] == [
        (128, 30, 30), (128, 28, 28), (128, 26, 26), (86_528,), (1024,), (10,),
    ]  # fmt: skip
    assert [layer.receptive_field for layer in found.layers] == [3, 5, 7, 7, 32, 32]
    assert [layer.multiply_adds for layer in found.layers[:3]] == [
        30 * 30 * 128 * 27, 28 * 28 * 128 * 9 * 128, 26 * 26 * 128 * 9 * 128,
    ]  # fmt: skip


def test_memory_counts_four_copies_of_weights_and_two_of_outputs_in_batches_of_128() -> None:
    found = parse_network(small()).report

    assert found.memory_mb == pytest.approx((4 * 1930 + 2 * 128 * (192 + 10)) * 4 / 2**20, abs=0.05)


@given(network=networks())
@settings(max_examples=60, deadline=None)
def test_the_report_tells_the_shapes_and_parameters_of_the_module(network: Network) -> None:
    module = build(network).eval()
    found = expand(network).report

    given = outputs(module, torch.rand(2, *network.input))

    for layer in found.layers:
        child = module.get_submodule(layer.name.replace("/", "."))
        assert tuple(given[layer.name].shape[1:]) == layer.output_shape
        if layer.type != "residual":
            assert sum(weights.numel() for weights in child.parameters()) == layer.parameters
    assert set(given) == {layer.name for layer in found.layers}
    assert found.parameters == sum(weights.numel() for weights in module.parameters())
    assert found.statistics == sum(n.numel() for name, n in module.named_buffers() if "running" in name)
    assert found.parameters == network.report.parameters


@given(network=networks())
@settings(max_examples=40, deadline=None)
def test_multiply_adds_are_half_of_what_pytorch_counts_as_operations(network: Network) -> None:
    module = build(network).eval()

    with FlopCounterMode(display=False) as counter:
        module(torch.rand(1, *network.input))

    assert 2 * network.report.multiply_adds == counter.get_total_flops()


@given(network=networks())
def test_a_description_is_read_as_it_was_written(network: Network) -> None:
    written = json.loads(json.dumps(network.describe(), allow_nan=False))

    assert parse_network(written) == network
    assert parse_network(written).describe() == written


@given(network=networks())
def test_expanding_gives_activations_of_their_own_and_logits_at_the_end(network: Network) -> None:
    expanded = expand(network)

    assert not any(
        getattr(layer, "activation", "none") != "none" for layer in expanded.layers if layer.type != "activation"
    )
    assert Activation("softmax") not in expanded.layers
    assert expand(expanded) == expanded


def test_names_count_each_type_through_blocks() -> None:
    block = {"type": "residual", "layers": [conv(8, padding="same", activation="relu")], "activation": "gelu"}
    network = parse_network(small(conv(), block, conv()))

    names = [layer.name for layer in expand(network).report.layers]

    assert names == [
        "conv2d_1", "residual_1/conv2d_2", "residual_1/relu_1", "residual_1/projection", "residual_1", "gelu_1",
        "conv2d_3", "flatten_1", "dense_1",
    ]  # fmt: skip


def test_a_block_adds_its_input_through_a_projection_where_shapes_differ() -> None:
    block = {"type": "residual", "layers": [conv(6, stride=2, padding="same")]}
    network = parse_network(small(block))
    module = build(network)
    x = torch.rand(2, 3, 8, 8)

    y = module.residual_1(x)

    inner = torch.nn.functional.pad(x, (0, 1, 0, 1))
    expected = torch.nn.functional.conv2d(inner, module.residual_1.conv2d_1.weight, module.residual_1.conv2d_1.bias, 2)
    expected += torch.nn.functional.conv2d(x, module.residual_1.projection.weight, stride=2)
    torch.testing.assert_close(y, expected)
    assert [layer.sources for layer in network.report.layers[:3]] == [
        ("input",), ("input",), ("residual_1/conv2d_1", "residual_1/projection"),
    ]  # fmt: skip


def test_the_same_seed_gives_the_same_weights_and_spread_of_glorot() -> None:
    network = parse_network(small(conv(64), conv(64)))

    first, again, other = (build(network, seed).state_dict() for seed in (3, 3, 4))

    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["conv2d_2.weight"], other["conv2d_2.weight"])
    limit = math.sqrt(6 / (2 * 64 * 9))
    assert float(first["conv2d_2.weight"].abs().max()) == pytest.approx(limit, rel=0.01)
    assert not first["conv2d_2.bias"].any()


WRONG: list[tuple[Any, str | None, str]] = [
    (None, None, "is an object"),
    ([], None, "is an object"),
    ({}, None, "'input', 'classes' and 'layers'"),
    (small() | {"name": "x"}, None, "no others"),
    (small() | {"input": [3, 32]}, "input", "channels, height and width"),
    (small() | {"input": [3, 32, 2000]}, "input", "1024 pixels"),
    (small() | {"input": [3, True, 32]}, "input", "whole"),
    (small() | {"classes": 0}, "classes", "from 1 to 1000"),
    (small() | {"classes": math.nan}, "classes", "whole"),
    (small() | {"classes": 9}, "layers.1", "gives 10; it must give 9 values"),
    (small() | {"layers": []}, "layers", "at least one"),
    (small() | {"layers": {}}, "layers", "list"),
    (small(*[{"type": "dropout"}] * 39), "layers", "40 layers"),
    (small({"type": "residual", "layers": [conv(3, padding="same")] * 38}), "layers", "has 41 layers"),
    (small(5), "layers.0", "Layer 1 must be an object"),
    (small({"type": ["conv2d"]}), "layers.0", "Layer 1 must be an object"),
    (small({"type": "conv3d"}), "layers.0", "one of conv2d"),
    (small({"type": "conv2d"}), "layers.0.filters", "needs 'filters'"),
    (small({"type": "residual"}), "layers.0.layers", "needs 'layers'"),
    (small(conv(kernel=3)), "layers.0", "not known; it may have: filters"),
    (small(conv(0)), "layers.0.filters", "is 0; it must be from 1"),
    (small(conv(10**400)), "layers.0.filters", "whole number from 1"),
    (small(conv(2.0)), "layers.0.filters", "whole"),
    (small(conv(math.inf)), "layers.0.filters", "whole"),
    (small(conv(True)), "layers.0.filters", "whole"),
    (small(conv(kernel_size=[3, 3, 3])), "layers.0.kernel_size", "height and width"),
    (small(conv(kernel_size=[3, "3"])), "layers.0.kernel_size", "whole"),
    (small(conv(stride=64)), "layers.0.stride", "from 1 to 63"),
    (small(conv(padding="full")), "layers.0.padding", "'same'"),
    (small(conv(padding=3)), "layers.0.padding", "less than the kernel's 3 x 3"),
    (small(conv(use_bias=1)), "layers.0.use_bias", "true or false"),
    (small(conv(activation="swish")), "layers.0.activation", "one of none, relu"),
    (small(conv(activation="softmax")), "layers.0.activation", "very end"),
    (small(conv(kernel_size=9)), "layers.0.kernel_size", r"gets maps of 3 x 8 x 8; its window of 9 x 9"),
    (small({"type": "max_pooling2d", "padding": 2}), "layers.0.padding", "less than the kernel's 2 x 2"),
    (small({"type": "max_pooling2d", "padding": "full"}), "layers.0.padding", "must be 'valid', 'same'"),
    (small({"type": "max_pooling2d"}, {"type": "max_pooling2d", "pool_size": 5}), "layers.1.pool_size", "3 x 4 x 4"),
    (small({"type": "dropout", "rate": 1}), "layers.0.rate", "less than 1"),
    (small({"type": "dropout", "rate": math.nan}), "layers.0.rate", "less than 1"),
    (small({"type": "dropout", "rate": "0.5"}), "layers.0.rate", "less than 1"),
    (small({"type": "batch_normalization", "epsilon": 0}), "layers.0.epsilon", "from 1e-12"),
    (small({"type": "dense", "units": 3}), "layers.0", r"gets maps of 3 x 8 x 8; it needs one row"),
    (small({"type": "flatten"}, conv()), "layers.1", "gets a row of 192 values"),
    (small({"type": "activation"}), "layers.0.activation", "needs"),
    (small({"type": "residual", "layers": [conv()]}), "layers.0", "gets 3 x 8 x 8 and its layers give 4 x 6 x 6"),
    (small({"type": "residual", "layers": [conv(0)]}), "layers.0.layers.0.filters", r"Layer 1\.1"),
    (small({"type": "residual", "layers": [{"type": "flatten"}]}), "layers.0", "give 192"),
    (small({"type": "residual", "layers": [conv(activation="softmax", padding="same")]}),
     "layers.0.layers.0.activation", "very end"),
    ({"input": [3, 8, 8], "classes": 1,
      "layers": [{"type": "flatten"}, {"type": "dense", "units": 1, "activation": "softmax"}]},
     "layers.1.activation", "always 1"),
    (small(conv(1_000_000, kernel_size=8), {"type": "global_max_pooling2d"}), "layers", "at most 100000000"),
    (small(*[conv(64, padding="same")] * 9, {"type": "global_max_pooling2d"}, size=(3, 512, 512)), "layers", "MB"),
]  # fmt: skip


@pytest.mark.parametrize(("description", "field", "said"), WRONG)
def test_a_wrong_description_is_refused_by_layer_shapes_and_rule(
    description: Any, field: str | None, said: str
) -> None:
    with pytest.raises(InvalidNetwork, match=said) as caught:
        parse_network(description)

    assert caught.value.field == field


def test_limits_are_those_that_are_given() -> None:
    found = parse_network(LECTURE, Limits(88_914_698, 1738))

    assert found.report.parameters == 88_914_698
    with pytest.raises(InvalidNetwork, match="88914698 parameters; at most 88914697"):
        parse_network(LECTURE, Limits(parameters=88_914_697))
    with pytest.raises(InvalidNetwork, match="1737 MB"):
        parse_network(LECTURE, Limits(memory_mb=1736))


def test_a_deep_nest_of_blocks_is_refused() -> None:
    entry = conv(3, padding="same")
    for _ in range(500):
        entry = {"type": "residual", "layers": [entry]}

    with pytest.raises(InvalidNetwork, match="40 layers"):
        parse_network(small(entry))


def test_null_and_linear_are_other_names_of_no_activation() -> None:
    found = [parse_network(small(conv(activation=name))) for name in (None, "linear", "none")]

    assert len(set(found)) == 1
    assert found[0].layers[0] == Conv2d(4)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["conv2d", "same"]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["type", "layers", "filters", "x"]), inner)
    ),
    max_leaves=12,
)


@given(network=networks(), value=JSON, chance=st.randoms(use_true_random=False))
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])  # drawing is slow on a busy machine
def test_one_wrong_value_anywhere_is_accepted_or_refused_but_breaks_nothing(
    network: Network, value: Any, chance: Any
) -> None:
    description = copy.deepcopy(network.describe())
    place = chance.choice([description, *description["layers"]])
    place[chance.choice([*place, "layers"])] = value

    with suppress(InvalidNetwork):
        parse_network(description)


@given(value=JSON)
@settings(max_examples=200)
def test_any_json_is_accepted_or_refused_but_breaks_nothing(value: Any) -> None:
    with pytest.raises(InvalidNetwork):
        parse_network(value)
    with pytest.raises(InvalidNetwork):
        parse_network({"input": [3, 8, 8], "classes": 10, "layers": value})
