"""Files that many machines share: the truth is in an object store, the data folder holds copies of what is used here.

An object has its file's name below the data folder; that somebody used something is told by an empty object below
`.used`; `.owner` holds the word of the database whose runs these are. Whoever reads a path later finds what was pulled
before. It does not know what is in the files.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Full, Queue
from typing import Any

from app.core.errors import DiskFull, FilesAway
from app.files.copies import Copies, told_when_full
from app.files.files import Belongings, Files
from app.files.objects import UNCHANGED, Object, Objects

MOST_BYTES = 16 * 2**30
FRESH_S = 1.0  # for which a copy is not asked about again
USED_S = 900.0  # in which a server tells once that something was used
_CHECKED, _OWNER = ".checked", ".owner"
_STRIPES = 64
_MOST_KNOWN = 20_000


class SharedFiles(Files):
    """Those of the store at `address`; at most `most_bytes` of copies in `root`."""

    is_shared = True

    def __init__(self, root: Path, address: str, most_bytes: int = MOST_BYTES) -> None:
        super().__init__(root)
        self.address: str = address
        self.most_bytes: int = most_bytes
        self.objects = Objects(address, lambda: self.failed())
        self.copies = Copies(root, most_bytes)
        self._prepare()

    def pull(self, *paths: Path) -> None:
        """See Files."""
        for path in paths:
            with self._turn(path):
                if self._is_due(path):
                    with self._asked(path):
                        self._fetch(path, self.copies.tag(path))

    def pull_folder(self, folder: Path) -> None:
        """See Files: one listing, and what is another than here."""
        with self._turn(folder):
            if self._is_due(folder):
                with self._asked(folder):
                    self._mirror(folder)

    def bring(self, *paths: Path) -> None:
        """See Files."""
        for path in paths:
            with self._turn(path):
                if path.is_file():
                    self.copies.use(path)
                else:
                    self._fetch(path)

    @contextmanager
    def writing(self, path: Path) -> Iterator[Path]:
        """See Files: the object first, so that what is here was there before."""
        with self.copies.arriving(path) as place:
            yield place
            with self._moving():
                tag = self.objects.put(self._name(path), place)
            self.copies.place(place, path, tag)

    def push(self, *paths: Path) -> None:
        """See Files."""
        for path in paths:
            with self._moving():
                tag = self.objects.put(self._name(path), path)
            self.copies.note(path, tag)

    def has(self, path: Path) -> bool:
        """See Files; one that was there is not asked for again."""
        name = self._name(path)
        if self.copies.tag(path) or self._known.get(name) is True:
            return True
        if self._is_due(name):
            with self._asked(name):
                _remember(self._known, name, self.objects.has(name))
        return self._known.get(name, False)

    def names(self, folder: Path) -> list[str]:
        """See Files."""
        return [each.name.rpartition("/")[2] for each in self.objects.children(self._name(folder))]

    def drop(self, *paths: Path) -> None:
        """See Files."""
        self.objects.remove(self._name(path) for path in paths)
        for path in paths:
            self._known.pop(self._name(path), None)
            self.copies.forget(path)

    def drop_folder(self, folder: Path) -> None:
        """See Files; what is here goes also where the store is away."""
        name = self._name(folder)
        self.copies.forget_folder(folder)
        names = [each.name for each in self.objects.below(name)]
        self.objects.remove([*names, used_name(name)] if names else ())
        for gone in names:
            self._known.pop(gone, None)

    def remember_use(self, path: Path) -> None:
        """See Files; told once in USED_S, by a thread of its own."""
        super().remember_use(path)
        name, now = self._name(path), time.monotonic()
        if now - self._told.get(name, -USED_S) >= USED_S:
            _remember(self._told, name, now)
            with suppress(Full):
                self._uses.put_nowait(name)
            self._teller()

    def belongings(self, folder: Path) -> dict[str, Belongings]:
        """See Files; also of files right below, under the name "" in what they hold."""
        prefix = self._name(folder)
        found: dict[str, Belongings] = {}
        for each in self.objects.below(prefix):
            name, _, rest = each.name.removeprefix(f"{prefix}/").partition("/")
            _add(found.setdefault(name, Belongings()), each, rest)
        for each in self.objects.below(used_name(prefix)):
            if of := found.get(each.name.removeprefix(f"{used_name(prefix)}/")):
                of.used_at = max(of.used_at, each.changed_at)
        return found

    def close(self) -> None:
        """See Files."""
        if self._telling is not None:
            self._uses.put(None)
            self._telling.join(5.0)

    def hold(self, *paths: Path) -> None:
        """See Files."""
        for path in paths:
            self.copies.hold(path)

    def forget(self, folder: Path) -> None:
        """See Files."""
        self.copies.forget_folder(folder)

    def share(self, *paths: Path) -> None:
        """See Files."""
        with suppress(FilesAway, DiskFull, OSError):
            self.push(*(path for path in paths if path.is_file() and not self.copies.tag(path)))

    def keep_newest(self, folder: Path, most_bytes: int) -> None:
        """See Files."""
        left, gone = most_bytes, []
        for each in sorted(self.objects.below(self._name(folder)), key=lambda each: -each.changed_at):
            left -= each.size
            gone += [each.name] if left < 0 else []
        self.objects.remove(gone)

    def are_of(self, owner: str, *, may_claim: bool) -> bool:
        """See Files."""
        if (said := self.objects.read(_OWNER)) is None and may_claim:
            said = owner.encode()
            self.objects.put(_OWNER, said)
        return said == owner.encode()

    def check(self, *, thoroughly: bool = False) -> None:
        """See Files."""
        if thoroughly:
            self.objects.put(_CHECKED, b"")
        self.objects.has(_CHECKED)

    def _prepare(self) -> None:
        """What is this process's own."""
        self._turns = [threading.Lock() for _ in range(2 * _STRIPES)]
        self._checked: dict[Any, float] = {}
        self._known: dict[str, bool] = {}
        self._told: dict[str, float] = {}
        self._uses: Queue[str | None] = Queue(1000)
        self._telling: threading.Thread | None = None

    def _name(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    def _turn(self, path: Path) -> threading.Lock:
        """One thread fetches a file, or a folder, and others wait for it; a folder's may have files fetched in it."""
        return self._turns[hash(path) % _STRIPES + _STRIPES * (not path.suffix)]

    def _is_due(self, what: Path | str) -> bool:
        """Whether it is time to ask again."""
        return time.monotonic() - self._checked.get(what, -FRESH_S) >= FRESH_S

    @contextmanager
    def _asked(self, what: Path | str) -> Iterator[None]:
        """It is known, from now on, if the block comes to its end."""
        yield
        _remember(self._checked, what, time.monotonic())

    def _mirror(self, folder: Path) -> None:
        found = {self.root / each.name: each.tag for each in self.objects.below(self._name(folder))}
        here = self.copies.tags(folder)
        for path in here.keys() - found.keys():
            self.copies.forget(path)
        for path, tag in found.items():
            if here.get(path) == tag:
                self.copies.use(path)
            else:
                self._fetch(path)

    def _fetch(self, path: Path, known: str | None = None) -> None:
        with told_when_full(), self.copies.arriving(path) as place:
            with self._moving():
                tag = self.objects.fetch(self._name(path), place, known)
            if tag is UNCHANGED:
                self.copies.use(path)
            elif tag is not None:
                self.copies.place(place, path, tag)
            elif known:
                self.copies.forget(path)

    def _teller(self) -> None:
        if self._telling is None or not self._telling.is_alive():
            self._telling = threading.Thread(target=self._tell_uses, name="uses", daemon=True)
            self._telling.start()

    def _tell_uses(self) -> None:
        while (name := self._uses.get()) is not None:
            with suppress(FilesAway):
                self.objects.put(used_name(name), b"")

    def __reduce__(self) -> tuple[Any, ...]:
        return SharedFiles, (self.root, self.address, self.most_bytes)


def used_name(name: str) -> str:
    """Of the object that tells when something was used last."""
    return f".used/{name}"


def _add(to: Belongings, each: Object, rest: str) -> None:
    to.sizes[rest] = each.size
    to.used_at = max(to.used_at, each.changed_at)


def _remember(known: dict[Any, Any], key: Any, value: Any) -> None:
    """With an end: a server lives for months."""
    if len(known) > _MOST_KNOWN:
        known.clear()
    known[key] = value
