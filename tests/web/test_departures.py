"""Bodies that never become whole, because the visitor leaves or the server stops: real sockets, a real server."""

import json
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_cli import serving, until

FORM = b"POST /api/convolutions HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\n"
JSON = b"POST /api/networks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
PART = b'--x\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n' + bytes(5000)
BEGUN = {
    "a form": FORM + b"Content-Length: 90000\r\n\r\n" + PART,
    "json": JSON + b'Content-Length: 900\r\n\r\n{"network": ',
    "chunks of json": JSON + b'Transfer-Encoding: chunked\r\n\r\n5\r\n{"net\r\n',
}
MALFORMED = JSON + b'Transfer-Encoding: chunked\r\n\r\n5\r\n{"net\r\nno number\r\n'


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    folder = tmp_path_factory.mktemp("data")
    settings = {"PLAYGROUND_LOG_FORMAT": "json", "PLAYGROUND_RUNS_AT_ONCE": "0"}
    with serving(folder, ready="/healthz", **settings) as (_, port, log):
        yield port, log


def lines(log: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.read_text("utf-8").splitlines() if line.startswith("{")]


@pytest.mark.parametrize("sent", [*BEGUN.values(), MALFORMED], ids=[*BEGUN, "malformed chunks"])
def test_who_leaves_in_the_middle_of_a_body_is_one_quiet_line(server: tuple[int, Path], sent: bytes) -> None:
    port, log = server
    before = len(lines(log))

    with socket.create_connection(("127.0.0.1", port)) as visitor:
        visitor.sendall(sent)
        time.sleep(0.3)

    until(lambda: len(lines(log)) > before)
    time.sleep(0.2)
    told = lines(log)[before:]
    assert [(line["level"], line["status"]) for line in told if line["event"] == "request"] == [("info", 499)]
    assert not [line for line in told if line["level"] in ("warning", "error")]
    assert "Traceback" not in log.read_text("utf-8")


def test_what_is_still_arriving_at_a_stop_is_answered_at_once(tmp_path: Path) -> None:
    with serving(tmp_path, ready="/healthz", PLAYGROUND_RUNS_AT_ONCE="0") as (process, port, log):
        visitors = [socket.create_connection(("127.0.0.1", port)) for _ in BEGUN]
        for visitor, begun in zip(visitors, BEGUN.values(), strict=True):
            visitor.sendall(begun)
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        answers = [visitor.makefile("rb").read() for visitor in visitors]
        seconds = time.monotonic() - began
        for visitor in visitors:
            visitor.close()
        process.wait(20)

    assert seconds < 2
    for answer in answers:
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 503 ")
        assert b"content-type: application/problem+json" in head.lower()
        assert b"retry-after:" in head.lower()
        assert json.loads(body)["detail"].startswith("The server is just being stopped.")
    assert "Traceback" not in log.read_text("utf-8")
