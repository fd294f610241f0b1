import copy
import math

import keras
import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from app.core.training.hyperparameters import Training
from app.core.training.optimizers import (
    Muon,
    add_penalties,
    change_rates,
    kernels_of,
    limit_norms,
    make_optimizers,
    orthogonalize,
    set_rates,
)


def small_module(seed: int = 0) -> nn.Sequential:
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Conv2d(2, 4, 3, bias=False),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(16, 8),
        nn.ReLU(),
        nn.Linear(8, 3),
    )


def backward(module: nn.Module, number: int) -> None:
    generator = torch.Generator().manual_seed(number)
    batch, labels = torch.randn(6, 2, 4, 4, generator=generator), torch.arange(6) % 3
    functional.cross_entropy(module(batch), labels).backward()


@pytest.mark.parametrize(
    ("training", "reference"),
    [
        (Training(optimizer="sgd", learning_rate=0.1, momentum=0.0), lambda p: torch.optim.SGD(p, 0.1)),
        (
            Training(optimizer="sgd", learning_rate=0.1, momentum=0.9, nesterov=True),
            lambda p: torch.optim.SGD(p, 0.1, momentum=0.9, nesterov=True),
        ),
        (Training(optimizer="adam", learning_rate=0.01), lambda p: torch.optim.Adam(p, 0.01, eps=1e-7)),
        (
            Training(optimizer="adamw", learning_rate=0.01),
            lambda p: torch.optim.AdamW(p, 0.01, eps=1e-7, weight_decay=0),
        ),
    ],
)
def test_plain_optimizers_are_pytorchs(training: Training, reference: object) -> None:
    module = small_module()
    twin = copy.deepcopy(module)
    mine = make_optimizers(module, training, torch.float32)
    theirs = reference(twin.parameters())  # type: ignore[operator]

    for number in range(5):
        backward(module, number)
        backward(twin, number)
        for optimizer in [*mine, theirs]:
            optimizer.step()
            optimizer.zero_grad()

    for found, expected in zip(module.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-6)


def test_adam_with_decay_is_kerass() -> None:
    module = nn.Linear(3, 1, bias=False)
    optimizers = make_optimizers(module, Training(learning_rate=0.05), torch.float32)
    start = module.weight.detach().numpy().copy()
    variable = keras.Variable(start)
    schedule = keras.optimizers.schedules.InverseTimeDecay(0.05, 1, 0.3)
    theirs = keras.optimizers.Adam(schedule)
    theirs.build([variable])
    gradients = np.random.default_rng(0).normal(size=(6, 1, 3)).astype(np.float32)

    for step, gradient in enumerate(gradients):
        set_rates(optimizers, 1 / (1 + 0.3 * step))
        module.weight.grad = torch.from_numpy(gradient)
        optimizers[0].step()
        theirs.apply([torch.from_numpy(gradient)], [variable])

    np.testing.assert_allclose(module.weight.detach().numpy(), variable.value.detach().numpy(), atol=1e-5)


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("rmsprop", keras.optimizers.RMSprop(0.02)),
        ("adagrad", keras.optimizers.Adagrad(0.02)),
        ("adamw", keras.optimizers.AdamW(0.02, weight_decay=0.1)),
        ("sgd", keras.optimizers.SGD(0.02, momentum=0.9, nesterov=True)),
    ],
)
def test_other_optimizers_are_kerass_with_its_defaults(name: str, theirs: keras.optimizers.Optimizer) -> None:
    decay = 0.1 if name == "adamw" else 0.0
    module = nn.Linear(3, 1, bias=False)
    training = Training(optimizer=name, learning_rate=0.02, nesterov=True, weight_decay=decay)  # type: ignore[arg-type]
    optimizer = make_optimizers(module, training, torch.float32)[0]
    variable = keras.Variable(module.weight.detach().numpy().copy())
    theirs.build([variable])
    gradients = np.random.default_rng(0).normal(size=(6, 1, 3)).astype(np.float32)

    for gradient in gradients:
        module.weight.grad = torch.from_numpy(gradient)
        optimizer.step()
        theirs.apply([torch.from_numpy(gradient)], [variable])

    np.testing.assert_allclose(module.weight.detach().numpy(), variable.value.detach().numpy(), atol=1e-5)


@pytest.mark.parametrize("name", ["rmsprop", "adagrad"])
def test_weight_decay_is_for_sgd_adamw_and_muon_alone(name: str) -> None:
    optimizer = make_optimizers(small_module(), Training(optimizer=name, weight_decay=0.1), torch.float32)[0]  # type: ignore[arg-type]

    assert [group["weight_decay"] for group in optimizer.param_groups] == [0.0, 0.0]


@pytest.mark.parametrize("shape", [(5, 40), (40, 5), (12, 12)])
def test_muons_direction_has_the_singular_vectors_of_the_gradient(shape: tuple[int, int]) -> None:
    matrix = torch.randn(shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    u, _, vt = torch.linalg.svd(matrix, full_matrices=False)

    turned = u.T @ orthogonalize(matrix, steps=8) @ vt.T

    values = turned.diagonal()
    assert (turned - torch.diag(values)).abs().max() < 1e-6
    assert values.min() > 0.65
    assert values.max() < 1.25


def test_one_newton_schulz_step_on_a_number_is_the_quintic() -> None:
    found = orthogonalize(torch.tensor([[3.0]], dtype=torch.float64), steps=1)

    assert float(found) == pytest.approx(3.4445 - 4.7750 + 2.0315, abs=1e-6)


def test_a_muon_step_keeps_the_norm_and_turns_the_kernels() -> None:
    weight = nn.Parameter(torch.tensor([[[[3.0]], [[4.0]]]]))
    optimizer = Muon([weight], lr=0.1, momentum=0.5)
    weight.grad = torch.tensor([[[[0.0]], [[2.0]]]])

    optimizer.step()

    # One row: scaled to norm 1; the direction is (0, 1) times the quintic, iterated three times from 1.
    value = 1.0
    for _ in range(3):
        value = 3.4445 * value - 4.7750 * value**3 + 2.0315 * value**5
    torch.testing.assert_close(weight.detach().flatten(), torch.tensor([0.6, 0.8 - 0.1 * value]), rtol=1e-4, atol=1e-5)


def test_muons_momentum_looks_ahead() -> None:
    weight = nn.Parameter(torch.ones(1, 2))
    optimizer = Muon([weight], lr=0.0, momentum=0.5)

    for gradient in ([1.0, 0.0], [0.0, 1.0]):
        weight.grad = torch.tensor([gradient])
        optimizer.step()

    torch.testing.assert_close(optimizer.state[weight]["momentum_buffer"], torch.tensor([[0.5, 1.0]]))


def test_muon_moves_kernels_and_adamw_the_rest() -> None:
    module = small_module()
    training = Training(optimizer="muon", learning_rate=0.1, bias_learning_rate=0.02, head_learning_rate=0.005,
                        weight_decay=0.05)  # fmt: skip

    muon, beside = make_optimizers(module, training, torch.float32)

    assert [tuple(w.shape) for w in muon.param_groups[0]["params"]] == [(4, 2, 3, 3), (8, 16)]
    vectors, head = beside.param_groups
    assert (vectors["base_rate"], vectors["weight_decay"]) == (0.02, 0.0)
    assert (head["base_rate"], head["weight_decay"]) == (0.005, 0.05)
    assert [tuple(w.shape) for w in head["params"]] == [(3, 8)]


def test_rates_follow_the_factor() -> None:
    optimizers = make_optimizers(small_module(), Training(optimizer="muon", learning_rate=0.1), torch.float32)

    set_rates(optimizers, 0.25)

    assert {group["lr"] for optimizer in optimizers for group in optimizer.param_groups} == {0.025}


@pytest.mark.parametrize(
    ("first", "bias", "expected"),
    [
        (0.2, 0.05, [0.4, 0.1, 0.4]),  # twice the highest rate, twice each
        (0.0, 0.05, [0.4, 0.05, 0.4]),  # no ratio to zero: a rate of its own stays
        (0.0, None, [0.4, 0.4, 0.4]),
        (0.2, 0.0, [0.4, 0.0, 0.4]),
    ],
)
def test_another_highest_rate_changes_all_in_the_ratio_of_the_start(
    first: float, bias: float | None, expected: list[float]
) -> None:
    training = Training(optimizer="muon", learning_rate=first, bias_learning_rate=bias)
    optimizers = make_optimizers(small_module(), training, torch.float32)

    for rate in (0.0, 0.1, 0.4):  # also by way of zero
        change_rates(optimizers, rate)
    set_rates(optimizers, 1.0)

    assert [group["lr"] for one in optimizers for group in one.param_groups] == pytest.approx(expected)


def test_penalties_are_the_gradient_of_lasso_and_ridge() -> None:
    weight = nn.Parameter(torch.tensor([[2.0, -3.0, 0.5]]))
    weight.grad = torch.tensor([[1.0, 1.0, 1.0]])

    add_penalties([weight], l1=0.1, l2=0.01)

    torch.testing.assert_close(weight.grad, torch.tensor([[1 + 0.1 + 0.04, 1 - 0.1 - 0.06, 1 + 0.1 + 0.01]]))


def test_penalties_are_what_autograd_gives() -> None:
    module = small_module()
    weights = kernels_of(module)
    loss = sum(0.3 * w.abs().sum() + 0.2 * (w**2).sum() for w in weights)
    expected = torch.autograd.grad(loss, weights)  # type: ignore[arg-type]
    for weight in weights:
        weight.grad = torch.zeros_like(weight)

    add_penalties(weights, l1=0.3, l2=0.2)

    for weight, gradient in zip(weights, expected, strict=True):
        torch.testing.assert_close(weight.grad, gradient)


def test_max_norm_shortens_long_units_and_leaves_short_ones() -> None:
    weight = nn.Parameter(torch.tensor([[3.0, 4.0], [0.3, 0.4]]))

    limit_norms([weight], 2.0)

    torch.testing.assert_close(weight.detach(), torch.tensor([[1.2, 1.6], [0.3, 0.4]]), rtol=1e-5, atol=1e-6)


def test_max_norm_is_kerass() -> None:
    weight = nn.Parameter(torch.randn(5, 3, 2, 2, generator=torch.Generator().manual_seed(0)) * 2)
    kernel = weight.detach().permute(2, 3, 1, 0).numpy()
    expected = keras.constraints.MaxNorm(1.5, axis=[0, 1, 2])(kernel)

    limit_norms([weight], 1.5)

    found = weight.detach().permute(2, 3, 1, 0).numpy()
    np.testing.assert_allclose(found, expected.numpy(), rtol=1e-5, atol=1e-6)


def test_only_kernels_are_regularized() -> None:
    assert [weight.ndim for weight in kernels_of(small_module())] == [4, 2, 2]


def test_weights_that_must_not_learn_are_left_out() -> None:
    module = small_module()
    module[0].weight.requires_grad_(False)

    optimizers = make_optimizers(module, Training(optimizer="muon", learning_rate=0.1), torch.float32)

    moved = sum(w.numel() for o in optimizers for g in o.param_groups for w in g["params"])
    assert moved == sum(w.numel() for w in module.parameters()) - module[0].weight.numel()
    assert math.isclose(optimizers[0].param_groups[0]["base_rate"], 0.1)
