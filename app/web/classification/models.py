"""The trained networks: their cards, layers, weights and kernels, and what excites a channel."""

import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from shutil import copyfileobj
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Form, Query, Request, Response, UploadFile
from fastapi import Path as Part
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, JSONResponse
from pydantic import BeforeValidator, Field

from app.core.classification.folders import CARD, NETWORK, SURVEY, WEIGHTS, find_model, list_models, remember_use
from app.core.classification.kept_pictures import is_kept, kept_picture
from app.core.classification.sent import Described, ModelLimits
from app.core.datasets.builtin import framings_of, told_name
from app.core.datasets.nouns import name_of
from app.core.datasets.own import LONGEST_TITLE, new_name, place_to_arrive
from app.core.errors import UnknownModel
from app.core.networks.reports import Limits
from app.files.files import Files
from app.files.shelves import shelve
from app.settings import Settings
from app.web import tasks
from app.web.answers import FromWorker, download
from app.web.classification.findings import bring_model, bring_picture, finding
from app.web.classification.kept_answers import KeptAnswers
from app.web.dependencies import DatasetsDep, FilesDep, SettingsDep, VisitorDep, WorkersDep, limit_rate
from app.web.forms import JSON_TEXT, FormFields, read_json, require_form
from app.web.i18n import choose_language, translate
from app.web.middleware import Allowance
from app.web.workers import Workers

router = APIRouter(prefix="/api/models", tags=["classification"])

TOLD = ("title", "data", "not_for")  # of a card, in the visitor's language
SECOND = "photos"  # knows a thousand things
_RUN = re.compile(r"run-([0-9a-f]{16})")

Found = TypeVar("Found")
Channel = Annotated[int, Part(ge=0, lt=10**6)]


def allowance(settings: Settings) -> Allowance:
    """What a request with weights may take, by BodyLimit."""
    most = settings.model_bytes + settings.json_bytes
    return Allowance(most, settings.dataset_seconds, settings.dataset_uploads, in_memory=False)


class ModelForm(FormFields):
    """Weights, and what they are the weights of."""

    network: Annotated[Any, BeforeValidator(read_json), JSON_TEXT] = Field(
        description="As `POST /api/networks` takes it, as JSON."
    )
    weights: UploadFile = Field(description="safetensors, by the names of `GET /api/models/{name}/weights`.")
    title: str | None = Field(None, max_length=LONGEST_TITLE, description="What the model is called.")
    classes: Annotated[Any, BeforeValidator(read_json), JSON_TEXT] = Field(
        None, description="Their names, a JSON list; numbers, if left out."
    )
    mean: Annotated[Any, BeforeValidator(read_json), JSON_TEXT] = Field(
        None, description="What is subtracted from levels of 0 to 1, a number a channel; 0, if left out."
    )
    std: Annotated[Any, BeforeValidator(read_json), JSON_TEXT] = Field(
        None, description="What the rest is divided by, a number a channel; 1, if left out."
    )

    def said(self) -> Described:
        """What the fields say of the weights."""
        return Described(self.network, self.title, self.classes, self.mean, self.std)

    def store(self, path: Path) -> None:
        """Writes the weights to `path`, where a worker can read them."""
        with path.open("xb") as file:
            copyfileobj(self.weights.file, file, 1 << 20)


def folders_of(settings: Settings) -> tuple[Path, Path]:
    """Where models are looked for: the shipped ones first."""
    return settings.models, settings.data / "models"


def model_folder(name: Annotated[str, Part(max_length=64)], settings: SettingsDep, files: FilesDep) -> Path:
    """The folder of the model in the address; UnknownModel, which is 404, if there is none.

    `run-<id>` is the newest checkpoint of a run, which no list names.
    """
    run = _RUN.fullmatch(name)
    if files.is_shared:
        bring_model(files, name, run and run[1])
    folder = find_model(name, [settings.data / "runs" / run[1]] if run else folders_of(settings))
    remember_use(folder)
    return folder


ModelDep = Annotated[Path, Depends(model_folder)]


def second_opinion(folder: Path, settings: Settings) -> str | None:
    """The name of the network that knows more things, for whoever asked another; None where it is not installed."""
    with suppress(UnknownModel):
        return SECOND if find_model(SECOND, folders_of(settings)) != folder else None
    return None


@router.get("")
def list_cards(request: Request, settings: SettingsDep) -> dict[str, Any]:
    """The cards of all models."""
    return {"models": [_translate(request, card) for card in list_models(folders_of(settings))]}


@router.post("", status_code=201, dependencies=[Depends(require_form), Depends(limit_rate)])
async def add_model(
    request: Request,
    response: Response,
    form: Annotated[ModelForm, Form(media_type="multipart/form-data")],
    settings: SettingsDep,
    workers: WorkersDep,
    visitor: VisitorDep,
    datasets: DatasetsDep,
    files: FilesDep,
) -> dict[str, Any]:
    """A network's description with its weights, as a model that only who has its name can ask."""
    name = new_name()
    limits = ModelLimits(
        Limits(settings.network_parameters, settings.network_memory_mb), settings.model_bytes, settings.models_kept
    )
    async with request.app.state.archive_turn:
        with place_to_arrive(datasets) as path:
            await run_in_threadpool(form.store, path)
            card = await workers.run(
                request, tasks.keep_sent, path, form.said(), name, settings.data / "models", limits,
                visitor.holder.sealed(), seconds=settings.dataset_seconds,
            )  # fmt: skip
    holder = visitor.holder.sealed()
    await run_in_threadpool(shelve, files, settings.data / "models" / name, holder, limits.kept)
    response.headers["Location"] = f"{router.prefix}/{name}"
    return _translate(request, card)


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


@router.get("/{name}/network", response_class=FileResponse, responses={200: {"content": {"application/json": {}}}})
def send_network(folder: ModelDep) -> FileResponse:
    """The network's description, as `POST /api/networks` and `POST /api/models` take it."""
    return FileResponse(folder / NETWORK, media_type="application/json", headers={"Cache-Control": "no-cache"})


@router.get(
    "/{name}/onnx",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}},
    dependencies=[Depends(limit_rate)],
)
async def send_onnx(request: Request, folder: ModelDep, workers: WorkersDep) -> Response:
    """The network with its preparation as one ONNX file: float32 levels 0 to 255 to logits and probabilities."""
    written = await workers.answer(request, tasks.write_model, folder)
    return FromWorker(written, "application/octet-stream", download(f"{folder.name}.onnx"))


@router.get("/{name}/filters/{layer:path}")
async def show_filters(
    request: Request, folder: ModelDep, layer: str, settings: SettingsDep, workers: WorkersDep,
    channel: Annotated[int | None, Query(ge=0, lt=10**6)] = None,
) -> Response:  # fmt: skip
    """A layer's learned kernels; for one that sees the picture, the classic kernels they are most like."""
    return await _keep(request, settings, workers, tasks.show_kernels, folder, layer, channel)


@router.get("/{name}/channels/{layer:path}/{channel}")
async def show_one_channel(
    request: Request, folder: ModelDep, layer: str, channel: Channel, settings: SettingsDep, workers: WorkersDep,
    files: FilesDep,
) -> Response:  # fmt: skip
    """The patches that excite a channel most, a picture made to excite it, and how selective it is."""
    has_picture = await run_in_threadpool(_find_picture, is_kept, files, folder, layer, channel)
    return await _keep(
        request, settings, workers, tasks.show_channel, folder, layer, channel, settings.data, also=has_picture
    )


@router.get("/{name}/maximizations/{layer:path}/{channel}")
async def show_one_maximization(
    request: Request, folder: ModelDep, layer: str, channel: Channel, settings: SettingsDep, workers: WorkersDep,
    files: FilesDep,
) -> Response:  # fmt: skip
    """A picture made to excite a channel, a unit or, of `softmax`, a class: made for whoever asks first, and kept."""
    kept = await run_in_threadpool(_find_picture, kept_picture, files, folder, layer, channel)
    if kept is not None:
        return JSONResponse(kept)
    return await _keep(
        request, settings, workers, tasks.show_maximization, folder, layer, channel, settings.data, slow=True
    )


@router.get("/{name}/selectivity")
async def show_layers_selectivity(
    request: Request, folder: ModelDep, settings: SettingsDep, workers: WorkersDep
) -> Response:
    """How selective each layer's channels are on the mean, for orientation and for a class."""
    return await _keep(request, settings, workers, tasks.show_selectivity, folder, settings.data)


def _find_picture(find: Callable[..., Found], files: Files, folder: Path, layer: str, channel: int) -> Found:
    """Among those made here, and on other servers."""
    if files.is_shared:
        bring_picture(files, folder, layer, channel)
    return find(folder, layer, channel, files.root)


async def _keep(
    request: Request, settings: Settings, workers: Workers, task: Any, folder: Path, *arguments: Any,
    slow: bool | None = None, also: Any = None,
) -> Response:  # fmt: skip
    """What a worker says of a network, kept as long as its files and its data set stay as they are.

    Without a survey that came with the network it may take seconds.
    """

    async def make() -> Any:
        await limit_rate(request)
        is_slow = not (folder / SURVEY).is_file() if slow is None else slow
        async with finding(request.app.state.files, folder, *arguments):
            return await workers.run(request, task, folder, *arguments, slow=is_slow)

    stamp = await run_in_threadpool(_stamp, folder, settings.data / "datasets")
    kept: KeptAnswers = request.app.state.kept_answers
    return await kept.answer((task, folder, stamp, also, *arguments), make)


def _stamp(folder: Path, datasets: Path) -> tuple[float, ...]:
    files = [folder / name for name in (CARD, NETWORK, WEIGHTS, SURVEY)]
    return tuple(
        path.stat().st_mtime if path.is_file() else 0 for path in (*files, *sorted(datasets.glob("*.safetensors")))
    )


def _translate(request: Request, card: dict[str, Any]) -> dict[str, Any]:
    """In the visitor's language; the name of somebody's own pictures, which is a secret, is left out."""
    language, values = choose_language(request), card.get("data_values", {})
    values = {key: translate(language, str(value)) for key, value in values.items()}
    told: dict[str, Any] = {key: translate(language, told_name(str(card[key]))) for key in TOLD if card.get(key)}
    if card.get("dataset"):
        told["dataset"] = told_name(card["dataset"])  # what programs ask by is no word to translate
    if values:
        told["data"] = translate(language, card["data"], values)
    if card.get("biases"):
        told["biases"] = [translate(language, bias) for bias in card["biases"]]
    told["framings"] = framings_of(card.get("dataset"))
    told["class_names"] = [name_of(label, language) for label in card.get("classes", ())]
    return {key: value for key, value in (card | told).items() if key != "data_values"}
