from app.runs.store.queue import Waiting, in_turn
from app.runs.store.states import Visitor
from app.runs.store.store import Store
from tests.runs.conftest import ANNA, BOB, claim, order


def test_visitors_take_turns_whoever_asked_for_more() -> None:
    waiting = [Waiting(f"a{k}", "anna", k, False) for k in range(3)] + [Waiting("b", "bob", 9, False)]

    assert in_turn(waiting, {}) == ["a0", "b", "a1", "a2"]


def test_who_was_served_longest_ago_is_next() -> None:
    waiting = [Waiting("a", "anna", 1, False), Waiting("b", "bob", 2, False), Waiting("c", "carl", 3, False)]

    assert in_turn(waiting, {"anna": 30.0, "bob": 10.0, "carl": 20.0}) == ["b", "c", "a"]


def test_what_was_running_before_goes_first() -> None:
    waiting = [Waiting("new", "bob", 1, False), Waiting("old", "anna", 2, True)]

    assert in_turn(waiting, {"anna": 99.0}) == ["old", "new"]


def test_addresses_take_turns_whoever_invents_visitors() -> None:
    waiting = [Waiting(f"x{k}", f"x{k}", k, False, "10.0.0.1") for k in range(4)]
    waiting += [Waiting("a", "anna", 8, False, "10.0.0.2"), Waiting("b", "bob", 9, False, "10.0.0.2")]

    assert in_turn(waiting, {}) == ["x0", "a", "x1", "b", "x2", "x3"]


def test_what_comes_back_goes_first_by_address_too() -> None:
    waiting = [Waiting(f"x{k}", f"x{k}", k, True, "10.0.0.1") for k in range(3)]
    waiting += [Waiting("a", "anna", 9, True, "10.0.0.2")]

    assert in_turn(waiting, {"@10.0.0.1": 50.0}) == ["a", "x0", "x1", "x2"]


def test_an_address_that_was_served_waits_until_the_others_were(store: Store) -> None:
    first, second = (store.submit(order(), Visitor(f"invented {k}", ANNA.address)) for k in range(2))
    claim(store)
    third = store.submit(order(), BOB)

    assert store.find(first.id).state == "running"
    assert [store.find(run.id).queue_position for run in (third, second)] == [1, 2]


def test_a_turn_is_remembered_though_its_run_is_deleted(store: Store) -> None:
    first, second = store.submit(order(), ANNA), store.submit(order(), ANNA)
    third = store.submit(order(), BOB)
    claimed = claim(store)
    store.delete(first.id)

    position = {run.id: run.queue_position for run in store.list()}

    assert claimed.run_id == first.id
    assert position == {third.id: 1, second.id: 2}


def test_a_claimed_run_says_so_at_once(store: Store) -> None:
    run = store.submit(order(), ANNA)

    claim(store)

    assert store.find(run.id).started_at is not None
    assert [event.kind for event in store.events(run.id)] == ["state", "state"]
    assert store.find(run.id).state == "running"
