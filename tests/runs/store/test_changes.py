"""What was written elsewhere is heard of, and where it is not, one looks all the same."""

import time
from collections.abc import Callable

import pytest
from sqlalchemy import text

from app.runs.store import changes
from app.runs.store.changes import QUEUE
from app.runs.store.database import is_postgresql, reading, writing
from app.runs.store.event_log import append
from app.runs.store.states import Wish
from app.runs.store.store import Store
from tests.runs.conftest import ANNA, claim, order

SOON_S = 10.0


def becomes_another(number: Callable[[], int], seen: int) -> bool:
    """At once, or in a moment."""
    until = time.monotonic() + SOON_S
    while number() == seen and time.monotonic() < until:
        time.sleep(0.005)
    return number() != seen


def listeners(store: Store) -> list[int]:
    with reading(store.engine) as connection:
        return list(connection.scalars(text("SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")))


def watch(store: Store, topic: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """The topic's number, of what is heard alone; once somebody listens."""
    for name in ("LOOK_S", "BLIND_LOOK_S"):
        monkeypatch.setattr(changes, name, 1e9)
    store.changes.number(topic)
    until = time.monotonic() + SOON_S
    while is_postgresql(store.engine) and not listeners(store) and time.monotonic() < until:
        time.sleep(0.01)
    return lambda: store.changes.number(topic)


def test_what_another_connection_commits_is_noticed_and_nothing_else(
    open_store: Callable[..., Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    watching, other = open_store(), open_store()
    run = other.submit(order(), ANNA)
    number = watch(watching, run.id, monkeypatch)

    first, again = number(), number()
    other.events(run.id)
    read = number()

    assert first == again == read
    watching.ask(run.id, Wish(name="By another connection of the same process"))
    assert becomes_another(number, read)
    own = number()
    other.delete(run.id)
    assert becomes_another(number, own)


def test_who_starts_runs_hears_of_their_states_and_not_of_every_step(
    open_store: Callable[..., Store], monkeypatch: pytest.MonkeyPatch, world: str
) -> None:
    watching, other = open_store(), open_store()
    number = watch(watching, QUEUE, monkeypatch)
    seen = number()

    run = other.submit(order(), ANNA)
    assert becomes_another(number, seen)
    seen = number()
    claim(other)
    assert becomes_another(number, seen)
    seen = number()
    with writing(other.engine) as connection:
        append(connection, run.id, [("step", {"step": 1})])
    time.sleep(0.3)

    assert (number() == seen) == (world == "postgresql")


@pytest.mark.parametrize("world", ["postgresql"])
def test_one_connection_listens_for_a_whole_server(store: Store) -> None:
    others = [store.changes.for_another_thread() for _ in range(3)]

    for watching in (store.changes, *others):
        watching.number("a run")
    assert becomes_another(lambda: len(listeners(store)), 0)
    time.sleep(0.2)

    assert len(listeners(store)) == 1


@pytest.mark.parametrize("world", ["postgresql"])
def test_where_nothing_is_heard_one_looks_now_and_then_and_hears_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "LOOK_S", 0.3)
    number = lambda: store.changes.number("a run")  # noqa: E731
    number()
    assert becomes_another(lambda: len(listeners(store)), 0)
    [listener] = listeners(store)

    with writing(store.engine) as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": listener})
    seen = number()
    begun = time.monotonic()
    is_looking = becomes_another(number, seen)
    waited = time.monotonic() - begun
    again = becomes_another(lambda: len(set(listeners(store)) - {listener}), 0)

    assert is_looking
    assert waited < 1.0
    assert again
