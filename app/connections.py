"""What holds for connections before the application hears of them: heads that end, bytes that move, shares.

uvicorn's own protocol takes heads of any length, for ever, from anybody. This one does not know routes.
"""

import asyncio
import secrets
import socket
import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import httptools
import structlog
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import _TrustedHosts
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from app.core.errors import N_, PlaygroundError
from app.core.shares import household
from app.web.answers import CONNECTION
from app.web.errors import respond
from app.web.middleware import SECURITY_HEADERS
from app.web.refusals import (
    AddressTooLong,
    BodyTooSlow,
    HeadTooLarge,
    HeadTooSlow,
    MalformedRequest,
    TooManyConnections,
)

log = structlog.get_logger("app.access")

MOST_BYTES = 65_536  # of a request line with its headers; and of what frames a body, beyond a part of what it frames
FRAMED = 16  # that part: chunks of fewer than some hundred bytes cost more to take apart than they bring
MOST_HEADERS = 100
MOST_WAITING = 8  # requests of one connection behind the one that is answered
HEAD_S = 10.0
STILL_S = 30.0  # without a byte of a body that is awaited
STUCK_S = 60.0  # without a byte taken of what is sent
LINGER_S = 2.0  # in which a refusal can be read by who still sends
SHARE = 2  # of all connections one address may have that part
TURNS = 4  # requests of one address that are worked on at once by this process
KERNEL_BYTES = 262_144  # that the system keeps of what is sent and not taken
READ_BYTES = 65_536  # that come at once: all connections that have something are read in one pass of the loop
_TCP_INFO, _BYTES_ACKED = 11, slice(120, 128)  # Linux: tcpi_bytes_acked of struct tcp_info
_NEVER = float("inf")
Start = Callable[[], bool]  # False: it is not wanted any more


class Connections:
    """All connections of a server: at most `most`, of one address at most a share, but for those of `proxies`."""

    def __init__(self, most: int, proxies: Sequence[str] = ()) -> None:
        self.most = most
        self.proxies = _TrustedHosts(list(proxies))  # networks and * as well, as uvicorn reads them
        self._of: dict[str, dict[Connection, None]] = {}
        self._count = 0
        self._turns: Counter[str] = Counter()
        self._waiting: dict[str, deque[Start]] = {}

    def admit(self, connection: "Connection") -> bool:
        """Takes it in; whoever has most gives way. False where none of theirs is idle."""
        mine = self._of.setdefault(connection.address, {})
        mine[connection] = None
        self._count += 1
        if len(mine) > self._share(connection.address):
            return self._give_way(mine, connection)
        if self._count > self.most:
            return self._give_way(max(self._of.values(), key=len), connection)
        return True

    def leave(self, connection: "Connection") -> None:
        """It is closed."""
        mine = self._of.get(connection.address, {})
        if connection in mine:
            del mine[connection]
            self._count -= 1
        if not mine:
            self._of.pop(connection.address, None)

    def look(self) -> None:
        """Ends those of which nothing moves; to be called every second."""
        now = time.monotonic()
        for connection in [connection for mine in self._of.values() for connection in mine]:
            connection.look(now)

    def take_turn(self, address: str, start: Start) -> None:
        """Starts a request of that address as soon as fewer than TURNS of its requests are being worked on."""
        if self._turns[address] >= TURNS and address not in self.proxies:
            self._waiting.setdefault(address, deque()).append(start)
        elif start():
            self._turns[address] += 1

    def end_turn(self, address: str) -> None:
        """The next one's turn."""
        waiting = self._waiting.get(address, ())
        while waiting:
            if waiting.popleft()():
                return
        self._waiting.pop(address, None)
        self._turns[address] -= 1
        if not self._turns[address]:
            del self._turns[address]

    def _share(self, address: str) -> int:
        return self.most if address in self.proxies else max(self.most // SHARE, 1)

    def _give_way(self, theirs: dict["Connection", None], newcomer: "Connection") -> bool:
        """The oldest of theirs that answers nobody is closed, of those first whose answers have been taken."""
        idle = [connection for connection in theirs if connection.is_idle and connection is not newcomer]
        oldest = next((connection for connection in idle if not connection.is_sending), idle[0] if idle else None)
        if oldest is not None:
            oldest.close()
        return oldest is not None


class Connection(HttpToolsProtocol):
    """One of them. What is refused is answered as a problem where an answer can still be given."""

    def __init__(self, *arguments: Any, connections: Connections, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._all = connections
        self.address = ""
        self.moved = self._taken_at = time.monotonic()  # when the last byte came, and one of ours was taken
        self._taken: int | None = None
        self._head_due = _NEVER
        self._head_bytes = 0  # framing, in truth: of heads, chunks and trailers
        self._body_bytes = 0
        self._closes_at = _NEVER
        self._answered: RequestResponseCycle | None = None  # now, or last; `cycle` is the newest that came
        self._fault: PlaygroundError | None = None
        self._hosts = 0
        self._extensions: Any = {CONNECTION: {"close": self.close, "is_open": self._is_open}}

    @property
    def is_idle(self) -> bool:
        """No request is being answered."""
        return self._answered is None or self._answered.response_complete

    @property
    def is_sending(self) -> bool:
        """Something of an answer, which may be complete, is still here."""
        return self.transport.get_write_buffer_size() > 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Refused where there are too many."""
        super().connection_made(transport)
        peer = self.client[0] if self.client else ""
        self.address = peer if peer in self._all.proxies else household(peer)
        if (plug := transport.get_extra_info("socket")) is not None:
            with suppress(OSError):
                plug.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BYTES)
                plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, READ_BYTES)
        self._head_due = time.monotonic() + HEAD_S
        if not self._all.admit(self):
            self._refuse(TooManyConnections(N_("Your address has too many connections open. Close some, then retry.")))
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """As uvicorn's."""
        self._all.leave(self)
        self._end_cycles()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parsed in pieces that are no longer than a head may still be."""
        self.moved = time.monotonic()
        left = memoryview(data)  # bytes would be copied for each piece, which can be as short as one sends them
        while left and self._closes_at == _NEVER and not self.transport.is_closing():
            room = MOST_BYTES - self._head_bytes
            piece, left = left[:room], left[room:]
            self._body_bytes = 0
            try:
                self.parser.feed_data(piece)
            except httptools.HttpParserUpgrade:
                pass  # RFC 9110, 7.8: who does not know the other protocol goes on with this one
            except httptools.HttpParserError:
                return self._refuse(self._fault or MalformedRequest(N_("The request cannot be read.")))
            framing = len(piece) - self._body_bytes
            self._head_bytes = max(self._head_bytes + framing - self._body_bytes // FRAMED, 0)
            if self._head_bytes >= MOST_BYTES:
                return self._refuse(self._too_large())
        return None

    def on_message_begin(self) -> None:
        """As uvicorn's; from now on the head has its time."""
        self._unset_keepalive_if_required()
        self._head_due, self._head_bytes, self._hosts = self.moved + HEAD_S, 0, 0
        if len(self.pipeline) >= MOST_WAITING:
            self._fail(MalformedRequest(N_("Too many requests were sent without waiting for an answer.")))
        super().on_message_begin()
        self.scope["extensions"] = self._extensions

    def on_header(self, name: bytes, value: bytes) -> None:
        """As uvicorn's; what comes after a body is no header."""
        if self._head_due == _NEVER:
            return
        if len(self.headers) >= MOST_HEADERS:
            self._fail(self._too_large())
        name = name.lower()
        if name == b"host":
            self._hosts += 1
        elif name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """As uvicorn's, for a request that names one host (RFC 9112, 3.2)."""
        self._head_due, self._head_bytes = _NEVER, 0
        if self._hosts > 1 or (self._hosts == 0 and self.parser.get_http_version() != "1.0"):
            self._fail(MalformedRequest(N_("A request names its host once, in one 'Host' header.")))
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """As uvicorn's."""
        self._body_bytes += len(body)
        super().on_body(body)

    def look(self, now: float) -> None:
        """Ends it where nothing has moved for too long."""
        self._look_at_sending(now)
        if self._closes_at <= now:
            self.transport.abort()
        elif self._closes_at != _NEVER or self.transport.is_closing():
            return
        elif self._head_due <= now:
            self._end_head()
        elif self._waits_for_body() and now - self.moved > STILL_S:
            self._refuse(BodyTooSlow(N_("For %(limit)d seconds nothing came of the request."), limit=STILL_S))

    def close(self) -> None:
        """At once, whatever was begun."""
        self._all.leave(self)
        self.transport.abort()

    def _is_open(self) -> bool:
        return not (self.transport.is_closing() or self._closes_at < _NEVER)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGIApp) -> None:  # type: ignore[override]
        begin = super()._start_asgi_task
        self._answered = cycle

        def start() -> bool:
            if is_wanted := not (cycle.disconnected or self.transport.is_closing()):
                begin(cycle, self._in_turn(cycle, app))  # type: ignore[arg-type]
            return is_wanted

        self._all.take_turn(self.address, start)

    def _in_turn(self, cycle: RequestResponseCycle, app: ASGIApp) -> ASGIApp:
        """The application, whose turn ends where it begins to answer, or waits for its visitor or for a worker.

        While it waits for a worker it listens whether the visitor leaves.
        """
        has_turn = True

        def end() -> None:
            nonlocal has_turn
            if has_turn:
                has_turn = False
                self._all.end_turn(self.address)

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            async def send_on(message: Message) -> None:
                end()
                await send(message)

            async def receive_on() -> Message:
                if not cycle.message_event.is_set():
                    end()
                return await receive()

            try:
                await app(scope, receive_on, send_on)
            finally:
                end()

        return answer

    def _look_at_sending(self, now: float) -> None:
        taken = _acknowledged(self.transport) if self.transport.get_write_buffer_size() else None
        if taken is None or taken != self._taken:
            self._taken, self._taken_at = taken, now
        elif now - self._taken_at > STUCK_S:
            self.transport.abort()

    def _waits_for_body(self) -> bool:
        return not self.is_idle and self.cycle.more_body and not self.flow.read_paused

    def _end_head(self) -> None:
        """One that was never begun is no fault: browsers open connections in advance."""
        if self._head_bytes:
            self._refuse(HeadTooSlow(N_("The request's headers took longer than %(limit)d seconds."), limit=HEAD_S))
        else:
            self.transport.close()

    def _too_large(self) -> PlaygroundError:
        if self._head_due == _NEVER:
            return MalformedRequest(N_("The request cannot be read."))
        if len(self.url) > MOST_BYTES // 2:
            return AddressTooLong(N_("The address is longer than the %(limit)d bytes accepted."), limit=MOST_BYTES)
        return HeadTooLarge(
            N_("The request's headers are more than %(limit)d bytes, or %(most)d lines. Delete this site's cookies."),
            limit=MOST_BYTES, most=MOST_HEADERS,
        )  # fmt: skip

    def _fail(self, fault: PlaygroundError) -> None:
        """From within the parser, which ends with it."""
        self._fault = fault
        raise httptools.HttpParserError

    def _refuse(self, error: PlaygroundError) -> None:
        """Answers, unless an answer is under way, and reads no more; who is being answered has left."""
        if self.transport.is_closing() or self._closes_at != _NEVER:
            return
        if self.is_idle or not (self._answered and self._answered.response_started):
            self.transport.write(self._write_problem(error))
        self._end_cycles()
        self._closes_at = time.monotonic() + LINGER_S
        self.transport.write_eof()

    def _end_cycles(self) -> None:
        """Whoever is answered, or waits for it, has left."""
        waiting = [cycle for cycle, _ in self.pipeline]
        for cycle in (self._answered, self.cycle, *waiting):
            if cycle is not None and not cycle.response_complete:
                cycle.disconnected = True
                cycle.message_event.set()
        self.pipeline.clear()

    def _write_problem(self, error: PlaygroundError) -> bytes:
        number = secrets.token_hex(8)
        wishes = [header for header in self.headers or [] if header[0] in (b"accept-language", b"cookie")]
        response = respond(Request({
            "type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": wishes,
            "state": {"request_id": number},
        }), error)  # fmt: skip
        response.headers.update(SECURITY_HEADERS | {"X-Request-ID": number, "Connection": "close"})
        if self.is_idle:  # else the request that it ends has its own line
            log.info("request", request_id=number, method="-", route="-", status=response.status_code, ms=0.0)
        lines = [name + b": " + value + b"\r\n" for name, value in response.raw_headers]
        return b"".join([STATUS_LINE[response.status_code], *lines, b"\r\n", bytes(response.body)])


def _acknowledged(transport: asyncio.Transport) -> int:
    """Bytes that the other side's system has taken; where this one does not tell, a number that changes with them."""
    plug = transport.get_extra_info("socket")
    try:
        return int.from_bytes(plug.getsockopt(socket.IPPROTO_TCP, _TCP_INFO, 128)[_BYTES_ACKED], sys.byteorder)
    except (OSError, AttributeError):
        return -transport.get_write_buffer_size()
