"""Connections on a real port: what is refused before the application hears of it, and who gives way to whom."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from functools import partial
from typing import Any

import pytest
import uvicorn
from starlette.types import Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import _TrustedHosts

from app import connections
from app.connections import MOST_BYTES, MOST_HEADERS, SHARE, TURNS, Connection, Connections

HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
ENDLESS = b"x" * 2 * MOST_BYTES
LARGE = 30_000_000
MOST = 8


class Listener(uvicorn.Server):
    """Looks at its connections at each tick; its application holds each request to /slow until it is let go."""

    def __init__(self) -> None:
        self.all = Connections(MOST)
        self.heard: list[str] = []
        self.under_way: list[str] = []
        self.ends: list[str] = []
        self.let_go = threading.Event()
        self.opened: list[socket.socket] = []
        http: Any = partial(Connection, connections=self.all)
        super().__init__(uvicorn.Config(self.answer, port=0, http=http, lifespan="off", log_config=None,
                                        interface="asgi3", proxy_headers=False))  # fmt: skip

    async def on_tick(self, counter: int) -> bool:
        self.all.look()
        return await super().on_tick(counter)

    @property
    def port(self) -> int:
        return int(self.servers[0].sockets[0].getsockname()[1])

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        self.heard.append(path)
        self.under_way.append(path)
        if path == "/slow":
            await asyncio.to_thread(self.let_go.wait)
        elif scope["method"] == "POST":
            message: Message = {"more_body": True}
            while message.get("more_body"):
                message = await receive()
            self.ends.append(message["type"])
        body = b"x" * LARGE if path == "/large" else b"well"
        length = [(b"content-length", str(len(body)).encode())]
        self.under_way.remove(path)
        await send({"type": "http.response.start", "status": 200, "headers": length})
        await send({"type": "http.response.body", "body": body})


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    for name, seconds in (("HEAD_S", 0.4), ("STILL_S", 0.4), ("STUCK_S", 2.0), ("LINGER_S", 0.3)):
        monkeypatch.setattr(connections, name, seconds)
    server = Listener()
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server
    for plug in server.opened:
        plug.close()
    server.let_go.set()
    server.should_exit = True
    thread.join(10)


def connect(listener: Listener, source: str = "127.0.0.1") -> socket.socket:
    plug = socket.create_connection(("127.0.0.1", listener.port), timeout=10, source_address=(source, 0))
    listener.opened.append(plug)
    return plug


def read(plug: socket.socket) -> bytes:
    """All that comes until the server closes."""
    answer = b""
    with suppress(ConnectionError):
        while piece := plug.recv(65_536):
            answer += piece
    return answer


def ask(listener: Listener, *pieces: bytes) -> tuple[int, dict[str, Any]]:
    """The status of the last answer and its problem; each piece is sent by itself."""
    with closing(connect(listener)) as plug:
        with suppress(ConnectionError):
            for piece in pieces:
                plug.sendall(piece)
        head, _, body = read(plug).rpartition(b"\r\n\r\n")
    status = int(head[head.rindex(b"HTTP/1.1") :].split()[1])
    return status, json.loads(body) if body.startswith(b"{") else {}


def test_ordinary_requests_pass(listener: Listener) -> None:
    longest = HEAD + b"X: " + b"x" * (MOST_BYTES - len(HEAD) - 32) + b"\r\nConnection: close\r\n\r\n"
    assert ask(listener, HEAD + b"Connection: close\r\n\r\n") == (200, {})
    assert ask(listener, longest) == (200, {})
    assert ask(listener, b"GET / HTTP/1.0\r\n\r\n") == (200, {})
    body = b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\nConnection: close\r\n\r\n" + b"y" * 1_000_000
    assert ask(listener, body) == (200, {})
    head = b"POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\nX: %b\r\n\r\n"
    chunks = (b"80\r\n" + b"y" * 128 + b"\r\n") * 20_000 + b"0\r\n\r\n"
    assert ask(listener, head % (b"x" * (MOST_BYTES - 200)) + chunks) == (200, {})
    assert listener.ends == ["http.request"] * 2


@pytest.mark.parametrize(
    ("pieces", "status", "kind"),
    [
        ([HEAD + b"X: ", ENDLESS], 431, "head-too-large"),
        ([HEAD, b"a: b\r\n" * (MOST_HEADERS + 1)], 431, "head-too-large"),
        ([b"GET /", ENDLESS], 414, "address-too-long"),
        ([HEAD + b"Host: other\r\n\r\n"], 400, "malformed-request"),
        ([b"GET / HTTP/1.1\r\n\r\n"], 400, "malformed-request"),
        ([b"nonsense\r\n\r\n"], 400, "malformed-request"),
        ([b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n"], 400, "malformed-request"),
        ([HEAD + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc"], 400, "malformed-request"),
    ],
)
def test_what_is_no_request_is_a_problem_unheard(
    listener: Listener, pieces: list[bytes], status: int, kind: str
) -> None:
    answered, problem = ask(listener, *pieces)
    assert (answered, problem["type"]) == (status, f"/api/problems#{kind}")
    assert len(problem["detail"]) > 20
    assert len(problem["request_id"]) == 16
    assert listener.heard == []


def test_a_refusal_speaks_the_visitors_language(listener: Listener) -> None:
    _, problem = ask(listener, b"GET / HTTP/1.1\r\nAccept-Language: es\r\nX: ", b"x" * MOST_BYTES)
    assert problem["title"] == "Las cabeceras son demasiado grandes"


def test_a_head_has_its_time_however_it_trickles(listener: Listener) -> None:
    started = time.monotonic()
    with closing(connect(listener)) as plug:
        plug.sendall(HEAD + b"X: ")
        with suppress(ConnectionError):
            while time.monotonic() < started + 5:
                plug.sendall(b"x")
                time.sleep(0.05)
    assert time.monotonic() < started + 4


def test_a_late_head_is_told(listener: Listener) -> None:
    status, problem = ask(listener, HEAD)
    assert (status, problem["type"]) == (408, "/api/problems#head-too-slow")


def test_a_connection_opened_in_advance_ends_without_a_word(listener: Listener) -> None:
    with closing(connect(listener)) as plug:
        assert read(plug) == b""


def test_a_body_that_stands_still_is_told_and_its_reader_learns_that_the_visitor_left(listener: Listener) -> None:
    status, problem = ask(listener, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc")
    assert (status, problem["type"]) == (408, "/api/problems#body-too-slow")
    wait_for(lambda: listener.ends == ["http.disconnect"])


TINY = b"1\r\na\r\n" * (2 * MOST_BYTES // 5)


@pytest.mark.parametrize("junk", [b"zz\r\nabc\r\n", b"1;" + ENDLESS, b"0\r\nX: " + ENDLESS, TINY])
def test_malformed_chunks_and_endless_framing_end_a_body(listener: Listener, junk: bytes) -> None:
    status, problem = ask(
        listener, b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", junk
    )
    assert (status, problem["type"]) == (400, "/api/problems#malformed-request")
    wait_for(lambda: listener.ends == ["http.disconnect"])


def test_requests_sent_ahead_are_answered_in_order_up_to_a_number(listener: Listener) -> None:
    with closing(connect(listener)) as plug:
        plug.sendall((HEAD + b"\r\n") * 3 + HEAD + b"Connection: close\r\n\r\n")
        assert read(plug).count(b"200 OK") == 4
    assert ask(listener, (HEAD + b"\r\n") * 3000)[0] == 400
    assert len(listener.heard) < 20


def test_who_does_not_read_is_dropped(listener: Listener) -> None:
    plug = connect(listener)
    plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    plug.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
    deadline = time.monotonic() + 10
    while listener.server_state.connections or not listener.heard:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_who_reads_slowly_gets_all(listener: Listener) -> None:
    with closing(connect(listener)) as plug:
        plug.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        received = 0
        while piece := plug.recv(1 << 20):
            received += len(piece)
            time.sleep(0.05)
    assert received > LARGE


def test_the_oldest_idle_connection_of_an_address_gives_way_to_its_newest(listener: Listener) -> None:
    plugs = [connect(listener) for _ in range(MOST // SHARE)]
    for plug in plugs:
        plug.sendall(HEAD + b"\r\n")
        assert b"200 OK" in plug.recv(4096)
    assert ask(listener, HEAD + b"Connection: close\r\n\r\n")[0] == 200
    assert plugs[0].recv(10) == b""
    plugs[1].sendall(HEAD + b"Connection: close\r\n\r\n")
    assert b"200 OK" in read(plugs[1])


def test_who_has_not_taken_all_of_an_answer_gives_way_after_the_others(
    monkeypatch: pytest.MonkeyPatch, listener: Listener
) -> None:
    monkeypatch.setattr(connections, "STUCK_S", 30.0)
    plugs = [connect(listener) for _ in range(MOST // SHARE)]
    plugs[0].sendall(b"GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    wait_for(lambda: listener.heard == ["/large"] and not listener.under_way)
    for plug in plugs[1:]:
        plug.sendall(HEAD + b"\r\n")
        assert b"200 OK" in plug.recv(4096)
    assert ask(listener, HEAD + b"Connection: close\r\n\r\n")[0] == 200
    assert plugs[1].recv(10) == b""
    assert len(read(plugs[0])) > LARGE


def test_where_none_is_idle_the_newest_is_told_and_another_address_is_served(listener: Listener) -> None:
    plugs = [connect(listener) for _ in range(MOST // SHARE)]
    for plug in plugs:
        plug.sendall(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
    wait_for(lambda: len(listener.under_way) == TURNS)
    with closing(connect(listener)) as refused:
        assert b" 429 " in read(refused)
    with closing(connect(listener, "127.0.0.2")) as other:
        other.sendall(HEAD + b"Connection: close\r\n\r\n")
        assert b"200 OK" in read(other)


def test_whoever_has_most_gives_way_where_all_are_taken(listener: Listener) -> None:
    greedy = [connect(listener, "127.0.0.3") for _ in range(MOST // SHARE)]
    modest = [connect(listener, f"127.0.1.{number}") for number in range(MOST // SHARE)]
    with closing(connect(listener, "127.0.0.9")) as newcomer:
        newcomer.sendall(HEAD + b"Connection: close\r\n\r\n")
        assert b"200 OK" in read(newcomer)
    assert greedy[0].recv(10) == b""
    modest[0].sendall(HEAD + b"Connection: close\r\n\r\n")
    assert b"200 OK" in read(modest[0])


def test_an_address_has_so_many_turns_and_others_theirs(monkeypatch: pytest.MonkeyPatch, listener: Listener) -> None:
    monkeypatch.setattr(listener.all, "most", 100)
    plugs = [connect(listener) for _ in range(3 * TURNS)]
    for plug in plugs:
        plug.sendall(b"GET /slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    wait_for(lambda: len(listener.under_way) == TURNS)
    with closing(connect(listener, "127.0.0.2")) as other:
        other.sendall(HEAD + b"Connection: close\r\n\r\n")
        assert b"200 OK" in read(other)
    plugs.pop().close()  # while it waits
    time.sleep(0.2)
    assert listener.heard.count("/slow") == TURNS
    listener.let_go.set()
    assert all(b"200 OK" in read(plug) for plug in plugs)
    assert listener.heard.count("/slow") == 3 * TURNS - 1


@pytest.mark.parametrize("named", ["127.0.0.1", "127.0.0.0/8", "*"])
def test_a_named_proxy_has_no_share_and_all_turns(listener: Listener, named: str) -> None:
    listener.all.proxies = _TrustedHosts([named])
    plugs = [connect(listener) for _ in range(MOST)]
    for plug in plugs:
        plug.sendall(b"GET /slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    wait_for(lambda: len(listener.under_way) == MOST > max(TURNS, MOST // SHARE))
    listener.let_go.set()
    assert all(b"200 OK" in read(plug) for plug in plugs)


def test_who_waits_for_a_body_leaves_the_turn_to_others(monkeypatch: pytest.MonkeyPatch, listener: Listener) -> None:
    monkeypatch.setattr(connections, "STILL_S", 30.0)
    monkeypatch.setattr(listener.all, "most", 100)
    plugs = [connect(listener) for _ in range(2 * TURNS)]
    for plug in plugs:
        plug.sendall(b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n")
    wait_for(lambda: len(listener.under_way) == 2 * TURNS)
    assert ask(listener, HEAD + b"Connection: close\r\n\r\n")[0] == 200


def wait_for(condition: Any) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
