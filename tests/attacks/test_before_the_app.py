"""What reaches the server before the app does: heads, connections, bodies that never end."""

import json
import socket
import time

import pytest

from tests.attacks.conftest import Besieged
from tests.attacks.siege import GROWN_MB, WORST_S

HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
TOO_MUCH = {
    "a header of 70 KB": (HEAD + b"X: " + b"a" * 70_000 + b"\r\n\r\n", 431),
    "an endless header": (HEAD + b"X: " + b"a" * 70_000, 431),
    "a hundred thousand headers": (HEAD + b"a:b\r\n" * 100_000 + b"\r\n", 431),
    "an address of 70 KB": (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414),
    "an endless address": (b"GET /" + b"a" * 70_000, 414),
    "two hosts": (HEAD + b"Host: localhost\r\n\r\n", 400),
    "no host": (b"GET / HTTP/1.1\r\n\r\n", 400),
    "no HTTP": (b"\x16\x03\x01 hello\r\n\r\n", 400),
}
HALF = {"a head": HEAD, "an address": b"GET /conv", "nothing": b"", "a header line": HEAD + b"Accept: "}
POURED = ["endless_header", "endless_address", "short_headers", "endless_chunk"]


@pytest.mark.parametrize(
    "attack", [*POURED, "slow_heads", "silent_connections", "slow_bodies", "junk_bodies", "leavers"]
)
def test_others_hardly_notice(server: Besieged, attack: str) -> None:
    seen = server.under(attack)

    assert seen.unanswered == []
    assert seen.worst < WORST_S
    assert seen.grown_mb < GROWN_MB


@pytest.mark.parametrize(("sent", "status"), TOO_MUCH.values(), ids=TOO_MUCH)
def test_what_is_too_much_is_told_so_and_no_more_is_read(server: Besieged, sent: bytes, status: int) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as visitor:
        visitor.settimeout(5)
        _send(visitor, sent)
        head, _, body = _read(visitor).partition(b"\r\n\r\n")

    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"application/problem+json" in head
    assert b"connection: close" in head.lower()
    told = json.loads(body)
    assert told["status"] == status
    assert told["detail"]


def test_a_head_is_complete_within_ten_seconds_or_given_up(server: Besieged) -> None:
    visitors = {name: socket.create_connection(("127.0.0.1", server.port), timeout=20) for name in HALF}
    for name, visitor in visitors.items():
        visitor.sendall(HALF[name])
    began = time.monotonic()

    seconds = {}
    for name, visitor in visitors.items():
        _read(visitor)
        seconds[name] = time.monotonic() - began
        visitor.close()

    assert all(5 < waited < 15 for waited in seconds.values()), seconds


def _send(visitor: socket.socket, data: bytes) -> None:
    """As much as the server takes."""
    try:
        visitor.sendall(data)
    except OSError:
        return


def _read(visitor: socket.socket) -> bytes:
    """All until the end, whichever way it comes."""
    found = b""
    try:
        while piece := visitor.recv(1 << 16):
            found += piece
    except ConnectionResetError:
        pass
    return found
