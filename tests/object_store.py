"""A real S3 server, moto's, as a process of its own, behind a proxy that can answer 503 in its place, or nothing more.

To be used as a fixture. Where it would be is in the environment of all tests, and so of the processes that they start.
"""

import secrets
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _bound(host: str) -> socket.socket:
    held = socket.socket()
    held.bind((host, 0))
    return held


def _address(held: socket.socket) -> dict[str, str]:
    host, port = held.getsockname()
    return {"AWS_ENDPOINT_URL": f"http://{host}:{port}"}


_HELD = _bound("127.0.0.1")  # the proxy's, bound from the start, so that nobody else gets its port
ENVIRONMENT = _address(_HELD) | {
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_REGION": "us-east-1",
}
BUCKET = "playground"
_PASSED = {"content-length", "content-type", "etag", "last-modified", "content-range", "x-amz-version-id"}


class ObjectStore:
    """Both. While `status` is a number, it is the answer to everything; `seen` holds method and path of all requests.

    With `stalls_at` a request whose body has reached so many bytes in all is never answered; with `rate` no more bytes
    are taken in a second.
    """

    def __init__(self, host: str = "") -> None:
        """With a `host` at a port of its own, which `environment` names."""
        held = _bound(host) if host else _HELD
        self.environment = ENVIRONMENT | _address(held)
        self.status: int | None = None
        self.stalls_at: int | None = None
        self.rate: float | None = None
        self.one_at_a_time = threading.Lock()
        self.taken = 0
        self.seen: list[tuple[str, str]] = []
        self._port = _free_port()
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from moto.server import main; main()", "-H", "127.0.0.1", "-p", str(self._port)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        handler = type("Handler", (_Handler,), {"store": self, "port": self._port})
        self._proxy = ThreadingHTTPServer(("127.0.0.1", 0), handler, bind_and_activate=False)
        self._proxy.socket.close()
        self._proxy.socket = held
        self._proxy.server_activate()
        self._proxy.daemon_threads = True
        threading.Thread(target=self._proxy.serve_forever, daemon=True).start()
        self._make_bucket()

    def new_address(self) -> str:
        """A folder of its own in the bucket."""
        return f"s3://{BUCKET}/{secrets.token_hex(6)}"

    @contextmanager
    def answering(self, status: int) -> Iterator[None]:
        """The status to everything, within the block."""
        self.status = status
        try:
            yield
        finally:
            self.status = None

    def answer_for(self, status: int, seconds: float) -> None:
        """The same, from now on for so long."""
        self.status = status
        threading.Timer(seconds, lambda: setattr(self, "status", None)).start()

    def close(self) -> None:
        """Ends both."""
        self._proxy.shutdown()
        self._proxy.server_close()
        self._process.kill()
        self._process.wait()

    def _make_bucket(self) -> None:
        for _ in range(300):
            with suppress(OSError):
                request = urllib.request.Request(f"http://127.0.0.1:{self._port}/{BUCKET}", method="PUT")
                urllib.request.urlopen(request, timeout=5).close()
                return
            time.sleep(0.1)
        raise RuntimeError("moto did not start")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    store: ObjectStore
    port: int

    def answer(self) -> None:
        """What moto answers, or what the test wants."""
        body = self._take()
        self.store.seen.append((self.command, self.path))
        if self.store.status is not None:
            return self._send(self.store.status, {}, b"<Error><Code>SlowDown</Code></Error>")
        link = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            link.request(self.command, self.path, body, dict(self.headers))
            answer = link.getresponse()
            self._send(answer.status, dict(answer.getheaders()), answer.read())
        except (OSError, HTTPException):
            self.close_connection = True
        finally:
            link.close()
        return None

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = answer  # noqa: N815 - http.server's names

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def _take(self) -> bytes:
        left, body = int(self.headers.get("content-length", 0)), b""
        while left:
            piece = self.rfile.read(min(left, 1 << 16))
            left, body = left - len(piece), body + piece
            self.store.taken += len(piece)
            if self.store.rate is not None:
                with self.store.one_at_a_time:
                    time.sleep(len(piece) / self.store.rate)
            while self.store.stalls_at is not None and self.store.taken >= self.store.stalls_at:
                time.sleep(0.05)
        return body

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() in _PASSED and not (name.lower() == "content-length" and self.command != "HEAD"):
                self.send_header(name, value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body if self.command != "HEAD" else b"")
