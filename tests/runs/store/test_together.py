"""Several servers on one PostgreSQL: who waits for whom, and what nobody waits for."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import pytest
from sqlalchemy.exc import OperationalError

from app.core.errors import QueueFull, WrongState
from app.runs.store import database as database_module
from app.runs.store.database import find_held_up, open_engine, writing
from app.runs.store.event_log import append
from app.runs.store.queue import claim_next
from app.runs.store.states import Visitor, Wish
from app.runs.store.store import Store
from app.runs.store.transitions import change
from app.runs.trainer.lease import Lease
from tests.runs.conftest import ANNA, BOB, claim, order

pytestmark = pytest.mark.parametrize("world", ["postgresql"])
SOON_S = 20.0


@contextmanager
def meanwhile(work: Callable[[], object]) -> Iterator[threading.Thread]:
    """Does it in a thread, which has ended after the block."""
    thread = threading.Thread(target=work)
    thread.start()
    yield thread
    thread.join(SOON_S)
    assert not thread.is_alive()


def test_events_of_different_runs_do_not_wait_for_each_other(open_store: Callable[..., Store]) -> None:
    here, there = open_store(at_once=2), open_store(at_once=2)
    first, second = here.submit(order(), ANNA), here.submit(order(), BOB)
    leases = [Lease(store.engine, claim(store)) for store in (here, there)]
    for lease in leases:
        lease.take()

    with writing(here.engine) as connection:
        change(connection, first.id, step=1)
        append(connection, first.id, [("step", {"step": 1})])
        leases[1].write([("step", {"step": 7})])  # while that one has not come to its end

    assert [there.newest(run.id) for run in (first, second)] == [3, 3]


def test_a_claim_passes_over_a_run_that_is_just_being_changed(open_store: Callable[..., Store]) -> None:
    here, there = open_store(), open_store()
    first, second = here.submit(order(), ANNA), here.submit(order(), BOB)

    with writing(here.engine) as connection:
        change(connection, first.id, state="paused")
        taken = claim(there).run_id

    assert taken == second.id


def test_who_waits_for_a_lock_of_another_is_known_by_the_word_for_its_process(
    open_store: Callable[..., Store], database: str
) -> None:
    store, word = open_store(), "a word for a process " * 5
    run = store.submit(order(), ANNA)
    waiting = open_engine(database, process=word)

    def write() -> None:
        with writing(waiting) as connection:
            change(connection, run.id, step=2)

    before = find_held_up(store.engine, [word])
    with ExitStack() as ended, writing(store.engine) as connection:
        change(connection, run.id, step=1)
        ended.enter_context(meanwhile(write))
        until = time.monotonic() + SOON_S
        while not (found := find_held_up(store.engine, [word, "another", None])) and time.monotonic() < until:
            time.sleep(0.01)
    waiting.dispose()

    assert (before, found, store.find(run.id).step) == (set(), {word}, 2)


def test_forty_who_come_at_once_by_four_servers_are_let_in_up_to_the_limit(open_store: Callable[..., Store]) -> None:
    servers = [open_store(at_once=2, queued=10) for _ in range(4)]

    def submit(number: int) -> bool:
        try:
            servers[number % 4].submit(order(photo=None), Visitor(f"visitor {number}", "10.0.0.1"))
        except QueueFull:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        taken = sum(pool.map(submit, range(40)))

    assert taken == 12
    assert servers[0].count_states() == {"queued": 12}


def test_while_runs_are_claimed_paused_and_submitted_nobody_waits_in_a_circle(
    open_store: Callable[..., Store],
) -> None:
    servers = [open_store(at_once=3, queued=8) for _ in range(4)]
    until = time.monotonic() + 3.0

    def work(number: int) -> int:
        store, visitor, most = servers[number % 4], Visitor(f"visitor {number}", f"10.0.0.{number}"), 0
        while time.monotonic() < until:
            try:
                run = store.submit(order(photo=None), visitor)
                store.ask(run.id, Wish(state="paused"))
                store.ask(run.id, Wish(state="running"))
                with writing(store.engine) as connection:
                    claimed = claim_next(connection, store.limits)
                most = max(most, store.count_states().get("running", 0))
                if claimed:
                    Lease(store.engine, claimed).end("finished", None)
                store.ask(run.id, Wish(name="Another"))
            except (QueueFull, WrongState):  # there is no room, or another has ended the run that was claimed
                continue
        return most

    with ThreadPoolExecutor(8) as pool:
        most = max(pool.map(work, range(8)))

    assert 1 <= most <= 3
    for run in servers[0].list():
        assert [event.sequence for event in servers[0].events(run.id)] == list(range(1, servers[0].newest(run.id) + 1))


def test_a_write_whose_answer_was_lost_is_not_written_twice(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    run = store.submit(order(), ANNA)
    lease = Lease(store.engine, claim(store))
    lease.take()
    losses = ["after the commit", "before it"]

    @contextmanager
    def break_off(engine: object) -> Iterator[object]:
        loss = losses.pop() if losses else None
        with writing(store.engine) as connection:
            yield connection
            if loss == "before it":
                raise OperationalError("", None, Exception("server closed the connection unexpectedly"))
        if loss:
            raise OperationalError("", None, Exception("server closed the connection unexpectedly"))

    monkeypatch.setattr(database_module, "writing", break_off)
    lease.write([("step", {"step": 1}), ("step", {"step": 2})])
    lease.write([("step", {"step": 3})])

    assert losses == []
    assert [event.sequence for event in store.events(run.id)] == [1, 2, 3, 4, 5]
    assert [event.payload for event in store.events(run.id, after=2)] == [f'{{"step":{k}}}' for k in (1, 2, 3)]
