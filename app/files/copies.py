"""The data folder as a working copy of a store: which files in it are copies, of what, and when each was last used.

Beside the files, in `.copies`, lies a small one for each copy: it holds the tag of the object, its time is that of the
last use. What has none was put into the folder by somebody else, and is left alone. Copies are kept below a bound, and
those used longest ago go first. It does not know the store.
"""

import errno
import fcntl
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.core.errors import NO_SPACE, DiskFull

NOTES, ARRIVING = ".copies", ".arriving"
SPARED_S = 60.0  # after its use a copy stays: somebody may be about to open it
_SLACK = 20  # the part of the bound that is brought between two looks at all copies
_FOREVER = 2.0**32  # in the year 2106
_LEFT_OVER_S = 3600.0  # nothing takes this long


@contextmanager
def told_when_full() -> Iterator[None]:
    """DiskFull instead of the system's own words."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(NO_SPACE) from error
        raise


class Copies:
    """At most `most_bytes` in `root`; of several processes each may bring a twentieth more. For any thread."""

    def __init__(self, root: Path, most_bytes: int) -> None:
        self.root = root
        self.most_bytes = most_bytes
        self._unseen: float = most_bytes  # bytes since the last look

    def tag(self, path: Path) -> str | None:
        """Of the object that the file is a copy of; None where it is none, or not here."""
        with suppress(OSError):
            if path.is_file():
                return self._note(path).read_text("utf-8") or None
        return None

    def tags(self, folder: Path) -> dict[Path, str]:
        """Those of all copies below a folder."""
        notes = self._note(folder)
        paths = [folder / note.relative_to(notes) for note in notes.rglob("*") if note.is_file()]
        return {path: tag for path in paths if (tag := self.tag(path))}

    @contextmanager
    def arriving(self, path: Path) -> Iterator[Path]:
        """Where to write what is to become the file; gone afterwards, if it is still there."""
        place = self.root / ARRIVING / secrets.token_hex(8) / path.name
        place.parent.mkdir(parents=True)
        try:
            yield place
        finally:
            shutil.rmtree(place.parent, ignore_errors=True)

    def place(self, arrived: Path, path: Path, tag: str) -> None:
        """What has arrived is the copy from now on."""
        self._make_room(arrived.stat().st_size)
        with self._alone():
            path.parent.mkdir(parents=True, exist_ok=True)
            arrived.replace(path)
            self._write(path, tag)

    def note(self, path: Path, tag: str) -> None:
        """The file, which is here already, is a copy."""
        self._make_room(path.stat().st_size)
        with self._alone():
            self._write(path, tag)

    def use(self, path: Path) -> None:
        """It stays longer."""
        with suppress(OSError):
            if self._note(path).stat().st_mtime < time.time():
                os.utime(self._note(path))

    def hold(self, path: Path) -> None:
        """It stays, whoever uses what: as if it were used in the far future."""
        with suppress(OSError):
            os.utime(self._note(path), (_FOREVER, _FOREVER))

    def forget(self, path: Path) -> None:
        """Neither the copy nor its note is here any more."""
        with self._alone():
            path.unlink(missing_ok=True)
            self._note(path).unlink(missing_ok=True)

    def forget_folder(self, folder: Path) -> None:
        """The same of a whole folder."""
        with self._alone():
            shutil.rmtree(folder, ignore_errors=True)
            shutil.rmtree(self._note(folder), ignore_errors=True)

    def _note(self, path: Path) -> Path:
        return self.root / NOTES / path.relative_to(self.root)

    def _write(self, path: Path, tag: str) -> None:
        note = self._note(path)
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(tag, "utf-8")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Of all threads and processes: a file and its note change together."""
        lock = self.root / NOTES / ".lock"
        lock.parent.mkdir(parents=True, exist_ok=True)
        with lock.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _make_room(self, needed: int) -> None:
        """Drops copies where it is time to look at all of them."""
        self._unseen += needed
        slack = self.most_bytes / _SLACK
        if self._unseen <= slack:
            return
        self._unseen = needed
        self._clear_arrivals()
        left = 0
        for used, size, path in sorted(self._all(), reverse=True):
            left += size
            if left + needed > self.most_bytes - slack and used < time.time() - SPARED_S:
                self.forget(path)

    def _all(self) -> list[tuple[float, int, Path]]:
        """When each copy was used, and its bytes; notes of nothing go."""
        found, notes = [], self.root / NOTES
        for note in notes.rglob("[!.]*"):
            path = self.root / note.relative_to(notes)
            with suppress(OSError):
                if note.is_file() and path.is_file():
                    found.append((note.stat().st_mtime, path.stat().st_size, path))
                elif note.is_file():
                    note.unlink(missing_ok=True)
        return found

    def _clear_arrivals(self) -> None:
        for path in (self.root / ARRIVING).glob("*"):
            with suppress(OSError):
                if path.stat().st_mtime < time.time() - _LEFT_OVER_S:
                    shutil.rmtree(path, ignore_errors=True)
