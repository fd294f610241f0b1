"""How long a trainer was silent, by the server's own count."""

import os
from collections.abc import Callable

import pytest

from app.runs.executor import hung
from app.runs.executor.hung import Silences
from app.runs.store import processes
from app.runs.store.database import writing
from app.runs.store.states import Wish
from app.runs.store.store import Store
from app.runs.trainer.lease import Lease
from tests.runs.conftest import ANNA, claim, order


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The processes that were ended, of which none really is: it is this one."""
    found: list[str] = []
    monkeypatch.setattr(processes, "end", found.append)
    return found


@pytest.fixture
def pass_time(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    now = [1000.0]
    monkeypatch.setattr(hung.time, "monotonic", lambda: now[0])
    return lambda seconds: now.__setitem__(0, now[0] + seconds)


def beat(store: Store) -> None:
    with writing(store.engine) as connection:
        connection.exec_driver_sql("UPDATE runs SET heartbeat = heartbeat + 1")


def watched(store: Store) -> str:
    run = store.submit(order(), ANNA)
    Lease(store.engine, claim(store)).take()  # by this very process
    return run.id


def test_a_minute_of_looks_without_a_heartbeat_is_too_long(
    store: Store, ended: list[str], pass_time: Callable[[float], None]
) -> None:
    run, silences = watched(store), Silences()

    for _ in range(30):
        pass_time(2)
        silences.look(store.engine)
    before = list(ended)
    for _ in range(3):
        pass_time(2)
        silences.look(store.engine)

    assert (before, ended) == ([], [processes.identify(os.getpid())])
    assert store.find(run).state == "queued"


def test_whoever_beats_is_left_alone_and_so_is_whoever_slept_with_the_machine(
    store: Store, ended: list[str], pass_time: Callable[[float], None]
) -> None:
    run, silences = watched(store), Silences()

    for _ in range(40):
        pass_time(2)
        beat(store)
        silences.look(store.engine)
    pass_time(8 * 3600)
    silences.look(store.engine)

    assert ended == []
    assert store.find(run).state == "running"


def test_a_stop_is_waited_for_ten_seconds(store: Store, ended: list[str], pass_time: Callable[[float], None]) -> None:
    run, silences = watched(store), Silences()
    store.ask(run, Wish(state="stopped"))

    for _ in range(6):
        pass_time(2)
        silences.look(store.engine)
    before = store.find(run).state
    pass_time(2)
    silences.look(store.engine)

    assert (before, store.find(run).state, len(ended)) == ("running", "stopped", 1)
