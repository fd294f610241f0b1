"""Networks: checked by arithmetic before anything is built, written as programs, and read from the text of one."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Depends, Request

from app.core.networks.presets import presets
from app.core.networks.programs.notes import Note
from app.core.networks.reports import Limits
from app.web import tasks
from app.web.bodies import JsonBytes, describe_body
from app.web.dependencies import DatasetsDep, SettingsDep, WorkersDep, limit_rate
from app.web.i18n import choose_language, translate

router = APIRouter(prefix="/api/networks", tags=["networks"])

SCHEMA = {
    "type": "object",
    "properties": {
        "input": {"type": "array", "items": {"type": "integer"}, "description": "Channels, height, width."},
        "classes": {"type": "integer"},
        "layers": {"type": "array", "items": {"type": "object"}, "description": "At most 40, each with a `type`."},
        "text": {"type": "string", "description": "Instead of `layers`: a Keras or PyTorch program; it is never run."},
        "dataset": {"type": "string", "description": "Beside `text`: gives what the program leaves open."},
    },
}
EXAMPLE = {
    "input": [3, 32, 32],
    "classes": 10,
    "layers": [
        {"type": "conv2d", "filters": 16, "kernel_size": 3, "activation": "relu"},
        {"type": "max_pooling2d", "pool_size": 2},
        {"type": "flatten"},
        {"type": "dense", "units": 10},
    ],
}


@router.get("")
def list_networks(request: Request) -> dict[str, Any]:
    """Networks to start from; titles follow Accept-Language."""
    language = choose_language(request)
    return {
        "networks": [
            {
                "name": preset.name,
                "title": translate(language, preset.title),
                "description": translate(language, preset.description),
                "network": preset.network.describe(),
            }
            for preset in presets().values()
        ]
    }


@router.post("", dependencies=[Depends(limit_rate)], openapi_extra=describe_body(SCHEMA, EXAMPLE))
async def check_network(
    request: Request, body: JsonBytes, settings: SettingsDep, workers: WorkersDep, folder: DatasetsDep
) -> dict[str, Any]:
    """Its layers with shapes, parameters, receptive fields and multiply-adds; its memory; PyTorch and Keras code.

    Of a `text` also the settings of its training, and in sentences what was taken, changed and left out.
    """
    limits = Limits(settings.network_parameters, settings.network_memory_mb)
    told, notes = await workers.run(request, tasks.with_json, tasks.check_description, body, limits, folder)
    return told | _say(notes, choose_language(request)) if "training" in told else told


def _say(notes: Sequence[Note], language: str) -> dict[str, Any]:
    said: dict[str, list[str]] = {"taken": [], "changed": [], "left_out": []}
    for note in notes:
        said[note.kind].append(translate(language, note.message, dict(note.values)))
    return {"reading": said}
