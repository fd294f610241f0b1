"""Sizes of gradients are those of autograd and finite differences; dead ReLUs are counted; nothing is disturbed."""

import math
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
import torch
from torch.nn.functional import cross_entropy

from app.core.datasets.datasets import load_dataset
from app.core.networks.modules import build
from app.core.training.gradient_sizes import PICTURES, measure_layers, measure_learning
from app.core.training.hyperparameters import Training
from app.core.training.recipes import find_recipe
from app.core.training.training import Trainer
from tests.core.training.small_trainings import colored, small_network

NORM, RELU, DROPOUT = {"type": "batch_normalization"}, {"type": "activation", "activation": "relu"}, {"type": "dropout"}
NETWORK = small_network({"type": "conv2d", "filters": 3, "padding": "same"}, NORM, RELU, DROPOUT)
BATCH = torch.randn(12, 3, 8, 8, generator=torch.Generator().manual_seed(1))
LABELS = torch.arange(12) % 3


@pytest.fixture
def module() -> torch.nn.Sequential:
    return build(NETWORK, seed=4).train()


def test_sizes_are_those_of_autograd_on_the_same_batch(module: torch.nn.Sequential) -> None:
    other = build(NETWORK, seed=4).train()
    other.get_submodule("dropout_1").eval()
    cross_entropy(other(BATCH), LABELS).backward()

    found = measure_layers(module, BATCH, LABELS)

    assert [row.layer for row in found.gradients] == ["conv2d_1", "conv2d_2", "dense_1"]
    for row in found.gradients:
        grads = torch.cat([parameter.grad.flatten() for parameter in other.get_submodule(row.layer).parameters()])
        assert row.size == pytest.approx(float(grads.double().square().mean().sqrt()), rel=1e-5)


def test_a_size_is_that_of_finite_differences() -> None:
    """Independent of autograd: a finite difference, in float64, of every number of the dense layer."""
    plain, h, slopes = build(small_network(), seed=2).double(), 1e-6, []

    def loss() -> float:
        return float(cross_entropy(plain(BATCH.double()), LABELS))

    with torch.no_grad():
        for values in (parameter.view(-1) for parameter in plain.get_submodule("dense_1").parameters()):
            for index in range(len(values)):
                values[index] += h
                above = loss()
                values[index] -= 2 * h
                slopes.append((above - loss()) / (2 * h))
                values[index] += h

    found = measure_layers(plain.float(), BATCH, LABELS)

    assert found.gradients[-1].size == pytest.approx(float(torch.tensor(slopes).square().mean().sqrt()), rel=1e-3)


def test_a_relu_that_gives_nothing_but_zeros_is_dead(module: torch.nn.Sequential) -> None:
    with torch.no_grad():
        module.get_submodule("conv2d_1").bias[1] = -1e6
        module.get_submodule("batch_normalization_1").bias[:] = torch.tensor([-1e6, 0.0, -1e6])

    found = measure_layers(module, BATCH, LABELS)

    assert [(row.layer, row.dead, row.units) for row in found.relus] == [("relu_1", 1, 4), ("relu_2", 2, 3)]


def test_nothing_is_disturbed(module: torch.nn.Sequential) -> None:
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    module.get_submodule("dropout_1").eval()
    generator = torch.get_rng_state()

    measure_layers(module, BATCH, LABELS)

    assert all(torch.equal(tensor, before[name]) for name, tensor in module.state_dict().items())
    assert all(parameter.grad is None for parameter in module.parameters())
    assert module.training
    assert not module.get_submodule("dropout_1").training
    assert torch.equal(torch.get_rng_state(), generator)


def test_a_training_goes_on_to_the_same_weights_where_it_was_measured() -> None:
    training = Training(epochs=2, batch_size=8, validation_split=0.0, ema=0.9)
    ends = []
    for is_measured in (False, True):
        trainer = Trainer(NETWORK, colored(), training)
        for _ in trainer.events():
            if is_measured:
                measure_learning(trainer)
        ends.append(trainer.module.state_dict())

    assert all(torch.equal(one, other) for one, other in zip(ends[0].values(), ends[1].values(), strict=True))


def test_few_pictures_are_all_taken() -> None:
    few = replace(Training(epochs=1, batch_size=4, validation_split=0.0), train_limit=7)

    assert measure_learning(Trainer(NETWORK, colored(), few)).gradients[0].size > 0
    assert PICTURES > 7


@pytest.mark.parametrize(("name", "least", "most"), [("too-deep", 100, math.inf), ("deep-normalized", 0, 10)])
def test_the_prepared_run_that_is_too_deep_hardly_moves_its_first_layer(
    name: str, least: float, most: float, tmp_path: Path
) -> None:
    """As the room says: the gradient fades on its way back through twelve layers; batch normalization keeps it."""
    recipe = find_recipe(name)
    trainer = Trainer(recipe.network, load_dataset(recipe.dataset, tmp_path), recipe.training)
    ratios, moments = [], {0, 1, 5, 20, 60, 100}

    for step, _ in enumerate(islice(trainer.events(), 101)):
        if step in moments:
            sizes = [row.size for row in measure_learning(trainer).gradients]
            assert len(sizes) == 13
            ratios.append(sizes[-1] / sizes[0] if sizes[0] else math.inf)

    assert least < min(ratios)
    assert max(ratios) <= most
