"""Room in memory for bodies that have arrived: how much there is, who comes in next, and that it is left."""

import asyncio
import io
from typing import Any

from starlette.testclient import TestClient

from app.core.shares import Holder
from app.settings import Settings
from app.web.forms import FormReader
from app.web.places import Room, Stay
from tests.web.conftest import Post, written

RICH, POOR = Holder("10.0.0.1", "a"), Holder("10.0.0.2", "b")


def test_so_much_comes_in_and_whoever_holds_least_is_next() -> None:
    async def act() -> list[str]:
        room, order = Room(100), []

        async def come(name: str, holder: Holder, size: int) -> Stay:
            stay = room.stay(holder)
            await stay.enter(size)
            order.append(name)
            return stay

        first, second = await come("rich, first", RICH, 40), await come("rich, second", RICH, 40)
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
        large, second = room.stay(RICH), room.stay(POOR)
        await large.enter(1000)
        tired = asyncio.create_task(room.stay(RICH).enter(1))
        await asyncio.sleep(0)
        tired.cancel()
        await asyncio.gather(tired, return_exceptions=True)
        entered = asyncio.create_task(second.enter(100))
        await asyncio.sleep(0)
        assert not entered.done()
        large.leave()
        await entered

    asyncio.run(act())


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


def _layers(client: TestClient) -> Any:
    layer: Any = client.app.middleware_stack  # type: ignore[attr-defined]
    while layer is not None:
        yield layer
        layer = getattr(layer, "app", None)
