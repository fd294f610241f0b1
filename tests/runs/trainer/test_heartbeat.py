import threading
import time

import pytest

from app.runs.store.lease import Lease, Lost
from app.runs.store.states import Wish
from app.runs.store.store import Store
from app.runs.trainer.heartbeat import Heartbeat, Pace
from tests.runs.conftest import ANNA, claim, order


def test_what_is_asked_is_heard_within_a_moment(store: Store) -> None:
    run = store.submit(order(), ANNA)
    lease = Lease(store.engine, claim(store))
    lease.take()

    with Heartbeat(lease) as heartbeat:
        store.ask(run.id, Wish(state="paused", learning_rate=0.5))
        until = time.monotonic() + 10
        while heartbeat.wish == Wish() and time.monotonic() < until:
            time.sleep(0.01)

    assert heartbeat.wish == Wish("paused", 0.5)


def test_who_has_lost_the_run_ends(store: Store) -> None:
    run = store.submit(order(), ANNA)
    lease = Lease(store.engine, claim(store))
    lost = threading.Event()

    with Heartbeat(lease, on_lost=lost.set):
        store.delete(run.id)
        is_told = lost.wait(10)

    assert is_told
    with pytest.raises(Lost):
        lease.write([("step", {})])


def test_who_has_given_the_run_back_has_not_lost_it(store: Store) -> None:
    store.submit(order(), ANNA)
    lease = Lease(store.engine, claim(store))
    lost = threading.Event()

    with Heartbeat(lease, on_lost=lost.set):
        lease.end("finished", None)
        is_told = lost.wait(1)

    assert not is_told


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, to be set: the last of the list."""
    times = [1000.0]
    monkeypatch.setattr("app.runs.trainer.heartbeat.time.monotonic", lambda: times[-1])
    return times


def test_what_costs_much_is_done_rarely(clock: list[float]) -> None:
    pace = Pace(1.0, share=0.1)
    with pace.spent(0.0):
        clock.append(1002.0)  # two seconds of work

    due = []
    for now in (1003.5, 1021.9, 1022.0):
        clock.append(now)
        due.append(pace.is_due())

    assert due == [False, False, True]


def test_what_is_done_often_at_first_is_done_rarely_later(clock: list[float]) -> None:
    early, late = Pace(1.0, growth=0.05, share=0.1), Pace(1.0, growth=0.05, share=0.1)
    for pace, passed in ((early, 3.0), (late, 100.0)):
        with pace.spent(passed):
            pass

    due = []
    for now in (1000.9, 1001.0, 1005.0):
        clock.append(now)
        due.append((early.is_due(), late.is_due()))

    assert due == [(False, False), (True, False), (True, True)]
