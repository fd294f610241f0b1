from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Connection, Engine

from app.core.errors import DiskFull, InvalidValue, QueueFull, UnknownRun, WrongState
from app.runs.store import reasons
from app.runs.store.database import writing
from app.runs.store.queue import claim_next
from app.runs.store.reserve import RESERVE, RESERVE_BYTES, keep_reserve
from app.runs.store.states import Visitor, Wish
from app.runs.store.store import Store
from tests.runs.conftest import ANNA, BOB, QUICK, claim, order, payloads, states


def test_a_run_is_found_as_it_was_ordered(store: Store) -> None:
    ordered = order(name=" Mine ", sample="cat", pair="0123456789abcdef", classes=("a", "b", "c"))

    run = store.submit(ordered, ANNA)

    found = store.find(run.id)
    assert (found.name, found.state, found.dataset, found.sample) == ("Mine", "queued", "colored", "cat")
    assert (found.pair, found.classes, found.visitor) == ("0123456789abcdef", ("a", "b", "c"), ANNA)
    assert found.read_network() == ordered.network
    assert found.read_training() == ordered.training
    assert (found.queue_position, found.epochs, found.step, found.test_loss) == (1, 3, 0, None)
    assert len(run.id) == 16
    assert np.array_equal(store.folder(run.id).read_photo(), ordered.photo)
    assert payloads(store, run.id, "state") == [
        {"state": "queued", "reason": None, "step": 0, "epoch": 0, "learning_rate": 0.01}
    ]


def test_runs_are_listed_newest_first_and_counted(store: Store) -> None:
    ids = [store.submit(order(), ANNA).id for _ in range(3)]
    store.ask(ids[1], Wish(state="paused"))

    assert [run.id for run in store.list()] == ids[::-1]
    assert [run.queue_position for run in store.list()] == [2, None, 1]
    assert store.count_states() == {"queued": 2, "paused": 1}


@pytest.mark.parametrize("call", ["find", "delete", "history"])
def test_what_is_not_there_is_said(store: Store, call: str) -> None:
    with pytest.raises(UnknownRun):
        getattr(store, call)("0123456789abcdef")


def test_a_text_that_the_database_cannot_keep_is_refused_or_kept_and_breaks_nothing(store: Store) -> None:
    run = store.submit(order(), ANNA)

    for ask in (lambda: store.find("\0"), lambda: store.ask(run.id, Wish(name="a\0b"))):
        with suppress(InvalidValue, UnknownRun):
            ask()

    assert store.find(run.id).name in ("colored", "a\0b")


def test_a_run_is_renamed_and_deleted_with_all_that_it_has(store: Store) -> None:
    run = store.submit(order(), ANNA)

    renamed = store.ask(run.id, Wish(name="Another"))
    store.delete(run.id)

    assert renamed.name == "Another"
    assert store.list() == []
    assert store.newest(run.id) == 0
    assert not store.folder(run.id).path.exists()


def test_what_is_compared_with_a_run_follows_it_and_only_once(store: Store) -> None:
    first = store.submit(order(), ANNA)
    other = store.submit(order(), BOB)
    partner, another = (store.submit(order(pair=first.id), ANNA) for _ in range(2))

    assert claim(store).run_id == first.id
    assert [run.queue_position for run in map(store.find, (partner.id, other.id, another.id))] == [1, 2, 3]
    store.ask(partner.id, Wish(state="paused"))
    assert store.find(another.id).queue_position == 1
    store.ask(partner.id, Wish(state="running"))
    with writing(store.engine) as connection:
        started = claim_next(connection, replace(store.limits, at_once=2))

    assert started is not None
    assert started.run_id == another.id
    assert [run.queue_position for run in map(store.find, (other.id, partner.id))] == [1, 2]


def test_a_pause_before_the_start_is_no_way_to_the_front(store: Store) -> None:
    first, second = store.submit(order(), ANNA), store.submit(order(), BOB)

    store.ask(second.id, Wish(state="paused"))
    back = store.ask(second.id, Wish(state="running"))

    assert (store.find(first.id).queue_position, back.queue_position) == (1, 2)


def test_of_thirty_at_once_a_few_are_taken_and_the_rest_told_when_to_come_back(
    open_store: Callable[..., Store],
) -> None:
    store = open_store(at_once=1, queued=4)

    def submit(number: int) -> str:
        try:
            store.submit(order(photo=None), Visitor(f"visitor {number}", "10.0.0.9"))
        except QueueFull as full:
            return f"full, {full.values['seconds']} s"
        return "taken"

    with ThreadPoolExecutor(30) as pool:
        answers = Counter(pool.map(submit, range(30)))

    assert answers == {"taken": 5, "full, 60 s": 25}
    assert store.count_states() == {"queued": 5}


def test_one_visitor_cannot_fill_the_queue(open_store: Callable[..., Store]) -> None:
    store = open_store(per_visitor=2, queued=10)
    store.submit(order(), ANNA)
    store.submit(order(), ANNA)

    with pytest.raises(QueueFull) as refusal:
        store.submit(order(), ANNA)
    taken = store.submit(order(), BOB)

    assert refusal.value.values["limit"] == 2
    assert taken.state == "queued"


def test_resuming_is_no_way_round_that_limit(open_store: Callable[..., Store]) -> None:
    store = open_store(per_visitor=1)
    first = store.submit(order(), ANNA)
    store.ask(first.id, Wish(state="paused"))
    store.submit(order(), ANNA)

    with pytest.raises(QueueFull):
        store.ask(first.id, Wish(state="running"))


def test_a_full_queue_makes_room_for_who_has_less_in_it(open_store: Callable[..., Store]) -> None:
    store = open_store(queued=5)
    crowd = [store.submit(order(), Visitor(f"invented {k}", "10.0.0.9")) for k in range(6)]
    last, third = crowd[-1], store.submit(order(), ANNA)

    gave = store.find(last.id)

    assert (gave.state, gave.queue_position, str(gave.reason)) == ("paused", None, str(reasons.GAVE_WAY))
    assert payloads(store, last.id, "state")[-1]["reason"] == reasons.GAVE_WAY.to_dict()
    assert (third.state, third.queue_position) == ("queued", 2)
    assert store.count_states() == {"queued": 6, "paused": 1}


def test_addresses_share_a_full_queue_until_each_has_its_part(open_store: Callable[..., Store]) -> None:
    store = open_store(queued=5)
    for number in range(6):
        store.submit(order(), Visitor(f"invented {number}", "10.0.0.9"))
    for number in range(3):
        store.submit(order(), Visitor(f"pupil {number}", "10.0.0.1"))

    with pytest.raises(QueueFull):
        store.submit(order(), Visitor("pupil 3", "10.0.0.1"))
    with pytest.raises(QueueFull):
        store.submit(order(), Visitor("invented 9", "10.0.0.9"))
    assert store.submit(order(), Visitor("carl", "10.0.0.3")).state == "queued"


def test_behind_one_address_visitors_share_a_full_queue(open_store: Callable[..., Store]) -> None:
    store = open_store(queued=5)
    for number in range(6):
        store.submit(order(), Visitor(f"pupil {number % 2}", "10.0.0.1"))

    taken = [store.submit(order(), Visitor(f"pupil {number}", "10.0.0.1")).state for number in range(2, 6)]

    assert taken == ["queued"] * 4
    with pytest.raises(QueueFull):
        store.submit(order(), Visitor("pupil 6", "10.0.0.1"))


def test_what_gave_its_place_waits_anew_when_there_is_one(open_store: Callable[..., Store]) -> None:
    store = open_store(queued=1)
    runs = [store.submit(order(), Visitor(f"invented {k}", "10.0.0.9")) for k in range(2)]
    bobs = store.submit(order(), BOB)

    with pytest.raises(QueueFull):
        store.ask(runs[1].id, Wish(state="running"))
    store.delete(bobs.id)

    assert store.ask(runs[1].id, Wish(state="running")).state == "queued"
    assert store.find(runs[1].id).reason is None


def test_a_run_that_trains_gives_no_place(open_store: Callable[..., Store]) -> None:
    store = open_store(queued=0, at_once=2)
    runs = [store.submit(order(), ANNA) for _ in range(2)]
    for _ in runs:
        claim(store)

    with pytest.raises(QueueFull):
        store.submit(order(), BOB)
    assert {run.state for run in store.list()} == {"running"}


def test_data_sets_that_runs_wait_for_are_known(store: Store) -> None:
    for name, state in (("waits", "running"), ("paused", "paused"), ("ended", "stopped")):
        run = store.submit(replace(order(), dataset=name), Visitor(name, "10.0.0.9"))
        store.ask(run.id, Wish(state=state))

    assert store.needed_datasets() == {"waits", "paused"}


def test_nothing_of_a_refused_run_stays_behind(open_store: Callable[..., Store]) -> None:
    store = open_store(queued=0)
    store.submit(order(), ANNA)

    with pytest.raises(QueueFull):
        store.submit(order(), BOB)

    assert len([path for path in store.root.iterdir() if path.is_dir()]) == 1


def test_what_no_trainer_has_changes_at_once(store: Store) -> None:
    run = store.submit(order(), ANNA)

    told = [
        store.ask(run.id, Wish(state=state)).state for state in ("paused", "paused", "running", "running", "stopped")
    ]

    assert told == ["paused", "paused", "queued", "queued", "stopped"]
    assert states(store, run.id) == ["queued", "paused", "queued", "stopped"]
    assert store.find(run.id).ended_at is not None


def test_what_a_trainer_has_is_only_asked_for(store: Store) -> None:
    run = store.submit(order(), ANNA)
    claim(store)

    asked = store.ask(run.id, Wish(state="paused"))
    taken_back = store.ask(run.id, Wish(state="running"))

    assert (asked.state, asked.asked) == ("running", "paused")
    assert (taken_back.state, taken_back.asked) == ("running", None)


@pytest.mark.parametrize("wish", [{"state": "running"}, {"state": "paused"}, {"learning_rate": 0.1}])
def test_a_run_that_has_ended_stays_as_it_is(store: Store, wish: dict[str, Any]) -> None:
    run = store.submit(order(), ANNA)
    store.ask(run.id, Wish(state="stopped"))

    with pytest.raises(WrongState):
        store.ask(run.id, Wish(**wish))

    assert store.ask(run.id, Wish(state="stopped")).state == "stopped"


@pytest.mark.parametrize("wish", [{"state": "finished"}, {"state": "x"}, {"learning_rate": -1.0}])
def test_a_wish_that_makes_no_sense_is_refused(store: Store, wish: dict[str, Any]) -> None:
    run = store.submit(order(), ANNA)

    with pytest.raises(InvalidValue) as refusal:
        store.ask(run.id, Wish(**wish))

    assert refusal.value.field == next(iter(wish))


def test_the_next_place_is_estimated_by_the_run_that_trains(open_store: Callable[..., Store]) -> None:
    store = open_store(queued=0)
    run = store.submit(order(replace(QUICK, epochs=9)), ANNA)
    claim(store)
    with writing(store.engine) as connection:
        connection.exec_driver_sql("UPDATE runs SET step = 10, steps = 30, seconds = 60")

    with pytest.raises(QueueFull) as refusal:
        store.submit(order(), BOB)

    assert refusal.value.values["seconds"] == 120
    assert store.find(run.id).state == "running"


def test_servers_on_one_database_never_run_more_than_allowed(open_store: Callable[..., Store]) -> None:
    servers = [open_store(at_once=2, queued=10, per_visitor=20) for _ in range(4)]
    for _ in range(8):
        servers[0].submit(order(photo=None), ANNA)

    def take(number: int) -> bool:
        with writing(servers[number % 4].engine) as connection:
            return claim_next(connection, servers[0].limits) is not None

    with ThreadPoolExecutor(16) as pool:
        taken = sum(pool.map(take, range(40)))

    assert taken == 2
    assert servers[3].count_states() == {"queued": 6, "running": 2}


@pytest.mark.parametrize("world", ["sqlite"])  # nobody knows what a store has room for
def test_a_run_whose_files_find_no_room_is_refused_before_it_starts(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("Usage", (), {"free": 10 * 1024 * 1024})
    monkeypatch.setattr("app.runs.store.store.shutil.disk_usage", lambda path: usage)

    with pytest.raises(DiskFull) as refusal:
        store.submit(order(), ANNA)

    assert refusal.value.values == {"need": 16, "free": 10}
    assert not any(store.root.iterdir())


def test_at_a_full_disk_a_run_can_be_deleted_to_make_room(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    run = store.submit(order(), ANNA)
    keep_reserve(store.root)

    def write_where_there_is_room(engine: Engine) -> AbstractContextManager[Connection]:
        if (store.root / RESERVE).exists():
            raise DiskFull("The disk is full.")
        return writing(engine)

    monkeypatch.setattr("app.runs.store.store.writing", write_where_there_is_room)
    store.delete(run.id)

    assert store.list() == []
    assert not store.folder(run.id).path.exists()


def test_the_reserve_does_not_take_the_last_room(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type("Usage", (), {"free": 3 * RESERVE_BYTES})
    monkeypatch.setattr("app.runs.store.reserve.shutil.disk_usage", lambda path: usage)

    keep_reserve(store.root)

    assert not (store.root / RESERVE).exists()
