import threading
import time

import pytest

from app.runs.lease import Lease, Lost, Requests
from app.runs.pulse import Pace, Pulse
from app.runs.store import Store
from tests.runs.conftest import ANNA, claim, order


def test_what_is_asked_is_heard_within_a_moment(store: Store) -> None:
    run = store.submit(order(), ANNA)
    lease = Lease(store.engine, claim(store))
    lease.take()

    with Pulse(lease) as pulse:
        store.ask(run.id, state="paused", learning_rate=0.5)
        until = time.monotonic() + 10
        while pulse.requests == Requests() and time.monotonic() < until:
            time.sleep(0.01)

    assert pulse.requests == Requests("paused", 0.5)


def test_who_has_lost_the_run_ends(store: Store) -> None:
    run = store.submit(order(), ANNA)
    lease = Lease(store.engine, claim(store))
    lost = threading.Event()

    with Pulse(lease, on_lost=lost.set):
        store.delete(run.id)
        is_told = lost.wait(10)

    assert is_told
    with pytest.raises(Lost):
        lease.write([("step", {})])


def test_who_has_given_the_run_back_has_not_lost_it(store: Store) -> None:
    store.submit(order(), ANNA)
    lease = Lease(store.engine, claim(store))
    lost = threading.Event()

    with Pulse(lease, on_lost=lost.set):
        lease.end("finished", None)
        is_told = lost.wait(1)

    assert not is_told


def test_what_costs_much_is_done_rarely() -> None:
    pace = Pace(0.0, share=0.1)

    with pace.spent(0.0):
        time.sleep(0.02)
    at_once = pace.is_due()
    time.sleep(0.25)

    assert (at_once, pace.is_due()) == (False, True)


def test_what_is_done_often_at_first_is_done_rarely_later() -> None:
    early, late = Pace(0.01, growth=0.05, share=1.0), Pace(0.01, growth=0.05, share=1.0)
    for pace, passed in ((early, 0.0), (late, 100.0)):
        with pace.spent(passed):
            pass

    time.sleep(0.05)

    assert (early.is_due(), late.is_due()) == (True, False)


def test_what_the_first_look_costs_does_not_put_off_the_second() -> None:
    pace = Pace(0.0, share=0.001)

    with pace.spent(0, warms_up=True):
        time.sleep(0.02)

    assert pace.is_due()
