"""Is it alive, is it ready, what are its limits, what can go wrong."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from app.web import errors
from app.web.dependencies import SettingsDep, WorkersDep
from app.web.i18n import choose_language, translate
from app.web.limits import describe_limits

router = APIRouter(tags=["server"])


@router.get("/healthz")
async def check_health() -> dict[str, str]:
    """The server answers."""
    return {"status": "ok"}


@router.get("/readyz")
async def check_readiness(request: Request, workers: WorkersDep) -> dict[str, str]:
    """Workers, database, store of files answer, and what all share is here; that a cluster is away is only told."""
    await workers.run(request, abs, 1)
    await run_in_threadpool(request.app.state.store.check)
    if request.app.state.files.is_shared:
        await run_in_threadpool(request.app.state.files.check)
        request.app.state.common.check()
    is_reachable = request.app.state.trainers.is_reachable
    told = {} if is_reachable is None else {"cluster": "reachable" if is_reachable else "unreachable"}
    return {"status": "ready"} | told


@router.get("/metrics", response_class=PlainTextResponse)
def show_metrics(request: Request) -> Response:
    """Counts and durations of requests by route, for Prometheus."""
    return Response(generate_latest(request.app.state.metrics), media_type=CONTENT_TYPE_LATEST)


@router.get("/api/limits")
def list_limits(settings: SettingsDep) -> dict[str, Any]:
    """Every limit in force."""
    return describe_limits(settings)


@router.get("/api/problems")
def list_problems(request: Request) -> dict[str, Any]:
    """Every kind of problem; a problem's `type` points here."""
    language = choose_language(request)
    return {"problems": [kind | {"title": translate(language, kind["title"])} for kind in errors.describe()]}
