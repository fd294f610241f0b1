"""A weight's written gradient is autograd's and that of finite differences, for every type of layer that learns."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import cross_entropy

from app.core.classification.anatomy import Anatomy
from app.core.classification.gradients.chains import Link
from app.core.classification.gradients.gradients import Gradient, explain_gradient
from app.core.classification.gradients.weights import PARAMETERS, learning_layers
from app.core.classification.questions import Weight
from app.core.errors import InvalidValue
from app.core.networks.modules import build
from app.core.networks.networks import Network
from tests.core.classification.networks_at_random import RESIDUAL, anatomies, make_anatomy, prepared_picture
from tests.core.networks.drawn_networks import networks

RATE = 0.05
KERNELS = [
    {"type": "conv2d", "filters": 4, "stride": 2, "padding": "same"},
    {"type": "conv2d", "filters": 6, "groups": 3, "dilation": [2, 1], "padding": [1, 2]},
    {"type": "depthwise_conv2d", "depth_multiplier": 2, "stride": [1, 2], "padding": "same"},
    {"type": "separable_conv2d", "filters": 4, "dilation": 2, "padding": "same"},
    {"type": "batch_normalization"},
    RESIDUAL,
]
END = [{"type": "flatten"}, {"type": "dense", "units": 5, "activation": "tanh"}, {"type": "batch_normalization"}]


def weights_of(anatomy: Anatomy, layer: str) -> Iterator[tuple[Weight, str, tuple[int, ...]]]:
    """Every number of a layer, as it is asked for; its tensor's name, and its index there."""
    module = anatomy.submodule(layer)
    for parameter, name in PARAMETERS[anatomy.row(layer).role].items():
        tensor = getattr(module, name)
        for index in [] if tensor is None else torch.ones_like(tensor).nonzero().tolist():
            first = index[0] * module.groups // len(tensor) * tensor.shape[1] if tensor.ndim == 4 else 0
            source = first + index[1] if tensor.ndim > 1 else None
            y, x = index[2:] or (0, 0)
            yield Weight(layer, parameter, index[0], source, x, y), name, tuple(index)


def reference(anatomy: Anatomy, label: int, layer: str, picture: torch.Tensor) -> tuple[dict[str, Any], Any]:
    """Autograd's gradients of a layer's tensors, float64, and a function: the loss with one number changed."""
    module = copy.deepcopy(anatomy.module).double().requires_grad_()
    inner = module.get_submodule(layer.replace("/", "."))
    target = torch.tensor([label])
    cross_entropy(module(picture.double()), target).backward()

    @torch.no_grad()
    def loss(name: str, index: tuple[int, ...], change: float) -> float:
        tensor = getattr(inner, name)
        before = tensor[index].clone()
        tensor[index] += change
        found = float(cross_entropy(module(picture.double()), target))
        tensor[index] = before
        return found

    return {name: parameter.grad for name, parameter in inner.named_parameters(recurse=False)}, loss


def check(found: Gradient, anatomy: Anatomy, name: str, index: tuple[int, ...], grads: Any, loss: Any) -> None:
    """It is autograd's gradient, its products add up, and the step's loss is that of the changed network."""
    scale = max(1.0, float(grads[name].abs().max()))
    assert found.gradient == pytest.approx(float(grads[name][index]), abs=1e-9 * scale)
    total = sum(product.product for product in found.products) + found.others_sum
    assert total == pytest.approx(found.gradient, abs=1e-12 * scale)
    for product in found.products:
        assert product.product == product.delta * product.met
    assert found.all_products.numel() == len(found.products) + found.others
    step = found.step
    assert (step.learning_rate, step.before) == (RATE, pytest.approx(loss(name, index, 0.0)))
    assert step.weight == found.value - RATE * found.gradient
    assert step.after == pytest.approx(loss(name, index, -RATE * found.gradient), abs=1e-12)
    assert found.difference.estimate == pytest.approx(
        (loss(name, index, found.difference.h) - loss(name, index, -found.difference.h)) / (2 * found.difference.h),
        abs=1e-9,
    )


@settings(deadline=None, max_examples=120, derandomize=True)
@given(anatomy=anatomies(), choice=st.data())
def test_written_products_add_up_to_the_gradient_of_autograd(anatomy: Anatomy, choice: st.DataObject) -> None:
    picture, label = prepared_picture(anatomy, seed=choice.draw(st.integers(0, 9))), choice.draw(st.integers(0, 2))
    layer = choice.draw(st.sampled_from(learning_layers(anatomy)))
    weight, name, index = choice.draw(st.sampled_from(list(weights_of(anatomy, layer))))

    found = explain_gradient(anatomy, picture, label, weight, RATE)

    grads, loss = reference(anatomy, label, layer, picture)
    check(found, anatomy, name, index, grads, loss)
    check_chain(found, anatomy)


@settings(deadline=None, max_examples=80, derandomize=True)
@given(network=networks(), choice=st.data())
def test_it_holds_for_every_network_that_can_be_described(network: Network, choice: st.DataObject) -> None:
    anatomy = Anatomy(network, build(network, 1).eval())
    picture = torch.randn(1, *network.input, generator=torch.Generator().manual_seed(2))
    if not learning_layers(anatomy):
        return
    layer = choice.draw(st.sampled_from(learning_layers(anatomy)))
    weight, name, index = choice.draw(st.sampled_from(list(weights_of(anatomy, layer))))

    found = explain_gradient(anatomy, picture, network.classes - 1, weight, RATE)

    grads, loss = reference(anatomy, network.classes - 1, layer, picture)
    check(found, anatomy, name, index, grads, loss)
    check_chain(found, anatomy)


@pytest.mark.parametrize("entry", KERNELS, ids=[entry["type"] for entry in KERNELS])
def test_finite_differences_agree_for_every_number_of_every_type(entry: dict[str, Any]) -> None:
    anatomy = make_anatomy([entry, {"type": "activation", "activation": "gelu"}, *END], seed=3)
    picture = prepared_picture(anatomy, seed=5)

    for layer in learning_layers(anatomy):
        numbers = list(weights_of(anatomy, layer))
        for weight, _, _ in numbers[:: max(1, len(numbers) // 12)]:
            found = explain_gradient(anatomy, picture, 1, weight, RATE)
            difference = found.difference
            assert difference.estimate == pytest.approx(found.gradient, rel=1e-3, abs=1e-8)
            assert difference.error == difference.estimate - found.gradient
            assert difference.h == pytest.approx(6.0554545e-6 * max(1, abs(found.value)))


def check_chain(found: Gradient, anatomy: Anatomy) -> None:
    """Every delta is the sum of what comes back; each link goes on at the largest; the last is probability - target."""
    first, *_ = chain = found.chain
    assert first.delta == found.products[0].delta
    for link, after in zip(chain, [*chain[1:], None], strict=True):
        back = sum(term.product for term in link.terms) + link.others_sum
        if link.probability is not None:
            assert (after, link.delta) == (None, pytest.approx(link.probability - (link.target or 0.0)))
            assert link.layer == next(reversed(anatomy.rows))
        else:
            assert link.delta == pytest.approx(back, abs=1e-10, rel=1e-9)
            check_next(link, after)


def check_next(link: Link, after: Link | None) -> None:
    if after is None:
        assert (link.terms, link.delta) == ((), 0)
        return
    most = link.terms[0]
    assert (after.layer, after.channel, after.x, after.y) == (most.layer, most.channel, most.x, most.y)
    assert after.delta == most.delta
    assert abs(most.product) == max(abs(term.product) for term in link.terms)


def test_a_dropout_that_starts_a_block_has_a_delta_of_its_own() -> None:
    anatomy = make_anatomy([
        {"type": "conv2d", "filters": 2}, {"type": "residual", "layers": [{"type": "dropout"}]}, {"type": "flatten"}
    ])  # fmt: skip

    found = explain_gradient(anatomy, prepared_picture(anatomy), 0, Weight("conv2d_1"), RATE)

    first = found.chain[0]
    assert [term.layer for term in first.terms] == ["residual_1/dropout_1", "residual_1"]
    assert first.terms[0].delta == first.terms[1].delta == pytest.approx(first.delta / 2)


def test_a_kernels_weight_meets_the_inputs_that_lie_under_it() -> None:
    anatomy = make_anatomy([{"type": "conv2d", "filters": 2, "stride": 2, "padding": "same"}, {"type": "flatten"}])
    picture = prepared_picture(anatomy)

    found = explain_gradient(anatomy, picture, 0, Weight("conv2d_1", "weight", 1, 2, x=0, y=2), RATE)

    assert found.met.shape == (5, 5)
    for product in found.products:
        if product.source is None:
            assert product.met == 0  # in the zeros around
        else:
            source = product.source
            assert (source.layer, source.channel) == ("input", 2)
            assert product.met == float(picture[0, 2, source.y, source.x])
            top, _, left, _ = anatomy.row("conv2d_1").layer.margins((3, 10, 9))
            assert (source.x, source.y) == (2 * product.x - left, 2 * product.y + 2 - top)


def test_a_dense_layers_gradient_by_hand() -> None:
    anatomy = make_anatomy([{"type": "global_average_pooling2d"}])
    picture = prepared_picture(anatomy)
    row = picture[0].double().mean((1, 2))
    dense = anatomy.submodule("dense_1")
    logits = (dense.weight.double() @ row + dense.bias.double()).detach()

    found = explain_gradient(anatomy, picture, 2, Weight("dense_1", "weight", 2, 1), RATE)

    delta = float(logits.softmax(0)[2]) - 1
    assert found.gradient == pytest.approx(delta * float(row[1]))
    assert (found.products[0].delta, found.products[0].met) == (pytest.approx(delta), pytest.approx(float(row[1])))
    assert found.loss == pytest.approx(-float(logits.log_softmax(0)[2]))


def test_a_bias_meets_ones_and_beta_too() -> None:
    anatomy = make_anatomy([{"type": "conv2d", "filters": 2}, {"type": "batch_normalization"}, {"type": "flatten"}])

    for layer, parameter in (("conv2d_1", "bias"), ("batch_normalization_1", "beta")):
        found = explain_gradient(anatomy, prepared_picture(anatomy), 0, Weight(layer, parameter, 1), RATE)
        assert bool((found.met == 1).all())
        assert found.gradient == pytest.approx(float(found.deltas.sum()))


def test_the_model_itself_stays_as_it_is() -> None:
    anatomy = make_anatomy([RESIDUAL, {"type": "flatten"}])
    before = {name: tensor.clone() for name, tensor in anatomy.module.state_dict().items()}

    explain_gradient(anatomy, prepared_picture(anatomy), 0, Weight("residual_1/conv2d_1"), RATE)

    after = anatomy.module.state_dict()
    assert all(tensor.dtype == before[name].dtype for name, tensor in after.items())
    assert all(torch.equal(tensor, before[name]) for name, tensor in after.items())


@pytest.mark.parametrize(("wish", "field"), [
    (Weight("no_such"), "layer"), (Weight("relu_1"), "layer"), (Weight("conv2d_1", "gamma"), "parameter"),
    (Weight("conv2d_1", "bias"), "parameter"), (Weight("conv2d_1", channel=6), "channel"),
    (Weight("conv2d_1", channel=-1), "channel"), (Weight("conv2d_1", source=1), "source"),
    (Weight("conv2d_1", channel=5, source=0), "source"), (Weight("conv2d_1", x=3), "x"), (Weight("conv2d_1", y=9), "y"),
    (Weight("dense_1", source=10**6), "source"),
])  # fmt: skip
def test_a_weight_that_is_not_there_is_refused(wish: Weight, field: str) -> None:
    conv = {"type": "conv2d", "filters": 6, "groups": 3, "use_bias": False, "activation": "relu"}
    anatomy = make_anatomy([conv, {"type": "flatten"}])

    with pytest.raises(InvalidValue) as caught:
        explain_gradient(anatomy, prepared_picture(anatomy), 0, wish, RATE)

    assert caught.value.field == field
