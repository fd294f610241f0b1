"""What a run showed of itself: its snapshots, for the photo it watches or another one; and that photo."""

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import torch
from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi import Path as Part
from fastapi.concurrency import run_in_threadpool

from app.core.classification.classification import see
from app.core.classification.snapshots import maps_at, photo_checksum
from app.core.classification.sprites import draw_picture
from app.core.errors import N_
from app.core.networks.networks import Network
from app.core.pictures.images import encode, read_upload
from app.core.pictures.uploads import Upload
from app.runs.store.folders import RunFolder
from app.runs.trainer.tensor_files import read_snapshot
from app.web.dependencies import OwnRunDep, RunDep, SettingsDep, StoreDep, WorkersDep, limit_rate
from app.web.forms import require_form
from app.web.pictures import PictureForm
from app.web.refusals import NothingYet
from app.web.training.orders import as_seen

router = APIRouter(prefix="/api/runs/{run_id}", tags=["training"])

PHOTO = "/photo"
Number = Annotated[int, Part(ge=0, lt=10**6)]


@dataclass(frozen=True, slots=True)
class Moment:
    """A snapshot's weights, and whose they are."""

    folder: RunFolder
    number: int
    network: Network
    classes: tuple[str, ...]


def shown_then(run: RunDep, number: Number, store: StoreDep) -> dict[str, Any]:
    """The snapshot as the run told it; NothingYet, which is 404, where it has told no such one."""
    told = store.snapshot(run.id, number)
    if told is None:
        raise NothingYet(N_("The run has no snapshot of that number, or not yet."))
    return told


SnapshotDep = Annotated[dict[str, Any], Depends(shown_then)]


@router.get("/snapshots/{number}")
def show_snapshot(told: SnapshotDep) -> dict[str, Any]:
    """A snapshot as its event told it."""
    return told


@router.post("/snapshots/{number}", dependencies=[Depends(require_form), Depends(limit_rate)])
async def look_again(
    request: Request,
    run: RunDep,
    told: SnapshotDep,
    form: Annotated[PictureForm, Form(media_type="multipart/form-data")],
    store: StoreDep,
    settings: SettingsDep,
    workers: WorkersDep,
) -> dict[str, Any]:
    """The same moment with another photo: its maps, worked out anew from the weights of then."""
    if form.image is None and form.sample is None:
        return told
    moment = Moment(store.folder(run.id), told["number"], run.read_network(), run.classes)
    return told | await workers.run(request, _look, moment, await form.open(settings))


@router.get(PHOTO, response_class=Response, responses={200: {"content": {"image/png": {}}}})
def show_photo(run: RunDep, store: StoreDep) -> Response:
    """What the network sees of the photo that is watched."""
    photo = store.folder(run.id).read_photo()
    if photo is None:
        raise NothingYet(N_("This run watches no photo."))
    png = encode(torch.from_numpy(photo), "png")
    return Response(png, media_type="image/png", headers={"Cache-Control": "no-store"})


@router.put(PHOTO, dependencies=[Depends(require_form), Depends(limit_rate)])
async def watch_photo(
    request: Request,
    run: OwnRunDep,
    form: Annotated[PictureForm, Form(media_type="multipart/form-data")],
    store: StoreDep,
    settings: SettingsDep,
    workers: WorkersDep,
) -> dict[str, str]:
    """The photo whose maps the next snapshots show."""
    seen = await workers.run(request, _see, await form.open(settings), run.read_network())
    await run_in_threadpool(store.folder(run.id).keep_photo, seen)
    return {"seen": draw_picture(torch.from_numpy(seen).permute(2, 0, 1))}


def _look(moment: Moment, upload: Upload) -> dict[str, Any]:
    """Maps and predictions of another photo. Runs in a worker."""
    weights, preparation = read_snapshot(moment.folder, moment.number)
    photo = see(upload, preparation)
    shown = maps_at(weights, moment.network, preparation, photo).describe(moment.classes)
    return {"photo": photo_checksum(photo), "maps": shown["maps"], "predictions": shown["predictions"]}


def _see(upload: Upload, network: Network) -> np.ndarray:
    """Runs in a worker."""
    return as_seen(read_upload(upload, 16 * max(network.input[1:])).levels, network)
