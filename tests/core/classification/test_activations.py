"""Recorded maps are those of the layers applied one after another, and no hook stays behind."""

import pytest
import torch
from hypothesis import given, settings
from torch import nn

from app.core.classification.activations import hooked, record
from app.core.classification.anatomy import Anatomy, submodule
from app.core.networks.modules import ResidualBlock
from tests.core.classification.networks_at_random import RESIDUAL, anatomies, make_anatomy, prepared_picture


@settings(deadline=None, max_examples=40, derandomize=True)
@given(anatomy=anatomies())
def test_every_layer_has_the_values_it_gives_when_its_sources_are_put_in(anatomy: Anatomy) -> None:
    recording = record(anatomy, prepared_picture(anatomy))

    assert list(recording.values) == ["input", *anatomy.rows, "softmax"]
    for name, row in anatomy.rows.items():
        module, sources = anatomy.submodule(name), [recording.values[source] for source in anatomy.sources[name]]
        assert tuple(recording.values[name].shape) == row.output_shape
        with torch.inference_mode():
            expected = sum(sources) if isinstance(module, ResidualBlock) else module(sources[0].unsqueeze(0))[0]
        torch.testing.assert_close(recording.values[name], expected)
    logits = anatomy.module(prepared_picture(anatomy))[0]
    torch.testing.assert_close(recording.values["softmax"], (logits / 1.7).softmax(0))


def test_a_block_is_fed_by_its_last_layer_and_by_the_way_around() -> None:
    anatomy = make_anatomy([{"type": "conv2d", "filters": 2}, RESIDUAL, {"type": "flatten"}])

    assert anatomy.sources["residual_1/conv2d_2"] == ("conv2d_1",)
    assert anatomy.sources["residual_1/projection"] == ("conv2d_1",)
    assert anatomy.sources["residual_1"] == ("residual_1/conv2d_3", "residual_1/projection")
    assert anatomy.sources["relu_1"] == ("residual_1",)
    assert anatomy.sources["softmax"] == ("dense_1",)


def test_hooks_go_even_when_the_network_fails() -> None:
    anatomy = make_anatomy([{"type": "flatten"}])

    with pytest.raises(RuntimeError), hooked(anatomy.module, anatomy.rows):
        anatomy.module(torch.zeros(1, 5, 1, 1))

    assert hooks(anatomy.module) == 0


def test_hooks_go_even_when_a_name_is_wrong() -> None:
    anatomy = make_anatomy([{"type": "flatten"}])

    with pytest.raises(AttributeError), hooked(anatomy.module, ["flatten_1", "stranger"]):
        pass

    assert hooks(anatomy.module) == 0


def test_recording_leaves_no_hook_and_no_gradient() -> None:
    anatomy = make_anatomy([{"type": "conv2d", "filters": 2}, {"type": "flatten"}])

    recording = record(anatomy, prepared_picture(anatomy))

    assert hooks(anatomy.module) == 0
    assert not any(values.requires_grad for values in recording.values.values())
    assert all(parameter.grad is None for parameter in anatomy.module.parameters())


def test_a_slash_is_a_step_into_a_block() -> None:
    module = nn.Sequential()
    module.add_module("residual_1", nn.Sequential())
    module.get_submodule("residual_1").add_module("relu_1", nn.ReLU())

    assert isinstance(submodule(module, "residual_1/relu_1"), nn.ReLU)


def hooks(module: nn.Module) -> int:
    """How many are left, anywhere."""
    return sum(len(child._forward_hooks) for child in module.modules())
