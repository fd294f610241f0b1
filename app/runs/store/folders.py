"""The files of a run, in DATA/runs/<id>: its photo, checkpoint, snapshots, newest model and confusion matrices.

Every file appears whole or not at all. It does not know the database, nor what is in the files that a trainer writes
(`trainer.tensor_files`), but for the photo.
"""

import os
import secrets
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from safetensors import SafetensorError

if TYPE_CHECKING:
    import numpy as np  # slow to import, and no page needs it

MODEL_PREFIX, CHECKPOINT_PREFIX = "run-", "checkpoint-"


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

    def confusion(self, epoch: int) -> Path:
        """What the network takes for what after an epoch."""
        return self._confusions / f"{epoch}.safetensors"

    def make(self) -> None:
        """The empty folders."""
        for part in ("snapshots", "confusions"):
            (self.path / part).mkdir(parents=True, exist_ok=True)

    def keep_photo(self, photo: "np.ndarray") -> None:
        """uint8 H x W x C: what the next snapshots watch."""
        import numpy as np
        from safetensors.numpy import save

        self.make()
        beside = self.path / f".photo.safetensors.{secrets.token_hex(4)}"
        try:
            beside.write_bytes(save({"photo": np.ascontiguousarray(photo, np.uint8)}))
            beside.replace(self._photo)
        finally:
            beside.unlink(missing_ok=True)

    def read_photo(self) -> "np.ndarray | None":
        """uint8 H x W x C, if there is one."""
        from safetensors.numpy import load

        try:
            return load(self._photo.read_bytes())["photo"].copy()  # else it could not be written to
        except (OSError, SafetensorError, KeyError):
            return None

    def photo_stamp(self) -> int:
        """Changes with the photo; 0 if there is none."""
        with suppress(OSError):
            return self._photo.stat().st_mtime_ns
        return 0

    def confusion_epochs(self) -> list[int]:
        """The epochs of which it is kept, the newest last."""
        return sorted(int(path.stem) for path in self._confusions.glob("*.safetensors") if path.stem.isdecimal())

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

    def remember_use(self) -> None:
        """Somebody has looked at it."""
        with suppress(OSError):
            os.utime(self.path)

    def used_at(self) -> float:
        """When somebody looked at it last, or it grew, in seconds since 1970; 0 where nothing is kept yet."""
        with suppress(OSError):
            return self.path.stat().st_mtime
        return 0.0

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
