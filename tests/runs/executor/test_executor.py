"""Real trainers and real servers, killed at moments that nobody chose."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from app.runs.executor.executor import Executor
from app.runs.executor.forked import Forked
from app.runs.executor.forks import Forks
from app.runs.store import processes
from app.runs.store.database import find_writer, is_postgresql, reading
from app.runs.store.states import Wish
from app.runs.store.store import Store
from tests.runs.conftest import ANNA, BOB, LONG, QUICK, locked, make_datasets, order, payloads, states, url_of
from tests.runs.watching import assert_whole, kill, process_of, wait_for, wait_for_state, wait_for_step


@pytest.fixture(autouse=True)
def few_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of trainers: the network is tiny; and a process that is gone is noticed soon."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setattr("app.runs.executor.orphans.STALE_S", 2.0)
    monkeypatch.setattr("app.runs.executor.executor.RESCUE_S", 0.2)
    monkeypatch.setattr("app.runs.executor.executor.FIRST_WARM_S", 1e9)  # no more processes than are looked at


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The data folder."""
    make_datasets(tmp_path / "datasets")
    return tmp_path


@pytest.fixture
def serve(folder: Path, open_store: Callable[..., Store], forks: Forks) -> Iterator[Callable[[], Executor]]:
    """Starts the part of a server that trains, in this process; more than one at will."""
    started: list[Executor] = []

    def start() -> Executor:
        store = open_store()
        started.append(Executor(store, Forked(store, folder / "datasets", forks)))
        started[-1].start()
        return started[-1]

    yield start
    for executor in started:
        executor.stop()


def hang(folder: Path, store: Store, *how: str) -> subprocess.Popen[bytes]:
    """A trainer of the next run that waits for ever after 200 steps."""
    command = [sys.executable, "-m", "tests.runs.hanging", str(folder), url_of(store), store.files.address or "", "200"]
    return subprocess.Popen([*command, *how])


@pytest.fixture
def spawn(folder: Path, database: str, files_address: str | None) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """The same as a process of its own."""
    spawned: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.runs.serving", str(folder), database, files_address or ""]
        spawned.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        assert spawned[-1].stdout
        assert spawned[-1].stdout.readline() == "watching\n"
        return spawned[-1]

    yield start
    for process in spawned:
        process.kill()
        process.communicate()


def test_runs_train_one_after_the_other_and_a_killed_one_is_followed_by_the_next(
    store: Store, folder: Path, serve: Callable[[], Executor]
) -> None:
    serve()
    first, second = store.submit(order(LONG), ANNA), store.submit(order(LONG), BOB)
    wait_for_step(store, first.id, random.randint(5, 150))
    before = store.events(first.id, limit=100_000)
    waiting = store.find(second.id)

    kill(process_of(store, first.id))
    wait_for(lambda: store.find(first.id).state == "failed", "the killed run has failed")
    failed = store.find(first.id)
    wait_for_state(store, second.id, "finished")

    assert (waiting.state, waiting.queue_position) == ("queued", 1)
    assert str(failed.reason) == "The training was ended from outside (signal 9)."
    assert store.events(first.id, limit=100_000)[: len(before)] == before
    assert_whole(store, second.id, folder)


@pytest.mark.one_world
def test_trainers_outlive_a_killed_server_and_what_both_lost_goes_on_from_the_checkpoint(
    store: Store, folder: Path, spawn: Callable[[], subprocess.Popen[str]], serve: Callable[[], Executor]
) -> None:
    server = spawn()
    first, second = store.submit(order(LONG), ANNA), store.submit(order(LONG), BOB)
    wait_for_step(store, first.id, random.randint(5, 150))

    server.kill()
    wait_for_state(store, first.id, "finished")  # nobody serves
    alone = store.find(second.id).state
    other = spawn()
    wait_for_step(store, second.id, random.randint(5, 250))
    seen = store.events(second.id, limit=100_000)
    other.kill()
    kill(process_of(store, second.id))
    serve()
    wait_for_state(store, second.id, "finished")

    assert alone == "queued"
    assert store.events(second.id, limit=100_000)[: len(seen)] == seen
    assert states(store, second.id) == ["queued", "running", "interrupted", "queued", "running", "finished"]
    assert_whole(store, first.id, folder)
    assert_whole(store, second.id, folder)


@pytest.mark.one_world
def test_a_server_that_is_stopped_keeps_what_was_trained_and_another_goes_on(
    store: Store, folder: Path, spawn: Callable[[], subprocess.Popen[str]], serve: Callable[[], Executor]
) -> None:
    server = spawn()
    run = store.submit(order(LONG), ANNA)
    wait_for_step(store, run.id, random.randint(5, 150))

    server.terminate()
    server.wait(10)
    interrupted = store.find(run.id)
    serve()
    wait_for_state(store, run.id, "finished")

    assert (interrupted.state, interrupted.has_checkpoint) == ("interrupted", True)
    assert str(interrupted.reason) == "The server was stopped. The run goes on when it is started again."
    assert states(store, run.id) == ["queued", "running", "interrupted", "queued", "running", "finished"]
    assert_whole(store, run.id, folder)


def test_two_servers_on_one_folder_train_one_run_at_a_time_and_a_pause_makes_room(
    store: Store, folder: Path, spawn: Callable[[], subprocess.Popen[str]]
) -> None:
    spawn()
    spawn()
    first, second = store.submit(order(LONG), ANNA), store.submit(order(LONG), BOB)
    wait_for_step(store, first.id, 5)
    most = 0

    def has_paused() -> bool:
        nonlocal most
        most = max(most, store.count_states().get("running", 0))
        return store.find(first.id).state == "paused" and store.find(second.id).step > 0

    store.ask(first.id, Wish(state="paused"))
    wait_for(has_paused, "the first is paused and the second trains")
    process = process_of(store, second.id)
    store.delete(second.id)
    is_gone = not processes.is_alive(process)
    store.ask(first.id, Wish(state="running"))
    wait_for_state(store, first.id, "finished")

    assert most == 1
    assert is_gone
    assert [run.id for run in store.list()] == [first.id]
    assert not store.folder(second.id).path.exists()
    assert_whole(store, first.id, folder)


@pytest.mark.one_world
def test_a_trainer_that_hangs_is_ended_and_its_run_goes_on_from_the_checkpoint(
    store: Store, folder: Path, serve: Callable[[], Executor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.runs.executor.hung.HUNG_S", 3.0)
    serve()
    run = store.submit(order(LONG), ANNA)
    wait_for_step(store, run.id, random.randint(5, 150))
    process = process_of(store, run.id)

    os.kill(int(process.split(":")[1]), signal.SIGSTOP)
    wait_for_state(store, run.id, "finished")

    assert not processes.is_alive(process)
    assert states(store, run.id) == ["queued", "running", "interrupted", "queued", "running", "finished"]
    [told] = [event["reason"] for event in payloads(store, run.id, "state") if event["state"] == "interrupted"]
    assert told["message"].startswith("The training's process had said nothing for a minute")
    assert_whole(store, run.id, folder)


@pytest.mark.one_world
def test_a_trainer_that_says_it_lives_but_waits_for_ever_is_ended_too(
    store: Store, folder: Path, serve: Callable[[], Executor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.runs.executor.hung.HUNG_S", 4.0)
    run = store.submit(order(LONG), ANNA)
    hanging = hang(folder, store)

    try:
        wait_for_state(store, run.id, "running")
        serve()
        wait_for_state(store, run.id, "finished")
        code = hanging.wait(10)
    finally:
        hanging.kill()

    assert code == -signal.SIGKILL
    assert states(store, run.id) == ["queued", "running", "interrupted", "queued", "running", "finished"]
    assert_whole(store, run.id, folder)


def test_a_trainer_that_hangs_in_the_middle_of_a_write_is_ended_though_nobody_else_can_write(
    store: Store, folder: Path, serve: Callable[[], Executor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.runs.executor.hung.HUNG_S", 4.0)
    run = store.submit(order(LONG), ANNA)
    hanging = hang(folder, store, "stopped")

    try:
        wait_for(lambda: is_writing(store, hanging.pid) and is_stopped(hanging.pid), "it hangs")
        serve()
        wait_for_state(store, run.id, "finished")
        code = hanging.wait(10)
    finally:
        hanging.kill()

    assert code == -signal.SIGKILL
    assert states(store, run.id) == ["queued", "running", "interrupted", "queued", "running", "finished"]
    assert_whole(store, run.id, folder)


def is_writing(store: Store, pid: int) -> bool:
    if not is_postgresql(store.engine):
        return find_writer(store.engine) == pid
    begun = text("SELECT application_name FROM pg_stat_activity WHERE state = 'idle in transaction'")
    with reading(store.engine) as connection:
        return pid in {processes.number(name) for name in connection.scalars(begun) if name.count(":") == 2}


def is_stopped(pid: int) -> bool:
    return "\nState:\tT" in Path(f"/proc/{pid}/status").read_text("ascii")


def test_a_trainer_that_cannot_write_for_somebody_else_is_not_taken_for_hung(
    store: Store, folder: Path, serve: Callable[[], Executor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.runs.executor.hung.HUNG_S", 3.0)
    serve()
    run = store.submit(order(LONG), ANNA)
    wait_for_step(store, run.id, 5)

    with locked(store):
        time.sleep(8.0)
    wait_for_state(store, run.id, "finished")

    assert states(store, run.id) == ["queued", "running", "finished"]
    assert_whole(store, run.id, folder)


@pytest.mark.one_world
def test_a_database_that_is_locked_for_longer_than_a_request_waits_costs_a_run_nothing(
    store: Store, folder: Path, serve: Callable[[], Executor]
) -> None:
    serve()
    run = store.submit(order(LONG), ANNA)
    wait_for_step(store, run.id, 5)

    with locked(store):
        time.sleep(35.0)
    wait_for_state(store, run.id, "finished")

    assert states(store, run.id) == ["queued", "running", "finished"]
    assert_whole(store, run.id, folder)


@pytest.mark.one_world
def test_a_stop_that_a_hung_trainer_does_not_heed_ends_it(
    store: Store, serve: Callable[[], Executor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.runs.executor.hung.UNHEEDED_S", 3.0)
    serve()
    run, other = store.submit(order(LONG), ANNA), store.submit(order(QUICK), BOB)
    wait_for_step(store, run.id, 20)
    process = process_of(store, run.id)

    os.kill(int(process.split(":")[1]), signal.SIGSTOP)
    store.ask(run.id, Wish(state="stopped"))
    wait_for_state(store, run.id, "stopped")
    wait_for_state(store, other.id, "finished")

    stopped = store.find(run.id)
    assert not processes.is_alive(process)
    assert str(stopped.reason).startswith("The training's process did not heed the stop")
    assert (stopped.asked, store.events(run.id, limit=100_000)[-1].kind) == (None, "state")
    assert (store.folder(run.id).model / "weights.safetensors").exists()
