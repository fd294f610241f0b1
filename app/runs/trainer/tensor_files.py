"""Snapshots and confusion matrices as files of a run's folder: written by its trainer, read by whoever shows them."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from safetensors import safe_open
from torch import Tensor

from app.core.checkpoints import read_weights, save_weights
from app.core.errors import InvalidValue
from app.core.pictures.preparation import Preparation
from app.core.training.confusion import Confusion
from app.runs.store.folders import RunFolder

CONFUSION_GROWTH = 1 / 20  # between two confusion matrices that are kept, as a part of the epochs before


def write_snapshot(folder: RunFolder, number: int, weights: Mapping[str, Tensor], preparation: Preparation) -> None:
    """Keeps the feature weights of a snapshot, and how pictures were prepared for them."""
    with folder.writing(folder.snapshot(number)) as place:
        save_weights(place, weights, {"preparation": json.dumps(preparation.to_dict())})


def read_snapshot(folder: RunFolder, number: int) -> tuple[dict[str, Tensor], Preparation]:
    """What `write_snapshot` wrote; InvalidValue if there is none."""
    path = folder.snapshot(number)
    return read_weights(path), Preparation.from_dict(json.loads(_metadata(path)["preparation"]))


def write_confusion(folder: RunFolder, confusion: Confusion, epoch: int) -> None:
    """Keeps what the network takes for what after an epoch; of the older ones fewer and fewer."""
    before = [known for known in folder.confusion_epochs() if known < epoch]
    with folder.writing(folder.confusion(epoch)) as place:
        save_weights(place, confusion.tensors())
    if len(before) > 1 and before[-1] - before[-2] < before[-1] * CONFUSION_GROWTH:
        folder.files.drop(folder.confusion(before[-1]))


def read_confusion(folder: RunFolder, classes: Sequence[str], epoch: int | None = None) -> tuple[Confusion, int] | None:
    """The newest, or the newest up to an epoch, and its own epoch; None if there is none."""
    for known in reversed(folder.confusion_epochs()):
        if epoch is None or known <= epoch:
            with suppress(InvalidValue):  # it may be one too many by now
                return Confusion.from_tensors(read_weights(folder.confusion(known)), classes), known
    return None


def _metadata(path: Path) -> dict[str, str]:
    with safe_open(path, "pt") as file:
        return file.metadata()
