"""The trained networks: their cards, layers, weights and kernels, and what excites a channel."""

import re
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi import Path as Part
from fastapi.responses import FileResponse

from app.core.classification.folders import WEIGHTS, find_model, list_models
from app.core.datasets.builtin import framings_of, told_name
from app.settings import Settings
from app.web import tasks
from app.web.answers import ANSWERS, FromWorker, download
from app.web.dependencies import SettingsDep, WorkersDep, limit_rate
from app.web.i18n import choose_language, translate

router = APIRouter(prefix="/api/models", tags=["classification"])

TOLD = ("title", "data", "not_for")  # of a card, in the visitor's language
_RUN = re.compile(r"run-([0-9a-f]{16})")

Channel = Annotated[int, Part(ge=0, lt=10**6)]


def folders_of(settings: Settings) -> tuple[Path, Path]:
    """Where models are looked for: the shipped ones first."""
    return settings.models, settings.data / "models"


def model_folder(name: Annotated[str, Part(max_length=64)], settings: SettingsDep) -> Path:
    """The folder of the model in the address; UnknownModel, which is 404, if there is none.

    `run-<id>` is the newest checkpoint of a run, which no list names.
    """
    run = _RUN.fullmatch(name)
    return find_model(name, [settings.data / "runs" / run[1]] if run else folders_of(settings))


ModelDep = Annotated[Path, Depends(model_folder)]


@router.get("")
def list_cards(request: Request, settings: SettingsDep) -> dict[str, Any]:
    """The cards of all models."""
    return {"models": [_translate(request, card) for card in list_models(folders_of(settings))]}


@router.get("/{name}")
async def show_model(request: Request, folder: ModelDep, workers: WorkersDep) -> dict[str, Any]:
    """One card, with the network's layers."""
    return _translate(request, await workers.run(request, tasks.describe_model, folder))


@router.get(
    "/{name}/weights",
    response_class=FileResponse,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
def send_weights(folder: ModelDep) -> FileResponse:
    """The weights, as safetensors; those of a run that goes on are others in a moment."""
    return FileResponse(
        folder / WEIGHTS, media_type="application/octet-stream", filename=f"{folder.name}.safetensors",
        headers={"Cache-Control": "no-cache"},
    )  # fmt: skip


@router.get(
    "/{name}/onnx",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}},
    dependencies=[Depends(limit_rate)],
)
async def send_onnx(request: Request, folder: ModelDep, settings: SettingsDep, workers: WorkersDep) -> Response:
    """The network with its preparation as one ONNX file: float32 levels 0 to 255 to logits and probabilities."""
    written = await workers.run(request, tasks.write_model, folder, settings.data / ANSWERS)
    return FromWorker(written, "application/octet-stream", download(f"{folder.name}.onnx"))


@router.get("/{name}/filters/{layer:path}", dependencies=[Depends(limit_rate)])
async def show_filters(
    request: Request,
    folder: ModelDep,
    layer: str,
    workers: WorkersDep,
    channel: Annotated[int | None, Query(ge=0, lt=10**6)] = None,
) -> dict[str, Any]:
    """A layer's learned kernels; for one that sees the picture, the classic kernels they are most like."""
    return await workers.run(request, tasks.show_kernels, folder, layer, channel)


@router.get("/{name}/channels/{layer:path}/{channel}", dependencies=[Depends(limit_rate)])
async def show_one_channel(
    request: Request, folder: ModelDep, layer: str, channel: Channel, settings: SettingsDep, workers: WorkersDep
) -> dict[str, Any]:
    """The patches that excite a channel most, a picture made to excite it, and how selective it is."""
    return await workers.run(request, tasks.show_channel, folder, layer, channel, settings.data)


@router.get("/{name}/selectivity", dependencies=[Depends(limit_rate)])
async def show_layers_selectivity(
    request: Request, folder: ModelDep, settings: SettingsDep, workers: WorkersDep
) -> dict[str, Any]:
    """How selective each layer's channels are on the mean, for orientation and for a class."""
    return await workers.run(request, tasks.show_selectivity, folder, settings.data)


def _translate(request: Request, card: dict[str, Any]) -> dict[str, Any]:
    """In the visitor's language; the name of somebody's own pictures, which is a secret, is left out."""
    language, values = choose_language(request), card.get("data_values", {})
    values = {key: translate(language, str(value)) for key, value in values.items()}
    told = {key: translate(language, told_name(str(card[key]))) for key in TOLD if card.get(key)}
    if card.get("dataset"):
        told["dataset"] = told_name(card["dataset"])  # what programs ask by is no word to translate
    if values:
        told["data"] = translate(language, card["data"], values)
    framings = {"framings": framings_of(card.get("dataset"))}
    return {key: value for key, value in (card | told | framings).items() if key != "data_values"}
