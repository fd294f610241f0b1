"""Training runs: started, listed, changed, removed, and their events as they happen.

The web only asks: a run's trainer is another process, and the event log the only way from it to here.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool

from app.core.datasets.builtin import is_own
from app.web import tasks
from app.web.bodies import JsonBytes, SmallJson, describe_body
from app.web.dependencies import OwnRunDep, RunDep, SettingsDep, StoreDep, VisitorDep, WorkersDep, limit_rate
from app.web.i18n import choose_language
from app.web.training.orders import EXAMPLE, SCHEMA, judge_of
from app.web.training.repeats import KeyHeader, read_key
from app.web.training.run_objects import Teller
from app.web.training.wishes import EXAMPLE as WISH
from app.web.training.wishes import SCHEMA as WISHES
from app.web.training.wishes import read_wish

router = APIRouter(prefix="/api/runs", tags=["training"])


async def teller_of(request: Request, store: StoreDep, visitor: VisitorDep) -> Teller:
    """Tells runs to whoever asks."""
    return Teller(store, request.app.state.curves, visitor, choose_language(request))


TellerDep = Annotated[Teller, Depends(teller_of)]


@router.get("")
def list_runs(store: StoreDep, teller: TellerDep) -> dict[str, Any]:
    """The newest 500 runs and all that train or wait; those on somebody's own pictures are told to them alone."""
    rows = [row for row in store.list() if not is_own(row.dataset) or teller.visitor.owns(row.visitor)]
    return {"runs": teller.tell_all(rows)}


@router.post("", status_code=201, dependencies=[Depends(limit_rate)], openapi_extra=describe_body(SCHEMA, EXAMPLE))
async def start_run(
    request: Request, response: Response, body: JsonBytes, settings: SettingsDep, workers: WorkersDep,
    teller: TellerDep, idempotency_key: KeyHeader = None,
) -> dict[str, Any]:  # fmt: skip
    """A run in the queue; it trains as soon as its turn comes. The same order with the same key gets the same run."""
    key = read_key(idempotency_key, teller.visitor, body)
    with request.app.state.orders.looking_at(key):
        run = await run_in_threadpool(teller.store.find_ordered, key) if key else None
        if run is None:
            order = await workers.run(request, tasks.with_json, tasks.read_order, body, judge_of(settings))
            run = await run_in_threadpool(teller.store.submit, order, teller.visitor, key)
    response.headers["Location"] = f"{router.prefix}/{run.id}"
    return await run_in_threadpool(teller.tell, run)


@router.get("/{run_id}")
def show_run(run: RunDep, teller: TellerDep) -> dict[str, Any]:
    """One run with its history."""
    return teller.tell(run)


@router.patch("/{run_id}", openapi_extra=describe_body(WISHES, WISH))
async def change_run(run: OwnRunDep, body: SmallJson, teller: TellerDep) -> dict[str, Any]:
    """Pause it, go on, stop it, give it another learning rate or name; `asked` says what its trainer has yet to do."""
    run = await run_in_threadpool(teller.store.ask, run.id, read_wish(body))
    return await run_in_threadpool(teller.tell, run)


@router.delete("/{run_id}", status_code=204, response_class=Response)
def remove_run(run: OwnRunDep, store: StoreDep) -> None:
    """All of it; one that trains is ended first."""
    store.delete(run.id)
