"""The files of a run, in DATA/runs/<id>: its photo, checkpoint, snapshots, newest model and confusion.

Every file appears whole or not at all. It does not know the database.
"""

import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from app.core.checkpoints import save_weights

MODEL_PREFIX = "run-"


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

    @property
    def confusion(self) -> Path:
        """Logits of the validation pictures, see `validation`."""
        return self.path / "confusion.safetensors"

    def snapshot(self, number: int) -> Path:
        """The feature weights of a snapshot."""
        return self.path / "snapshots" / f"{number}.safetensors"

    def make(self) -> None:
        """The empty folders."""
        (self.path / "snapshots").mkdir(parents=True, exist_ok=True)

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

    def remove(self) -> None:
        """All of it."""
        shutil.rmtree(self.path, ignore_errors=True)

    def size(self) -> int:
        """Bytes."""
        sizes = 0
        for path in self.path.rglob("*"):
            with suppress(OSError):
                sizes += path.stat().st_size
        return sizes

    @property
    def _photo(self) -> Path:
        return self.path / "photo.safetensors"
