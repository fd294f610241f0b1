"""Server-sent events: what trainers write into the event log, to everyone who watches.

A run that is watched has one `Tail` for all its viewers, so a viewer costs little, a slow one holds little memory, and
a server that dies loses nothing. It does not know what events say.
"""

from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, aclosing
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import format_sse_event

from app.core.errors import N_, PlaygroundError
from app.core.shares import NOBODY, Holder
from app.runs.store.orders import RunRow
from app.runs.store.states import TERMINAL
from app.runs.store.store import Store
from app.web.answers import EventStream
from app.web.dependencies import PlaceDep, RunDep, StoreDep
from app.web.i18n import choose_language
from app.web.places import Place, Places
from app.web.refusals import TooManyStreams
from app.web.training.tails import Tail

router = APIRouter(prefix="/api/runs/{run_id}/events", tags=["training"])

POLL_S = 0.04  # between two readings of a run's log: an event is sent within 100 ms of being written
AT_FULL_PACE = 10  # runs; where more are watched, each is read less often
COME_BACK_MS = 2000  # when a browser whose stream broke comes back
RETRY_S = 10
PIECE_BYTES = 64 * 1024  # sent at once, and so what a slow viewer can hold


class Streams:
    """All streams of this process, at most `limit`; `close` ends them at once."""

    def __init__(self, store: Store, limit: int) -> None:
        self._store = store
        self._places = Places(limit, lambda: _too_many(limit))
        self._tails: dict[str, Tail] = {}
        self._viewers: dict[Tail, int] = {}
        self._threads = ThreadPoolExecutor(2, "tail")
        self._closed = False

    @property
    def open(self) -> int:
        """How many there are."""
        return len(self._places)

    def place(self, holder: Holder = NOBODY) -> AbstractContextManager[Place]:
        """One of the `limit` places; raises TooManyStreams where none is free."""
        return self._places.take(holder)

    async def watch(self, run_id: str, after: int, language: str, place: Place | None = None) -> AsyncGenerator[bytes]:
        """The run's events after number `after`, encoded, until the run or the server ends, or the place is lost."""
        yield format_sse_event(retry=COME_BACK_MS)
        tail, place = self._join(run_id), place or Place(NOBODY)
        place.on_lost = tail.wake
        try:
            await tail.begin()
            async with aclosing(tail.follow(after, language, place)) as followed:
                async for frames in followed:
                    for start in range(0, len(frames), PIECE_BYTES):
                        yield frames[start : start + PIECE_BYTES]
        finally:
            self._leave(run_id, tail)

    def close(self) -> None:
        """Ends every stream, and each that is asked for later."""
        self._closed = True
        for tail in self._tails.values():
            tail.end()

    def stop(self) -> None:
        """The same, and waits for what still reads."""
        self.close()
        self._threads.shutdown(cancel_futures=True)

    def _join(self, run_id: str) -> Tail:
        tail = self._tails.get(run_id)
        if tail is None or tail.ended:
            tail = self._tails[run_id] = Tail(self._store, run_id, self._threads, self._pace)
        self._viewers[tail] = self._viewers.get(tail, 0) + 1
        if self._closed:
            tail.end()
        return tail

    def _pace(self) -> float:
        return POLL_S * max(1.0, len(self._tails) / AT_FULL_PACE)

    def _leave(self, run_id: str, tail: Tail) -> None:
        self._viewers[tail] -= 1
        if not self._viewers[tail]:
            tail.end()
            del self._viewers[tail]
            if self._tails.get(run_id) is tail:
                del self._tails[run_id]


async def streams_of(request: Request) -> Streams:
    """The application's streams."""
    return request.app.state.streams


StreamsDep = Annotated[Streams, Depends(streams_of)]


@router.get(
    "",
    status_code=200,  # which FastAPI would read from the usual responses' signature
    response_class=EventStream,
    responses={204: {"description": "The run has ended, and nothing came after that event."}},
)
async def stream_events(
    request: Request,
    run: RunDep,
    store: StoreDep,
    streams: StreamsDep,
    place: PlaceDep,
    last_event_id: Annotated[int | None, Header(ge=0, lt=2**53)] = None,
    after: Annotated[int, Query(ge=0, lt=2**53, description="As `Last-Event-ID`, for a first connection.")] = 0,
) -> Response:
    """`step`, `epoch`, `snapshot` and `state` events as they are written, from the first or after `Last-Event-ID`."""
    seen = after if last_event_id is None else last_event_id
    if await run_in_threadpool(_has_ended, store, run, seen):
        return Response(status_code=204)
    return EventStream(streams.watch(run.id, seen, choose_language(request), place))


def _has_ended(store: Store, run: RunRow, seen: int) -> bool:
    """Whether a browser that comes back has seen all there will be: 204 tells it to stay away."""
    return run.state in TERMINAL and 0 < store.newest(run.id) <= seen


def _too_many(limit: int) -> PlaygroundError:
    return TooManyStreams(
        N_("All %(limit)d event streams of this server are taken; try again in %(seconds)d seconds."),
        limit=limit, seconds=RETRY_S,
    )  # fmt: skip
