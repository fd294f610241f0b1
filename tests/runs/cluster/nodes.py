"""A Ray cluster of several nodes on this machine, each started as on a machine of its own, and killed like one."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from tests.runs.cluster.wires import Wire

PORTS = range(9300, 9400)
STORE_BYTES = 100_000_000  # of Ray's own store of objects, in which nothing of ours lies
MEMORY_BYTES = 4 * 1024**3
# A node that says nothing is given up after some 6 s instead of 15, and lost heads after 8 instead of 60.
ENVIRONMENT = {"RAY_health_check_initial_delay_ms": "5000", "RAY_health_check_period_ms": "1000",
               "RAY_health_check_timeout_ms": "2000", "RAY_health_check_failure_threshold": "4",
               "RAY_gcs_rpc_server_reconnect_timeout_s": "8", "RAY_USAGE_STATS_ENABLED": "0",
               "RAY_prestart_worker_first_driver": "0", "RAY_enable_worker_prestart": "0"}  # fmt: skip
_START_S = 90.0


class Cluster:
    """A head without processors, and nodes with one or more each; `address` is the head's."""

    def __init__(self, *, own_data: bool = False, host: str = "127.0.0.1") -> None:
        """With `own_data` each node has a data folder of its own, else that of whoever assigns a run."""
        self._folder = Path(tempfile.mkdtemp(prefix="ray-", dir="/tmp"))  # short: Ray's sockets lie in it
        self._port = _free_port()
        self.nodes: list[subprocess.Popen[bytes]] = []
        self.address = f"{host}:{self._port}"
        self._host = host
        self._own_data = own_data
        self._started = 0
        self.head: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self.start_head()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start_head(self) -> None:
        """Until it answers."""
        self.head = self._start("--head", f"--port={self._port}", "--include-dashboard=false", "--num-cpus=0",
                                f"--node-ip-address={self._host}")  # fmt: skip
        self._wait_for(self.head)

    def add(self, processors: int = 1, *, wire: Wire | None = None, **resources: float) -> subprocess.Popen[bytes]:
        """A node more, once it has started: of two that start at once on one machine, one may not come up.

        With a `wire` it is on a machine of its own as far as the network tells.
        """
        others = [f"--{name.replace('_', '-')}={value}" for name, value in resources.items()]
        others += [f"--node-ip-address={wire.address}"] if wire else []
        node = self._start(f"--address={self.address}", f"--num-cpus={processors}", *others, wire=wire)
        self.nodes.append(node)
        self._wait_for(node)
        return node

    def _wait_for(self, node: subprocess.Popen[bytes]) -> None:
        """Until it says that it has started."""
        until = time.monotonic() + _START_S
        while b"Ray runtime started" not in self._log(node.pid).read_bytes():
            assert time.monotonic() < until, self._log(node.pid).read_text("utf-8")
            time.sleep(0.1)

    def trainers(self, node: subprocess.Popen[bytes] | None = None) -> list[psutil.Process]:
        """The processes of placed trainers, of a node or of all."""
        below = [psutil.Process(one.pid).children(recursive=True) for one in ([node] if node else self.nodes)]
        return [process for found in below for process in found if _title(process).startswith("ray::PlacedTrainer")]

    def kill(self, node: subprocess.Popen[bytes]) -> None:
        """By SIGKILL, with all that it has started, as a power cut does."""
        kill_all(node)
        if node in self.nodes:
            self.nodes.remove(node)

    def kill_head(self) -> None:
        """What Ray knows of the cluster goes with it."""
        assert self.head is not None
        kill_all(self.head)

    def stop(self) -> None:
        """All of it, and what it has written."""
        for node in (*self.nodes, self.head):
            if node is not None:
                kill_all(node)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self, *options: str, wire: Wire | None = None) -> subprocess.Popen[bytes]:
        memory = [] if any(option.startswith("--memory") for option in options) else [f"--memory={MEMORY_BYTES}"]
        command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--block", "--disable-usage-stats",
                   f"--object-store-memory={STORE_BYTES}", f"--temp-dir={self._folder}", *memory, *options]  # fmt: skip
        command = [*wire.command, *command] if wire else command
        self._started += 1
        own = {"PLAYGROUND_DATA": str(self._folder / f"data-{self._started}")} if self._own_data else {}
        beside = self._folder / "starting"
        with beside.open("wb") as told:
            node = subprocess.Popen(
                command, env=os.environ | ENVIRONMENT | own, stdout=told, stderr=told, start_new_session=True
            )
        beside.rename(self._log(node.pid))
        return node

    def _log(self, pid: int) -> Path:
        return self._folder / f"{pid}.log"


def kill_all(parent: subprocess.Popen[bytes]) -> None:
    """A process and all below it; those that come up meanwhile end with Ray's own."""
    with suppress(psutil.NoSuchProcess):
        whole = psutil.Process(parent.pid)
        for process in (whole, *whole.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
    parent.wait()


def _title(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return " ".join(process.cmdline())
    return ""


def _free_port() -> int:
    for port in PORTS:
        with socket.socket() as tried, suppress(OSError):
            tried.bind(("0.0.0.0", port))
            return port
    raise AssertionError("no port is free")
