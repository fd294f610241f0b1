"""Two addresses at a real server: who takes all streams, or all uploads, makes way when somebody else asks."""

import socket
from collections.abc import Iterator

import httpx2
import pytest

from tests.test_cli import serving, until
from tests.web.live_server import DIGITS

CROWD, POLITE = "127.0.0.9", "127.0.0.2"
PLACES = 4


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    limits = {"PLAYGROUND_EVENT_STREAMS": str(PLACES), "PLAYGROUND_UPLOADS": str(PLACES)}
    with serving(tmp_path_factory.mktemp("shares"), PLAYGROUND_RUNS_AT_ONCE="0", **limits) as (_, port, _):
        yield port


def connect(port: int, address: str, request: str) -> socket.socket:
    """A connection from that address which has sent so much."""
    made = socket.create_connection(("127.0.0.1", port), timeout=20, source_address=(address, 0))
    made.sendall(request.replace("\n", "\r\n").encode())
    return made


def told(connection: socket.socket) -> str:
    """What the server says first."""
    return connection.recv(65536).decode()


def once(port: int, address: str, request: str) -> str:
    """The same of a connection that is closed then."""
    with connect(port, address, request) as connection:
        return told(connection)


def ends(connection: socket.socket) -> bool:
    """Whether the server ends the answer, whatever it says until then."""
    connection.settimeout(5)
    try:
        while piece := connection.recv(65536):
            if piece.endswith(b"0\r\n\r\n"):
                return True
    except TimeoutError:
        return False
    return True


def test_streams(port: int) -> None:
    run = httpx2.post(f"http://127.0.0.1:{port}/api/runs", json=DIGITS, timeout=60).json()["id"]
    asked = f"GET /api/runs/{run}/events HTTP/1.1\nHost: 127.0.0.1\n\n"

    crowd = [connect(port, CROWD, asked) for _ in range(PLACES)]
    first = [told(connection) for connection in crowd]
    refused = once(port, CROWD, asked)
    polite = once(port, POLITE, asked)

    assert all("200 OK" in answer for answer in first)
    assert "429" in refused
    assert "200 OK" in polite
    assert sum(ends(connection) for connection in crowd) == 1
    for connection in crowd:
        connection.close()


def test_bodies_that_trickle(port: int) -> None:
    asked = "POST /api/networks HTTP/1.1\nHost: 127.0.0.1\nContent-Type: application/json\nContent-Length: 90\n\n{"

    crowd = [connect(port, CROWD, asked) for _ in range(PLACES)]
    until(lambda: "503" in once(port, CROWD, asked), 20)
    polite = connect(port, POLITE, asked)
    gave = "".join(iter(lambda: told(crowd[-1]), ""))

    assert "503" in gave
    assert "this one gave its place" in gave
    polite.sendall(b" " * 88 + b"}")
    assert "422" in told(polite)
    for connection in (*crowd, polite):
        connection.close()
