"""Scripts, styles and fonts: under `/static` as they are, and beneath it under a word that changes with any of them.

What was fetched under the word never changes, so that a browser that has seen one room asks for nothing in the next.
What is kept in memory is kept packed, too.
"""

import gzip
import hashlib
import os
import posixpath
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app.web.answers import takes_gzip

STATIC = Path(__file__).parents[2] / "static"
FOR_EVER = "public, max-age=31536000, immutable"
_WORD = re.compile(r"(v-[0-9a-f]{12})/(.+)")
_CHECKED_S = 1.0  # a developer's next reload sees what was saved
_WORTH = 0.9  # of its size: what packing makes no smaller, as fonts and pictures, is sent as it is
_IMPORT = re.compile(r'^(?:import|export)\s(?:[^"\n;]*?\sfrom\s)?"([^"]+)"|^\} from "([^"]+)"', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A file's bytes, and packed, if that is worth it, with the headers of both."""

    content: bytes
    packed: bytes | None
    headers: Mapping[str, str]

    def answer(self, scope: Scope) -> Response:
        headers = {**self.headers, "Vary": "Accept-Encoding"}
        if self.packed is None or not takes_gzip(scope):
            return Response(self.content, headers=headers)
        del headers["etag"]  # that of the other bytes
        return Response(
            self.packed, headers=headers | {"Content-Encoding": "gzip", "content-length": str(len(self.packed))}
        )


class VersionedFiles(StaticFiles):
    """The folder's files. A word that is not of today gives today's file, asked for anew each time."""

    def __init__(self, folder: Path = STATIC) -> None:
        super().__init__(directory=folder)
        self._folder = folder
        self._word, self._due = "", 0.0
        self._kept: dict[str, _Kept] = {}  # of today's word: some 250 files, 4 MB
        self._modules: dict[str, tuple[str, ...]] = {}

    @property
    def word(self) -> str:
        """Of the files as they are now: their names, sizes and times."""
        if time.monotonic() > self._due:
            stamps = "\n".join(sorted(_stamps(self._folder)))
            before, self._word = self._word, f"v-{hashlib.sha256(stamps.encode()).hexdigest()[:12]}"
            self._due = time.monotonic() + _CHECKED_S
            if before != self._word:
                self._kept, self._modules = {}, {}
        return self._word

    def modules(self, *entries: str) -> tuple[str, ...]:
        """These scripts and all that they import, each once: none needs to be found only after another one has come."""
        key = f"{self.word} {' '.join(entries)}"
        if key not in self._modules:
            found: dict[str, None] = {}
            for entry in entries:
                self._follow(entry, found)
            self._modules[key] = tuple(found)
        return self._modules[key]

    def _follow(self, name: str, found: dict[str, None]) -> None:
        if name in found:
            return
        found[name] = None
        for places in _IMPORT.findall((self._folder / name).read_text("utf-8")):
            self._follow(posixpath.normpath(posixpath.join(posixpath.dirname(name), "".join(places))), found)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """As Starlette's, with how long it may be kept; as long, it is kept in memory here."""
        found = _WORD.fullmatch(path)
        is_of_today = found is not None and found[1] == self.word
        if not (is_of_today and path in self._kept):
            response = await super().get_response(found[2] if found else path, scope)
            if response.status_code in (200, 304):
                response.headers["Cache-Control"] = FOR_EVER if is_of_today else "no-cache"
            if not (is_of_today and isinstance(response, FileResponse)):
                return response
            self._kept[path] = await run_in_threadpool(_read, response)
        return self._kept[path].answer(scope)


def _read(response: FileResponse) -> _Kept:
    content = Path(response.path).read_bytes()
    packed = gzip.compress(content, mtime=0)
    return _Kept(content, packed if len(packed) < _WORTH * len(content) else None, response.headers)


def _stamps(folder: Path) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _stamps(Path(entry.path))
            else:
                kept = entry.stat()
                yield f"{entry.path} {kept.st_size} {kept.st_mtime_ns}"
