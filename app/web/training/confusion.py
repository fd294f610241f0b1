"""What a run takes for what, at any epoch: the matrix of its validation pictures, and the pictures behind a cell."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi import Path as Part
from torch import Tensor

from app.core.classification.sprites import draw_picture
from app.core.datasets.cache import read_samples
from app.core.datasets.datasets import load_dataset
from app.core.datasets.headers import cache_path, read_header
from app.core.errors import N_
from app.core.training.confusion import MOST_PICTURES, Confusion
from app.runs.store.folders import RunFolder
from app.runs.trainer.tensor_files import read_confusion
from app.web.dependencies import DatasetsDep, RunDep, StoreDep, WorkersDep
from app.web.refusals import NothingYet

router = APIRouter(prefix="/api/runs/{run_id}/confusion", tags=["training"])

Class = Annotated[int, Part(ge=0, lt=10**6)]
Epoch = Annotated[int | None, Query(ge=0, lt=10**6)]
Pictures = Annotated[int, Query(ge=0, le=MOST_PICTURES)]


@dataclass(frozen=True, slots=True)
class Asked:
    """Of which run, and up to which epoch; None for the newest."""

    folder: RunFolder
    classes: tuple[str, ...]
    epoch: int | None


@router.get("")
async def show_confusion(
    request: Request, run: RunDep, store: StoreDep, workers: WorkersDep, epoch: Epoch = None,
    pictures: Pictures = MOST_PICTURES,
) -> dict[str, Any]:  # fmt: skip
    """Rows are the truth, columns what the network says; for each cell its first pictures, the most confident first.

    Of the newest epoch, or the newest up to `epoch`; `epochs` are those of which there is one.
    """
    return await workers.run(request, _describe, Asked(store.folder(run.id), run.classes, epoch), pictures)


@router.get("/{truth}/{predicted}")
async def show_cell(
    request: Request, run: RunDep, truth: Class, predicted: Class, store: StoreDep, folder: DatasetsDep,
    workers: WorkersDep, epoch: Epoch = None,
) -> dict[str, Any]:  # fmt: skip
    """The pictures of a cell, the most confident first; of an epoch as the matrix is."""
    asked = Asked(store.folder(run.id), run.classes, epoch)
    return await workers.run(request, _draw, asked, (truth, predicted), run.dataset, folder)


def _describe(asked: Asked, pictures: int) -> dict[str, Any]:
    """Runs in a worker."""
    confusion, epoch = _read(asked)
    return confusion.describe(pictures) | {"epoch": epoch, "epochs": asked.folder.confusion_epochs()}


def _draw(asked: Asked, cell: tuple[int, int], dataset: str, datasets: Path) -> dict[str, Any]:
    """Runs in a worker."""
    confusion, epoch = _read(asked)
    indices, confidence = confusion.cell(*cell)
    pictures = [
        {"index": index, "confidence": round(sure, 4), "image": draw_picture(picture)}
        for index, sure, picture in zip(
            indices.tolist(), confidence.tolist(), _pictures(dataset, datasets, indices.tolist()), strict=True
        )
    ]
    return {"count": int(confusion.matrix[cell]), "epoch": epoch, "pictures": pictures}


def _read(asked: Asked) -> tuple[Confusion, int]:
    found = read_confusion(asked.folder, asked.classes, asked.epoch)
    if found is None and asked.folder.confusion_epochs():
        raise NothingYet(N_("There is no confusion matrix of so early an epoch; the first is of epoch %(first)d."),
                         first=asked.folder.confusion_epochs()[0])  # fmt: skip
    if found is None:
        raise NothingYet(
            N_("There is no confusion matrix yet; it comes with the first epoch, where pictures are put aside.")
        )
    return found


def _pictures(dataset: str, folder: Path, indices: list[int]) -> Tensor | tuple[()]:
    """Those of the data set as it is now; NothingYet where it has become another, smaller one since."""
    path = cache_path(folder, dataset)
    made = None if path.is_file() else load_dataset(dataset, folder).images
    count = read_header(path)["shapes"]["images"][0] if made is None else len(made)
    if max(indices, default=0) >= count:
        raise NothingYet(N_("These pictures are gone: the data set holds others now."))
    if not indices:
        return ()
    return read_samples(path, indices) if made is None else made[indices]
