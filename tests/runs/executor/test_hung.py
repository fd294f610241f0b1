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
def look(store: Store, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Looks so often, after so many seconds each."""
    now = [1000.0]
    monkeypatch.setattr(hung.time, "monotonic", lambda: now[0])
    silences = Silences()

    def look_often(times: int = 1, seconds: float = 2, before: Callable[[Store], None] = lambda store: None) -> None:
        for _ in range(times):
            now[0] += seconds
            before(store)
            silences.look(store.engine)

    return look_often


def beat(store: Store) -> None:
    with writing(store.engine) as connection:
        connection.exec_driver_sql("UPDATE runs SET heartbeat = heartbeat + 1")


def watched(store: Store) -> str:
    run = store.submit(order(), ANNA)
    Lease(store.engine, claim(store)).take()  # by this very process
    return run.id


def test_a_minute_of_looks_without_a_heartbeat_is_too_long(
    store: Store, ended: list[str], look: Callable[..., None]
) -> None:
    run = watched(store)

    look(30)
    before = list(ended)
    look(3)

    assert (before, ended) == ([], [processes.identify(os.getpid())])
    assert store.find(run).state == "queued"


def test_whoever_beats_is_left_alone_and_so_is_whoever_slept_with_the_machine(
    store: Store, ended: list[str], look: Callable[..., None]
) -> None:
    run = watched(store)

    look(40, before=beat)
    look(seconds=8 * 3600)

    assert ended == []
    assert store.find(run).state == "running"


def test_a_stop_is_waited_for_ten_seconds(store: Store, ended: list[str], look: Callable[..., None]) -> None:
    run = watched(store)
    store.ask(run, Wish(state="stopped"))

    look(6)
    before = store.find(run).state
    look()

    assert (before, store.find(run).state, len(ended)) == ("running", "stopped", 1)
