"""Each remedy against overfitting acts on the weights, the loss or the batch of a real training.

Beside it stands what did the same independently: Keras' own training, scikit-learn's optimum, NumPy.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from app.core.classification.activations import hooked
from app.core.classification.snapshots import take_snapshot
from app.core.datasets.labeled_images import DataSet
from app.core.networks.networks import Network, parse_network
from app.core.training.events import Epoch, Step
from app.core.training.hyperparameters import Training
from app.core.training.training import Trainer
from tests.core.training.small_trainings import colored, small_network

PLAIN = Training(
    epochs=2, batch_size=16, optimizer="sgd", momentum=0, learning_rate=0.1, decay=0, validation_split=0,
    precision="float32",
)  # fmt: skip

LINEAR = parse_network({"input": [3, 8, 8], "classes": 3, "layers": [{"type": "flatten"},
                        {"type": "dense", "units": 3}]})  # fmt: skip


def trained(training: Training, network: Network | None = None, dataset: DataSet | None = None) -> Trainer:
    trainer = Trainer(network or small_network(), dataset or colored(), training)
    list(trainer.events())
    return trainer


def kernels(trainer: Trainer) -> dict[str, np.ndarray]:
    return {name: p.detach().numpy().copy() for name, p in trainer.module.named_parameters() if p.ndim > 1}


def one_step(training: Training) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], Trainer]:
    """Kernels before and after the first step."""
    trainer = Trainer(small_network(), colored(), training)
    before = kernels(trainer)
    next(trainer.events())
    return before, kernels(trainer), trainer


@pytest.mark.parametrize(("name", "strength"), [("l1", 0.03), ("l2", 0.2)])
def test_a_step_with_a_penalty_goes_so_much_further_towards_zero(name: str, strength: float) -> None:
    before, plain, _ = one_step(PLAIN)

    _, penalized, trainer = one_step(replace(PLAIN, **{name: strength}))

    slope = {"l1": np.sign, "l2": lambda w: 2 * w}[name]
    for layer, weight in before.items():
        np.testing.assert_allclose(penalized[layer], plain[layer] - 0.1 * strength * slope(weight), atol=1e-6)
    biases = [p for p in trainer.module.parameters() if p.ndim == 1]
    assert biases


def test_lasso_makes_weights_vanish_where_ridge_only_makes_them_small() -> None:
    training = replace(PLAIN, epochs=200, batch_size=60, momentum=0.9, schedule="one-cycle")

    shares, norms = {}, {}
    for name, change in {"plain": {}, "lasso": {"l1": 0.01}, "ridge": {"l2": 0.01}}.items():
        weight = kernels(trained(replace(training, **change), LINEAR, colored(60)))["dense_1.weight"]
        shares[name], norms[name] = float((np.abs(weight) < 1e-3).mean()), float(np.linalg.norm(weight))

    assert shares["lasso"] > 0.5
    assert max(shares["plain"], shares["ridge"]) < 0.05
    assert max(norms["lasso"], norms["ridge"]) < 0.6 * norms["plain"]


def test_ridge_ends_where_scikit_learns_logistic_regression_ends() -> None:
    """mean loss + l2 · Σw² is scikit-learn's ½Σw² + C · Σ loss, divided by C · N, with C = 1 / (2 · l2 · N)."""
    dataset, l2 = colored(60, side=4, channels=1), 0.02
    network = parse_network(LINEAR.describe() | {"input": [1, 4, 4]})
    expected = LogisticRegression(C=1 / (2 * l2 * 60), tol=1e-8, max_iter=5000)
    expected.fit(dataset.images.flatten(1).double().numpy() / 255, dataset.labels.numpy())

    trainer = trained(
        replace(PLAIN, l2=l2, epochs=250, batch_size=60, learning_rate=0.5, momentum=0.9), network, dataset
    )

    np.testing.assert_allclose(kernels(trainer)["dense_1.weight"], expected.coef_, atol=1e-4)


def test_a_training_with_decay_penalties_and_max_norm_is_kerass() -> None:
    dataset = colored(48)
    training = replace(PLAIN, decay=0.05, l1=0.001, l2=0.01, max_norm=0.9,
                       shuffle=False, epochs=3)  # fmt: skip
    trainer = Trainer(small_network(), dataset, training)
    theirs = keras_twin(trainer, training)
    for _ in range(training.epochs):
        for start in range(0, 48, 16):
            pictures = dataset.images[start : start + 16].permute(0, 2, 3, 1).float().numpy() / 255
            theirs.train_on_batch(pictures, dataset.labels[start : start + 16].numpy())

    list(trainer.events())

    convolution, dense = (theirs.layers[place].kernel.value.detach().numpy() for place in (0, -1))
    found = kernels(trainer)
    np.testing.assert_allclose(found["conv2d_1.weight"].transpose(2, 3, 1, 0), convolution, atol=2e-4)
    np.testing.assert_allclose(found["dense_1.weight"], _channels_first(dense), atol=2e-4)


def keras_twin(trainer: Trainer, training: Training) -> Any:
    """The same layers, weights and remedies in Keras; it flattens rows of pixels, we rows of channels."""
    layers, longest = keras.layers, keras.constraints.MaxNorm
    kind: dict[str, Any] = {"kernel_regularizer": keras.regularizers.L1L2(training.l1, training.l2)}
    model = keras.Sequential([
        keras.Input((8, 8, 3)),
        layers.Conv2D(4, 3, activation="relu", kernel_constraint=longest(training.max_norm, [0, 1, 2]), **kind),
        layers.Flatten(),
        layers.Dense(3, kernel_constraint=longest(training.max_norm, 0), **kind),
    ])  # fmt: skip
    state = {name: tensor.detach().numpy() for name, tensor in trainer.module.state_dict().items()}
    dense = state["dense_1.weight"].reshape(3, 4, 6, 6).transpose(2, 3, 1, 0).reshape(144, 3)
    model.layers[0].set_weights([state["conv2d_1.weight"].transpose(2, 3, 1, 0), state["conv2d_1.bias"]])
    model.layers[-1].set_weights([dense, state["dense_1.bias"]])
    schedule = keras.optimizers.schedules.InverseTimeDecay(training.learning_rate, 1, training.decay)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.SGD(schedule), loss=loss)
    return model


def _channels_first(dense: np.ndarray) -> np.ndarray:
    return dense.reshape(6, 6, 4, 3).transpose(3, 2, 0, 1).reshape(3, 144)


def test_max_norm_is_what_a_snapshot_reports() -> None:
    training = replace(PLAIN, max_norm=0.6, learning_rate=0.3, epochs=4)
    trainer = trained(training)

    norms = take_snapshot(trainer.module, small_network(), trainer.preparation, None, training.max_norm).norms

    unlimited = trained(replace(training, max_norm=None))
    longest = max(np.linalg.norm(w.reshape(len(w), -1), axis=1).max() for w in kernels(unlimited).values())
    assert longest > 0.8
    assert max(max(layer.norms) for layer in norms) == pytest.approx(0.6, abs=1e-5)
    assert {layer.limit for layer in norms} == {0.6}


def outputs(trainer: Trainer, *names: str) -> Iterator[dict[str, torch.Tensor]]:
    """What the layers of that name gave in each step, as they were while learning."""
    with hooked(trainer.module, names) as found:
        for event in trainer.events():
            if isinstance(event, Step):
                yield {name: value.detach().clone() for name, value in found.items()}


def test_dropout_takes_out_its_share_and_enlarges_the_rest_while_learning_only() -> None:
    network = small_network({"type": "dropout", "rate": 0.4})
    trainer = Trainer(network, colored(200), replace(PLAIN, batch_size=100, learning_rate=0))

    steps = list(outputs(trainer, "relu_1", "dropout_1"))

    before = torch.cat([step["relu_1"] for step in steps]).numpy()
    after = torch.cat([step["dropout_1"] for step in steps]).numpy()
    alive = before > 0
    kept = (after > 0)[alive]
    assert kept.mean() == pytest.approx(0.6, abs=0.01)
    np.testing.assert_allclose(after[alive][kept], before[alive][kept] / 0.6, rtol=1e-5)
    logits = trainer.judge(trainer.training_pictures.part(4))
    assert torch.equal(logits, trainer.judge(trainer.training_pictures.part(4)))


def test_dropout_draws_other_units_at_every_step() -> None:
    network = small_network({"type": "dropout", "rate": 0.5})
    one_batch = replace(PLAIN, batch_size=64, learning_rate=0, shuffle=False, epochs=3)

    masks = [step["dropout_1"] == 0 for step in outputs(Trainer(network, colored(64), one_batch), "dropout_1")]

    assert not torch.equal(masks[0], masks[1])
    assert not torch.equal(masks[1], masks[2])


def test_batch_normalization_uses_the_batch_while_learning_and_its_moving_means_after() -> None:
    norm = {"type": "batch_normalization", "momentum": 0.8, "epsilon": 0.001}
    trainer = Trainer(small_network(norm), colored(64), replace(PLAIN, batch_size=32, learning_rate=0, epochs=1))

    steps = list(outputs(trainer, "relu_1", "batch_normalization_1"))

    layer = keras.layers.BatchNormalization(momentum=0.8, epsilon=0.001)
    for step in steps:
        maps = step["relu_1"].numpy().transpose(0, 2, 3, 1)
        expected = layer(maps, training=True).detach().numpy().transpose(0, 3, 1, 2)
        np.testing.assert_allclose(step["batch_normalization_1"].numpy(), expected, rtol=1e-5, atol=2e-5)
    moving = trainer.module.get_buffer("batch_normalization_1.running_mean").numpy()
    np.testing.assert_allclose(moving, layer.moving_mean.value.detach().numpy(), rtol=1e-4)


def test_augmentation_changes_what_is_learned_and_never_what_is_judged() -> None:
    training = replace(PLAIN, validation_split=0.25, learning_rate=0, epochs=1)
    rows, losses = [], []
    for names in ((), ("flip", "shift", "cutout", "noise", "brightness")):
        events = list(Trainer(small_network(), colored(64), replace(training, augmentation=names)).events())
        losses.append([event.loss for event in events if isinstance(event, Step)])
        rows += [event for event in events if isinstance(event, Epoch)]

    assert all(abs(a - b) > 1e-4 for a, b in zip(*losses, strict=True))
    assert rows[0].validation_loss == rows[1].validation_loss


def test_label_smoothing_is_kerass_loss() -> None:
    trainer = Trainer(small_network(), colored(16), replace(PLAIN, label_smoothing=0.2, shuffle=False))
    logits = trainer.judge(trainer.training_pictures)
    targets = np.eye(3)[colored(16).labels.numpy()]
    theirs = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.2)

    step = next(trainer.events())

    assert isinstance(step, Step)
    assert step.loss == pytest.approx(float(theirs(targets, logits)), abs=1e-5)


def test_every_steps_rate_is_kerass_decay() -> None:
    trainer = Trainer(small_network(), colored(), replace(PLAIN, learning_rate=0.01, decay=0.3))

    rates = [event.learning_rate for event in trainer.events() if isinstance(event, Step)]

    schedule = keras.optimizers.schedules.InverseTimeDecay(0.01, 1, 0.3)
    assert rates == pytest.approx([float(schedule(step)) for step in range(len(rates))])


def test_other_seeds_put_other_pictures_aside_and_never_one_twice() -> None:
    trainers = [Trainer(small_network(), colored(80), replace(PLAIN, validation_split=0.25, seed=s)) for s in (1, 1, 2)]

    aside = [trainer.validation_indices.tolist() for trainer in trainers]

    assert aside[0] == aside[1] != aside[2]
    for trainer, numbers in zip(trainers, aside, strict=True):
        assert len(trainer.training_pictures) + len(numbers) == 80
        learned = {picture.numpy().tobytes() for picture in trainer.training_pictures.levels}
        held = {picture.numpy().tobytes() for picture in trainer.validation.levels}
        assert not learned & held
        assert torch.equal(trainer.validation.levels, colored(80).images[numbers].permute(0, 2, 3, 1))


def test_weights_are_those_of_nobody_else() -> None:
    """A remedy is a matter of its own trainer: two beside each other do not disturb one another."""
    first, second = (Trainer(small_network(), colored(), replace(PLAIN, max_norm=norm)) for norm in (0.1, None))
    turns = zip(first.events(), second.events(), strict=True)

    list(turns)

    alone = trained(PLAIN)
    for name, weight in kernels(second).items():
        np.testing.assert_array_equal(weight, kernels(alone)[name])
