"""A run in this process: how it goes on after any break."""

import errno
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from app.core.checkpoints import read_checkpoint
from app.core.datasets.datasets import load_dataset
from app.core.training.training import Trainer
from app.runs.executor.orphans import close, rescue
from app.runs.store import protocol, reasons
from app.runs.store.database import open_engine, writing
from app.runs.store.reserve import keep_reserve
from app.runs.store.states import Wish
from app.runs.store.store import Store
from app.runs.store.transitions import change
from app.runs.trainer.attempt import Attempt
from app.runs.trainer.checkpoint_files import CheckpointFiles
from app.runs.trainer.warm_dataset import WarmDataset
from tests.runs.conftest import (
    ANNA,
    LONG,
    assert_same,
    claim,
    final_weights,
    locked,
    order,
    payloads,
    states,
    unbroken,
    url_of,
)


class Killed(BaseException):
    """As if the process had ended here: nothing is caught, nothing written."""


def kill() -> None:
    raise Killed


def test_paused_and_gone_on_with_another_rate_it_ends_as_the_unbroken_one(
    store: Store, datasets: Path, attempt: Callable[[], str], at_step: Callable[..., None]
) -> None:
    run = store.submit(order(LONG), ANNA)
    at_step(30, lambda: store.ask(run.id, Wish(learning_rate=0.002)))
    at_step(200, lambda: store.ask(run.id, Wish(state="paused")))

    attempt()
    paused = store.find(run.id)
    store.ask(run.id, Wish(state="running"))
    attempt()

    changed = next(event for event in payloads(store, run.id, "state") if event["learning_rate"] == 0.002)["step"]
    assert (paused.state, paused.learning_rate, paused.has_checkpoint) == ("paused", 0.002, True)
    assert 200 <= paused.step < 360
    assert store.find(run.id).state == "finished"
    assert states(store, run.id) == ["queued", "running", "running", "paused", "queued", "running", "finished"]
    assert_same(final_weights(store, run.id), unbroken(datasets, LONG, {changed: 0.002}))


def test_started_at_rate_zero_it_trains_at_the_rate_that_it_says_also_after_a_pause(
    store: Store, datasets: Path, attempt: Callable[[], str], at_step: Callable[..., None]
) -> None:
    still = replace(LONG, learning_rate=0.0)
    run = store.submit(order(still), ANNA)
    at_step(30, lambda: store.ask(run.id, Wish(learning_rate=0.01)))
    at_step(200, lambda: store.ask(run.id, Wish(state="paused")))

    attempt()
    store.ask(run.id, Wish(state="running"))
    attempt()

    row, steps = store.find(run.id), payloads(store, run.id, "step")
    changed = next(event for event in payloads(store, run.id, "state") if event["learning_rate"] == 0.01)["step"]
    assert (row.state, row.learning_rate) == ("finished", 0.01)
    assert {step["learning_rate"] for step in steps if step["step"] <= changed} == {0.0}
    assert all(step["learning_rate"] > 0.0099 for step in steps if step["step"] > changed)
    assert_same(final_weights(store, run.id), unbroken(datasets, still, {changed: 0.01}))


def test_a_paused_run_that_is_stopped_looks_at_the_test_pictures_too(
    store: Store, attempt: Callable[[], str], at_step: Callable[..., None]
) -> None:
    run = store.submit(order(LONG), ANNA)
    at_step(20, lambda: store.ask(run.id, Wish(state="paused")))
    attempt()

    asked = store.ask(run.id, Wish(state="stopped"))
    attempt()

    stopped = store.find(run.id)
    assert (asked.state, asked.asked) == ("queued", "stopped")
    assert (stopped.state, stopped.asked) == ("stopped", None)
    assert stopped.test_accuracy is not None
    assert stopped.step < 360


def test_who_asks_twice_does_not_wait_for_them(
    store: Store, attempt: Callable[[], str], at_step: Callable[..., None]
) -> None:
    run = store.submit(order(LONG), ANNA)
    at_step(20, lambda: store.ask(run.id, Wish(state="paused")))
    attempt()
    store.ask(run.id, Wish(state="stopped"))

    stopped = store.ask(run.id, Wish(state="stopped"))

    assert (stopped.state, stopped.test_accuracy) == ("stopped", None)


def test_a_pause_that_was_taken_back_in_time_does_not_come(
    store: Store, attempt: Callable[[], str], monkeypatch: pytest.MonkeyPatch, at_step: Callable[..., None]
) -> None:
    run = store.submit(order(LONG), ANNA)
    write = CheckpointFiles.write

    def slow_write(keeping: CheckpointFiles, *arguments: Any, **state: Any) -> str | None:
        store.ask(run.id, Wish(state="running"))  # while the checkpoint is being written
        return write(keeping, *arguments, **state)

    monkeypatch.setattr(CheckpointFiles, "write", slow_write)
    at_step(20, lambda: store.ask(run.id, Wish(state="paused")))

    attempt()

    assert states(store, run.id) == ["queued", "running", "finished"]


@pytest.mark.parametrize("moment", [1, 37, 150, 359])
def test_killed_at_any_step_it_goes_on_and_the_log_misses_and_repeats_nothing(
    store: Store, datasets: Path, attempt: Callable[[], str], at_step: Callable[..., None], moment: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("app.runs.executor.orphans.STALE_S", -1.0)
    monkeypatch.setattr("app.runs.store.processes.is_alive", lambda process: False)
    run = store.submit(order(LONG), ANNA)
    at_step(30, lambda: store.ask(run.id, Wish(learning_rate=0.003)))
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


def test_a_run_that_failed_before_its_first_checkpoint_can_go_on_too(
    store: Store, datasets: Path, attempt: Callable[[], str], at_step: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def fail() -> None:
        raise MemoryError

    monkeypatch.setattr("app.runs.trainer.journal._SHORTEST_S", 0.0)
    run = store.submit(order(LONG), ANNA)
    at_step(30, fail)
    attempt()
    with writing(store.engine) as connection:
        change(connection, run.id, checkpoint=None)
    seen = store.events(run.id)

    store.ask(run.id, Wish(state="running"))
    attempt()

    steps = [event["step"] for event in payloads(store, run.id, "step")]
    assert store.events(run.id, limit=10_000)[: len(seen)] == seen
    assert store.find(run.id).state == "finished"
    assert steps == sorted(set(steps))
    assert_same(final_weights(store, run.id), unbroken(datasets, LONG))


def test_what_a_killed_trainer_had_half_written_goes(store: Store, attempt: Callable[[], str]) -> None:
    folder = store.folder(store.submit(order(), ANNA).id)
    folder.make()
    folder.model.mkdir()
    names = (".checkpoint-0123456789abcdef-7.safetensors.0badcafe", "snapshots/.3.safetensors.0badcafe",
             f"{folder.model.name}/.weights.safetensors.0badcafe")  # fmt: skip
    left = [folder.path / name for name in names]
    for path in left:
        path.write_bytes(b"half")

    attempt()

    assert [path.exists() for path in left] == [False] * 3
    assert folder.read_photo() is not None


def test_a_trainer_that_was_thought_dead_changes_nothing_any_more(
    store: Store, datasets: Path, at_step: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.runs.executor.orphans.STALE_S", -1.0)
    monkeypatch.setattr("app.runs.store.processes.is_alive", lambda process: False)
    monkeypatch.setattr("app.runs.trainer.heartbeat.os._exit", lambda code: None)
    run = store.submit(order(LONG), ANNA)
    asleep = Attempt(store.engine, store.files, WarmDataset(datasets), claim(store))
    at_step(50, lambda: rescue(store.engine))  # it sleeps; somebody puts its run back

    asleep.run()

    assert states(store, run.id) == ["queued", "running", "interrupted", "queued"]
    assert store.find(run.id).step < 360


def test_a_full_disk_ends_the_run_with_a_reason_and_room_makes_it_go_on(
    store: Store,
    datasets: Path,
    attempt: Callable[[], str],
    at_step: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keep_reserve(store.root)
    run = store.submit(order(LONG), ANNA)
    at_step(30, lambda: store.ask(run.id, Wish(learning_rate=0.01)))  # which writes a checkpoint

    def fill() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    at_step(100, fill)
    attempt()
    failed = store.find(run.id)
    store.ask(run.id, Wish(state="running"))
    attempt()

    assert (failed.state, failed.has_checkpoint) == ("failed", True)
    assert "disk is full" in str(failed.reason)
    assert not (store.root / ".reserve").exists()
    assert store.find(run.id).state == "finished"
    assert_same(final_weights(store, run.id), unbroken(datasets, LONG))


def test_a_database_that_stays_locked_interrupts_the_run_which_goes_on_later(
    store: Store, datasets: Path, attempt: Callable[[], str], at_step: Callable[..., None]
) -> None:
    run = store.submit(order(LONG), ANNA)
    at_step(30, lambda: store.ask(run.id, Wish(learning_rate=0.01)))  # which writes a checkpoint
    impatient = open_engine(url_of(store), 0.5)
    claimed = claim(store)

    with ExitStack() as lock:
        at_step(100, lambda: lock.enter_context(locked(store)))
        code = Attempt(impatient, store.files, WarmDataset(datasets), claimed).run()
    impatient.dispose()
    left = store.find(run.id)
    close(store.engine, claimed, "failed", reasons.AWAY)  # as the server does that sees the code
    attempt()

    assert (code, left.state) == (protocol.AWAY, "running")
    assert states(store, run.id)[-5:] == ["running", "interrupted", "queued", "running", "finished"]
    assert_same(final_weights(store, run.id), unbroken(datasets, LONG))


def test_a_database_that_can_never_be_written_ends_the_run(store: Store) -> None:
    run = store.submit(order(), ANNA)

    for _ in range(3):
        close(store.engine, claim(store), "failed", reasons.AWAY)

    failed = store.find(run.id)
    assert (failed.state, failed.reason) == ("failed", reasons.LOST_AGAIN)


def test_a_checkpoint_holds_all_that_the_rest_depends_on(
    store: Store, attempt: Callable[[], str], at_step: Callable[..., None]
) -> None:
    run = store.submit(order(LONG), ANNA)
    at_step(20, lambda: store.ask(run.id, Wish(state="paused")))

    attempt()

    (path,) = store.folder(run.id).path.glob("checkpoint*")
    checkpoint = read_checkpoint(path)
    assert checkpoint.state["progress"]["step"] == store.find(run.id).step
    assert set(checkpoint.state["tally"]) == {"smoothed", "weight", "images", "seconds"}


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
