"""The confusion matrix of a run's validation pictures, and the pictures behind a cell."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from torch import Tensor

from app.core.classification.sprites import draw_picture
from app.core.datasets.cache import read_samples
from app.core.datasets.datasets import load_dataset
from app.core.datasets.headers import cache_path, read_header
from app.core.errors import N_
from app.core.training.confusion import Confusion
from app.runs.store.folders import RunFolder
from app.runs.trainer.tensor_files import read_confusion
from app.web.refusals import NothingYet


def describe_confusion(folder: RunFolder, classes: Sequence[str], epoch: int | None, pictures: int) -> dict[str, Any]:
    """Of the newest epoch up to `epoch`, with so many pictures a cell."""
    confusion, found = _read(folder, classes, epoch)
    return confusion.describe(pictures) | {"epoch": found, "epochs": folder.confusion_epochs()}


def draw_cell(
    folder: RunFolder, classes: Sequence[str], epoch: int | None, cell: tuple[int, int], dataset: str, datasets: Path
) -> dict[str, Any]:
    """The pictures of a cell (truth, predicted)."""
    confusion, found = _read(folder, classes, epoch)
    indices, confidence = confusion.cell(*cell)
    pictures = [
        {"index": index, "confidence": round(sure, 4), "image": draw_picture(picture)}
        for index, sure, picture in zip(
            indices.tolist(), confidence.tolist(), _pictures(dataset, datasets, indices.tolist()), strict=True
        )
    ]
    return {"count": int(confusion.matrix[cell]), "epoch": found, "pictures": pictures}


def _read(folder: RunFolder, classes: Sequence[str], epoch: int | None) -> tuple[Confusion, int]:
    found = read_confusion(folder, classes, epoch)
    if found is None and folder.confusion_epochs():
        raise NothingYet(N_("There is no confusion matrix of so early an epoch; the first is of epoch %(first)d."),
                         first=folder.confusion_epochs()[0])  # fmt: skip
    if found is None:
        raise NothingYet(N_("There is no confusion matrix yet; it comes with the first epoch, where pictures are held "
                            "out for validation."))  # fmt: skip
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
