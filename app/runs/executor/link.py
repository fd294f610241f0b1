"""A server's end of the process that speaks to Ray (`app.runs.cluster`): lines of JSON there and back.

It starts that process, and another where it ends or says nothing any more. It does not know what the lines are about.
"""

import json
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from app.runs.store.states import Values

ROOT = Path(__file__).parents[3]
SILENT_S = 15.0  # the cluster is looked at every second
START_S = 60.0
AGAIN_S = 3.0  # after the end of one


class Link:
    """For one thread. Without a cluster `hear` gives nothing, and what is told is lost."""

    def __init__(self, address: str, program: str = "app.runs.cluster") -> None:
        self._command = [sys.executable, "-m", program, address]
        self._process: subprocess.Popen[str] | None = None
        self._listener: threading.Thread | None = None
        self._heard: SimpleQueue[Values] = SimpleQueue()
        self._began = self._spoke = -AGAIN_S
        self.is_ready = False

    def hear(self) -> list[Values]:
        """All that was told since; {"told": "ready"} comes first, with each new process."""
        found: list[Values] = []
        with suppress(Empty):
            while True:
                found.append(self._heard.get_nowait())
        if found:
            self._spoke = time.monotonic()
            self.is_ready = True
        else:
            self._keep()
        return found

    def tell(self, ask: str, **values: Any) -> None:
        """A line."""
        if self._process is not None and self._process.stdin is not None:
            with suppress(OSError):  # it has ended, which is noticed next
                self._process.stdin.write(json.dumps({"ask": ask} | values) + "\n")
                self._process.stdin.flush()

    def stop(self) -> None:
        """Ends the process; what it has placed goes on."""
        process, self._process, self.is_ready = self._process, None, False
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()

    def _keep(self) -> None:
        now = time.monotonic()
        if self._process is not None:
            silent = now - self._spoke > SILENT_S if self.is_ready else now - self._began > START_S
            if silent or self._has_ended():
                self.stop()
        if self._process is None and now - self._began > AGAIN_S:
            self._start(now)

    def _has_ended(self) -> bool:
        """And its last words are heard."""
        return not (self._listener and self._listener.is_alive()) and self._heard.empty()

    def _start(self, now: float) -> None:
        self._began, self._heard = now, SimpleQueue()
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, cwd=ROOT, env=os.environ | {"PYTHONPATH": _path()}, start_new_session=True,
        )  # fmt: skip
        arguments = self._process, self._heard
        self._listener = threading.Thread(target=_listen, args=arguments, name="link", daemon=True)
        self._listener.start()


def _path() -> str:
    """The app first, then whatever else is looked through."""
    return os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])


def _listen(process: subprocess.Popen[str], heard: "SimpleQueue[Values]") -> None:
    assert process.stdout is not None
    with suppress(ValueError, OSError):  # it was closed by `stop`
        for line in process.stdout:
            heard.put(json.loads(line))
