"""A data set that a warm trainer has read before anybody asked for it, as long as its file stays what it was."""

from contextlib import suppress
from pathlib import Path

from safetensors import SafetensorError

from app.core.datasets.builtin import BUILTIN
from app.core.datasets.contents import look_into
from app.core.datasets.datasets import load_dataset
from app.core.datasets.headers import cache_path
from app.core.datasets.labeled_images import DataSet
from app.core.errors import N_, PlaygroundError, UnknownDataset


class WarmDataset:
    """At most one data set of a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._kept: tuple[str, float, DataSet] | None = None

    def stock(self) -> None:
        """Makes and keeps the sets that are made here, at the first time."""
        for name in BUILTIN:
            self._make(name)

    def fetch(self, name: str) -> None:
        """Reads it ahead; why it cannot be read is told to whoever asks for it."""
        with suppress(PlaygroundError, OSError):
            self._make(name)
            self._kept = name, self._stamp(name), load_dataset(name, self.folder)

    def take(self, name: str) -> DataSet:
        """The data set, which is kept no longer. Raises what `load_dataset` raises."""
        kept, self._kept = self._kept, None
        if kept and kept[:2] == (name, self._stamp(name)):
            return kept[2]
        self._make(name)
        try:
            return load_dataset(name, self.folder)
        except UnknownDataset:  # it was there when the run was ordered
            raise UnknownDataset(N_("The pictures of this run are not kept any more."), field="dataset") from None

    def _make(self, name: str) -> None:
        """One that is made here is kept, where there is room, so that making it costs its second or two only once."""
        known = BUILTIN.get(name)
        if known and known.is_made and not cache_path(self.folder, name).is_file():
            with suppress(PlaygroundError, OSError, SafetensorError):
                look_into(name, self.folder)

    def _stamp(self, name: str) -> float:
        path = cache_path(self.folder, name)
        return path.stat().st_mtime if path.is_file() else 0.0
