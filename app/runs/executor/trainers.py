"""Trainer processes as their server sees them: started warm, given a run, asked to leave, collected at their end.

It does not know the database.
"""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from app.runs.executor.forks import Forks
from app.runs.store import processes, reasons
from app.runs.store.protocol import AWAY, DISK_FULL, Assignment, Birth
from app.runs.store.queue import Claim
from app.runs.store.states import Reason

SAID = {DISK_FULL: reasons.DISK_FULL, AWAY: reasons.AWAY}


class TrainerProcess:
    """One trainer. With an `expected` data set it gets warm before it listens, and reads that of the folder."""

    def __init__(self, forks: Forks, datasets: Path, expected: str | None = None) -> None:
        self.claim: Claim | None = None
        self.started = time.monotonic()
        self._killed_before = processes.count_out_of_memory()
        arguments = (str(datasets), *([] if expected is None else [expected]))
        with Path(os.devnull).open("wb") as nothing:
            self._fork = forks.make(Birth("trainer", arguments), nothing.fileno())

    @property
    def process(self) -> str:
        """The process in a word that no other has."""
        return self._fork.identity

    @property
    def code(self) -> int | None:
        """The exit's code, negative for a signal; None while it runs."""
        return self._fork.code

    def assign(self, assignment: Assignment) -> None:
        """Gives it its run, at most one in its life."""
        self.claim = assignment.claim
        self.started = time.monotonic()
        with suppress(OSError):  # one that has just died is noticed at its collection
            self._fork.input.write(assignment.to_line())
            self._fork.input.close()

    def leave(self) -> None:
        """Asks it to keep what it has and to go."""
        with suppress(OSError):
            self._fork.input.close()
        self._fork.send(signal.SIGTERM)

    def wait(self, seconds: float) -> None:
        """Until it has ended, or so long."""
        self._fork.wait(seconds)

    def reason(self) -> Reason:
        """Of its end, where it has given none itself."""
        code = self.code or 0
        if code in SAID:
            return SAID[code]
        if code == -signal.SIGKILL and self.is_out_of_memory():
            return reasons.OUT_OF_MEMORY
        return reasons.killed(-code) if code < 0 else reasons.BROKEN

    def is_out_of_memory(self) -> bool:
        """Whether the system has ended processes for want of memory since this one was started."""
        return processes.count_out_of_memory() > self._killed_before
