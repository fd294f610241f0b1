"""What visitors sent in, on a shelf that all servers share: uploaded data sets, and networks of one's own.

In the data folder alone the core makes room by itself, where it keeps them; here the same is done over all servers. Who
holds a thing is said by an object below `.holders`. It does not know what the things are.
"""

import asyncio
import json
import logging
import threading
import time
from collections.abc import Set
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from app.core.classification.folders import CARD
from app.core.datasets.builtin import is_own
from app.core.datasets.headers import cache_path
from app.core.errors import DiskFull, FilesAway
from app.core.shares import NOBODY, Holder, Kept, choose_to_go
from app.files.files import Files
from app.files.objects import Objects
from app.files.shared import SharedFiles, used_name

AGAIN_S = 5.0  # between two tries to bring what all share
MARK_S = 3600.0  # nobody sends for so long
_log = logging.getLogger(__name__)


def shelve(files: Files, thing: Path, holder: Holder, kept: int, needed: Set[str] = frozenset()) -> None:
    """Keeps for all a thing of the holder's that lies here: a file, or a folder, whose card comes last.

    Past so many that are kept it makes room: of whoever has most, what nobody used for longest goes; never one that is
    `needed`. Raises FilesAway or DiskFull; then the thing is gone here too.
    """
    if not isinstance(files, SharedFiles):
        return
    paths = sorted(thing.iterdir(), key=lambda path: path.name == CARD) if thing.is_dir() else [thing]
    try:
        files.objects.put(_holder_name(files, thing), json.dumps([holder.address, holder.visitor]).encode())
        files.push(*paths)
    except BaseException:
        files.copies.forget_folder(thing) if thing.is_dir() else files.copies.forget(thing)
        raise
    with suppress(FilesAway):  # the next one makes room for both
        _make_room(files, thing, holder, kept, needed)


class Common:
    """What is nobody's own, for all who ask: brought here at a server's start, and held.

    Where that fails it is tried again until it is here; meanwhile the server is not ready.
    """

    def __init__(self, files: Files) -> None:
        self._files = files
        self._over = threading.Event()
        self._missing: FilesAway | DiskFull | None = None

    def start(self) -> None:
        """Tries once; then, where it has to be, in a thread."""
        if not self._bring():
            threading.Thread(target=self._go_on, name="common files", daemon=True).start()

    def check(self) -> None:
        """Raises FilesAway or DiskFull, as long as something may not be here."""
        if (why := self._missing) is not None:
            raise why.with_traceback(None)

    def stop(self) -> None:
        """It is not tried again."""
        self._over.set()

    def _go_on(self) -> None:
        while not self._over.wait(AGAIN_S) and not self._bring():
            pass

    def _bring(self) -> bool:
        try:
            bring_common(self._files, self._files.root / "datasets", self._files.root / "models")
        except (FilesAway, DiskFull) as error:
            if str(error) != str(self._missing):
                _log.error("what all share is not here yet: %s", error)
            self._missing = error
        else:
            self._missing = None
        return self._missing is None


def bring_common(files: Files, datasets: Path, models: Path) -> None:
    """Brings here what is nobody's own, and holds it. Raises FilesAway or DiskFull."""
    if not files.is_shared:
        return
    paths = [datasets / name for name in files.names(datasets) if not is_own(_stem(name))]
    files.pull(*paths)
    for name, of in files.belongings(models).items():
        if not is_own(name):
            files.pull_folder(models / name)
            paths += [models / name / part for part in of.sizes]
    files.hold(*paths)


async def bring_dataset(files: Files, name: str) -> None:
    """One of a visitor's own, to where a worker looks for it; the others are here from the start. Raises FilesAway."""
    if files.is_shared and is_own(name):
        path = cache_path(files.root / "datasets", name)
        await asyncio.to_thread(files.bring, path)
        if path.is_file():  # else anybody could have uses of anything noted
            files.remember_use(path)


def _make_room(files: SharedFiles, newest: Path, holder: Holder, kept: int, needed: Set[str]) -> None:
    shelf, things = newest.parent, [Kept("", holder, (), may_go=False)]
    belongings = files.belongings(shelf)
    for name, of in belongings.items():
        if is_own(_stem(name)) and _stem(name) not in needed and name != newest.name:
            things.append(Kept(name, _holder_of(files.objects, _holder_name(files, shelf / name)), (of.used_at,)))
    for name in choose_to_go(things, kept):
        files.drop(shelf / name) if "." in name else files.drop_folder(shelf / name)
        files.objects.remove([_holder_name(files, shelf / name), used_name(f"{shelf.name}/{name}")])
    _drop_marks(files.objects, shelf.name, belongings.keys())


def _drop_marks(objects: Objects, shelf: str, there: Set[str]) -> None:
    """Of what is there no more: another server had a copy, and somebody used it. A young one's thing may just come."""
    for folder in (used_name(shelf), f".holders/{shelf}"):
        old = [each.name for each in objects.below(folder) if each.changed_at < time.time() - MARK_S]
        objects.remove(name for name in old if name.removeprefix(f"{folder}/") not in there)


@lru_cache(maxsize=1024)
def _holder_of(objects: Objects, name: str) -> Holder:
    said = objects.read(name)
    return Holder(*json.loads(said)) if said else NOBODY


def _holder_name(files: Files, thing: Path) -> str:
    return f".holders/{thing.relative_to(files.root).as_posix()}"


def _stem(name: str) -> str:
    return name.partition(".")[0]
