"""A trainer that Ray has placed: it gets warm, trains the one run that it is given, and ends with its process.

It imports PyTorch only once its process has the environment for it. It does not import `ray`, nor know who asks.
"""

import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.runs.store.processes import identify_placed
from app.runs.store.protocol import Assignment
from app.runs.store.version import fingerprint

if TYPE_CHECKING:
    from app.runs.trainer.attempt import Attempt

IDLE_S = 60.0  # without a run: whoever asked for the place is gone
ENDED_S = 5.0  # for its end to be heard


class PlacedTrainer:
    """Its methods are called from other machines, each in a thread of its own; the training has one, too."""

    def __init__(self, name: str) -> None:
        self._process = identify_placed(name)
        self._attempt: Attempt | None = None
        self._given = threading.Lock()  # taken with the run
        self._over = threading.Event()
        self._code = 1
        self._idle = _later(IDLE_S, self.dismiss)
        _when_terminated(self.leave)

    def get_version(self) -> str:
        """Of the app here."""
        return fingerprint()

    def get_ready(self) -> None:
        """Loads what a training needs."""
        import torch._dynamo  # noqa: F401 - the first optimizer would load it

        import app.runs.trainer.attempt  # noqa: F401

    def train(self, line: str) -> None:
        """Gives it its run, at most one in its life; `line` is an Assignment's."""
        if self._given.acquire(blocking=False):
            self._idle.cancel()
            threading.Thread(target=self._train, args=(line,), name="training", daemon=True).start()

    def wait(self) -> int:
        """Until the training has ended; how, as the code of a process. Who asks twice is told twice."""
        self._over.wait()
        return self._code

    def leave(self) -> None:
        """Keeps what it has and goes; so does a machine that is to be shut down ask."""
        if self._attempt is not None:
            self._attempt.leaving.set()
        else:
            self.dismiss()

    def dismiss(self) -> None:
        """Ends one that has no run, and never will have."""
        if self._given.acquire(blocking=False):
            os._exit(0)

    def _train(self, line: str) -> None:
        import torch

        from app.runs.trainer.attempt import Attempt
        from app.runs.trainer.warm_dataset import WarmDataset

        torch.set_flush_denormal(True)
        try:
            assignment = _at_home(Assignment.from_line(line))
            warm = WarmDataset(Path(assignment.data) / "datasets")
            self._attempt = Attempt.of(assignment, warm, self._process)
            self._code = self._attempt.run()
        finally:
            self._over.set()
            _later(ENDED_S, lambda: os._exit(0))


def _at_home(assignment: Assignment) -> Assignment:
    """With this machine's own address of the database, where it has one: the password is not told to it.

    And with its own data folder, where it names one and a store keeps the files: it is but a working copy.
    """
    database = os.environ.get("PLAYGROUND_DATABASE", assignment.database)
    data = os.environ.get("PLAYGROUND_DATA", assignment.data) if assignment.store else assignment.data
    return replace(assignment, database=database, data=data)


def _when_terminated(act: Callable[[], object]) -> None:
    """At SIGTERM. Ray's main thread runs no Python, so a handler would never come; its number in a pipe does."""
    heard, told = os.pipe()
    os.set_blocking(told, False)
    with suppress(ValueError):  # where Ray makes the actor outside the main thread
        signal.signal(signal.SIGTERM, lambda *_: None)
        signal.set_wakeup_fd(told, warn_on_full_buffer=False)
        threading.Thread(target=_listen, args=(heard, act), name="signals", daemon=True).start()


def _listen(heard: int, act: Callable[[], object]) -> None:
    while number := os.read(heard, 1):
        if number[0] == signal.SIGTERM:
            act()


def _later(seconds: float, act: Callable[[], object]) -> threading.Timer:
    timer = threading.Timer(seconds, act)
    timer.daemon = True
    timer.start()
    return timer
