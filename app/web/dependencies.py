"""What routes ask for by type: the application's settings, workers and store, who calls, and the run in the address.

An id becomes an object, or a refusal, here and never again in a route. It knows no room. What waits for nothing is
`async`: FastAPI would send each of the others through a thread.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request
from fastapi import Path as Part
from fastapi.concurrency import run_in_threadpool

from app.core.errors import N_, NotYours
from app.core.shares import household
from app.files.files import Files
from app.runs.store.orders import RunRow
from app.runs.store.states import Visitor
from app.runs.store.store import Store
from app.settings import Settings
from app.web.places import Place
from app.web.visitors import visitor_of
from app.web.workers import Workers


async def settings_of(request: Request) -> Settings:
    """The application's settings."""
    return request.app.state.settings


SettingsDep = Annotated[Settings, Depends(settings_of)]


async def workers_of(request: Request) -> Workers:
    """The application's workers."""
    return request.app.state.workers


WorkersDep = Annotated[Workers, Depends(workers_of)]


async def limit_rate(request: Request) -> None:
    """For the calls that compute: TooManyRequests, which is 429, for an address that asks too often."""
    rates, address = request.app.state.rates, household(request.client.host if request.client else "")
    if rates.is_shared:
        await run_in_threadpool(rates.count, address)
    else:
        rates.count(address)


async def datasets_folder(settings: SettingsDep) -> Path:
    """Where data sets are kept."""
    return settings.data / "datasets"


DatasetsDep = Annotated[Path, Depends(datasets_folder)]


async def files_of(request: Request) -> Files:
    """The application's files."""
    return request.app.state.files


FilesDep = Annotated[Files, Depends(files_of)]


async def store_of(request: Request) -> Store:
    """The application's store of runs."""
    return request.app.state.store


StoreDep = Annotated[Store, Depends(store_of)]


async def caller(request: Request) -> Visitor:
    """Who calls."""
    return visitor_of(request)


VisitorDep = Annotated[Visitor, Depends(caller)]


def run_of(run_id: Annotated[str, Part(max_length=64)], store: StoreDep) -> RunRow:
    """The run in the address; UnknownRun, which is 404, if there is none."""
    run = store.find(run_id)
    store.folder(run.id).remember_use()
    return run


RunDep = Annotated[RunRow, Depends(run_of)]


async def own_run(run: RunDep, visitor: VisitorDep) -> RunRow:
    """The same for who may change it; NotYours, which is 403, for others."""
    if not visitor.owns(run.visitor):
        raise NotYours(N_("Somebody else started this run; you can watch it, but not change it."))
    return run


OwnRunDep = Annotated[RunRow, Depends(own_run)]


async def take_place(request: Request, visitor: VisitorDep) -> AsyncIterator[Place]:
    """A place for as long as a stream of events lasts; TooManyStreams, which is 429, if there is none."""
    with request.app.state.streams.place(visitor.holder) as place:
        yield place


PlaceDep = Annotated[Place, Depends(take_place)]
