import threading
import time

import pytest
from sqlalchemy import select

from app.runs.store.database import reading
from app.runs.store.schema import runs
from app.runs.store.states import Wish
from app.runs.store.store import Store
from app.runs.trainer import heartbeat as module
from app.runs.trainer.heartbeat import Heartbeat
from app.runs.trainer.lease import Lease, Lost
from tests.runs.conftest import ANNA, claim, order


def heard(store: Store, run_id: str) -> float:
    """When the run's trainer was heard of last."""
    with reading(store.engine) as connection:
        return connection.execute(select(runs.c.heartbeat).where(runs.c.id == run_id)).scalar_one()


def work(seconds: float) -> None:
    """As a long validation does: no step, no event."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        sum(range(10_000))


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


def test_who_works_is_alive_and_who_waits_for_ever_is_not(store: Store) -> None:
    run = store.submit(order(), ANNA)
    lease = Lease(store.engine, claim(store))
    lease.take()

    with Heartbeat(lease):
        begun = heard(store, run.id)
        work(3)
        worked = heard(store, run.id)
        threading.Event().wait(6)
        silent = time.time() - heard(store, run.id)

    assert worked > begun + 1
    assert silent > 3


def test_who_waits_for_a_file_to_move_is_alive_but_not_for_ever(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST_S", 4.0)
    run = store.submit(order(), ANNA)
    lease = Lease(store.engine, claim(store))
    lease.take()

    with Heartbeat(lease) as heartbeat, heartbeat.moving():
        begun = heard(store, run.id)
        threading.Event().wait(3)
        moved = heard(store, run.id)
        threading.Event().wait(6)
        silent = time.time() - heard(store, run.id)

    assert moved > begun + 1.5
    assert silent > 3


def test_no_file_of_a_run_that_was_lost_begins_to_move(store: Store) -> None:
    run = store.submit(order(), ANNA)
    lease = Lease(store.engine, claim(store))
    heartbeat = Heartbeat(lease)
    store.delete(run.id)

    with pytest.raises(Lost), heartbeat.moving():
        pytest.fail("it moves")


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
