"""What a run showed of itself: its snapshots, for the photo it watches or another one; and that photo."""

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi import Path as Part
from fastapi.concurrency import run_in_threadpool

from app.core.errors import N_
from app.runs.store.folders import RunFolder
from app.web import tasks
from app.web.dependencies import OwnRunDep, RunDep, SettingsDep, StoreDep, WorkersDep, limit_rate
from app.web.forms import require_form
from app.web.pictures import SeenForm
from app.web.refusals import NothingYet

if TYPE_CHECKING:
    import numpy as np  # slow to import

router = APIRouter(prefix="/api/runs/{run_id}", tags=["training"])

PHOTO = "/photo"
Number = Annotated[int, Part(ge=0, lt=10**6)]


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
    form: Annotated[SeenForm, Form(media_type="multipart/form-data")],
    store: StoreDep,
    settings: SettingsDep,
    workers: WorkersDep,
) -> dict[str, Any]:
    """The same moment with another photo: its maps, worked out anew from the weights of then."""
    if form.image is None and form.sample is None:
        return told
    await run_in_threadpool(store.folder(run.id).bring_snapshot, told["number"])
    moment = store.folder(run.id), told["number"], run.read_network(), run.classes, run.dataset
    return told | await workers.run(request, tasks.look_again, *moment, await form.open(settings))


@router.get(PHOTO, response_class=Response, responses={200: {"content": {"image/png": {}}}})
async def show_photo(request: Request, run: RunDep, store: StoreDep, workers: WorkersDep) -> Response:
    """What the network sees of the photo that is watched."""
    photo = await run_in_threadpool(_photo, store.folder(run.id))
    if photo is None:
        raise NothingYet(N_("This run watches no photo."))
    return Response(
        await workers.run(request, tasks.write_photo, photo),
        media_type="image/png",
        headers={"Cache-Control": "no-store"},
    )


def _photo(folder: RunFolder) -> "np.ndarray | None":
    folder.bring_photo()
    return folder.read_photo()


@router.put(PHOTO, dependencies=[Depends(require_form), Depends(limit_rate)])
async def watch_photo(
    request: Request,
    run: OwnRunDep,
    form: Annotated[SeenForm, Form(media_type="multipart/form-data")],
    store: StoreDep,
    settings: SettingsDep,
    workers: WorkersDep,
) -> dict[str, str]:
    """The photo whose maps the next snapshots show."""
    asked = await form.open(settings), run.read_network(), run.dataset
    photo, drawn = await workers.run(request, tasks.see_photo, *asked)
    await run_in_threadpool(store.folder(run.id).keep_photo, photo)
    return {"seen": drawn}
