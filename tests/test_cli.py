"""The command line, as processes."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[1]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def serving(
    folder: Path, port: int | None = None, ready: str = "/readyz", patience: float = 60, **environment: str
) -> Iterator[tuple[subprocess.Popen[bytes], int, Path]]:
    """A ready server, its port and its log."""
    port, log = port or free_port(), folder / "log"
    command = [
        sys.executable,
        "-m",
        "app",
        "serve",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--data",
        str(folder / "d"),
    ]
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out, env={**os.environ, **environment})
    try:
        until(lambda: asked(port, ready) == 200, patience)
        yield process, port, log
    finally:
        process.kill()
        process.wait()


def asked(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (ConnectionRefusedError, TimeoutError):
        return 0
    finally:
        connection.close()


def until(condition: object, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_without_a_command_it_says_what_there_is() -> None:
    done = subprocess.run([sys.executable, "-m", "app", "--help"], cwd=ROOT, capture_output=True, text=True, check=True)

    assert "serve" in done.stdout


@pytest.mark.parametrize("way", [signal.SIGTERM, signal.SIGINT])
def test_the_server_stops_when_told_and_leaves_no_process(tmp_path: Path, way: signal.Signals) -> None:
    with serving(tmp_path) as (process, _, _):
        family = psutil.Process(process.pid).children(recursive=True)

        process.send_signal(way)
        process.wait(timeout=15)

        assert family
        until(lambda: not any(child.is_running() and child.status() != "zombie" for child in family))


def test_a_server_that_is_killed_leaves_no_process(tmp_path: Path) -> None:
    with serving(tmp_path) as (process, _, _):
        family = psutil.Process(process.pid).children(recursive=True)

        process.kill()

        until(lambda: not any(child.is_running() and child.status() != "zombie" for child in family))


def test_logs_for_machines_are_json_and_name_no_path(tmp_path: Path) -> None:
    with serving(tmp_path, PLAYGROUND_LOG_FORMAT="json") as (_, port, log):
        asked(port, "/api/samples/secret-name")
        until(lambda: b"/api/samples/{name}" in log.read_bytes(), 5)

        lines = [json.loads(line) for line in log.read_text("utf-8").splitlines() if line.startswith("{")]

    entry = next(line for line in lines if line.get("route") == "/api/samples/{name}")
    assert (entry["method"], entry["status"], entry["level"]) == ("GET", 404, "info")
    assert entry["request_id"]
    assert "secret-name" not in log.read_text("utf-8")


def test_a_port_that_is_taken_is_told_plainly(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        command = [sys.executable, "-m", "app", "serve", "--port", str(taken.getsockname()[1]), "--data", str(tmp_path)]

        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode != 0
    assert "address already in use" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_workers_start_before_anybody_asks_for_one(tmp_path: Path) -> None:
    with serving(tmp_path, ready="/healthz") as (process, _, _):
        server = psutil.Process(process.pid)

        until(lambda: any("forkserver" in " ".join(child.cmdline()) for child in server.children()))


def test_a_containers_first_process_stops_even_while_it_loads(tmp_path: Path) -> None:
    program = """if True:
        import os, runpy, signal, sys
        own = os.getpid()
        os.getpid = lambda: 1

        class Stop:
            def find_spec(name, *_):
                if name == "app.cli":
                    os.kill(own, signal.SIGTERM)

        sys.meta_path.insert(0, Stop)
        sys.argv[1:] = ["serve", "--port", "0"]
        runpy.run_module("app", run_name="__main__", alter_sys=True)
    """

    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, timeout=60, check=False,
                          env={**os.environ, "PLAYGROUND_DATA": str(tmp_path)})  # fmt: skip

    assert done.returncode == 128 + signal.SIGTERM
    assert done.stderr == b""
