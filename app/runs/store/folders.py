"""The files of a run, in DATA/runs/<id>: its photo, checkpoint, snapshots, newest model and confusion matrices.

Every file appears whole or not at all. What reads them finds what was brought here before: `bring_...` is for servers
and trainers, not for the processes that work for a server. It does not know the database, nor what is in the files that
a trainer writes (`trainer.tensor_files`), but for the photo.
"""

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from safetensors import SafetensorError

from app.core.classification.folders import CARD
from app.core.errors import FilesAway
from app.files.files import Files

if TYPE_CHECKING:
    import numpy as np  # slow to import, and no page needs it

MODEL_PREFIX, CHECKPOINT_PREFIX = "run-", "checkpoint-"


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Among the files of the data folder."""

    files: Files
    run_id: str

    @property
    def root(self) -> Path:
        """DATA/runs, of all runs."""
        return runs_of(self.files)

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
        with self.files.writing(self._photo) as place:
            beside = place.with_name(f".photo.safetensors.{secrets.token_hex(4)}")
            try:
                beside.write_bytes(save({"photo": np.ascontiguousarray(photo, np.uint8)}))
                beside.replace(place)
            finally:
                beside.unlink(missing_ok=True)

    def bring_photo(self) -> None:
        """The newest one. Raises FilesAway."""
        self.files.pull(self._photo)

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

    @contextmanager
    def writing(self, path: Path) -> Iterator[Path]:
        """Where to write one of its files, whole; afterwards it is the run's."""
        with self.files.writing(path) as place:
            yield place

    def bring_checkpoint(self, name: str) -> Path:
        """Where the checkpoint of that name is. Raises FilesAway."""
        self.files.bring(self.path / name)
        return self.path / name

    def bring_snapshot(self, number: int) -> None:
        """Raises FilesAway."""
        self.files.bring(self.snapshot(number))

    def bring_confusions(self) -> None:
        """Those of all epochs. Raises FilesAway."""
        self.files.pull_folder(self._confusions)

    def bring_model(self) -> None:
        """The newest. Raises FilesAway."""
        self.files.pull_folder(self.model)

    def has_model(self) -> bool:
        """Whether there is one yet, as far as is known."""
        with suppress(FilesAway):
            return self.files.has(self.model / CARD)
        return False

    def confusion_epochs(self) -> list[int]:
        """The epochs of which it is kept, the newest last."""
        return sorted(int(path.stem) for path in self._confusions.glob("*.safetensors") if path.stem.isdecimal())

    def checkpoints(self) -> list[str]:
        """Their names. Raises FilesAway."""
        return [name for name in self.files.names(self.path) if name.startswith(CHECKPOINT_PREFIX)]

    def drop_checkpoints(self, names: Iterable[str]) -> None:
        """Of those names. Raises FilesAway."""
        self.files.drop(*(self.path / name for name in names))

    def drop_leftovers(self) -> None:
        """What a process that was killed had half written; only for whoever alone writes here now."""
        for pattern in (f".{CHECKPOINT_PREFIX}*", "*/.*.safetensors.*"):
            for path in self.path.glob(pattern):
                path.unlink(missing_ok=True)

    def remember_use(self) -> None:
        """Somebody has looked at it."""
        self.files.remember_use(self.path)

    def remove(self) -> None:
        """All of it; what a store that is away still has is an orphan, which goes later."""
        with suppress(FilesAway):
            self.files.drop_folder(self.path)

    @property
    def _photo(self) -> Path:
        return self.path / "photo.safetensors"

    @property
    def _confusions(self) -> Path:
        return self.path / "confusions"


def runs_of(files: Files) -> Path:
    """Where the runs' folders are."""
    return files.root / "runs"
