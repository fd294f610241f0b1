"""Data sets of one's own pictures: what they may cost, and how long they are kept.

The name cannot be guessed, and no list tells it. Only so many are kept: of whoever has most, the one that nobody looked
at for longest goes; never one that a run needs.
It does not know HTTP.
"""

import os
import re
import secrets
import time
from collections.abc import Iterator, Set
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from app.core.datasets.archives import MEBIBYTE, ArchiveLimits
from app.core.datasets.builtin import is_own
from app.core.datasets.headers import cache_path, read_header
from app.core.errors import N_, DatasetError
from app.core.pictures.uploads import PictureLimits
from app.core.shares import NOBODY, Holder, Kept, choose_to_go

TITLE = N_("Own pictures")
LONGEST_TITLE = 80
_ARRIVING = ".arriving-"
_LEFT_OVER_S = 3600.0  # nothing takes this long; what is older was left by a process that was stopped


@dataclass(frozen=True, slots=True)
class OwnLimits:
    """What an archive and its pictures may cost, and how many such data sets are kept."""

    archive: ArchiveLimits = field(default_factory=ArchiveLimits)
    picture: PictureLimits = field(default_factory=PictureLimits)
    kept: int = 50
    kept_bytes: int = 600 * MEBIBYTE  # of one data set's pictures as they are kept


def new_name() -> str:
    """A name for a data set of one's own: 128 random bits."""
    return f"own-{secrets.token_hex(16)}"


@contextmanager
def place_to_arrive(folder: Path) -> Iterator[Path]:
    """A path in `folder` for an archive, which is gone afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{_ARRIVING}{os.getpid()}-{secrets.token_hex(16)}.zip"
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def clear_arrivals(folder: Path) -> None:
    """At a server's start: archives that a process did not live to unpack, 100 MB each."""
    for path in folder.glob(f"{_ARRIVING}*"):
        named = re.match(rf"{re.escape(_ARRIVING)}(\d+)-", path.name)
        if named and not _is_another(int(named[1])):
            path.unlink(missing_ok=True)


def _is_another(pid: int) -> bool:
    """Whether it is a process that runs, and not this one, which has just begun: a container's first has one number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's
        return True
    return pid != os.getpid()


def remember_use(name: str, folder: Path) -> None:
    """A data set of one's own that was looked at stays longer."""
    if is_own(name):
        with suppress(FileNotFoundError):  # it may just have made room for another
            os.utime(cache_path(folder, name))


def make_room(folder: Path, kept: int, needed: Set[str] = frozenset(), holder: Holder = NOBODY) -> None:
    """For one more of the holder's, beside those that runs need; and what was left over goes."""
    own = [path.stem for path in folder.glob("own-*.safetensors") if is_own(path.stem)]
    things = [_judge(folder, name) for name in own if name not in needed]
    newest = Kept("", holder, (), may_go=False)
    for name in choose_to_go([*things, newest], kept):
        cache_path(folder, name).unlink(missing_ok=True)
    for pattern in (f"{_ARRIVING}*", ".own-*"):
        for path in folder.glob(pattern):
            if path.stat().st_mtime < time.time() - _LEFT_OVER_S:
                path.unlink(missing_ok=True)


def _judge(folder: Path, name: str) -> Kept:
    path = cache_path(folder, name)
    try:
        used, holder = path.stat().st_mtime, read_header(path).get("holder", ("", ""))
    except (DatasetError, OSError):  # damaged, or just gone
        used, holder = 0.0, ("", "")
    return Kept(name, Holder(*holder), (used,))
