"""Is it alive, is it ready, what are its limits, what can go wrong."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from app.core import changes, steps
from app.core.class_folders import MOST_CLASSES as MAXIMUM_DATASET_CLASSES
from app.core.hyperparameters import BOUNDS
from app.core.images import FORMATS
from app.core.inspection.channel_views import MOST_WEIGHTS
from app.core.layer_parsing import MAXIMUM_LAYERS
from app.core.network_texts.syntax import MAXIMUM_TEXT
from app.core.networks import MAXIMUM_CHANNELS, MAXIMUM_CLASSES, MAXIMUM_INPUT_SIDE
from app.core.pipeline import FORMATS as RESULTS
from app.web import errors
from app.web.i18n import choose_language, translate
from app.web.orders import LONGEST_NAME
from app.web.pictures import SettingsDep
from app.web.steps import MAXIMUM_DEPTH
from app.web.workers import WorkersDep

router = APIRouter(tags=["server"])


@router.get("/healthz")
async def check_health() -> dict[str, str]:
    """The server answers."""
    return {"status": "ok"}


@router.get("/readyz")
async def check_readiness(request: Request, workers: WorkersDep) -> dict[str, str]:
    """A worker answers too."""
    await workers.run(request, abs, 1)
    return {"status": "ready"}


@router.get("/metrics", response_class=PlainTextResponse)
def show_metrics(request: Request) -> Response:
    """Counts and durations of requests by route, for Prometheus."""
    return Response(generate_latest(request.app.state.metrics), media_type=CONTENT_TYPE_LATEST)


@router.get("/api/limits")
def list_limits(settings: SettingsDep) -> dict[str, Any]:
    """Every limit in force."""
    return {
        "image": {
            "bytes": settings.image_bytes,
            "pixels": settings.image_pixels,
            "side": settings.image_side,
            "formats": list(FORMATS),
        },
        "result": {"formats": list(RESULTS)},
        "kernel": {
            "side": steps.MAXIMUM_SIDE,
            "weight": steps.MAXIMUM_WEIGHT,
            "divisor_at_least": steps.MINIMUM_DIVISOR,
        },
        "step": {"stride": steps.MAXIMUM_STEP, "dilation": steps.MAXIMUM_STEP, "pool": steps.MAXIMUM_STEP},
        "steps": steps.MAXIMUM_STEPS,
        "change": {"shift": changes.MOST_SHIFT, "noise": changes.MOST_NOISE, "blur": changes.MOST_BLUR},
        "filters": {"weights": MOST_WEIGHTS},
        "multiply_adds": settings.multiply_adds,
        "network": {
            "layers": MAXIMUM_LAYERS,
            "parameters": settings.network_parameters,
            "memory_mb": settings.network_memory_mb,
            "channels": MAXIMUM_CHANNELS,
            "side": MAXIMUM_INPUT_SIDE,
            "classes": MAXIMUM_CLASSES,
            "text_characters": MAXIMUM_TEXT,
        },
        "dataset": {
            "bytes": settings.dataset_bytes,
            "unpacked_bytes": settings.dataset_unpacked_bytes,
            "entries": settings.dataset_entries,
            "seconds": settings.dataset_seconds,
            "uploads_at_once": settings.dataset_uploads,
            "kept": settings.datasets_kept,
            "classes": MAXIMUM_DATASET_CLASSES,
        },
        "runs": {
            "at_once": settings.runs_at_once,
            "queued": settings.runs_queued,
            "per_visitor": settings.runs_per_visitor,
            "kept": settings.runs_kept,
            "bytes": settings.runs_bytes,
            "name_characters": LONGEST_NAME,
        },
        "training": {name: {"from": low, "to": high} for name, (low, high) in BOUNDS.items()},
        "event_streams": settings.event_streams,
        "json": {"bytes": settings.json_bytes, "depth": MAXIMUM_DEPTH},
        "form": {"fields": settings.form_fields},
        "requests": {
            "at_once": settings.workers,
            "waiting": settings.waiting,
            "seconds": settings.task_seconds,
            "memory_bytes": settings.worker_bytes,
            "rate": settings.rate_limit,
        },
    }


@router.get("/api/problems")
def list_problems(request: Request) -> dict[str, Any]:
    """Every kind of problem; a problem's `type` points here."""
    language = choose_language(request)
    return {"problems": [kind | {"title": translate(language, kind["title"])} for kind in errors.describe()]}
