"""What a run takes for what, at any epoch: the matrix of its validation pictures, and the pictures behind a cell."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi import Path as Part
from fastapi.concurrency import run_in_threadpool

from app.core.training.limits import MOST_PICTURES
from app.files.shelves import bring_dataset
from app.web import tasks
from app.web.dependencies import DatasetsDep, RunDep, StoreDep, WorkersDep

router = APIRouter(prefix="/api/runs/{run_id}/confusion", tags=["training"])

Class = Annotated[int, Part(ge=0, lt=10**6)]
Epoch = Annotated[int | None, Query(ge=0, lt=10**6)]
Pictures = Annotated[int, Query(ge=0, le=MOST_PICTURES)]


@router.get("")
async def show_confusion(
    request: Request, run: RunDep, store: StoreDep, workers: WorkersDep, epoch: Epoch = None,
    pictures: Pictures = MOST_PICTURES,
) -> dict[str, Any]:  # fmt: skip
    """Rows are the truth, columns what the network says; for each cell its first pictures, the most confident first.

    Of the newest epoch, or the newest up to `epoch`; `epochs` are those of which there is one.
    """
    await run_in_threadpool(store.folder(run.id).bring_confusions)
    return await workers.run(request, tasks.describe_confusion, store.folder(run.id), run.classes, epoch, pictures)


@router.get("/{truth}/{predicted}")
async def show_cell(
    request: Request, run: RunDep, truth: Class, predicted: Class, store: StoreDep, folder: DatasetsDep,
    workers: WorkersDep, epoch: Epoch = None,
) -> dict[str, Any]:  # fmt: skip
    """The pictures of a cell, the most confident first; of an epoch as the matrix is."""
    await run_in_threadpool(store.folder(run.id).bring_confusions)
    await bring_dataset(store.files, run.dataset)
    return await workers.run(
        request, tasks.draw_cell, store.folder(run.id), run.classes, epoch, (truth, predicted), run.dataset, folder
    )
