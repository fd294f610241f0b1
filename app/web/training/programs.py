"""A run as a program to take home: a script, a notebook, or a ZIP of both with pictures and weights."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from app.core.datasets.builtin import check_name, told_name
from app.core.errors import N_
from app.files.shelves import bring_dataset
from app.runs.store.orders import RunRow
from app.runs.store.store import Store
from app.web import tasks
from app.web.answers import FromWorker, download
from app.web.dependencies import (
    DatasetsDep,
    RunDep,
    SettingsDep,
    StoreDep,
    VisitorDep,
    WorkersDep,
    limit_rate,
)
from app.web.refusals import NothingYet
from app.web.training.taken import Taken

router = APIRouter(prefix="/api/runs/{run_id}/program", tags=["training"])

Library = Annotated[Literal["keras", "pytorch"], Query(description="Keras runs on PyTorch there.")]
Form = Annotated[Literal["script", "notebook", "zip"], Query(description="zip: both, with pictures and weights.")]
_TYPES = {"script": ("text/x-python", "py"), "notebook": ("application/x-ipynb+json", "ipynb")}


@router.get(
    "",
    response_class=Response,
    responses={200: {"content": {"text/x-python": {}, "application/x-ipynb+json": {}, "application/zip": {}}}},
    dependencies=[Depends(limit_rate)],
)
async def send_program(
    request: Request, run: RunDep, store: StoreDep, visitor: VisitorDep, folder: DatasetsDep, settings: SettingsDep,
    workers: WorkersDep, library: Library = "keras", form: Form = "notebook",
) -> Response:  # fmt: skip
    """The run's pictures, preparation, augmentation, network, compile and fit, with its own numbers."""
    is_mine = visitor.owns(run.visitor)
    taken = await run_in_threadpool(_take, run, store, is_mine, library)
    await bring_dataset(store.files, run.dataset)
    seconds = settings.dataset_seconds
    if form != "zip":
        media, ending = _TYPES[form]
        text = await workers.run(request, tasks.write_text, taken, folder, form, seconds=seconds)
        return Response(text, media_type=media, headers=download(_name(run, library, ending)))
    check_name(run.dataset if is_mine else told_name(run.dataset))  # somebody's own pictures stay theirs
    packed = await workers.answer(request, tasks.pack, taken, folder, seconds=seconds)
    return FromWorker(packed, "application/zip", download(_name(run, library, "zip")))


def _take(run: RunRow, store: Store, is_mine: bool, library: Literal["keras", "pytorch"]) -> Taken:
    """What a worker writes from; NothingYet where there are no weights yet."""
    folder = store.folder(run.id)
    folder.bring_model()
    if not folder.has_model():
        raise NothingYet(N_("There are no weights of this run yet; they come with its first steps."))
    title = told_name(run.dataset) if run.name == run.dataset and not is_mine else run.name
    return Taken(folder, run.dataset, run.read_network(), run.read_training(), title, library)


def _name(run: RunRow, library: str, ending: str) -> str:
    return f"run-{run.id}-{library}.{ending}"
