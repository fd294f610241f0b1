"""What a run takes for what: the matrix of its validation pictures, and the pictures behind a cell."""

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi import Path as Part
from torch import Tensor

from app.core.confusion import MOST_PICTURES, Confusion
from app.core.dataset_cache import cache_path, read_samples
from app.core.datasets import load_dataset
from app.core.errors import N_
from app.core.inspection.sprites import draw_picture
from app.runs.folders import RunFolder
from app.web.datasets import FolderDep
from app.web.refusals import NothingYet
from app.web.training import RunDep, StoreDep
from app.web.workers import WorkersDep

router = APIRouter(prefix="/api/runs/{run_id}/confusion", tags=["training"])

Class = Annotated[int, Part(ge=0, lt=10**6)]


@router.get("")
async def show_confusion(request: Request, run: RunDep, store: StoreDep, workers: WorkersDep) -> dict[str, Any]:
    """Rows are the truth, columns what the network says; for each cell its first pictures, the most confident first."""
    return await workers.run(request, _describe, store.folder(run.id), run.classes)


@router.get("/{truth}/{predicted}")
async def show_cell(
    request: Request, run: RunDep, truth: Class, predicted: Class, store: StoreDep, folder: FolderDep,
    workers: WorkersDep,
) -> dict[str, Any]:  # fmt: skip
    """The pictures of a cell, the most confident first."""
    cell = (truth, predicted)
    return await workers.run(request, _draw, store.folder(run.id), run.classes, cell, run.dataset, folder)


def _describe(folder: RunFolder, classes: tuple[str, ...]) -> dict[str, Any]:
    """Runs in a worker."""
    confusion, epoch = _read(folder, classes)
    return confusion.describe() | {"epoch": epoch}


def _draw(
    folder: RunFolder, classes: tuple[str, ...], cell: tuple[int, int], dataset: str, datasets: Path
) -> dict[str, Any]:
    """Runs in a worker."""
    confusion, epoch = _read(folder, classes)
    indices, confidence = confusion.cell(*cell)
    chosen = indices[:MOST_PICTURES].tolist()
    pictures = [
        {"index": index, "confidence": round(float(sure), 4), "image": draw_picture(picture)}
        for index, sure, picture in zip(chosen, confidence, _pictures(dataset, datasets, chosen), strict=False)
    ]
    return {"count": len(indices), "epoch": epoch, "pictures": pictures}


def _read(folder: RunFolder, classes: tuple[str, ...]) -> tuple[Confusion, int]:
    found = folder.read_confusion(classes)
    if found is None:
        raise NothingYet(
            N_("There is no confusion matrix yet; it comes with the first epoch, where pictures are put aside.")
        )
    return found


def _pictures(dataset: str, folder: Path, indices: list[int]) -> Tensor:
    path = cache_path(folder, dataset)
    if not indices or not path.is_file():
        return load_dataset(dataset, folder).images[indices]
    return read_samples(path, indices)
