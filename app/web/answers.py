"""Small answers packed. Large ones: from a file where a worker made them, in pieces, and counted until they are taken.

An answer that nobody reads costs what it weighs. Past the limit whoever has most under way gives way, the one first
that has stood still for longest. A stream of events has no end, and is neither packed nor counted. It does not know
what is answered.
"""

import asyncio
import gzip
import os
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import FileIO
from pathlib import Path
from typing import Any, BinaryIO

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response, StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.errors import NO_SPACE, DiskFull
from app.core.shares import household

ANSWERS = "answers"  # the folder in `data`
PIECE = 65_536  # sent at once, and so what a slow visitor holds of an answer from a file
IN_MEMORY = 4 * 2**20  # larger ones come as a file
PACKED = range(1000, 131_072)  # bytes of a text that is packed: less is not worth it, more would keep others waiting
_TEXTS = ("text/html", "application/json", "application/problem+json")
CONNECTION = "connection"  # the extension of ASGI by which a server tells how to close one
_SHARED = "/static/"  # kept once, however many wait for it


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker made: bytes, what writes them, or the file that holds them; `about` is for headers."""

    data: bytes = b""
    about: Any = None
    write: Callable[[BinaryIO], object] | None = None
    path: Path | None = None
    file: FileIO | None = None

    def put(self, path: Path) -> "Answer":
        """In the file of that path, if it is large or has to be written. Runs in the worker. Raises DiskFull.

        The file is there, unless the server has given the call up: so a worker that goes on a while leaves none behind.
        """
        if self.write is None and len(self.data) <= IN_MEMORY:
            return self
        try:
            with path.open("r+b") as file:
                (self.write or self._copy)(file)
        except OSError as error:
            if isinstance(error, FileNotFoundError) and path.exists():
                raise  # something that is read for it, such as a run that was removed
            raise DiskFull(NO_SPACE) from error
        return replace(self, data=b"", write=None, path=path)

    def take(self) -> "Answer":
        """Open, and without a name from now on, so that nothing stays whatever happens."""
        if self.path is None:
            return self
        file = self.path.open("rb", buffering=0)
        self.path.unlink()
        return replace(self, path=None, file=file)

    def _copy(self, file: BinaryIO) -> None:
        file.write(self.data)


class Held:
    """An answer under way."""

    def __init__(self, scope: Scope, left: int) -> None:
        self.address = household(scope["client"][0]) if scope.get("client") else ""
        self.left = left
        self.moved = time.monotonic()
        self._connection = scope.get("extensions", {}).get(CONNECTION, {})

    @property
    def is_wanted(self) -> bool:
        """Whether anybody is still there."""
        return "is_open" not in self._connection or bool(self._connection["is_open"]())

    def close(self) -> None:
        """Drops the connection."""
        if "close" in self._connection:
            self._connection["close"]()


class UnderWay:
    """Bytes of answers, at most `most`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._all: set[Held] = set()

    @property
    def bytes(self) -> int:
        """So many are under way."""
        return sum(held.left for held in self._all)

    @contextmanager
    def hold(self, scope: Scope, size: int) -> Iterator[Held]:
        """Counts an answer while the block runs, which says what was sent of it."""
        held = Held(scope, size)
        self._all.add(held)
        self._make_room(held)
        try:
            yield held
        finally:
            self._all.discard(held)

    def _make_room(self, newcomer: Held) -> None:
        """What has just come weighs as well, but is not what goes."""
        while self.bytes > self._most and (others := self._all - {newcomer}):
            weights: Counter[str] = Counter()
            for held in self._all:
                weights[held.address] += held.left
            going = min(others, key=lambda held: (-weights[held.address], held.moved))
            self._all.discard(going)
            going.close()


class InPieces:
    """Sends what is large piece by piece, as fast as it is taken."""

    def __init__(self, app: ASGIApp, under_way: UnderWay) -> None:
        self.app = app
        self._under_way = under_way

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(_SHARED):
            await self.app(scope, receive, send)
            return

        async def send_in_pieces(message: Message) -> None:
            body = message.get("body", b"")
            if len(body) <= PIECE:
                await send(message)
                return
            view, goes_on = memoryview(body), message.get("more_body", False)
            with self._under_way.hold(scope, len(body)) as held:
                for start in range(0, len(body), PIECE):
                    is_last = start + PIECE >= len(body)
                    piece = {"body": view[start : start + PIECE], "more_body": goes_on or not is_last}
                    await send({"type": "http.response.body"} | piece)
                    _count(held, PIECE)

        await self.app(scope, receive, send_in_pieces)


class Packing:
    """Packs pages and JSON that are whole when they are sent; what comes in pieces, as streams do, stays as it is."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        held: Message | None = None  # the head of an answer whose length is told, until its body is there

        async def send_packed(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start" and _may_be_packed(message):
                held = message
                return
            if held is not None:
                head, held = held, None
                message = _pack(head, message) if takes_gzip(scope) else message
                await send(head)
            await send(message)

        await self.app(scope, receive, send_packed if scope["type"] == "http" else send)


def takes_gzip(scope: Scope) -> bool:
    """Whether its browser reads what is packed."""
    return "gzip" in Headers(scope=scope).get("accept-encoding", "")


def _may_be_packed(head: Message) -> bool:
    headers = MutableHeaders(scope=head)
    is_text = headers.get("content-type", "").partition(";")[0] in _TEXTS
    if is_text:
        headers.add_vary_header("Accept-Encoding")
    return is_text and "content-encoding" not in headers and int(headers.get("content-length", 0)) in PACKED


def _pack(head: Message, message: Message) -> Message:
    """The whole body, packed, and told in its head; of a body in pieces this one as it is."""
    if message.get("more_body", False):
        return message
    packed = gzip.compress(message["body"], 6, mtime=0)
    headers = MutableHeaders(scope=head)
    headers["Content-Encoding"] = "gzip"
    headers["Content-Length"] = str(len(packed))
    return {**message, "body": packed}


class FromWorker(Response):
    """The response that sends a worker's answer."""

    def __init__(self, answer: Answer, media_type: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(answer.data, media_type=media_type, headers=headers)
        self._file = answer.file
        if self._file is not None:
            self.headers["Content-Length"] = str(os.fstat(self._file.fileno()).st_size)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """From the file, where there is one."""
        if self._file is None:
            await super().__call__(scope, receive, send)
            return
        size = int(self.headers["Content-Length"])
        with self._file as file, scope["app"].state.answers_in_files.hold(scope, size) as held:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            while held.is_wanted and (piece := await _read(file)):
                _count(held, len(piece))
                await send({"type": "http.response.body", "body": piece, "more_body": held.left > 0})


async def _read(file: FileIO) -> bytes:
    """The next piece: at once where the system has it in memory, as it has what was just written; else in a thread."""
    piece = bytearray(PIECE)
    try:
        count = os.preadv(file.fileno(), [piece], file.tell(), os.RWF_NOWAIT)
    except (OSError, AttributeError):  # it would have to wait, or knows no such way
        return await asyncio.to_thread(file.read, PIECE)
    file.seek(count, os.SEEK_CUR)
    return bytes(memoryview(piece)[:count])


def download(name: str) -> dict[str, str]:
    """Headers of a file that is to be saved by that name, and made anew for everybody."""
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}


def _count(held: Held, sent: int) -> None:
    held.left = max(held.left - sent, 0)
    held.moved = time.monotonic()


def clear(folder: Path) -> None:
    """Makes the folder, and drops what killed servers left in it; another one may be at work in the same."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*"):
        if path.is_file() and time.time() - path.stat().st_mtime > 3600:
            path.unlink(missing_ok=True)


class EventStream(StreamingResponse):
    """`text/event-stream`, neither kept nor gathered on its way."""

    media_type = "text/event-stream"

    def __init__(self, frames: AsyncGenerator[bytes]) -> None:
        self._frames = frames
        super().__init__(frames, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})

    async def stream_response(self, send: Send) -> None:
        """As Starlette's; its frames end with it, also where it is cancelled between two."""
        try:
            await super().stream_response(send)
        finally:
            await self._frames.aclose()
