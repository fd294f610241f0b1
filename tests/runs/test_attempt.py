"""A run in this process: what it logs, keeps and hears, and how it goes on after any break."""

import errno
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import torch
from torch import Tensor

from app.core.batches import keep
from app.core.checkpoints import read_checkpoint, read_weights
from app.core.datasets import load_dataset
from app.core.evaluation import cross_entropy, logits_of
from app.core.events import Epoch, Finished, Step
from app.core.hyperparameters import Training
from app.core.models import open_model
from app.core.networks import parse_network
from app.core.training import Trainer, train
from app.runs.attempt import Attempt
from app.runs.journal import Journal
from app.runs.keeping import Keeping, keep_reserve
from app.runs.rescue import rescue
from app.runs.shelf import Shelf
from app.runs.store import Store
from tests.runs.conftest import ANNA, QUICK, claim, order, payloads, states

LONG = replace(QUICK, epochs=60)  # some 360 steps of a millisecond


@pytest.fixture
def attempt(store: Store, datasets: Path) -> Callable[[], str]:
    """Trains the next run of the queue, as far as it comes; its id."""

    def run() -> str:
        claimed = claim(store)
        Attempt(store.engine, store.root, Shelf(datasets), claimed).run()
        return claimed.run_id

    return run


@pytest.fixture
def at_step(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, Callable[[], object]], None]:
    """Does something right after a step."""

    def plan(number: int, act: Callable[[], object]) -> None:
        original, done = Journal.step, []

        def step(journal: Journal, event: Any) -> bool:
            is_new = original(journal, event)
            if event.step == number and not done:
                done.append(number)
                act()
            return is_new

        monkeypatch.setattr(Journal, "step", step)

    return plan


class Killed(BaseException):
    """As if the process had ended here: nothing is caught, nothing written."""


def kill() -> None:
    raise Killed


def final_weights(store: Store, run_id: str) -> dict[str, Tensor]:
    return read_weights(store.folder(run_id).model / "weights.safetensors")


def unbroken(
    datasets: Path, training: Training, rates: Mapping[int, float] = MappingProxyType({})
) -> dict[str, Tensor]:
    """The weights of a training by the core alone; `rates` are set after these steps."""
    trainer = Trainer(order().network, load_dataset("colored", datasets), training)
    for event in trainer.events():
        if isinstance(event, Step) and event.step in rates:
            trainer.change_learning_rate(rates[event.step])
    return trainer.evaluated.state_dict()


def assert_same(found: dict[str, Tensor], expected: dict[str, Tensor]) -> None:
    assert set(found) == set(expected)
    for name, tensor in expected.items():
        torch.testing.assert_close(found[name], tensor, rtol=1e-5, atol=1e-5)


def test_a_run_tells_what_the_core_tells(store: Store, datasets: Path, attempt: Callable[[], str]) -> None:
    store.submit(order(), ANNA)
    dataset = load_dataset("colored", datasets)
    events = list(train(order().network, dataset, QUICK))

    run_id = attempt()

    rows = store.history(run_id)
    for row, event in zip(rows, [event for event in events if isinstance(event, Epoch)], strict=True):
        assert row["epoch"] == event.epoch
        assert row["validation_loss"] == pytest.approx(event.validation_loss)
        assert (row["train_loss"], row["train_accuracy"]) == pytest.approx((event.train_loss, event.train_accuracy))
    finished = events[-1]
    assert isinstance(finished, Finished)
    pictures = keep(dataset.test_images, dataset.test_labels, (3, 8, 8))
    logits = logits_of(finished.module, pictures, finished.preparation)
    run = store.find(run_id)
    assert run.state == "finished"
    assert run.test_loss == pytest.approx(cross_entropy(logits, dataset.test_labels), abs=1e-5)
    assert run.test_accuracy == pytest.approx(float((logits.argmax(1) == dataset.test_labels).float().mean()))
    assert (run.step, run.steps, run.epoch, run.last) == (18, 18, 3, rows[-1])
    assert payloads(store, run_id, "state")[-1]["test"] == {"loss": run.test_loss, "accuracy": run.test_accuracy}
    assert run.classes == ("top", "middle", "bottom")


def test_snapshots_begin_before_the_first_step_and_end_after_the_last(store: Store, attempt: Callable[[], str]) -> None:
    store.submit(order(), ANNA)

    run_id = attempt()

    shots = payloads(store, run_id, "snapshot")
    assert (shots[0]["number"], shots[0]["step"]) == (0, 0)
    assert shots[-1]["step"] == 18
    assert [shot["number"] for shot in shots] == list(range(len(shots)))
    assert shots[0]["kernels"]["shape"] == [4, 3, 3, 3]
    assert [sheet["layer"] for sheet in shots[0]["maps"]]
    assert len(shots[0]["predictions"]) == 3
    random_weights, preparation = store.folder(run_id).read_snapshot(0)
    learned, _ = store.folder(run_id).read_snapshot(len(shots) - 1)
    assert preparation.size == (8, 8)
    assert not torch.equal(random_weights["conv2d_1.weight"], learned["conv2d_1.weight"])


def test_the_newest_weights_are_a_model_that_can_be_asked(store: Store, attempt: Callable[[], str]) -> None:
    store.submit(order(name="Mine"), ANNA)

    run_id = attempt()

    model = open_model(store.folder(run_id).model)
    confusion = store.folder(run_id).read_confusion(model.classes)
    assert model.name == f"run-{run_id}"
    assert (model.card["title"], model.card["accuracy"]) == ("Mine", round(store.find(run_id).test_accuracy, 4))
    assert confusion is not None
    assert (int(confusion[0].matrix.sum()), confusion[1]) == (16, 3)
    assert not list(store.folder(run_id).path.glob("checkpoint*"))


def test_a_stop_ends_with_the_test_pictures(
    store: Store, attempt: Callable[[], str], at_step: Callable[..., None]
) -> None:
    run = store.submit(order(LONG), ANNA)
    at_step(20, lambda: store.ask(run.id, state="stopped"))

    attempt()

    stopped = store.find(run.id)
    assert stopped.state == "stopped"
    assert 20 <= stopped.step < 360
    assert stopped.test_accuracy is not None
    assert states(store, run.id) == ["queued", "running", "stopped"]


def test_paused_and_gone_on_with_another_rate_it_ends_as_the_unbroken_one(
    store: Store, datasets: Path, attempt: Callable[[], str], at_step: Callable[..., None]
) -> None:
    run = store.submit(order(LONG), ANNA)
    at_step(30, lambda: store.ask(run.id, learning_rate=0.002))
    at_step(200, lambda: store.ask(run.id, state="paused"))

    attempt()
    paused = store.find(run.id)
    store.ask(run.id, state="running")
    attempt()

    changed = next(event for event in payloads(store, run.id, "state") if event["learning_rate"] == 0.002)["step"]
    assert (paused.state, paused.learning_rate, paused.has_checkpoint) == ("paused", 0.002, True)
    assert 200 <= paused.step < 360
    assert store.find(run.id).state == "finished"
    assert states(store, run.id) == ["queued", "running", "running", "paused", "queued", "running", "finished"]
    assert_same(final_weights(store, run.id), unbroken(datasets, LONG, {changed: 0.002}))


def test_a_pause_that_was_taken_back_in_time_does_not_come(
    store: Store, attempt: Callable[[], str], monkeypatch: pytest.MonkeyPatch, at_step: Callable[..., None]
) -> None:
    run = store.submit(order(LONG), ANNA)
    write = Keeping.write

    def slow_write(keeping: Keeping, *arguments: Any, **state: Any) -> str | None:
        store.ask(run.id, state="running")  # while the checkpoint is being written
        return write(keeping, *arguments, **state)

    monkeypatch.setattr(Keeping, "write", slow_write)
    at_step(20, lambda: store.ask(run.id, state="paused"))

    attempt()

    assert states(store, run.id) == ["queued", "running", "finished"]


@pytest.mark.parametrize("moment", [1, 37, 150, 359])
def test_killed_at_any_step_it_goes_on_and_the_log_misses_and_repeats_nothing(
    store: Store, datasets: Path, attempt: Callable[[], str], at_step: Callable[..., None], moment: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("app.runs.rescue.STALE_S", -1.0)
    monkeypatch.setattr("app.runs.processes.is_alive", lambda process: False)
    run = store.submit(order(LONG), ANNA)
    at_step(30, lambda: store.ask(run.id, learning_rate=0.003))
    at_step(moment, kill)

    with pytest.raises(Killed):
        attempt()
    seen = store.events(run.id, limit=10_000)
    rescue(store.engine)
    between = store.find(run.id)
    attempt()

    log = store.events(run.id, limit=10_000)
    steps = [event["step"] for event in payloads(store, run.id, "step")]
    rates = [event for event in payloads(store, run.id, "state") if event["learning_rate"] == 0.003]
    assert between.state == "queued"
    assert log[: len(seen)] == seen
    assert [event.sequence for event in log] == list(range(1, len(log) + 1))
    assert steps == sorted(set(steps))
    assert [row["epoch"] for row in store.history(run.id)] == list(range(1, 61))
    assert "interrupted" in states(store, run.id)
    assert store.find(run.id).state == "finished"
    assert_same(final_weights(store, run.id), unbroken(datasets, LONG, {rates[0]["step"]: 0.003}))


def test_a_trainer_that_was_thought_dead_changes_nothing_any_more(
    store: Store, datasets: Path, at_step: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.runs.rescue.STALE_S", -1.0)
    monkeypatch.setattr("app.runs.processes.is_alive", lambda process: False)
    monkeypatch.setattr("app.runs.pulse.os._exit", lambda code: None)
    run = store.submit(order(LONG), ANNA)
    asleep = Attempt(store.engine, store.root, Shelf(datasets), claim(store))
    at_step(50, lambda: rescue(store.engine))  # it sleeps; somebody puts its run back

    asleep.run()

    assert states(store, run.id) == ["queued", "running", "interrupted", "queued"]
    assert store.find(run.id).step < 360


def test_a_loss_that_is_no_number_ends_it_and_the_last_finite_weights_stay(
    store: Store, datasets: Path, attempt: Callable[[], str]
) -> None:
    wild = replace(QUICK, optimizer="sgd", momentum=0.0, learning_rate=1e4, normalization="none")
    layers = [{"type": "conv2d", "filters": 4}, {"type": "flatten"}, {"type": "dense", "units": 3}]
    network = parse_network({"input": [3, 8, 8], "classes": 3, "layers": layers})
    store.submit(replace(order(wild), network=network), ANNA)

    run_id = attempt()

    run = store.find(run_id)
    kept = final_weights(store, run_id)
    assert run.state == "diverged"
    assert "no number" in str(run.reason)
    assert run.ended_at is not None
    assert all(bool(torch.isfinite(tensor).all()) for tensor in kept.values())
    events = list(train(network, load_dataset("colored", datasets), wild))
    assert run.reason is not None
    assert run.reason.values["step"] == events[-1].step
    assert open_model(store.folder(run_id).model).classes == ("top", "middle", "bottom")


def test_weights_that_are_not_finite_are_reached_once_more_from_the_checkpoint(
    store: Store, datasets: Path, attempt: Callable[[], str], at_step: Callable[..., None]
) -> None:
    update, spoiled = Trainer._update, []

    def spoil(trainer: Trainer) -> None:
        update(trainer)
        if trainer.step == 39:  # the 40th step's update leaves no number behind
            spoiled.append(trainer)
            torch.nn.init.constant_(trainer.module.get_parameter("dense_1.weight"), float("nan"))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Trainer, "_update", spoil)
        store.submit(order(LONG), ANNA)
        run_id = attempt()

    run = store.find(run_id)
    expected = Trainer(order().network, load_dataset("colored", datasets), LONG)
    for _ in expected.events():
        if expected.step == 39:
            break
    assert run.state == "diverged"
    assert run.reason is not None
    assert run.reason.values == {"step": 41}
    assert_same(final_weights(store, run_id), expected.module.state_dict())


def test_a_full_disk_ends_the_run_with_a_reason_and_room_makes_it_go_on(
    store: Store,
    datasets: Path,
    attempt: Callable[[], str],
    at_step: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keep_reserve(store.root)
    run = store.submit(order(LONG), ANNA)
    at_step(30, lambda: store.ask(run.id, learning_rate=0.01))  # which writes a checkpoint

    def fill() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    at_step(100, fill)
    attempt()
    failed = store.find(run.id)
    store.ask(run.id, state="running")
    attempt()

    assert (failed.state, failed.has_checkpoint) == ("failed", True)
    assert "disk is full" in str(failed.reason)
    assert not (store.root / ".reserve").exists()
    assert store.find(run.id).state == "finished"
    assert_same(final_weights(store, run.id), unbroken(datasets, LONG))


def test_early_stopping_is_told(store: Store, attempt: Callable[[], str]) -> None:
    still = replace(QUICK, optimizer="sgd", momentum=0.0, learning_rate=0.0, epochs=9, early_stopping=2)
    store.submit(order(still), ANNA)

    run = store.find(attempt())

    assert (run.state, run.last["epoch"] if run.last else None) == ("finished", 3)
    assert str(run.reason) == "The validation loss has not become better for 2 epochs."


def test_what_cannot_be_trained_fails_with_its_own_sentence(store: Store, attempt: Callable[[], str]) -> None:
    store.submit(replace(order(), dataset="nowhere"), ANNA)

    run = store.find(attempt())

    assert run.state == "failed"
    assert str(run.reason) == "There is no data set of that name; GET /api/datasets lists all."


def test_a_checkpoint_holds_all_that_the_rest_depends_on(
    store: Store, attempt: Callable[[], str], at_step: Callable[..., None]
) -> None:
    run = store.submit(order(LONG), ANNA)
    at_step(20, lambda: store.ask(run.id, state="paused"))

    attempt()

    (path,) = store.folder(run.id).path.glob("checkpoint*")
    checkpoint = read_checkpoint(path)
    assert checkpoint.state["progress"]["step"] == store.find(run.id).step
    assert set(checkpoint.state["tally"]) == {"smoothed", "weight", "images", "seconds"}
