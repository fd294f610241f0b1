"""Places and turns that all share: who gives one up, who is next, and that nobody alone is kept from anything."""

import asyncio
from collections.abc import Coroutine
from contextlib import ExitStack
from typing import Any

import pytest

from app.core.shares import Holder
from app.web import places as places_module
from app.web.places import Place, Places, Turns
from app.web.refusals import Busy

CROWD = [Holder("10.0.0.9", f"invented {k}") for k in range(9)]
ANNA, BOB = Holder("10.0.0.1", "anna"), Holder("10.0.0.1", "bob")


def play(scene: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(scene, 20))


def test_alone_one_may_have_all_places_and_no_more() -> None:
    places = Places(3)

    with ExitStack() as held:
        taken = [held.enter_context(places.take(holder)) for holder in CROWD[:3]]
        with pytest.raises(Busy), places.take(CROWD[3]):
            pass
        assert len(places) == 3
        assert not any(place.is_lost for place in taken)
    assert len(places) == 0


def test_whoever_has_most_gives_the_newest_to_who_has_less_until_both_have_their_part() -> None:
    places, lost = Places(4), []

    with ExitStack() as held:
        taken = [held.enter_context(places.take(holder)) for holder in CROWD[:4]]
        for number, place in enumerate(taken):
            place.on_lost = lambda number=number: lost.append(number)
        for holder in (ANNA, BOB):
            held.enter_context(places.take(holder))
        with pytest.raises(Busy), places.take(ANNA):
            pass
        with pytest.raises(Busy), places.take(CROWD[5]):
            pass

        assert lost == [3, 2]
        assert [place.is_lost for place in taken] == [False, False, True, True]
        assert len(places) == 4
    assert len(places) == 0


def test_behind_one_address_visitors_share() -> None:
    places = Places(3)

    with ExitStack() as held:
        annas = [held.enter_context(places.take(ANNA)) for _ in range(3)]
        held.enter_context(places.take(BOB))

        assert [place.is_lost for place in annas] == [False, False, True]


def test_turns_go_round_by_address_then_by_visitor() -> None:
    order: list[Holder] = []

    async def work(turns: Turns, holder: Holder) -> None:
        async with turns.turn(Place(holder)):
            order.append(holder)
            await asyncio.sleep(0)

    async def scene() -> None:
        turns = Turns(1)
        calls = [CROWD[0], CROWD[0], CROWD[1], ANNA, ANNA, BOB]
        await asyncio.gather(*(work(turns, holder) for holder in calls))

    play(scene())
    assert order == [CROWD[0], ANNA, CROWD[1], BOB, CROWD[0], ANNA]


def test_who_gives_up_waiting_is_left_out_and_a_broken_call_gives_its_turn_back() -> None:
    done: list[str] = []

    async def work(turns: Turns, name: str) -> None:
        async with turns.turn(Place(ANNA)):
            await asyncio.sleep(0.05)
            if name == "broken":
                raise ValueError
            done.append(name)

    async def scene() -> None:
        turns = Turns(1)
        calls = [asyncio.create_task(work(turns, name)) for name in ("broken", "gone", "last")]
        await asyncio.sleep(0.01)
        calls[1].cancel()
        await asyncio.gather(*calls, return_exceptions=True)

    play(scene())
    assert done == ["last"]


def test_long_calls_of_one_address_leave_a_place_while_others_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places_module, "LONG_S", 0.05)
    waits: list[float] = []

    async def attack(turns: Turns) -> None:
        for _ in range(3):
            async with turns.turn(Place(CROWD[0])):
                await asyncio.sleep(0.3)

    async def ask(turns: Turns) -> None:
        clock = asyncio.get_running_loop()
        for _ in range(40):
            began = clock.time()
            async with turns.turn(Place(ANNA)):
                waits.append(clock.time() - began)
            await asyncio.sleep(0.02)

    async def scene() -> None:
        turns = Turns(2)
        async with turns.turn(Place(ANNA)):
            pass
        attackers = [asyncio.create_task(attack(turns)) for _ in range(4)]
        await asyncio.sleep(0.1)
        await ask(turns)
        for attacker in attackers:
            attacker.cancel()
        await asyncio.gather(*attackers, return_exceptions=True)

    play(scene())
    assert sum(wait > 0.05 for wait in waits) <= 1, "but for the first, which met two that had begun"


def test_alone_an_address_may_have_all_turns_however_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places_module, "LONG_S", 0.0)
    at_once = most = 0

    async def work(turns: Turns) -> None:
        nonlocal at_once, most
        async with turns.turn(Place(ANNA)):
            at_once += 1
            most = max(most, at_once)
            await asyncio.sleep(0.02)
            at_once -= 1

    async def scene() -> None:
        turns = Turns(3)
        await asyncio.gather(*(work(turns) for _ in range(9)))

    play(scene())
    assert most == 3


def test_who_has_all_turns_with_long_calls_gives_the_newest_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places_module, "LONG_S", 0.05)
    monkeypatch.setattr(places_module, "PATIENCE_S", 0.1)
    held = [Place(holder) for holder in CROWD[:2]]

    async def attack(turns: Turns, place: Place) -> None:
        async with turns.turn(place):
            await asyncio.sleep(60)

    async def scene() -> None:
        turns = Turns(2)
        calls = [asyncio.create_task(attack(turns, place)) for place in held]
        for place, call in zip(held, calls, strict=True):
            place.on_lost = call.cancel
        await asyncio.sleep(0.01)
        for holder in (ANNA, BOB):
            async with turns.turn(Place(holder)):
                pass
        calls[0].cancel()
        await asyncio.gather(*calls, return_exceptions=True)

    play(scene())
    assert [place.is_lost for place in held] == [False, True]
