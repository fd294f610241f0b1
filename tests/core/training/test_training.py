import copy
import math
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional

from app.core.checkpoints import read_checkpoint, save_checkpoint
from app.core.errors import InvalidValue
from app.core.networks.modules import build
from app.core.training.events import Diverged, Epoch, Event, Finished, Step
from app.core.training.hyperparameters import Training
from app.core.training.training import Trainer, average, train
from tests.core.training.small_trainings import colored, small_network, whitened_network

PLAIN = Training(epochs=2, batch_size=16, learning_rate=0.01, decay=0, validation_split=0.25, precision="float32")
BEST = replace(
    PLAIN, optimizer="muon", learning_rate=0.05, momentum=0.6, bias_learning_rate=0.02, head_learning_rate=0.01,
    schedule="one-cycle", label_smoothing=0.1, ema=0.9, normalization="standardize", initialization="dirac", whiten=0.4,
    augmentation=("alternating-flip", "shift", "cutout"), shift=1, cutout=2, batch_norm_scale=False, mirror_test=True,
)  # fmt: skip


def only(kind: type, events: Iterable[Event]) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def weights(module: nn.Module) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in module.state_dict().items()}


def test_a_training_tells_steps_epochs_and_its_end() -> None:
    events = list(train(small_network(), colored(), PLAIN))

    assert [type(event) for event in events] == ([Step] * 3 + [Epoch]) * 2 + [Finished]
    assert [event.step for event in only(Step, events)] == [1, 2, 3, 4, 5, 6]
    assert {event.steps for event in only(Step, events)} == {6}
    assert [event.epoch for event in only(Epoch, events)] == [1, 2]
    assert events[-1].epochs == 2
    assert not events[-1].stopped_early


def test_it_learns() -> None:
    events = list(train(small_network(), colored(300), replace(PLAIN, epochs=15)))

    last = only(Epoch, events)[-1]
    assert last.validation_accuracy > 0.9
    assert last.train_loss < only(Epoch, events)[0].train_loss


def test_the_best_networks_recipe_learns_too() -> None:
    events = list(train(whitened_network(), colored(300), replace(BEST, epochs=10)))

    assert only(Epoch, events)[-1].validation_accuracy > 0.8


def test_a_training_is_a_plain_loop_of_pytorch() -> None:
    dataset, network = colored(48), small_network()
    training = replace(PLAIN, validation_split=0.0, shuffle=False, epochs=2, optimizer="sgd", momentum=0.9)
    module = build(network, seed=training.seed)
    optimizer = torch.optim.SGD(module.parameters(), lr=0.01, momentum=0.9)
    for _ in range(2):
        for start in range(0, 48, 16):
            loss = functional.cross_entropy(
                module(dataset.images[start : start + 16] / 255), dataset.labels[start : start + 16]
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    finished = list(train(network, dataset, training))[-1]

    assert isinstance(finished, Finished)
    for name, tensor in finished.module.state_dict().items():
        torch.testing.assert_close(tensor, module.state_dict()[name], rtol=1e-4, atol=1e-5)


def test_an_epochs_row_is_the_mean_over_its_pictures() -> None:
    events = list(train(small_network(), colored(54), replace(PLAIN, epochs=1, validation_split=0)))

    steps, row = only(Step, events), only(Epoch, events)[0]
    assert [step.images for step in steps] == [16, 16, 16, 6]
    assert row.train_loss == pytest.approx(sum(step.loss * step.images for step in steps) / 54)
    assert row.train_accuracy == pytest.approx(sum(step.accuracy * step.images for step in steps) / 54)
    assert (row.validation_loss, row.validation_accuracy) == (None, None)


@pytest.mark.parametrize(("network", "training"), [(small_network(), PLAIN), (whitened_network(), BEST)])
def test_the_same_seed_gives_the_same_numbers_and_another_others(network: Any, training: Training) -> None:
    first, second, other = (
        [event.loss for event in only(Step, train(network, colored(), replace(training, seed=seed)))]
        for seed in (3, 3, 4)
    )

    assert first == second
    assert first != other


DROPOUT = {"type": "dropout", "rate": 0.5}
NORM = {"type": "batch_normalization"}


@pytest.mark.parametrize("broken_after", [1, 3, 4, 5])
@pytest.mark.parametrize(
    ("network", "training"),
    [
        (small_network(DROPOUT), replace(PLAIN, augmentation=("flip", "shift"), shift=1)),
        (small_network(NORM, DROPOUT), replace(PLAIN, optimizer="sgd", early_stopping=1, ema=0.9)),
        (small_network(), replace(PLAIN, optimizer="rmsprop")),
        (small_network(), replace(PLAIN, optimizer="adagrad")),
        (whitened_network(), BEST),
        (whitened_network(), replace(BEST, precision="bfloat16")),
    ],
)
def test_a_broken_run_goes_on_to_the_same_numbers(
    network: Any, training: Training, broken_after: int, tmp_path: Path
) -> None:
    whole = list(train(network, colored(), training))
    broken = Trainer(network, colored(), training)
    events = broken.events()
    while broken.step < broken_after:
        next(events)
    save_checkpoint(tmp_path / "run.safetensors", broken.checkpoint())

    resumed = list(train(network, colored(), training, resume=read_checkpoint(tmp_path / "run.safetensors")))

    steps = only(Step, whole)[broken_after:]
    assert [event.step for event in only(Step, resumed)] == [event.step for event in steps]
    assert [e.loss for e in only(Step, resumed)] == pytest.approx([e.loss for e in steps], abs=1e-5)
    rows, expected = only(Epoch, resumed), only(Epoch, whole)
    assert [replace(row, seconds=0) for row in rows] == [replace(row, seconds=0) for row in expected[-len(rows) :]]
    for name, tensor in whole[-1].module.state_dict().items():
        torch.testing.assert_close(resumed[-1].module.state_dict()[name], tensor, rtol=0, atol=1e-5)


def test_a_checkpoint_of_another_training_is_refused() -> None:
    checkpoint = Trainer(small_network(), colored(), PLAIN).checkpoint()

    with pytest.raises(InvalidValue) as refusal:
        Trainer(small_network(), colored(), replace(PLAIN, seed=1), resume=checkpoint)

    assert refusal.value.field == "resume"


def test_a_network_of_other_classes_is_refused() -> None:
    network = replace(small_network(), classes=4)

    with pytest.raises(InvalidValue) as refusal:
        Trainer(network, colored(), PLAIN)

    assert refusal.value.field == "network"


def test_a_loss_that_is_no_number_ends_the_training() -> None:
    trainer = Trainer(small_network(), colored(), PLAIN)
    events = trainer.events()
    next(events)
    nn.init.constant_(trainer.module.get_parameter("dense_1.weight"), math.inf)

    rest = list(events)

    assert [type(event) for event in rest] == [Diverged]
    assert (rest[0].step, rest[0].epoch) == (2, 1)
    assert not math.isfinite(rest[0].loss)


def test_early_stopping_waits_and_keeps_the_best_weights() -> None:
    training = replace(PLAIN, optimizer="sgd", momentum=0, learning_rate=0.0, epochs=9, early_stopping=3)

    trainer = Trainer(small_network(), colored(), training)
    start = weights(trainer.module)
    events = list(trainer.events())

    assert len(only(Epoch, events)) == 4  # the first is the best, then three without a better one
    assert events[-1].stopped_early
    assert all(torch.equal(start[name], tensor) for name, tensor in weights(events[-1].module).items())


def test_early_stopping_returns_to_the_epoch_of_the_least_loss() -> None:
    training = replace(PLAIN, epochs=40, learning_rate=0.05, early_stopping=2, train_limit=12, batch_size=4)
    trainer = Trainer(small_network(), colored(40), training)

    kept = [(event, weights(trainer.module)) for event in trainer.events() if isinstance(event, Epoch | Finished)]

    rows = [(event.validation_loss, state) for event, state in kept if isinstance(event, Epoch)]
    best = min(rows, key=lambda row: row[0])[1]
    final = weights(trainer.module)
    assert all(torch.equal(best[name], final[name]) for name in best)


def test_the_running_mean_is_worked_out_by_hand() -> None:
    mean, module = nn.Linear(1, 1, bias=False), nn.Linear(1, 1, bias=False)
    nn.init.constant_(mean.weight, 1.0)
    nn.init.constant_(module.weight, 2.0)

    average(mean, module, decay=0.9, step=1)  # decay min(0.9, 2 / 11)
    after_one = float(mean.weight.detach())
    average(mean, module, decay=0.9, step=1000)

    assert after_one == pytest.approx(1 * 2 / 11 + 2 * 9 / 11)
    assert float(mean.weight.detach()) == pytest.approx(0.9 * after_one + 0.1 * 2)


def test_the_mean_is_what_is_evaluated_and_given_back() -> None:
    trainer = Trainer(small_network(NORM), colored(), replace(PLAIN, ema=0.9))

    finished = list(trainer.events())[-1]

    assert finished.module is not trainer.module
    assert not finished.module.training
    assert not torch.equal(
        finished.module.get_parameter("dense_1.weight"), trainer.module.get_parameter("dense_1.weight")
    )


def test_train_limit_leaves_the_validation_pictures_as_they_are() -> None:
    trainer = Trainer(small_network(), colored(80), replace(PLAIN, train_limit=10, batch_size=4, validation_split=0.25))

    assert trainer.steps == 2 * 3
    assert len(trainer.validation) == 20


def test_max_norm_holds_after_every_step() -> None:
    trainer = Trainer(small_network(), colored(), replace(PLAIN, max_norm=0.5, learning_rate=0.1))

    for event in trainer.events():
        if isinstance(event, Step):
            norms = [w.detach().flatten(1).norm(dim=1).max() for w in trainer.module.parameters() if w.ndim > 1]
            assert max(norms) <= 0.5 + 1e-5


def test_ridge_shrinks_the_weights() -> None:
    sizes = []
    for l2 in (0.0, 0.1):
        finished = list(train(small_network(), colored(), replace(PLAIN, l2=l2, epochs=5)))[-1]
        sizes.append(float(finished.module.get_parameter("dense_1.weight").detach().norm()))

    assert sizes[1] < 0.7 * sizes[0]


def test_the_whitening_layer_stays_and_its_bias_learns_only_at_first() -> None:
    trainer = Trainer(whitened_network(), colored(), replace(BEST, epochs=4, whiten=0.5))
    kernels, bias = (
        trainer.module.get_parameter("conv2d_1.weight").clone(),
        trainer.module.get_parameter("conv2d_1.bias"),
    )

    biases = [bias.detach().clone() for event in trainer.events() if isinstance(event, Step)]

    assert torch.equal(trainer.module.get_parameter("conv2d_1.weight"), kernels)
    assert not torch.equal(biases[0], biases[5])
    assert all(torch.equal(bias, biases[5]) for bias in biases[5:])


def test_the_learning_rate_can_be_changed_on_the_way() -> None:
    trainer = Trainer(small_network(), colored(), PLAIN)
    events = trainer.events()
    first = next(events)

    trainer.change_learning_rate(0.002)
    second = next(events)

    assert isinstance(first, Step)
    assert isinstance(second, Step)
    assert (first.learning_rate, second.learning_rate) == (pytest.approx(0.01), pytest.approx(0.002))


@pytest.mark.parametrize(
    ("others", "rates"),
    [
        ({"decay": 0.5}, [0.0, 0.1 / 1.5, 0.1 / 2]),  # 1 / (1 + 0.5 · step)
        ({"schedule": "cosine"}, [0.0, 0.1 * (1 + math.sqrt(3) / 2) / 2, 0.1 * 1.5 / 2]),  # (1 + cos 30°, 60°) / 2
        ({"schedule": "one-cycle"}, [0.0, 0.1 * 5 / 6, 0.1 * 4 / 6]),  # of six steps, one and two are done
    ],
)
def test_a_training_started_at_zero_takes_the_rate_that_it_is_given(others: dict[str, Any], rates: list[float]) -> None:
    training = replace(PLAIN, optimizer="sgd", momentum=0.0, learning_rate=0.0, **others)
    trainer = Trainer(small_network(), colored(), training)
    start, events = weights(trainer.module), trainer.events()

    told = [next(events).learning_rate]
    still = weights(trainer.module)
    trainer.change_learning_rate(0.1)
    told += [next(events).learning_rate, next(events).learning_rate]

    assert told == pytest.approx(rates)
    assert all(torch.equal(still[name], start[name]) for name in start)
    assert not any(torch.equal(weights(trainer.module)[name], start[name]) for name in start)


def test_a_step_from_rate_zero_is_the_new_rate_times_the_gradient() -> None:
    training = replace(PLAIN, optimizer="sgd", momentum=0.0, learning_rate=0.0, batch_size=48, shuffle=False)
    trainer = Trainer(small_network(), colored(), training)
    events = trainer.events()
    twin = copy.deepcopy(trainer.module)
    pictures = trainer.training_pictures
    logits = twin(pictures.prepared(0, len(pictures), trainer.preparation))
    functional.cross_entropy(logits, pictures.labels).backward()

    next(events)
    next(events)  # the epoch's end
    trainer.change_learning_rate(0.1)
    next(events)

    for name, weight in twin.named_parameters():
        moved = weight.detach() - 0.1 * weight.grad  # type: ignore[operator]
        torch.testing.assert_close(trainer.module.get_parameter(name).detach(), moved)


def test_broken_off_after_the_rate_was_changed_it_goes_on_at_that_rate(tmp_path: Path) -> None:
    training, network = replace(BEST, learning_rate=0.0), whitened_network()
    whole, broken = (Trainer(network, colored(), training) for _ in range(2))
    for trainer in (whole, broken):
        events = trainer.events()
        next(events)
        trainer.change_learning_rate(0.05)
        next(events)
    save_checkpoint(tmp_path / "run.safetensors", broken.checkpoint())

    resumed = Trainer(network, colored(), training, resume=read_checkpoint(tmp_path / "run.safetensors"))
    rest = [only(Step, trainer.events()) for trainer in (whole, resumed)]

    assert [step.learning_rate for step in rest[1]] == [step.learning_rate for step in rest[0]]
    assert rest[1][0].learning_rate == pytest.approx(0.05 * 4 / 6)
    for name, tensor in weights(whole.evaluated).items():
        torch.testing.assert_close(weights(resumed.evaluated)[name], tensor, rtol=0, atol=1e-5)


def test_a_checkpoint_of_before_says_how_much_the_rate_was_changed() -> None:
    checkpoint = Trainer(small_network(), colored(), PLAIN).checkpoint()
    del checkpoint.state["progress"]["learning_rate"]
    checkpoint.state["progress"]["rate_factor"] = 0.5

    resumed = Trainer(small_network(), colored(), PLAIN, resume=checkpoint)

    assert next(resumed.events()).learning_rate == 0.005


def test_a_checkpoint_of_before_left_out_what_was_at_its_default() -> None:
    checkpoint = Trainer(small_network(), colored(), PLAIN).checkpoint()
    told = checkpoint.state["training"]
    checkpoint.state["training"] = {name: told[name] for name in ("epochs", "batch_size", "learning_rate", "seed")}

    before = replace(PLAIN, stratify=False)
    assert Trainer(small_network(), colored(), before, resume=checkpoint).step == 0
    for other in (replace(before, seed=1), PLAIN):  # which pictures are put aside is no default that may change
        with pytest.raises(InvalidValue):
            Trainer(small_network(), colored(), other, resume=checkpoint)


def test_pytorchs_own_generator_is_left_as_it_was() -> None:
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)

    list(train(small_network(DROPOUT), colored(), PLAIN))

    assert torch.equal(torch.rand(3), expected)
