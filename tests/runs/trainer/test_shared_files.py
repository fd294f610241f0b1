"""Runs whose files are in a store that several machines share: a machine is a data folder of its own."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import obstore
import pytest
import torch
from sqlalchemy import select
from torch import Tensor

from app.core.checkpoints import read_weights
from app.core.errors import FilesAway
from app.files import shared
from app.files.files import Files
from app.files.opening import open_files
from app.runs.executor.housekeeping import keep_house, tidy
from app.runs.executor.orphans import rescue
from app.runs.store.database import reading, writing
from app.runs.store.schema import runs
from app.runs.store.states import Wish
from app.runs.store.store import Store
from app.runs.trainer import patience
from app.runs.trainer.attempt import Attempt
from app.runs.trainer.checkpoint_files import CheckpointFiles
from app.runs.trainer.heartbeat import Heartbeat
from app.runs.trainer.tensor_files import read_confusion, read_snapshot
from app.runs.trainer.warm_dataset import WarmDataset
from tests.object_store import ObjectStore
from tests.runs.conftest import ANNA, LONG, QUICK, claim, make_datasets, order, payloads, states, unbroken

AtStep = Callable[[int, Callable[[], object]], None]
Machine = Callable[[str], Store]


@pytest.fixture
def machine(object_store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    """The store of runs as a machine sees it, by the machine's name: one database, one store of files."""
    monkeypatch.setattr(shared, "FRESH_S", 0.0)
    address, opened = object_store.new_address(), []

    def make(name: str) -> Store:
        files = open_files(tmp_path / name, address)
        opened.append(Store.open(f"sqlite:///{tmp_path / 'runs.sqlite3'}", files))
        return opened[-1]

    yield make
    for store in opened:
        store.close()
        store.files.close()


def train(store: Store, datasets: Path) -> None:
    """An attempt of the next run, by a trainer of that machine."""
    Attempt(store.engine, store.files, WarmDataset(datasets), claim(store)).run()


def weights_of(files: Files, run_id: str) -> dict[str, Tensor]:
    """Of its newest model, as another machine gets them."""
    folder = files.root / "runs" / run_id / f"run-{run_id}"
    files.pull_folder(folder)
    return read_weights(folder / "weights.safetensors")


def assert_equal(found: dict[str, Tensor], expected: dict[str, Tensor]) -> None:
    """Bit for bit."""
    assert set(found) == set(expected)
    assert all(torch.equal(found[name], tensor) for name, tensor in expected.items())


def test_a_checkpoint_of_one_machine_is_gone_on_from_on_another(
    machine: Machine, datasets: Path, at_step: AtStep
) -> None:
    first, second, web = machine("first"), machine("second"), machine("web")
    run = web.submit(order(LONG), ANNA)
    at_step(200, lambda: web.ask(run.id, Wish(state="paused")))

    train(first, datasets)
    paused = web.find(run.id)
    web.ask(run.id, Wish(state="running"))
    train(second, datasets)

    assert (paused.state, paused.has_checkpoint) == ("paused", True)
    assert 200 <= paused.step < 360
    assert web.find(run.id).state == "finished"
    assert_equal(weights_of(web.files, run.id), unbroken(datasets, LONG))
    assert [name for name in web.files.names(web.folder(run.id).path) if name.startswith("checkpoint")] == []


def test_what_a_trainer_leaves_is_shown_by_any_server(machine: Machine, datasets: Path) -> None:
    trainer, web = machine("trainer"), machine("web")
    run = web.submit(order(), ANNA)
    folder = web.folder(run.id)
    before = folder.has_model()
    train(trainer, datasets)
    time.sleep(shared.FRESH_S)

    folder.bring_model()
    folder.bring_confusions()
    folder.bring_snapshot(0)

    assert (before, folder.has_model()) == (False, True)
    assert sorted(path.name for path in folder.model.iterdir()) == ["card.json", "network.json", "weights.safetensors"]
    assert read_snapshot(folder, 0)[0]
    assert read_confusion(folder, ("red", "green", "blue")) is not None


def test_a_photo_given_to_any_server_is_seen_by_a_trainer_elsewhere(
    machine: Machine, datasets: Path, at_step: AtStep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.runs.trainer.pace.Pace.is_due", lambda pace: True)
    trainer, web, other = machine("trainer"), machine("web"), machine("other")
    run = web.submit(order(), ANNA)
    shape = web.folder(run.id).read_photo().shape
    at_step(5, lambda: other.folder(run.id).keep_photo(np.full(shape, 200, np.uint8)))

    train(trainer, datasets)

    seen = [event["photo"] for event in payloads(web, run.id, "snapshot")]
    web.folder(run.id).bring_photo()
    assert len(set(seen)) == 2
    assert (web.folder(run.id).read_photo() == 200).all()


def test_a_data_set_that_was_sent_in_is_brought_to_the_trainer(machine: Machine, tmp_path: Path) -> None:
    trainer, web = machine("trainer"), machine("web")
    web.files.push(make_datasets(web.files.root / "datasets") / "colored.safetensors")
    run = web.submit(order(), ANNA)

    train(trainer, trainer.files.root / "datasets")

    assert web.find(run.id).state == "finished"


def test_ten_seconds_without_the_store_cost_a_run_nothing(
    machine: Machine, object_store: ObjectStore, datasets: Path, at_step: AtStep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "AGAIN_S", 0.2)
    trainer, web = machine("trainer"), machine("web")
    run = web.submit(order(LONG), ANNA)
    at_step(20, lambda: web.ask(run.id, Wish(learning_rate=0.01)))  # which writes a checkpoint
    at_step(100, lambda: object_store.answer_for(503, 10.0))
    started = time.monotonic()

    train(trainer, datasets)

    assert time.monotonic() - started > 9
    assert states(web, run.id)[-2:] == ["running", "finished"]
    assert [event["step"] for event in payloads(web, run.id, "step")] == sorted(
        {event["step"] for event in payloads(web, run.id, "step")}
    )
    assert_equal(weights_of(web.files, run.id), unbroken(datasets, LONG))


def test_a_checkpoint_that_the_store_did_not_take_is_tried_again_while_the_training_goes_on(
    machine: Machine, object_store: ObjectStore, datasets: Path, at_step: AtStep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "AGAIN_S", 0.0)
    monkeypatch.setattr("app.runs.trainer.pace.Pace.is_due", lambda pace: True)
    trainer, web = machine("trainer"), machine("web")
    run = web.submit(order(replace(QUICK, epochs=8)), ANNA)
    at_step(14, lambda: setattr(object_store, "status", 403))  # which is told at once
    at_step(28, lambda: setattr(object_store, "status", None))
    at_step(40, lambda: web.ask(run.id, Wish(state="paused")))

    train(trainer, datasets)

    shown = [event["step"] for event in payloads(web, run.id, "snapshot")]
    assert web.find(run.id).has_checkpoint
    assert [step for step in shown if step < 14]
    assert not [step for step in shown if 15 < step < 28]
    assert [step for step in shown if step > 28]


def test_a_run_that_cannot_keep_anything_for_long_is_interrupted_and_goes_on_from_its_last_checkpoint(
    machine: Machine, object_store: ObjectStore, datasets: Path, at_step: AtStep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "LONGEST_S", 1.0)
    monkeypatch.setattr("app.files.objects._RETRIES_S", 0.3)
    first, second, web = machine("first"), machine("second"), machine("web")
    run = web.submit(order(LONG), ANNA)
    at_step(50, lambda: web.ask(run.id, Wish(learning_rate=0.01)))  # which writes a checkpoint
    at_step(120, lambda: setattr(object_store, "status", 503))

    train(first, datasets)
    left = web.find(run.id)
    object_store.status = None
    rescue(web.engine)
    time.sleep(1.1)  # for which nobody asks again
    train(second, datasets)

    assert (left.state, left.has_checkpoint) == ("interrupted", True)
    assert "store of files" in str(left.reason)
    assert states(web, run.id)[-4:] == ["interrupted", "queued", "running", "finished"]
    assert_equal(weights_of(web.files, run.id), unbroken(datasets, LONG))


def test_who_starts_a_run_while_the_store_is_away_is_told_and_leaves_nothing(
    machine: Machine, object_store: ObjectStore
) -> None:
    web = machine("web")

    with object_store.answering(503), pytest.raises(FilesAway):
        web.submit(order(), ANNA)

    assert web.list() == []


def test_a_run_is_removed_also_while_the_store_is_away_and_its_files_go_later(
    machine: Machine, object_store: ObjectStore, datasets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.runs.executor.housekeeping._ORPHAN_S", -5.0)
    trainer, web = machine("trainer"), machine("web")
    run, stays = web.submit(order(), ANNA), web.submit(order(), ANNA)
    train(trainer, datasets)

    with object_store.answering(503):
        web.delete(run.id)
        tidy(web)  # which can wait
    time.sleep(1.1)
    left = web.files.belongings(web.root)
    tidy(web)

    assert set(left) == {run.id, stays.id}
    assert not (web.root / run.id).exists()
    assert set(web.files.belongings(web.root)) == {stays.id} == {run.id for run in web.list()}


def test_copies_of_a_run_that_another_server_removed_go(machine: Machine) -> None:
    web, other = machine("web"), machine("other")
    run, stays = web.submit(order(), ANNA), web.submit(order(), ANNA)
    for each in (run, stays):
        other.folder(each.id).bring_photo()

    web.delete(run.id)
    keep_house(web, 300.0)
    keep_house(other, 300.0)  # whose turn it is not

    assert [path.name for path in other.root.iterdir() if path.is_dir()] == [stays.id]


def test_a_store_of_another_database_is_left_alone(
    machine: Machine, datasets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("app.runs.executor.housekeeping._ORPHAN_S", -5.0)
    web = machine("web")
    run = web.submit(order(), ANNA)
    empty = Store.open(f"sqlite:///{tmp_path / 'empty.sqlite3'}", web.files)

    tidy(empty)
    empty.close()

    assert set(web.files.belongings(web.root)) == {run.id}
    assert "none of this database" in caplog.text


def test_so_it_is_when_the_other_database_has_runs_in_it_too(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("app.runs.executor.housekeeping._ORPHAN_S", -5.0)
    web = machine("web")
    run = web.submit(order(), ANNA)
    tidy(web)
    new = Store.open(f"sqlite:///{tmp_path / 'new.sqlite3'}", web.files)
    another = new.submit(order(), ANNA)

    tidy(new)
    new.close()

    assert set(web.files.belongings(web.root)) == {run.id, another.id}
    assert "none of this database" in caplog.text


def test_a_trainer_that_wakes_after_its_commit_leaves_the_checkpoints_of_the_next(
    machine: Machine, datasets: Path, at_step: AtStep, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = machine("web")
    run = web.submit(order(LONG), ANNA)
    newer, drop = f"runs/{run.id}/checkpoint-another-900.safetensors", CheckpointFiles.drop_others

    def wake(keeping: CheckpointFiles, name: str | None) -> None:
        web.files.objects.put(newer, b"meanwhile")
        drop(keeping, name)

    monkeypatch.setattr(CheckpointFiles, "drop_others", wake)
    at_step(200, lambda: web.ask(run.id, Wish(state="paused")))
    train(machine("trainer"), datasets)

    assert web.files.objects.has(newer)


def test_a_trainer_that_wakes_without_its_run_replaces_nothing_of_it(
    machine: Machine, object_store: ObjectStore, datasets: Path, at_step: AtStep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.runs.trainer.pace.Pace.is_due", lambda pace: True)
    monkeypatch.setattr("app.runs.trainer.attempt.Heartbeat", partial(Heartbeat, on_lost=lambda: None))
    web = machine("web")
    web.submit(order(), ANNA)

    def sleep_and_wake() -> None:
        with writing(web.engine) as connection:
            connection.execute(runs.update().values(claim="another"))
        object_store.seen.clear()

    at_step(5, sleep_and_wake)
    train(machine("trainer"), datasets)

    assert [path for method, path in object_store.seen if method == "PUT"] == []


@pytest.mark.parametrize("way", ["put", "get"])
def test_a_file_that_takes_its_time_on_its_way_is_no_silence_of_its_trainer(
    machine: Machine, datasets: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    web, heard = machine("web"), []
    run, original = web.submit(order(), ANNA), getattr(obstore, way)

    def move(*arguments: Any, **options: Any) -> Any:
        for _ in range(2 * (not heard[2:])):
            with reading(web.engine) as connection:
                heard.append(connection.scalar(select(runs.c.heartbeat).where(runs.c.id == run.id)))
            time.sleep(3)
        return original(*arguments, **options)

    monkeypatch.setattr(obstore, way, move)
    train(machine("trainer"), datasets)

    assert heard[1] > heard[0] + 1.5


def test_checkpoints_of_a_run_that_is_over_and_runs_past_the_limit_go_from_the_store(
    machine: Machine, datasets: Path
) -> None:
    trainer, web = machine("trainer"), machine("web")
    runs = [web.submit(order(), ANNA).id for _ in range(2)]
    for run_id in runs:
        train(trainer, datasets)
        trainer.files.objects.put(f"runs/{run_id}/checkpoint-0-7.safetensors", b"x" * 100)
    weight = sum(sum(of.sizes.values()) for of in web.files.belongings(web.root).values())

    tidy(web)
    swept = web.files.belongings(web.root)
    web.limits = type(web.limits)(bytes=weight // 2)
    tidy(web)

    assert set(swept) == set(runs)
    assert not [name for of in swept.values() for name in of.sizes if name.startswith("checkpoint")]
    assert len(web.files.belongings(web.root)) == 1
