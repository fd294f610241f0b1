import json
import math

from app.runs.store.database import reading, writing
from app.runs.store.event_log import append, read_kind
from app.runs.store.schema import runs
from app.runs.store.store import Store
from tests.runs.conftest import ANNA, order


def test_numbers_count_up_from_one_without_a_gap(store: Store) -> None:
    run = store.submit(order(), ANNA)

    with writing(store.engine) as connection:
        append(connection, run.id, [("step", {"step": 1}), ("epoch", {"epoch": 1})])
    with writing(store.engine) as connection:
        last = append(connection, run.id, [("step", {"step": 2})])

    assert [event.sequence for event in store.events(run.id)] == [1, 2, 3, 4]
    assert last == store.newest(run.id) == 4
    assert [event.sequence for event in store.events(run.id, after=2)] == [3, 4]
    assert [event.sequence for event in store.events(run.id, after=1, limit=1)] == [2]
    assert store.events(run.id, after=4) == store.events("0123456789abcdef") == []


def test_each_run_has_a_log_of_its_own(store: Store) -> None:
    first, second = store.submit(order(), ANNA), store.submit(order(), ANNA)

    with writing(store.engine) as connection:
        append(connection, first.id, [("epoch", {"epoch": 1}), ("step", {"step": 9})])
        append(connection, second.id, [("epoch", {"epoch": 7})])

    with reading(store.engine) as connection:
        assert read_kind(connection, first.id, "epoch") == [{"epoch": 1}]
    assert store.history(second.id) == [{"epoch": 7}]


def test_a_number_that_is_no_number_becomes_null(store: Store) -> None:
    run = store.submit(order(), ANNA)
    told = {"loss": math.nan, "rows": [math.inf, 1.5, (-math.inf,)], "name": "ñ"}

    with writing(store.engine) as connection:
        append(connection, run.id, [("step", told)])
        connection.execute(runs.update().values(last=told))

    clean = {"loss": None, "rows": [None, 1.5, [None]], "name": "ñ"}
    assert (json.loads(store.events(run.id)[-1].payload), store.find(run.id).last) == (clean, clean)
