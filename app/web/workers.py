"""Processes of their own for what decodes and computes: a picture that kills, hangs or swells costs one request.

A pool of pebble's, forked from a process that has loaded PyTorch and all `tasks`. It does not know what is computed.
"""

import asyncio
import math
import secrets
import signal
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from concurrent.futures import TimeoutError as TaskTimeout
from contextlib import suppress
from multiprocessing import get_context
from threading import Lock
from typing import Any, TypeVar

import structlog
from fastapi import Request
from pebble import ProcessExpired, ProcessFuture, ProcessPool
from prometheus_client import Counter

from app.core.errors import N_, PlaygroundError
from app.runs.store.counts import SERVER
from app.runs.store.processes import count_out_of_memory
from app.settings import Settings
from app.web import tasks
from app.web.answers import ANSWERS, Answer
from app.web.errors import RETRY_S
from app.web.places import Place, Places, Turns, gave_way
from app.web.refusals import TookTooLong, TookTooMuchMemory, VisitorLeft, WorkerLost
from app.web.tasks import PRELOADED
from app.web.visitors import visitor_of

Result = TypeVar("Result")

log = structlog.get_logger("app.web")

_START_S = 60.0
_LOOK_S = 0.5  # between two looks whether a task's time is over
_ALMOST_S = (
    0.3  # for work that nobody waits for any more: short work costs less than another process, which knows no models
)
LOST = Counter("playground_workers_lost", f"Workers that ended in the middle of a request. {SERVER}", registry=None)
_LOST = N_("The process that worked on this ended before it was done. Try again, or use another picture.")
_SWOLLEN = N_(
    "The server's memory ran out while it worked on this. Use a smaller picture or kernel, or try again later."
)
_LATE = N_("This took longer than %(limit)d seconds and was stopped. Use a smaller picture or kernel.")
_LARGE = N_("This took longer than %(limit)d seconds and was stopped. Send fewer or smaller pictures.")


class Workers:
    """`settings.workers` processes, and a queue of `settings.waiting` calls."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._places = Places(settings.workers + settings.waiting)
        self._turns = Turns(settings.workers)
        self._slow_places = Places(settings.waiting)
        self._slow_turns = Turns(max(settings.workers - 1, 1))
        self._changing = Lock()
        self._pool: ProcessPool | None = None
        self._is_stopped = False
        self._ended = count_out_of_memory()  # by the system, for want of memory, as far as anybody has asked

    def start(self) -> None:
        """The processes, so that nobody has to wait for them, unless they are there; not for the event loop.

        It takes seconds. A pool that somebody else ended a process of, as a system without memory does, is given up
        by pebble; another takes its place.
        """
        with self._changing:
            if self._is_stopped or self._is_there():
                return
            if self._pool is not None:
                log.warning("workers lost")
                _end(self._pool)
            pool = self._make_pool()
            first, until = pool.schedule(tasks.answer), time.monotonic() + _START_S
            while pool.active and not (self._is_stopped or first.done() or time.monotonic() > until):
                with suppress(TaskTimeout):
                    first.exception(0.1)
            self._pool = pool

    async def run(
        self, request: Request, function: Callable[..., Result], *arguments: Any, seconds: float | None = None,
        slow: bool = False,
    ) -> Result:  # fmt: skip
        """The function's result from a worker. Raises what it raises, or says why there is none.

        `seconds` replaces the usual limit where one request is large by its nature. What is `slow` waits in a queue of
        its own, and never has all processes, so that calls of a moment find one free.
        """
        limit = seconds or self._settings.task_seconds
        late = TookTooLong(_LARGE if seconds else _LATE, limit=limit)
        places, working = (self._slow_places, self._slowly) if slow else (self._places, self._work)
        with places.take(visitor_of(request).holder) as place:
            work = asyncio.ensure_future(working(place, function, arguments, late, limit))
            place.on_lost = work.cancel
            return await _attend(request, work, place)

    async def answer(
        self, request: Request, function: Callable[..., Answer], *arguments: Any, seconds: float | None = None
    ) -> Answer:
        """The same for what may be large: from a file without a name where it is."""
        path = self._settings.data / ANSWERS / secrets.token_hex(8)
        try:
            with suppress(OSError):  # of a full disk hears whose answer is large
                path.touch()
            return (await self.run(request, tasks.put_answer, function, path, *arguments, seconds=seconds)).take()
        finally:
            path.unlink(missing_ok=True)

    def _why(self, end: Exception) -> PlaygroundError:
        LOST.inc()
        ended_before, self._ended = self._ended, count_out_of_memory()
        if getattr(end, "exitcode", 0) == -signal.SIGKILL and self._ended > ended_before:
            return TookTooMuchMemory(_SWOLLEN)
        return WorkerLost(_LOST, seconds=RETRY_S)

    def stop(self) -> None:
        """Ends the processes, whatever they do."""
        self._is_stopped = True
        with self._changing:
            if self._pool is not None:
                _end(self._pool)

    def _is_there(self) -> bool:
        return self._pool is not None and self._pool.active

    def _make_pool(self) -> ProcessPool:
        context: Any = get_context("forkserver")
        context.set_forkserver_preload(list(PRELOADED))
        return ProcessPool(
            self._settings.workers, initializer=tasks.prepare, initargs=[self._settings.worker_bytes], context=context
        )

    async def _work(
        self, place: Place, function: Callable[..., Result], arguments: Any, late: TookTooLong, limit: float
    ) -> Result:
        async with self._turns.turn(place):
            task = await self._schedule(function, arguments)
            try:
                return await _in_time(task, late, limit)
            except (ProcessExpired, BrokenExecutor) as end:
                raise self._why(end) from None

    async def _slowly(
        self, place: Place, function: Callable[..., Result], arguments: Any, late: TookTooLong, limit: float
    ) -> Result:
        async with self._slow_turns.turn(place):
            return await self._work(place, function, arguments, late, limit)

    async def _schedule(self, function: Callable[..., Result], arguments: Any) -> ProcessFuture[Result]:
        """WorkerLost where no process can be started. Pebble would count the time by a clock that can be set."""
        try:
            if not self._is_there():
                await asyncio.to_thread(self.start)
            assert self._pool is not None
            return self._pool.schedule(tasks.guard, [function, *arguments])
        except (RuntimeError, OSError, AssertionError) as error:
            log.warning("no worker", exc_info=error)
            raise WorkerLost(_LOST, seconds=RETRY_S) from None


async def _attend(request: Request, work: "asyncio.Future[Result]", place: Place) -> Result:
    """Waits for the result, until nobody waits for it any more, or somebody else has the place."""
    departure: asyncio.Future[Any] = asyncio.ensure_future(_departure(request))
    try:
        await asyncio.wait([departure, work], return_when=asyncio.FIRST_COMPLETED)
        if work.done() and not work.cancelled():
            return work.result()
        raise gave_way() if place.is_lost else VisitorLeft(N_("The visitor left."))
    finally:
        departure.cancel()
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


async def _in_time(task: ProcessFuture[Result], late: TookTooLong, limit: float) -> Result:
    """The result, unless a worker was at it for `limit` seconds."""
    result: asyncio.Future[Result] = asyncio.wrap_future(task)
    until = math.inf
    try:
        while not result.done():
            if until == math.inf and task.running():
                until = time.monotonic() + limit
            if (left := until - time.monotonic()) <= 0:
                raise late
            await asyncio.wait([result], timeout=min(left, _LOOK_S))
        return result.result()
    finally:
        try:
            if not result.done() and task.running():
                await asyncio.wait([result], timeout=min(until - time.monotonic(), _ALMOST_S))
        finally:
            if not result.done():
                task.cancel()  # a worker that is at it ends, and another takes its place


def _end(pool: ProcessPool) -> None:
    """Ends the workers, then the pool: pebble alone would first unlink the locks that a worker may be about to open."""
    pool.stop()
    if pool._pool_manager_loop is not None:
        pool._pool_manager_loop.join()  # it starts no worker any more
    pool._pool_manager.worker_manager.force_stop_workers()
    pool.join()


async def _departure(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
