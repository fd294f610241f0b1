"""The one way to files that servers and trainers share: runs', uploaded data sets', networks' of one's own.

They are named by their paths below the data folder, where they are read and written. `Files` is that folder alone: what
is there is all there is, so nothing is fetched or sent, and nothing costs more than without it. Where a store is named
(`opening`), `shared.SharedFiles` keeps the truth there, and the folder is the working copy. It does not know what is
in the files.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class Belongings:
    """What a folder holds: bytes of each file, by its path below the folder; when somebody used it, or it grew, last.

    `used_at` is in seconds since 1970.
    """

    sizes: dict[str, int] = field(default_factory=dict)
    used_at: float = 0.0


class Files:
    """The data folder `root` alone. Safe from any thread and process."""

    is_shared = False
    address: str | None = None
    most_bytes: int | None = None  # of a store's files that are kept here

    def __init__(self, root: Path) -> None:
        self.root = root
        self.failed: Callable[[], object] = lambda: None  # called where a store does not do what is asked
        self._moving: Callable[[], AbstractContextManager[object]] = nullcontext

    def pull(self, *paths: Path) -> None:
        """Makes files here what they are for all; one that is gone goes here too. Raises FilesAway."""

    def pull_folder(self, folder: Path) -> None:
        """The same of every file below a folder."""

    def bring(self, *paths: Path) -> None:
        """As `pull`, of files that never change: one that is here is not asked for."""

    @contextmanager
    def writing(self, path: Path) -> Iterator[Path]:
        """Where to write the file, whole or not at all; after the block it is there for all. Raises FilesAway."""
        yield path

    @contextmanager
    def moving_within(self, moving: Callable[[], AbstractContextManager[object]]) -> Iterator[None]:
        """As long as the block works, each file goes to a store, or comes from it, within one of these contexts."""
        self._moving = moving
        try:
            yield
        finally:
            self._moving = nullcontext

    def push(self, *paths: Path) -> None:
        """Keeps for all what somebody else wrote here, in this order. Raises FilesAway."""

    def has(self, path: Path) -> bool:
        """Whether there is such a file. Raises FilesAway."""
        return path.is_file()

    def names(self, folder: Path) -> list[str]:
        """Of the files right in the folder. Raises FilesAway."""
        return [path.name for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []

    def drop(self, *paths: Path) -> None:
        """Removes files. Raises FilesAway."""
        for path in paths:
            path.unlink(missing_ok=True)

    def drop_folder(self, folder: Path) -> None:
        """Removes a folder with all that is in it. Raises FilesAway."""
        shutil.rmtree(folder, ignore_errors=True)

    def remember_use(self, path: Path) -> None:
        """Somebody looked at a file or a folder; waits for nothing."""
        with suppress(OSError):
            os.utime(path)

    def belongings(self, folder: Path) -> dict[str, Belongings]:
        """What each folder right below this one holds, by its name. Raises FilesAway."""
        found = {}
        for path in folder.iterdir() if folder.is_dir() else ():
            with suppress(OSError):
                if path.is_dir():
                    found[path.name] = Belongings(_sizes(path), path.stat().st_mtime)
        return found

    def hold(self, *paths: Path) -> None:
        """Copies that stay here, however much else is used."""

    def forget(self, folder: Path) -> None:
        """The copies of a folder go, of which nobody will ask any more."""

    def share(self, *paths: Path) -> None:
        """Keeps for all what was made here and can be made again; where that is not to be, nobody hears of it."""

    def keep_newest(self, folder: Path, most_bytes: int) -> None:
        """Of what was shared so, no more than so many bytes. Raises FilesAway."""

    def are_of(self, owner: str, *, may_claim: bool) -> bool:
        """Whether the runs here are that database's, by its word; of nobody's they are, if it `may_claim` them.

        Raises FilesAway.
        """
        return True

    def check(self, *, thoroughly: bool = False) -> None:
        """Whether they can be had, and written, if that is to be tried. Raises FilesAway or DiskFull."""

    def close(self) -> None:
        """Nothing is under way any more."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process has its own, and tells nobody here of failures."""
        return type(self), (self.root,)


def _sizes(folder: Path) -> dict[str, int]:
    sizes = {}
    for path in folder.rglob("*"):
        with suppress(OSError):
            if path.is_file():
                sizes[path.relative_to(folder).as_posix()] = path.stat().st_size
    return sizes
