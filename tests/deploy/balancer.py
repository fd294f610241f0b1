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
        self._passing: set[asyncio.Task[None]] = set()
        self._over = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def serve(self, ready: threading.Event) -> None:
        """At a free port, until `stop`."""
        self._loop = asyncio.get_running_loop()
        server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await self._over.wait()
        server.close()
        for task in self._passing:
            task.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)
        await asyncio.sleep(0.05)  # what was closed is gone then

    def stop(self) -> None:
        """From another thread."""
        assert self._loop
        self._loop.call_soon_threadsafe(self._over.set)

    def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._pass(reader, writer))
        self._passing.add(task)
        task.add_done_callback(self._passing.discard)

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
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


@contextmanager
def balancing(ports: Sequence[int]) -> Iterator[Balancer]:
    """One in a thread of its own."""
    balancer, ready = Balancer(ports), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(balancer.serve(ready)), name="balancer", daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield balancer
    finally:
        balancer.stop()
        thread.join(10)
