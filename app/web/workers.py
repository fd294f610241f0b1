"""Processes of their own for what decodes and computes: a picture that kills, hangs or swells costs one request.

A pool of pebble's, forked from a server process that has PyTorch loaded already. It does not know what is computed.
"""

import asyncio
import os
import signal
from collections.abc import Callable
from concurrent.futures import TimeoutError as TaskTimeout
from concurrent.futures import wait
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, Any, TypeVar

import torch
from fastapi import Depends, Request
from pebble import ProcessExpired, ProcessPool

from app.core.errors import N_
from app.settings import Settings
from app.web.errors import RETRY_S
from app.web.refusals import Busy, TookTooLong, TookTooMuchMemory, VisitorLeft, WorkerLost

Result = TypeVar("Result")

PRELOADED = ("app.core.pipeline", "app.core.inspection.views", "app.core.inspection.channel_views", "captum.attr",
             "app.core.own_datasets", "app.web.orders", "app.web.previews", "app.web.timings", "app.web.snapshots",
             "app.web.confusion")  # fmt: skip
_LATE = N_("This took longer than %(limit)d seconds and was stopped. Use a smaller picture or kernel.")
_LARGE = N_("This took longer than %(limit)d seconds and was stopped. Send fewer or smaller pictures.")


class Workers:
    """`settings.workers` processes, and a queue of `settings.waiting` calls."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._under_way = 0
        context: Any = get_context("forkserver")
        context.set_forkserver_preload([__name__, *PRELOADED])
        self._pool = ProcessPool(
            settings.workers, initializer=_prepare, initargs=[settings.worker_bytes], context=context
        )
        self._is_started = False

    def start(self) -> None:
        """The processes, so that nobody has to wait for them: it takes seconds, and is not for the event loop."""
        first = self._pool.schedule(abs, [0])
        while self._pool.active and not wait([first], 0.1).done:
            pass
        self._is_started = True

    async def run(
        self, request: Request, function: Callable[..., Result], *arguments: Any, seconds: float | None = None
    ) -> Result:
        """The function's result from a worker. Raises what it raises, or says why there is none.

        `seconds` replaces the usual limit where one request is large by its nature.
        """
        if self._under_way >= self._settings.workers + self._settings.waiting:
            raise Busy(N_("The server is busy with other requests. Try again in a moment."), seconds=RETRY_S)
        self._under_way += 1
        try:
            if not self._is_started:
                await asyncio.to_thread(self.start)
            return await self._attend(request, function, arguments, seconds or self._settings.task_seconds)
        except TaskTimeout:
            raise TookTooLong(_LARGE if seconds else _LATE, limit=seconds or self._settings.task_seconds) from None
        except ProcessExpired:
            raise WorkerLost(
                N_("The process that worked on this ended before it was done. Try again, or use another picture."),
                seconds=RETRY_S,
            ) from None
        finally:
            self._under_way -= 1

    def stop(self) -> None:
        """Ends the processes, whatever they do."""
        self._pool.stop()
        self._pool.join()

    async def _attend(
        self, request: Request, function: Callable[..., Result], arguments: Any, seconds: float
    ) -> Result:
        """Waits for the result, or until nobody waits for it any more."""
        task = self._pool.schedule(_guard, [function, *arguments], timeout=seconds)
        result = asyncio.wrap_future(task)
        departure = asyncio.ensure_future(_departure(request))
        try:
            await asyncio.wait([result, departure], return_when=asyncio.FIRST_COMPLETED)
            if result.done():
                return result.result()
            raise VisitorLeft(N_("The visitor left."))
        finally:
            departure.cancel()
            if not result.done():
                task.cancel()  # a worker that is at it ends, and another takes its place


def workers_of(request: Request) -> Workers:
    """The application's workers."""
    return request.app.state.workers


WorkersDep = Annotated[Workers, Depends(workers_of)]


async def _departure(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _guard(function: Callable[..., Result], *arguments: Any) -> Result:
    """Runs in the worker."""
    try:
        return function(*arguments)
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and "allocate memory" not in str(error):
            raise
        raise TookTooMuchMemory(
            N_("This needs more memory than one request may take. Use a smaller picture or kernel.")
        ) from None


def _prepare(memory: int) -> None:
    """Runs once in each worker: one thread for each, bounded memory; a Ctrl-C is the server's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(1)
    # libtiff writes what it thinks of a visitor's file to standard error, past the logs.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    statistics = Path("/proc/self/statm")
    if statistics.exists():
        import resource

        size = int(statistics.read_text("ascii").split()[0]) * os.sysconf("SC_PAGESIZE")
        resource.setrlimit(resource.RLIMIT_AS, (size + memory, size + memory))
