"""The files of a run, in DATA/runs/<id>: its photo, checkpoint, snapshots, newest model and confusion matrices.

Every file appears whole or not at all. It does not know the database.
"""

import json
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from torch import Tensor

from app.core.checkpoints import read_weights, save_weights
from app.core.errors import InvalidValue
from app.core.pictures.preparation import Preparation
from app.core.training.confusion import Confusion

MODEL_PREFIX, CHECKPOINT_PREFIX = "run-", "checkpoint-"
CONFUSION_GROWTH = 1 / 20  # between two confusion matrices that are kept, as a part of the epochs before


@dataclass(frozen=True, slots=True)
class RunFolder:
    """`root` is DATA/runs."""

    root: Path
    run_id: str

    @property
    def path(self) -> Path:
        """The run's own folder."""
        return self.root / self.run_id

    @property
    def model(self) -> Path:
        """The newest checkpoint as a model: network.json, weights.safetensors, card.json; its name is the model's."""
        return self.path / f"{MODEL_PREFIX}{self.run_id}"

    def snapshot(self, number: int) -> Path:
        """The feature weights of a snapshot."""
        return self.path / "snapshots" / f"{number}.safetensors"

    def make(self) -> None:
        """The empty folders."""
        for part in ("snapshots", "confusions"):
            (self.path / part).mkdir(parents=True, exist_ok=True)

    def keep_photo(self, photo: Tensor) -> None:
        """uint8 H x W x C: what the next snapshots watch."""
        self.make()
        save_weights(self._photo, {"photo": photo.to(torch.uint8)})

    def read_photo(self) -> Tensor | None:
        """uint8 H x W x C, if there is one."""
        try:
            return load_file(self._photo)["photo"]
        except (OSError, SafetensorError, KeyError):
            return None

    def photo_stamp(self) -> int:
        """Changes with the photo; 0 if there is none."""
        with suppress(OSError):
            return self._photo.stat().st_mtime_ns
        return 0

    def write_snapshot(self, number: int, weights: dict[str, Tensor], preparation: Preparation) -> None:
        """Keeps the feature weights of a snapshot, and how pictures were prepared for them."""
        save_weights(self.snapshot(number), weights, {"preparation": json.dumps(preparation.to_dict())})

    def read_snapshot(self, number: int) -> tuple[dict[str, Tensor], Preparation]:
        """What `write_snapshot` wrote; InvalidValue if there is none."""
        path = self.snapshot(number)
        return read_weights(path), Preparation.from_dict(json.loads(_metadata(path)["preparation"]))

    def write_confusion(self, confusion: Confusion, epoch: int) -> None:
        """Keeps what the network takes for what after an epoch; of the older ones fewer and fewer."""
        before = [known for known in self.confusion_epochs() if known < epoch]
        save_weights(self._confusions / f"{epoch}.safetensors", confusion.tensors())
        if len(before) > 1 and before[-1] - before[-2] < before[-1] * CONFUSION_GROWTH:
            (self._confusions / f"{before[-1]}.safetensors").unlink(missing_ok=True)

    def confusion_epochs(self) -> list[int]:
        """The epochs of which it is kept, the newest last."""
        return sorted(self._confusion_files())

    def read_confusion(self, classes: Sequence[str], epoch: int | None = None) -> tuple[Confusion, int] | None:
        """The newest, or the newest up to an epoch, and its own epoch; None if there is none."""
        for known, path in sorted(self._confusion_files().items(), reverse=True):
            if epoch is None or known <= epoch:
                with suppress(InvalidValue):  # it may be one too many by now
                    return Confusion.from_tensors(read_weights(path), classes), known
        return None

    def drop_checkpoints(self, but: str | None = None) -> None:
        """Keeps that one alone, or none."""
        for path in self.path.glob(f"{CHECKPOINT_PREFIX}*"):
            if path.name != but:
                path.unlink(missing_ok=True)

    def drop_leftovers(self) -> None:
        """What a process that was killed had half written; only for whoever alone writes here now."""
        for pattern in (f".{CHECKPOINT_PREFIX}*", "*/.*.safetensors.*"):
            for path in self.path.glob(pattern):
                path.unlink(missing_ok=True)

    def remove(self) -> None:
        """All of it."""
        shutil.rmtree(self.path, ignore_errors=True)

    def size(self) -> int:
        """Bytes of its files."""
        sizes = 0
        for path in self.path.rglob("*"):
            with suppress(OSError):
                sizes += path.stat().st_size if path.is_file() else 0
        return sizes

    @property
    def _photo(self) -> Path:
        return self.path / "photo.safetensors"

    @property
    def _confusions(self) -> Path:
        return self.path / "confusions"

    def _confusion_files(self) -> dict[int, Path]:
        """By epoch."""
        return {int(path.stem): path for path in self._confusions.glob("*.safetensors") if path.stem.isdecimal()}


def _metadata(path: Path) -> dict[str, str]:
    with safe_open(path, "pt") as file:
        return file.metadata()
