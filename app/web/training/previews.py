"""What a training's network would be fed, shown before it starts."""

from typing import Any

from fastapi import APIRouter, Depends, Request

from app.web import tasks
from app.web.bodies import JsonBytes, describe_body
from app.web.dependencies import DatasetsDep, WorkersDep, limit_rate
from app.web.i18n import choose_language, translate

router = APIRouter(prefix="/api/runs/preview", tags=["training"])

SCHEMA = {
    "type": "object",
    "required": ["dataset"],
    "properties": {"dataset": {"type": "string"}, "training": {"type": "object"}},
}
EXAMPLE = {"dataset": "digits", "training": {"normalization": "standardize", "augmentation": ["shift"]}}


@router.post("", dependencies=[Depends(limit_rate)], openapi_extra=describe_body(SCHEMA, EXAMPLE))
async def preview_input(request: Request, body: JsonBytes, folder: DatasetsDep, workers: WorkersDep) -> dict[str, Any]:
    """16 training pictures as they are and as they are changed, and the numbers that the network is fed."""
    told, source, count = await workers.run(request, tasks.with_json, tasks.preview_training, body, folder)
    return told | {"source": translate(choose_language(request), source, {"count": count})}
