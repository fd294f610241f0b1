"""A stream of app/web/training/streams.py read in this process."""

import re
from collections.abc import AsyncIterator

from app.web.training.streams import Streams
from tests.web.logged_runs import read_events


async def watch(streams: Streams, run_id: str, after: int = 0, language: str = "en") -> list[tuple[int, str, str]]:
    """All events until the stream ends."""
    return read_events("".join([piece.decode() async for piece in streams.watch(run_id, after, language)]))


async def take(frames: AsyncIterator[bytes], last: int) -> list[int]:
    """The numbers of the events up to `last`."""
    rest, seen = b"", []
    async for piece in frames:
        *blocks, rest = (rest + piece).split(b"\n\n")
        seen += [int(number) for block in blocks for number in re.findall(rb"^id: (\d+)$", block, re.MULTILINE)]
        if not rest and seen and seen[-1] >= last:
            break
    return seen
