"""Room in memory for bodies that have arrived: how much there is, who comes in next, and that it is left."""

import asyncio
import io
from typing import Any

import pytest
from starlette.testclient import TestClient
from starlette.types import Message

from app.core.shares import Holder
from app.settings import Settings
from app.web.forms import FormReader
from app.web.middleware import Allowance, _Body, _Refusal
from app.web.places import Room, Stay
from app.web.refusals import VisitorLeft
from tests.web.conftest import Post, written

RICH, POOR = Holder("10.0.0.1", "a"), Holder("10.0.0.2", "b")


def test_so_much_comes_in_and_whoever_holds_least_is_next() -> None:
    async def act() -> list[str]:
        room, order = Room(100), []

        async def come(name: str, holder: Holder, size: int) -> Stay:
            stay = await enter(room, holder, size)
            order.append(name)
            return stay

        first, second = await come("rich, first", RICH, 30), await come("rich, second", RICH, 30)
        waiting = [asyncio.create_task(come(f"rich, {number}", RICH, 60)) for number in range(2)]
        await asyncio.sleep(0)
        waiting.append(asyncio.create_task(come("poor", POOR, 60)))
        await asyncio.sleep(0)
        assert order == ["rich, first", "rich, second"]
        first.leave()
        first.leave()
        poor = await waiting[2]
        assert order == ["rich, first", "rich, second", "poor"]
        poor.leave()
        second.leave()
        (await waiting[0]).leave()
        (await waiting[1]).leave()
        return order

    assert asyncio.run(act()) == ["rich, first", "rich, second", "poor", "rich, 0", "rich, 1"]


def test_what_is_larger_than_the_room_comes_in_alone_and_who_gives_up_is_forgotten() -> None:
    async def act() -> None:
        room = Room(100)
        large = await enter(room, RICH, 1000)
        tired = asyncio.create_task(enter(room, RICH, 1))
        await asyncio.sleep(0)
        tired.cancel()
        await asyncio.gather(tired, return_exceptions=True)
        entered = asyncio.create_task(enter(room, POOR, 100))
        await asyncio.sleep(0)
        assert not entered.done()
        large.leave()
        await entered

    asyncio.run(act())


def test_an_address_leaves_room_to_others() -> None:
    async def act() -> None:
        room = Room(100)
        stays = [room.stay(RICH) for _ in range(4)]
        assert [stay.ask(30) for stay in stays] == [True, True, False, False]
        assert room.stay(POOR).ask(40)
        stays[0].leave()
        assert [stay.called.is_set() for stay in stays] == [True, True, True, False]

    asyncio.run(act())


def test_who_waits_for_room_is_heard_when_they_leave() -> None:
    room, stopping = Room(100), asyncio.Event()
    assert room.stay(POOR).ask(100)
    messages = [{"type": "http.request", "body": b"x"}, {"type": "http.disconnect"}]

    async def receive() -> Message:
        await asyncio.sleep(0)
        return messages.pop(0)

    async def act() -> None:
        stay = room.stay(RICH)
        with pytest.raises(_Refusal) as refused:
            await _Body(receive, 100, Allowance(100, 5.0, 1), stopping, stay).receive()
        assert isinstance(refused.value.error, VisitorLeft)
        stay.leave()

    asyncio.run(act())
    assert not room._waiting


def test_pictures_that_fill_the_room_are_all_answered(client: TestClient, convolve: Post, photo: Any) -> None:
    room = next(layer for layer in _layers(client) if hasattr(layer, "_room"))._room
    room._size = 1  # each comes in alone
    try:
        assert [convolve({"kernel": "identity"}, image=written(photo)).status_code for _ in range(3)] == [200] * 3
        assert room._held == 0
    finally:
        room._size = Settings().arrived_bytes


def test_all_fields_together_are_no_longer_than_one_may_be(client: TestClient, png: bytes) -> None:
    half = "x" * (Settings().json_bytes // 2 + 1)
    fields = {"kernel": half, "sample": half}
    answer = client.post("/api/convolutions", data=fields, files={"image": ("a.png", io.BytesIO(png))})
    assert (answer.status_code, answer.json()["type"]) == (413, "/api/problems#body-too-large")
    assert FormReader.spool_max_size < 100_000


async def enter(room: Room, holder: Holder, size: int) -> Stay:
    """As a body does."""
    stay = room.stay(holder)
    try:
        if not stay.ask(size):
            await stay.called.wait()
    except BaseException:
        stay.leave()
        raise
    return stay


def _layers(client: TestClient) -> Any:
    layer: Any = client.app.middleware_stack  # type: ignore[attr-defined]
    while layer is not None:
        yield layer
        layer = getattr(layer, "app", None)
