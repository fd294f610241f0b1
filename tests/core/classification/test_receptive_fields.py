"""The field worked out by arithmetic is the one that gradients find, for any unit of any network."""

import copy

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from app.core.classification.activations import hooked
from app.core.classification.anatomy import INPUT, SOFTMAX, Anatomy
from app.core.classification.receptive_fields import Field, field_of
from app.core.networks.modules import GlobalAveragePool2d, GlobalMaxPool2d, PaddedAvgPool2d, PaddedMaxPool2d
from tests.core.classification.networks_at_random import anatomies, make_anatomy

IN_PLACE = (  # each value stays at its place
    nn.ReLU, nn.GELU, nn.SiLU, nn.Tanh, nn.LeakyReLU, nn.ELU, nn.ReLU6, nn.Hardswish, nn.BatchNorm1d, nn.BatchNorm2d,
)  # fmt: skip


@settings(deadline=None, max_examples=60, derandomize=True)
@given(anatomy=anatomies(), choice=st.data())
def test_the_field_is_where_gradients_are_not_zero(anatomy: Anatomy, choice: st.DataObject) -> None:
    layer = choice.draw(st.sampled_from(list(anatomy.rows)))
    shape = (*anatomy.rows[layer].output_shape, 1, 1)[:3]
    channel, y, x = (choice.draw(st.integers(0, size - 1)) for size in shape)
    picture = torch.ones(1, *anatomy.network.input, requires_grad=True)
    module = transparent(anatomy.module)

    with hooked(module, [layer]) as found:
        module(picture)
    (gradient,) = torch.autograd.grad(found[layer].reshape(shape)[channel, y, x], picture)

    rows, columns = gradient[0].abs().sum(0).nonzero().T
    expected = field_of(anatomy, layer, channel, x, y)
    if len(rows) == 0:  # padding alone
        assert 0 in (expected.width, expected.height)
        return
    left, top = int(columns.min()), int(rows.min())
    seen = Field(left, top, int(columns.max()) - left + 1, int(rows.max()) - top + 1)
    assert expected == seen


def transparent(module: nn.Module) -> nn.Module:
    """The same windows, but every way from input to output counts: positive weights, means instead of maxima."""
    module = copy.deepcopy(module)
    for parent in list(module.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.MaxPool2d):
                setattr(parent, name, averaging(child))
            elif isinstance(child, GlobalMaxPool2d):
                setattr(parent, name, GlobalAveragePool2d())
            elif isinstance(child, IN_PLACE):
                setattr(parent, name, nn.Identity())
            elif isinstance(child, nn.Conv2d | nn.Linear):
                child.weight.data = child.weight.data.abs() + 0.1
    return module


def averaging(pool: nn.MaxPool2d) -> nn.AvgPool2d:
    """The mean, or its like, of the same windows."""
    made = PaddedAvgPool2d if isinstance(pool, PaddedMaxPool2d) else nn.AvgPool2d
    mean = made(pool.kernel_size, pool.stride, pool.padding)  # type: ignore[arg-type]
    if isinstance(mean, PaddedAvgPool2d) and isinstance(pool, PaddedMaxPool2d):
        mean.sides = pool.sides
    return mean


def test_an_input_value_sees_itself_and_a_probability_sees_all() -> None:
    anatomy = make_anatomy([{"type": "flatten"}])

    assert field_of(anatomy, INPUT, 2, 4, 3) == Field(4, 3, 1, 1)
    assert field_of(anatomy, SOFTMAX, 0, 0, 0) == Field(0, 0, 9, 10)
