"""A long run gives its place while others wait, and ends as if it had not."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from app.runs.executor.slices import set_aside
from app.runs.store.database import reading, writing
from app.runs.store.queue import QueueLimits
from app.runs.store.reasons import NO_CLUSTER, NO_MACHINE
from app.runs.store.schema import runs
from app.runs.store.states import Wish
from app.runs.store.store import Store
from tests.runs.conftest import ANNA, BOB, LONG, assert_same, claim, final_weights, order, states, unbroken

SHORT = QueueLimits(slice_s=1e-6)


def asked(store: Store, run_id: str) -> str | None:
    with reading(store.engine) as connection:
        return connection.scalar(select(runs.c.asked).where(runs.c.id == run_id))


def test_set_aside_and_gone_on_it_ends_as_the_unbroken_one(
    store: Store, datasets: Path, attempt: Callable[[], str], at_step: Callable[..., None]
) -> None:
    run, other = store.submit(order(LONG), ANNA), store.submit(order(), BOB)
    at_step(100, lambda: set_aside(store.engine, SHORT))

    taken = [attempt() for _ in range(3)]

    assert taken == [run.id, other.id, run.id]
    assert states(store, run.id) == ["queued", "running", "queued", "running", "finished"]
    assert_same(final_weights(store, run.id), unbroken(datasets, LONG))


def test_nobody_is_set_aside_for_ones_own_runs(store: Store) -> None:
    run = store.submit(order(LONG), ANNA)
    store.submit(order(LONG), ANNA)
    claim(store)
    run_for(store, run.id, 300.0)

    set_aside(store.engine, QueueLimits())

    assert asked(store, run.id) is None


def test_nor_before_the_slice_is_over_nor_shortly_before_the_end(store: Store) -> None:
    run = store.submit(order(LONG), ANNA)
    store.submit(order(LONG), BOB)
    claim(store)

    run_for(store, run.id, 100.0)
    set_aside(store.engine, QueueLimits())
    early = asked(store, run.id)
    run_for(store, run.id, 300.0, done=0.95)
    set_aside(store.engine, QueueLimits())
    late = asked(store, run.id)
    run_for(store, run.id, 300.0)
    set_aside(store.engine, QueueLimits())

    assert (early, late, asked(store, run.id)) == (None, None, "queued")


def test_who_pauses_and_goes_on_gets_no_second_slice(store: Store) -> None:
    run, other = store.submit(order(LONG), ANNA), store.submit(order(LONG), BOB)
    claim(store)
    run_for(store, run.id, 119.0)
    with writing(store.engine) as connection:
        connection.execute(runs.update().where(runs.c.id == run.id).values(state="paused", claim=None))

    store.ask(run.id, Wish(state="running"))
    again = claim(store)
    run_for(store, run.id, 121.0)
    set_aside(store.engine, QueueLimits())

    assert again.run_id == run.id
    assert asked(store, run.id) == "queued"
    store.ask(run.id, Wish(state="running"))
    assert asked(store, run.id) == "queued", "nor by asking for it"
    assert store.find(other.id).state == "queued"


def run_for(store: Store, run_id: str, seconds: float, done: float = 0.1) -> None:
    """As if it had trained so long."""
    with writing(store.engine) as connection:
        values = {"seconds": seconds, "step": round(done * 100), "steps": 100}
        connection.execute(runs.update().where(runs.c.id == run_id).values(values))


def test_a_cluster_that_is_full_before_its_limit_is_shared_as_well_but_not_one_that_is_away(store: Store) -> None:
    run, waiting = store.submit(order(LONG), ANNA), store.submit(order(LONG), BOB)
    claim(store)
    run_for(store, run.id, 300.0)
    found = []
    for reason in (None, NO_CLUSTER, NO_MACHINE):
        with writing(store.engine) as connection:
            chosen = runs.update().where(runs.c.id == waiting.id)
            connection.execute(chosen.values(reason=reason.to_dict() if reason else None))
        set_aside(store.engine, QueueLimits(at_once=40))
        found.append(asked(store, run.id))

    assert found == [None, None, "queued"]
