"""A class in all rooms, while somebody attacks."""

import asyncio
import time

import pytest

from tests.attacks.conftest import Besieged
from tests.attacks.visitors import Record, Visitor

THIRTY = 30


@pytest.mark.parametrize("attack", ["slow_heads", "non_readers"])
def test_thirty_visitors_are_all_answered(server: Besieged, attack: str) -> None:
    record = Record()

    async def class_in_rooms() -> None:
        visitors = [Visitor(f"http://127.0.0.1:{server.port}", number, record, (0.5, 3.0)) for number in range(THIRTY)]
        attacked = asyncio.to_thread(server.under, attack, seconds=6)
        await asyncio.gather(attacked, *(visitor.stay(time.monotonic() + 6) for visitor in visitors))
        await asyncio.gather(*(visitor.leave() for visitor in visitors))

    asyncio.run(class_in_rooms())

    assert record.faults == []
    assert sum(record.answers.values()) > THIRTY
