"""A proxy in front of equal servers, as small as one can be: each connection goes to the next server that takes it."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count


class Balancer:
    """Bytes are passed on as they come. A server that takes no connection is passed by."""

    def __init__(self, ports: Sequence[int]) -> None:
        self.ports = list(ports)
        self.port = 0
        self.taken: list[int] = []  # the server of each connection, in order
        self._next = count()

    async def start(self) -> asyncio.Server:
        """Listens at a free port."""
        server = await asyncio.start_server(self._pass, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = next(self._next)
        for turn in range(len(self.ports)):
            port = self.ports[(first + turn) % len(self.ports)]
            with suppress(OSError):
                theirs = await asyncio.open_connection("127.0.0.1", port)
                self.taken.append(port)
                await asyncio.gather(_copy(reader, theirs[1]), _copy(theirs[0], writer))
                return
        writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


@contextmanager
def balancing(ports: Sequence[int]) -> Iterator[Balancer]:
    """One in a thread of its own."""
    balancer, loop, ready = Balancer(ports), asyncio.new_event_loop(), threading.Event()

    def run() -> None:
        loop.run_until_complete(balancer.start())
        ready.set()
        loop.run_forever()

    thread = threading.Thread(target=run, name="balancer", daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield balancer
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
