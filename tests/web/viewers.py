"""Many viewers of a run at once, over sockets: what a class of browsers is to a server."""

import asyncio
import random
from contextlib import suppress
from dataclasses import dataclass, field

from tests.web.logged_runs import read_events


@dataclass
class Viewer:
    """One connection to a run's events; `text` is what came of them."""

    port: int
    run_id: str
    last: int = 0
    status: int = 0
    raw: bytearray = field(default_factory=bytearray)

    async def watch(self) -> "Viewer":
        """Until the server ends the stream."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        asked = f"GET /api/runs/{self.run_id}/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        writer.write(f"{asked}Last-Event-ID: {self.last}\r\n\r\n".encode())
        try:
            self.status = int((await reader.readline()).split()[1])
            while (await reader.readline()).strip():
                pass
            while size := int((await reader.readline()).strip() or b"0", 16):
                self.raw += await reader.readexactly(size)
                await reader.readexactly(2)
        finally:
            writer.close()
        return self

    @property
    def events(self) -> list[tuple[int, str, str]]:
        """(id, kind, data) of each."""
        return read_events(self.raw.decode())


async def follow(port: int, run_id: str, seed: int) -> list[int]:
    """The numbers of all events to the run's end, by a viewer whose connection breaks now and then."""
    chance, seen = random.Random(seed), [0]
    while True:
        viewer = Viewer(port, run_id, seen[-1])
        with suppress(TimeoutError, OSError, EOFError, IndexError, ValueError):
            await asyncio.wait_for(viewer.watch(), 0.2 + 2 * chance.random())
        del viewer.raw[viewer.raw.rfind(b"\n\n") + 2 :]
        seen += [number for number, _, _ in viewer.events]
        if viewer.status == 204:
            return seen[1:]
        await asyncio.sleep(0.1)


async def gather(port: int, run_id: str, count: int) -> list[Viewer]:
    """All of them, from the first event to the end."""
    return await asyncio.gather(*(Viewer(port, run_id).watch() for _ in range(count)))
