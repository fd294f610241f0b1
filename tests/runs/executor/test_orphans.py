import os
import subprocess
import sys

import pytest
from sqlalchemy.exc import OperationalError

from app.runs.executor.orphans import close, rescue
from app.runs.store import processes, reasons
from app.runs.store.database import writing
from app.runs.store.states import Wish
from app.runs.store.store import Store
from app.runs.trainer.lease import Lease
from tests.runs.conftest import ANNA, claim, order, states


def make_silent(store: Store) -> None:
    """The last heartbeat was long ago."""
    with writing(store.engine) as connection:
        connection.exec_driver_sql("UPDATE runs SET heartbeat = heartbeat - 60")


def test_a_silent_run_whose_process_is_gone_waits_in_front_again(store: Store) -> None:
    run, other = store.submit(order(), ANNA), store.submit(order(), ANNA)
    claim(store)
    make_silent(store)

    rescue(store.engine)

    assert states(store, run.id) == ["queued", "running", "interrupted", "queued"]
    assert [store.find(run.id).queue_position, store.find(other.id).queue_position] == [1, 2]


def test_a_silent_run_whose_process_is_there_is_left_alone(store: Store) -> None:
    run = store.submit(order(), ANNA)
    Lease(store.engine, claim(store)).take()  # this very process
    make_silent(store)

    rescue(store.engine)

    assert store.find(run.id).state == "running"


def test_a_run_that_takes_its_process_down_every_time_is_not_tried_for_ever(store: Store) -> None:
    run = store.submit(order(), ANNA)
    for _ in range(3):
        claim(store)
        make_silent(store)
        rescue(store.engine)

    failed = store.find(run.id)

    assert failed.state == "failed"
    assert "several times" in str(failed.reason)


def test_what_was_asked_of_a_run_outlives_its_process(store: Store) -> None:
    run = store.submit(order(), ANNA)
    claim(store)
    store.ask(run.id, Wish(state="stopped"))
    make_silent(store)

    rescue(store.engine)
    lost = store.find(run.id)
    close(store.engine, claim(store), "interrupted", reasons.INTERRUPTED)
    rescue(store.engine)
    closed = store.find(run.id)
    Lease(store.engine, claim(store)).end("interrupted", reasons.INTERRUPTED)
    rescue(store.engine)
    interrupted = store.find(run.id)

    assert [(found.state, found.asked) for found in (lost, closed, interrupted)] == [("queued", "stopped")] * 3


def test_a_trainers_last_word_counts_and_not_the_servers(store: Store) -> None:
    run = store.submit(order(), ANNA)
    claimed = claim(store)
    Lease(store.engine, claimed).end("finished", None)

    is_closed = close(store.engine, claimed, "failed", reasons.killed(9))

    assert not is_closed
    assert store.find(run.id).state == "finished"


def test_a_process_is_known_by_more_than_its_number() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    process = processes.identify(child.pid)
    boot, pid, started = process.split(":")

    alive = processes.is_alive(process), processes.is_alive(f"{boot}:{pid}:{int(started) - 1}")
    processes.end(process)
    is_gone = not processes.is_alive(process)  # though nobody has collected it
    child.communicate()

    assert alive == (True, False)
    assert is_gone
    assert processes.is_alive(processes.identify(os.getpid()))
    assert not processes.is_alive(None)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(28, "No space left on device"), reasons.DISK_FULL),
        (RuntimeError("CUDA out of memory. Tried to allocate 20.00 MiB."), reasons.NO_MEMORY),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried ..."), reasons.NO_MEMORY),
        (MemoryError(), reasons.NO_MEMORY),
        (OperationalError("", None, Exception("unable to open database file")), reasons.AWAY),
        (RuntimeError("something else"), reasons.BROKEN),
    ],
)
def test_an_exception_has_a_meaning_for_people(error: Exception, reason: reasons.Reason) -> None:
    assert reasons.reason_of(error) is reason
