"""Whose turn it is: app/runs/store/queue.py."""

import random
import time

import pytest

from app.runs.store import queue
from app.runs.store.database import writing
from app.runs.store.queue import QueueLimits, Waiting, claim_placed, in_turn, next_in, turn_names
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


def test_two_that_are_to_be_compared_have_their_turn_together() -> None:
    waiting = [
        Waiting("a", "anna", 1, False),
        Waiting("b", "bob", 2, False),
        Waiting("with", "anna", 3, False, pair="a"),
    ]
    waiting += [Waiting("third", "anna", 4, False, pair="a"), Waiting("his", "carl", 5, False, pair="b")]

    assert in_turn(waiting, {}) == ["a", "with", "b", "his", "third"]


TWO = QueueLimits(small_at_once=2)


def small(name: str, **fields: object) -> Waiting:
    return Waiting(name, name, 1, False, is_small=True, **fields)  # type: ignore[arg-type]


def starts(waiting: list[Waiting], free: int) -> tuple[str, int | None] | None:
    chosen = next_in(waiting, free, TWO)
    return (chosen[0].id, chosen[1]) if chosen else None


def test_a_small_run_alone_has_all_threads_and_one_beside_others_has_one() -> None:
    assert starts([small("a")], 2) == ("a", None)
    assert starts([small("a"), small("b")], 2) == ("a", 1)
    assert starts([small("b")], 1) == ("b", 1)
    assert starts([small("a"), Waiting("large", "x", 2, False)], 2) == ("a", None)


def test_a_large_run_waits_for_the_whole_room_and_nobody_passes_it() -> None:
    waiting = [Waiting("large", "x", 1, False), small("a")]

    assert starts(waiting, 1) is None
    assert starts(waiting, 2) == ("large", None)


def test_a_run_goes_on_with_the_threads_it_began_with() -> None:
    assert starts([small("all", has_begun=True), small("b")], 2) == ("all", None)
    assert starts([small("all", has_begun=True)], 1) is None
    assert starts([small("one", has_begun=True, threads=1)], 2) == ("one", 1)


def test_two_small_ones_that_are_to_be_compared_start_together_or_not_yet() -> None:
    pair = [Waiting("a", "anna", 1, False, is_small=True), Waiting("b", "anna", 2, False, is_small=True, pair="a")]

    assert starts(pair, 1) is None
    assert starts(pair, 2) == ("a", 1)
    assert starts(pair[1:], 1) == ("b", 1)


def as_the_rule_reads(waiting: list[Waiting], served: dict[str, float]) -> list[str]:
    """`in_turn`, looking at all who are left each time."""
    left, turns, order = list(waiting), dict(served), []

    def rank(run: Waiting) -> tuple[bool, float, float, float, str]:
        at, by = (turns.get(name, 0.0) for name in turn_names(run.holder))
        return not run.is_resumed, at, by, run.queued_at, run.id

    while left:
        chosen = min(left, key=rank)
        for run in [chosen, *(run for run in left if run.belongs_to(chosen))][:2]:
            left.remove(run)
            order.append(run.id)
        turns |= dict.fromkeys(turn_names(chosen.holder), max(turns.values(), default=0.0) + 1.0)
    return order


@pytest.mark.parametrize("seed", range(60))
def test_any_queue_is_ordered_as_the_rule_reads(seed: int) -> None:
    chance = random.Random(seed)
    count = chance.randint(2, 40)
    waiting = [
        Waiting(f"r{number:02}", f"v{chance.randint(0, 6)}", chance.choice([1.0, 2.0, float(number)]),
                chance.random() < 0.2, f"10.0.{chance.randint(0, 3)}.1",
                pair=f"r{chance.randint(0, number - 1):02}" if number and chance.random() < 0.3 else None)
        for number in range(count)
    ]  # fmt: skip
    waiting.sort(key=lambda run: (run.queued_at, run.id))
    names = [name for run in waiting for name in turn_names(run.holder)]
    served = {name: float(chance.randint(1, 9)) for name in names if chance.random() < 0.4}

    assert in_turn(waiting, served) == as_the_rule_reads(waiting, served)


def test_a_long_queue_is_ordered_in_a_moment() -> None:
    waiting = [Waiting(f"{number:05}", f"v{number // 2}", float(number), False, "10.0.0.1") for number in range(5000)]
    began = time.process_time()

    order = in_turn(waiting, {})

    assert len(order) == 5000
    assert time.process_time() - began < 1.0, "looking at all each time takes half a minute"


def test_a_place_is_not_taken_twice_nor_for_a_run_that_waits_no_more(store: Store) -> None:
    first, second = store.submit(order(), ANNA), store.submit(order(), BOB)

    with writing(store.engine) as connection:
        claims = [
            claim_placed(connection, store.limits, run, "ray/x", threads=3, device="cpu")
            for run in (first.id, first.id, second.id)
        ]

    assert claims[0]
    assert claims[1:] == [None, None]  # it is on, and there is one place


def test_a_claim_reads_the_one_row_and_not_the_queue(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = [store.submit(order(), Visitor(f"v{number}", f"10.0.0.{number}")) for number in range(5)]
    read: list[str] = []
    monkeypatch.setattr(queue, "Waiting", lambda *row: read.append(row[0]) or Waiting(*row))

    with writing(store.engine) as connection:
        claimed = claim_placed(connection, store.limits, waiting[3].id, "ray/x", threads=1, device="cpu")

    assert claimed
    assert read == [waiting[3].id]
