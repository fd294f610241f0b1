"""A worker that dies, hangs or swells costs one request."""

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread, current_thread, main_thread
from types import SimpleNamespace
from typing import Any

import pytest
from pebble.pool.channel import ChannelMutex
from starlette.requests import Request

from app.core.errors import InvalidValue, PlaygroundError
from app.runs.store.processes import identify, is_alive
from app.settings import Settings
from app.web.refusals import Busy, TookTooLong, TookTooMuchMemory, VisitorLeft, WorkerLost
from app.web.signatures import Signatures
from app.web.workers import LOST, Workers
from tests.test_cli import until

MEBIBYTE = 1024 * 1024


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    workers = Workers(Settings(workers=1, waiting=1, task_seconds=1, worker_bytes=256 * MEBIBYTE))
    yield workers
    workers.stop()


def visitor(leaves_after: float = 60) -> Request:
    async def receive() -> dict[str, Any]:
        await asyncio.sleep(leaves_after)
        return {"type": "http.disconnect"}

    state = SimpleNamespace(settings=Settings(), signatures=Signatures(Settings()))
    return Request({"type": "http", "headers": [], "app": SimpleNamespace(state=state)}, receive)


def ask(workers: Workers, function: Any, *arguments: Any, leaves_after: float = 60) -> Any:
    return asyncio.run(workers.run(visitor(leaves_after), function, *arguments))


def refuse() -> None:
    raise InvalidValue("'%(name)s' is %(value)d.", field="stride", name="stride", value=7)


def die() -> None:
    os._exit(9)


def be_killed(counter: Path | None) -> None:
    if counter is not None:
        counter.write_text("oom_kill 1000000\n")
    os.kill(os.getpid(), signal.SIGKILL)


def linger(done: Path) -> None:
    time.sleep(0.6)
    done.touch()


def linger_while_the_clock_is_set(is_set: Path, done: Path) -> None:
    time.sleep(0.1)
    is_set.touch()
    linger(done)


def swell() -> int:
    return len(bytearray(1024 * MEBIBYTE))


def test_the_processes_are_started_outside_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    workers, start, started_in = Workers(Settings(workers=1)), Workers.start, []

    def start_seen(self: Workers) -> None:
        started_in.append(current_thread())
        start(self)

    monkeypatch.setattr(Workers, "start", start_seen)
    result = ask(workers, abs, -1), ask(workers, abs, -2)
    workers.stop()

    assert result == (1, 2)
    assert len(started_in) == 1
    assert started_in[0] is not main_thread()


def test_processes_that_are_not_wanted_any_more_before_they_have_started_hold_nobody_up() -> None:
    workers = Workers(Settings(workers=1))
    starting = Thread(target=workers.start)

    starting.start()
    workers.stop()
    starting.join(30)

    assert not starting.is_alive()


def test_no_worker_is_left_when_the_locks_that_it_opens_as_it_starts_are_unlinked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alive: list[bool] = []

    def unlink_seen(self: ChannelMutex) -> None:
        alive.append(is_alive(process))
        unlink(self)

    workers, unlink = Workers(Settings(workers=1)), ChannelMutex.unlink
    monkeypatch.setattr(ChannelMutex, "unlink", unlink_seen)
    process = identify(ask(workers, os.getpid))
    workers.stop()

    assert alive == [False]


def test_a_worker_that_is_killed_while_it_has_nothing_to_do_is_replaced(workers: Workers) -> None:
    idle = ask(workers, os.getpid)
    process = identify(idle)

    os.kill(idle, signal.SIGKILL)
    until(lambda: not is_alive(process))
    time.sleep(0.3)  # until pebble has noticed

    assert ask(workers, os.getpid) != idle


def test_where_no_process_can_be_started_the_request_is_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise FileNotFoundError("no folder for temporary files")

    workers = Workers(Settings(workers=1))
    monkeypatch.setattr("app.web.workers.ProcessPool", fail)

    with pytest.raises(WorkerLost):
        ask(workers, abs, -1)

    monkeypatch.undo()
    assert ask(workers, abs, -1) == 1
    workers.stop()


def test_a_result_comes_back(workers: Workers) -> None:
    assert ask(workers, sum, [1, 2, 3]) == 6


def test_a_refusal_comes_back_whole(workers: Workers) -> None:
    with pytest.raises(InvalidValue, match="'stride' is 7") as caught:
        ask(workers, refuse)

    assert (caught.value.field, caught.value.values["value"]) == ("stride", 7)


@pytest.mark.parametrize(("function", "arguments", "kind"), [
    (die, (), WorkerLost),
    (time.sleep, (60,), TookTooLong),
    (swell, (), TookTooMuchMemory),
])  # fmt: skip
def test_what_goes_wrong_is_told_and_the_next_request_is_served(
    workers: Workers, function: Any, arguments: Any, kind: type[PlaygroundError]
) -> None:
    with pytest.raises(kind):
        ask(workers, function, *arguments)

    assert ask(workers, abs, -1) == 1


def count_lost() -> float:
    return next(sample.value for metric in LOST.collect() for sample in metric.samples)


def test_a_worker_that_the_system_ends_for_want_of_memory_is_told_as_such(
    workers: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter = tmp_path / "vmstat"
    monkeypatch.setattr("app.runs.store.processes._OOM", (counter,))
    lost = count_lost()

    with pytest.raises(TookTooMuchMemory, match="memory ran out"):
        ask(workers, be_killed, counter)
    with pytest.raises(WorkerLost):
        ask(workers, be_killed, None)

    assert count_lost() == lost + 2


def test_work_that_nobody_waits_for_is_stopped(workers: Workers, tmp_path: Path) -> None:
    with pytest.raises(VisitorLeft):
        ask(workers, linger, tmp_path / "done", leaves_after=0.05)

    assert ask(workers, abs, -1) == 1
    time.sleep(0.8)
    assert not (tmp_path / "done").exists()


def test_who_leaves_short_work_costs_no_process(workers: Workers) -> None:
    process = ask(workers, os.getpid)

    for _ in range(3):
        with pytest.raises(VisitorLeft):
            ask(workers, time.sleep, 0.15, leaves_after=0.05)

    assert ask(workers, os.getpid) == process


def test_one_too_many_is_told_to_come_back(workers: Workers) -> None:
    async def crowd() -> list[Any]:
        calls = [workers.run(visitor(), time.sleep, 0.1) for _ in range(3)]
        return await asyncio.gather(*calls, return_exceptions=True)

    results = asyncio.run(crowd())

    assert [type(result) for result in results] == [type(None), type(None), Busy]
    assert results[2].values["seconds"] > 0


def test_a_clock_that_is_set_does_not_make_a_task_late(
    workers: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_set, done = tmp_path / "set", tmp_path / "done"
    clock = SimpleNamespace(
        time=lambda: time.time() + 3600 * is_set.exists(), monotonic=time.monotonic, sleep=time.sleep
    )
    monkeypatch.setattr("pebble.pool.process.time", clock)
    monkeypatch.setattr("app.web.workers.time", clock)

    ask(workers, linger_while_the_clock_is_set, is_set, done)

    assert done.exists()


def test_a_clock_that_is_set_back_does_not_let_a_task_live_on(
    workers: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = time.time()
    clock = SimpleNamespace(time=lambda: begun - 3600, monotonic=time.monotonic, sleep=time.sleep)
    monkeypatch.setattr("pebble.pool.process.time", clock)

    with pytest.raises(TookTooLong):
        ask(workers, time.sleep, 60)

    assert time.time() < begun + 20
