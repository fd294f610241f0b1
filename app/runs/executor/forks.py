"""Trainers and probes are forked from one process that has loaded PyTorch, once for all of them.

That process, `python -m app.runs.trainer`, and its children are in sessions of their own: Ctrl-C does not reach them,
and the children outlive the server. What they do is not known here.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from select import select
from threading import Lock, RLock
from typing import TextIO

from app.runs.store import processes
from app.runs.store.protocol import Birth
from app.tuning import TRAINING_ENVIRONMENT

ROOT = Path(__file__).parents[3]
START_S = 60.0  # of the parent, which loads PyTorch
FORK_S = 10.0
UNSEEN = 1  # the code of a child whose end nobody saw, as of one that broke


class NoProcess(OSError):
    """None can be had now."""


class Forks:
    """Makes processes, from a parent that is started when it is first wanted; for any thread."""

    def __init__(self) -> None:
        self._parent: _Parent | None = None
        self._turn = Lock()
        self._is_stopped = False

    def are_ready(self) -> bool:
        """Whether `make` takes milliseconds; else the parent starts, where it does not do so already."""
        with self._turn:
            return self._find().is_ready()

    def make(self, birth: Birth, output: int) -> "Fork":
        """A process whose standard output is that file, and its standard input the fork's `input`. Raises NoProcess."""
        until = time.monotonic() + START_S
        while not self.are_ready():
            if time.monotonic() > until:
                raise NoProcess("the process that forks does not start")
            time.sleep(0.05)
        reading, writing = os.pipe()
        ours = os.fdopen(writing, "w")
        try:
            with os.fdopen(reading), self._turn:
                parent = self._find()
                return Fork(parent, parent.fork(birth, [reading, output]), ours)
        except NoProcess:
            ours.close()
            raise

    def stop(self) -> None:
        """Ends the parent, and who waits for it; its children go on."""
        self._is_stopped = True
        if self._parent:
            self._parent.end()

    def _find(self) -> "_Parent":
        if self._is_stopped:
            raise NoProcess("the server stops")
        if self._parent is None or self._parent.is_lost:
            self._parent = _Parent()
        return self._parent


class _Parent:
    """One life of the process that forks. It tells when it is ready, who was born, and how they have ended."""

    def __init__(self) -> None:
        self._link, theirs = socket.socketpair()
        self._heard = b""
        self._is_ready = self.is_lost = False
        self._born: int | None = None
        self._codes: dict[int, int] = {}
        self._listening = RLock()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "app.runs.trainer"], stdin=theirs.fileno(), stdout=subprocess.DEVNULL,
                env=os.environ | TRAINING_ENVIRONMENT | {"PYTHONPATH": str(ROOT)}, start_new_session=True,
            )  # fmt: skip

    def is_ready(self) -> bool:
        self._listen(0.0)
        return self._is_ready and not self.is_lost

    def fork(self, birth: Birth, files: Sequence[int]) -> int:
        """The child's number. One that does not answer is given up: its children go on."""
        until = time.monotonic() + FORK_S
        self._born = None
        with suppress(OSError):  # of a broken link, which is noticed in the next lines
            socket.send_fds(self._link, [birth.to_line().encode()], files)
        while self._born is None:
            self._listen(0.02)
            if time.monotonic() > until:
                self.end()
            if self.is_lost:
                raise NoProcess("the process that forks has ended")
        return self._born

    def code_of(self, pid: int) -> int | None:
        """How the child has ended, if that is known."""
        self._listen(0.0)
        return self._codes.get(pid)

    def end(self) -> None:
        """Who listens in another thread is let go by the shutdown."""
        self.is_lost = True
        with suppress(OSError):
            self._link.shutdown(socket.SHUT_RDWR)
        self._process.kill()
        self._process.wait()
        with self._listening:
            self._link.close()

    def _listen(self, seconds: float) -> None:
        with self._listening:
            if self.is_lost or not select([self._link], [], [], seconds)[0]:
                return
            received = b""
            with suppress(OSError):  # it ended before it had read all
                received = self._link.recv(1 << 16)
            if not received:
                self.end()
            *lines, self._heard = (self._heard + received).split(b"\n")
            for told in map(json.loads, lines):
                self._hear(**told)

    def _hear(self, pid: int | None = None, code: int | None = None) -> None:
        """Nothing but that it is ready; or a child that was born; or that has ended with the code."""
        self._is_ready = True
        if pid is not None and code is None:
            self._born = pid
            self._codes.pop(pid, None)
        elif pid is not None and code is not None:
            self._codes[pid] = code


class Fork:
    """A child, as its server sees it. What is written to `input`, its standard input, has to be flushed."""

    def __init__(self, parent: _Parent, pid: int, standard_input: TextIO) -> None:
        self.pid = pid
        self.input = standard_input
        self.identity = processes.identify(pid)
        self._parent = parent
        self._code: int | None = None

    @property
    def code(self) -> int | None:
        """The exit's code, negative for a signal; None while it runs."""
        if self._code is None:
            self._code = self._parent.code_of(self.pid)
        if self._code is None and self._parent.is_lost and not processes.is_alive(self.identity):
            self._code = UNSEEN
        return self._code

    def send(self, number: signal.Signals) -> None:
        """A signal, if it still runs."""
        if self.code is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def wait(self, seconds: float) -> None:
        """Until it has ended, or so long."""
        until = time.monotonic() + seconds
        while self.code is None and time.monotonic() < until:
            time.sleep(0.01)
