"""The route of a run's events; how they are sent is `streams`."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from app.runs.store.states import TERMINAL, RunRow
from app.runs.store.store import Store
from app.web.dependencies import RunDep, StoreDep
from app.web.i18n import choose_language
from app.web.training.streams import EventStream, Streams

router = APIRouter(prefix="/api/runs/{run_id}/events", tags=["training"])


def streams_of(request: Request) -> Streams:
    """The application's streams."""
    return request.app.state.streams


StreamsDep = Annotated[Streams, Depends(streams_of)]


async def take_place(streams: StreamsDep) -> AsyncIterator[None]:
    """A place for as long as the response lasts; TooManyStreams, which is 429, if there is none."""
    with streams.place():
        yield


@router.get(
    "",
    status_code=200,  # which FastAPI would read from the usual responses' signature
    dependencies=[Depends(take_place)],
    response_class=EventStream,
    responses={204: {"description": "The run has ended, and nothing came after that event."}},
)
async def stream_events(
    request: Request,
    run: RunDep,
    store: StoreDep,
    streams: StreamsDep,
    last_event_id: Annotated[int | None, Header(ge=0, lt=2**53)] = None,
    after: Annotated[int, Query(ge=0, lt=2**53, description="As `Last-Event-ID`, for a first connection.")] = 0,
) -> Response:
    """`step`, `epoch`, `snapshot` and `state` events as they are written, from the first or after `Last-Event-ID`."""
    seen = after if last_event_id is None else last_event_id
    if await run_in_threadpool(_has_ended, store, run, seen):
        return Response(status_code=204)
    return EventStream(streams.watch(run.id, seen, choose_language(request)))


def _has_ended(store: Store, run: RunRow, seen: int) -> bool:
    """Whether a browser that comes back has seen all there will be: 204 tells it to stay away."""
    return run.state in TERMINAL and 0 < store.newest(run.id) <= seen
