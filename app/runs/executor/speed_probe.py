"""Asks a process how fast networks learn here, one line of JSON for one line (app/runs/trainer/speed_probe.py).

It is started at the first question, ended when nobody asks for long, and never asked two things at once.
"""

import asyncio
import json
import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from typing import TextIO

from app.core.errors import InvalidValue
from app.core.training.timing import Timing
from app.runs.executor.forks import Fork, Forks
from app.runs.store.protocol import Birth, SpeedQuestion


class ProbeLost(Exception):
    """The process ended, or took too long, and gave no answer."""


@dataclass(frozen=True, slots=True)
class _Process:
    fork: Fork
    answers: TextIO


class Probe:
    """The process, from a server's event loop. Who asks while it measures waits."""

    def __init__(self, forks: Forks, seconds: float, idle_seconds: float = 120.0) -> None:
        self._forks = forks
        self._seconds = seconds
        self._idle_seconds = idle_seconds
        self._turn = asyncio.Lock()
        self._process: _Process | None = None
        self._idle: asyncio.TimerHandle | None = None

    async def measure(self, question: SpeedQuestion) -> Timing:
        """Real steps. Raises ProbeLost, or InvalidValue where network and training do not fit each other."""
        async with self._turn:
            self._stay()
            asked = asyncio.ensure_future(asyncio.to_thread(self._ask, question))
            try:
                async with asyncio.timeout(self._seconds):
                    return await asyncio.shield(asked)
            except (TimeoutError, OSError, ValueError):
                self.stop()  # how it ended may be heard later than the next question
                raise ProbeLost from None
            finally:
                await self._settle(asked)
                self._idle = asyncio.get_running_loop().call_later(self._idle_seconds, self.stop)

    def stop(self) -> None:
        """Ends the process; who waits for its answer gets none."""
        self._stay()
        process, self._process = self._process, None
        if process is not None:
            process.fork.send(signal.SIGKILL)
            process.fork.wait(1.0)
            for pipe in (process.fork.input, process.answers):
                with suppress(OSError):
                    pipe.close()

    async def _settle(self, asked: "asyncio.Future[Timing]") -> None:
        """A question that is given up has its process ended: an answer to it would be taken for that to the next."""
        while not asked.done():
            self.stop()
            await asyncio.wait([asked], timeout=0.1)
        asked.exception()

    def _stay(self) -> None:
        """Runs in the event loop, or after it."""
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _ask(self, question: SpeedQuestion) -> Timing:
        """Runs in a thread."""
        process = self._running()
        process.fork.input.write(question.to_line())
        process.fork.input.flush()
        answer = json.loads(process.answers.readline())
        if answer.pop("ends"):
            self.stop()
        if "refused" in answer:
            raise InvalidValue(answer["refused"], field=answer["field"], **answer["values"])
        return Timing(**answer)

    def _running(self) -> _Process:
        if self._process is None or self._process.fork.code is not None:
            self.stop()
            answers, told = os.pipe()
            listening = os.fdopen(answers)
            with os.fdopen(told, "w"):
                self._process = _Process(self._forks.make(Birth("probe"), told), listening)
        return self._process
