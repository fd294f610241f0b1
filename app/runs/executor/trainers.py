"""Trainer processes as their server sees them: started warm, given a run, asked to leave, collected at their end.

It does not know the database.
"""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from app.runs.store.protocol import Assignment
from app.runs.store.queue import Claim
from app.tuning import TRAINING_ENVIRONMENT

ROOT = Path(__file__).parents[3]
_OOM = (Path("/sys/fs/cgroup/memory.events"), Path("/sys/fs/cgroup/memory/memory.oom_control"))  # of version 2, of 1


class TrainerProcess:
    """One trainer. It belongs to no session of the server's, so that it outlives it, and Ctrl-C does not reach it.

    With an `expected` data set it gets warm before it listens, and reads that of the folder.
    """

    def __init__(self, datasets: Path, expected: str | None = None) -> None:
        self.claim: Claim | None = None
        self.started = time.monotonic()
        self._killed_before = _count_out_of_memory()
        environment = os.environ | TRAINING_ENVIRONMENT | {"PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "app.runs.trainer", str(datasets), *([] if expected is None else [expected])],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment, start_new_session=True, text=True,
        )  # fmt: skip

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def code(self) -> int | None:
        """The exit's code, negative for a signal; None while it runs."""
        return self._process.poll()

    def assign(self, assignment: Assignment) -> None:
        """Gives it its run, at most one in its life."""
        self.claim = assignment.claim
        self.started = time.monotonic()
        with suppress(OSError):  # one that has just died is noticed at its collection
            assert self._process.stdin
            self._process.stdin.write(assignment.to_line())
            self._process.stdin.close()

    def leave(self) -> None:
        """Asks it to keep what it has and to go."""
        if self.claim is None:
            with suppress(OSError):
                assert self._process.stdin
                self._process.stdin.close()
        if self.code is None:
            self._process.send_signal(signal.SIGTERM)

    def wait(self, seconds: float) -> None:
        """Until it has ended, or so long."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(max(seconds, 0.0))

    def let_go(self) -> None:
        """It may go on without this server, which asks no more of it, not even how it ended."""
        if self.code is None:
            self._process.returncode = 0  # else Python warns of a child that still runs

    def is_out_of_memory(self) -> bool:
        """Whether the system has ended processes for want of memory since this one was started."""
        return _count_out_of_memory() > self._killed_before


def _count_out_of_memory() -> int:
    found = 0
    for path in _OOM:
        with suppress(OSError, ValueError):
            lines = dict(line.split() for line in path.read_text("ascii").splitlines())
            found += int(lines.get("oom_kill", 0))
    return found
