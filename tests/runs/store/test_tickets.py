from collections.abc import Callable

import pytest

from app.runs.store import reasons
from app.runs.store.database import writing
from app.runs.store.queue import claim_next
from app.runs.store.schema import runs
from app.runs.store.states import Visitor, Wish
from app.runs.store.store import Store
from app.runs.store.tickets import Rules, Stay, foresee
from tests.runs.conftest import ANNA, BOB, claim, order

ALONE = Rules(room=1, slice=100.0, gap=2.0)


def lasting(seconds: float, held: float = 0.0, part: int = 1) -> Stay:
    return Stay(seconds, part, held)


def test_who_waits_starts_when_all_before_have_ended() -> None:
    queue = {"a": lasting(30), "b": lasting(10), "c": lasting(5)}

    assert foresee([lasting(20)], queue, ALONE) == {"a": 20, "b": 52, "c": 64}


def test_where_nothing_is_on_the_first_starts_at_once() -> None:
    assert foresee([], {"a": lasting(30), "b": lasting(10)}, ALONE) == {"a": 0, "b": 32}


def test_a_long_run_gives_its_place_after_what_is_left_of_its_slice() -> None:
    assert foresee([lasting(3600, held=70)], {"a": lasting(10)}, ALONE) == {"a": 30}


def test_long_ones_that_wait_come_round_once_the_others_have_had_a_turn() -> None:
    queue = {"a": lasting(250), "b": lasting(10), "c": lasting(10)}

    assert foresee([], queue, ALONE) == {"a": 0, "b": 102, "c": 114}


def test_two_places_take_turns() -> None:
    rules = Rules(room=2, slice=100.0, gap=0.0)

    assert foresee([lasting(20), lasting(50)], {"a": lasting(10), "b": lasting(10)}, rules) == {"a": 20, "b": 30}


def test_a_large_one_waits_for_the_whole_room_and_small_ones_behind_it_for_their_turn() -> None:
    rules = Rules(room=2, slice=100.0, gap=0.0)
    queue = {"large": lasting(40, part=2), "small": lasting(5)}

    assert foresee([lasting(20), lasting(30)], queue, rules) == {"large": 30, "small": 70}


def set_row(store: Store, run_id: str, **values: object) -> None:
    with writing(store.engine) as connection:
        connection.execute(runs.update().where(runs.c.id == run_id).values(values))


def test_a_ticket_knows_the_pace_of_alike_runs(store: Store) -> None:
    first, second, third = (store.submit(order(effort=2.0), Visitor(f"v{k}", "10.0.0.1")) for k in range(3))
    claim(store)
    set_row(store, first.id, step=10, steps=20, seconds=30.0)  # of three epochs, which would take 60

    ticket, later = store.tickets.find(second.id), store.tickets.find(third.id)

    assert ticket
    assert later
    assert (ticket.place, ticket.waiting, ticket.watch) == (1, 2, first.id)
    assert ticket.lasts == pytest.approx(60)
    assert ticket.seconds == pytest.approx(30, abs=0.5)
    assert later.seconds == pytest.approx(91.5, abs=0.5)
    assert store.tickets.find(first.id) is None


def test_one_of_another_kind_is_told_by_its_arithmetic_and_the_machines_pace(store: Store) -> None:
    first = store.submit(order(effort=2.0), ANNA)
    claim(store)
    set_row(store, first.id, step=10, steps=20, seconds=9.0)  # three times the nominal machine's
    other = store.submit(order(effort=5.0), BOB)

    ticket = store.tickets.find(other.id)

    assert ticket
    assert ticket.lasts == pytest.approx(45)


def test_a_new_run_is_known_at_once(store: Store) -> None:
    before = store.submit(order(), ANNA)
    assert store.tickets.find(before.id)

    after = store.tickets.find(store.submit(order(), BOB).id)

    assert after
    assert after.place == 2


def test_a_class_behind_one_address_is_not_refused(store: Store) -> None:
    pupils = [Visitor(f"pupil {k}", "10.0.0.1") for k in range(30)]

    found = [store.submit(order(), pupil) for pupil in pupils]

    assert [run.queue_position for run in store.list()][::-1] == list(range(1, 31))
    with writing(store.engine) as connection:
        assert claim_next(connection, store.limits)
    assert store.find(found[0].id).state == "running"


def test_who_stops_waiting_for_a_machine_is_not_told_any_more_that_one_is_missing(store: Store) -> None:
    stuck = store.submit(order(), Visitor("v", "10.0.0.1"))
    set_row(store, stuck.id, reason=reasons.NO_MACHINE.to_dict())

    stopped = store.ask(stuck.id, Wish(state="stopped"))

    assert (stopped.state, stopped.reason) == ("stopped", None)


def test_who_waits_for_a_machine_has_no_ticket_and_the_others_count_on_the_places_that_are_taken(
    open_store: Callable[..., Store],
) -> None:
    store = open_store(at_once=4)
    first, stuck, third = (store.submit(order(effort=2.0), Visitor(f"v{k}", "10.0.0.1")) for k in range(3))
    claim(store)
    set_row(store, first.id, step=10, steps=20, seconds=30.0)

    before = store.tickets.find(third.id)
    set_row(store, stuck.id, reason=reasons.NO_MACHINE.to_dict())
    later = open_store(at_once=4)  # of another server, which looks now
    after = later.tickets.find(third.id)

    assert before
    assert after
    assert before.seconds < 5
    assert after.seconds == pytest.approx(91.5, abs=1)
    assert later.tickets.find(stuck.id) is None
    assert str(store.find(stuck.id).reason).startswith("No machine of the cluster has room")


def test_nobody_has_a_ticket_while_a_cluster_trains_nothing(store: Store) -> None:
    first, second = (store.submit(order(), Visitor(f"v{k}", "10.0.0.1")) for k in range(2))
    set_row(store, first.id, reason=reasons.NO_CLUSTER.to_dict())

    assert [store.tickets.find(run.id) for run in (first, second)] == [None, None]


def test_a_run_whose_length_nobody_knows_yet_has_a_ticket_all_the_same(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = store.submit(order(), ANNA)
    monkeypatch.setattr("app.runs.store.tickets.measure", lambda connection: ({}, 1.5))

    ticket = store.tickets.find(run.id)

    assert ticket
    assert (ticket.place, ticket.waiting) == (1, 1)
