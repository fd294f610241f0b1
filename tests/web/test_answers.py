"""Large answers: from files, in pieces, and who gives way where too many are not taken."""

import asyncio
import io
import os
import time
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from app.core.errors import DiskFull
from app.web.answers import CONNECTION, IN_MEMORY, PIECE, Answer, InPieces, Packing, UnderWay, clear
from tests.web.conftest import Post, written


class Visitor:
    """Somebody at an address, and whether the connection was closed."""

    def __init__(self, address: str) -> None:
        self.is_open = True
        self.scope: Scope = {
            "type": "http", "path": "/", "client": (address, 1),
            "extensions": {CONNECTION: {"close": self.close, "is_open": lambda: self.is_open}},
        }  # fmt: skip

    def close(self) -> None:
        self.is_open = False


def test_whoever_has_most_gives_way_and_of_theirs_what_stood_still_for_longest() -> None:
    under_way = UnderWay(100)
    rich = [Visitor("10.0.0.1") for _ in range(3)]
    poor, newcomer = Visitor("10.0.0.2"), Visitor("10.0.0.3")
    with under_way.hold(rich[0].scope, 30) as first, under_way.hold(rich[1].scope, 20), under_way.hold(poor.scope, 40):
        time.sleep(0.01)
        first.moved = time.monotonic()
        with under_way.hold(newcomer.scope, 20):
            assert [visitor.is_open for visitor in (*rich[:2], poor, newcomer)] == [True, False, True, True]
            assert under_way.bytes == 90
        assert under_way.bytes == 70
    assert under_way.bytes == 0


def test_who_comes_with_much_gives_before_others_do() -> None:
    under_way, greedy, poor = UnderWay(100), [Visitor("10.0.0.1") for _ in range(2)], Visitor("10.0.0.2")
    with under_way.hold(poor.scope, 30), under_way.hold(greedy[0].scope, 20), under_way.hold(greedy[1].scope, 60):
        assert [visitor.is_open for visitor in (poor, *greedy)] == [True, False, True]


def test_one_answer_larger_than_all_may_be_goes_through_alone() -> None:
    under_way, first, second = UnderWay(100), Visitor("10.0.0.1"), Visitor("10.0.0.2")
    with under_way.hold(first.scope, 60), under_way.hold(second.scope, 300):
        assert (first.is_open, second.is_open) == (False, True)
        assert under_way.bytes == 300


def test_one_household_of_ipv6_is_one_address() -> None:
    under_way, modest = UnderWay(100), Visitor("2001:db8:2::1")
    greedy = [Visitor(f"2001:db8:1::{number}") for number in range(3)]
    with ExitStack() as held:
        held.enter_context(under_way.hold(modest.scope, 40))
        for visitor in greedy:
            held.enter_context(under_way.hold(visitor.scope, 30))
        assert (modest.is_open, greedy[0].is_open) == (True, False)


def test_what_is_large_is_sent_in_pieces_and_counted_until_it_is_taken() -> None:
    body, under_way = os.urandom(3 * PIECE + 5), UnderWay(10**9)
    pieces: list[bytes] = []
    left: list[int] = []

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            pieces.append(bytes(message["body"]))
            left.append(under_way.bytes)
            assert message["more_body"] == (len(pieces) < 4)

    asyncio.run(InPieces(answer, under_way)(Visitor("10.0.0.1").scope, _nothing, send))
    assert b"".join(pieces) == body
    assert [len(piece) for piece in pieces] == [PIECE] * 3 + [5]
    assert left == [len(body) - number * PIECE for number in range(4)]
    assert under_way.bytes == 0


@pytest.mark.parametrize("path", ["/train", "/api/recipes", "/api/kernels"])
def test_texts_are_packed_for_whoever_takes_that(client: TestClient, path: str) -> None:
    packed, plain = (client.get(path, headers={"Accept-Encoding": wish}) for wish in ("gzip", "identity"))

    assert packed.text == plain.text
    assert "Accept-Encoding" in packed.headers["vary"]
    assert "Accept-Encoding" in plain.headers["vary"]
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < 0.6 * len(plain.content)


def test_streams_pictures_and_what_comes_in_pieces_are_sent_as_they_are() -> None:
    kinds = [
        ({"content-type": "text/event-stream"}, True),
        ({"content-type": "image/png", "content-length": "2000"}, False),
        ({"content-type": "application/json", "content-length": "2000"}, True),
        ({"content-type": "application/json", "content-length": "1000000"}, False),
        ({"content-type": "application/json", "content-length": "20"}, False),
    ]
    for headers, goes_on in kinds:
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        start: Message = {"type": "http.response.start", "status": 200, "headers": raw}
        body: Message = {"type": "http.response.body", "body": b"x" * 2000, "more_body": goes_on}

        sent = asyncio.run(passed_on([start, body]))

        assert sent[1] == body, headers
        assert dict(sent[0]["headers"]).get(b"content-encoding") is None


def test_the_head_of_a_stream_is_sent_before_its_first_words() -> None:
    kind = [(b"content-type", b"text/event-stream")]
    start: Message = {"type": "http.response.start", "status": 200, "headers": kind}

    assert asyncio.run(passed_on([start])) == [start]


async def passed_on(messages: list[Message]) -> list[Message]:
    """What is sent of these by the middleware that packs."""
    sent: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        for message in messages:
            await send(message)

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "headers": [(b"accept-encoding", b"gzip, br")]}
    await Packing(app)(scope, None, send)  # type: ignore[arg-type]
    return sent


def test_a_large_answer_leaves_no_file_behind(tmp_path: Path) -> None:
    small, large = Answer(b"few", "about"), Answer(bytes(IN_MEMORY + 1), "about")
    path = tmp_path / "answers" / "one"
    assert small.put(path) is small
    with pytest.raises(DiskFull):
        large.put(path)  # which nobody waits for any more
    path.parent.mkdir()
    path.touch()
    kept = large.put(path).take()
    assert (kept.data, kept.about, path.exists()) == (b"", "about", False)
    assert kept.file is not None
    with kept.file as file:
        assert file.read() == large.data


def test_what_killed_servers_left_is_cleared_and_what_is_young_is_not(tmp_path: Path) -> None:
    for name, age in (("old", 7200), ("young", 10)):
        (tmp_path / name).write_bytes(b"x")
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    clear(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["young"]


def test_a_large_result_arrives_whole_and_its_file_is_gone(client: TestClient, convolve: Post) -> None:
    levels = np.random.default_rng(1).integers(0, 256, (600, 800, 3), np.uint8)
    answer = convolve({"kernel": "identity", "format": "npy"}, image=written(levels))
    assert answer.status_code == 200
    assert len(answer.content) == int(answer.headers["Content-Length"]) > IN_MEMORY
    assert np.array_equal(np.load(io.BytesIO(answer.content)), levels.astype(np.float32))
    assert list((client.app.state.settings.data / "answers").iterdir()) == []  # type: ignore[attr-defined]


async def _nothing() -> Message:
    raise AssertionError
