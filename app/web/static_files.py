"""Scripts, styles and fonts: under `/static` as they are, and beneath it under a word that changes with any of them.

What was fetched under the word never changes, so that a browser that has seen one room asks for nothing in the next.
"""

import hashlib
import os
import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parents[2] / "static"
FOR_EVER = "public, max-age=31536000, immutable"
_WORD = re.compile(r"(v-[0-9a-f]{12})/(.+)")
_CHECKED_S = 1.0  # a developer's next reload sees what was saved


class VersionedFiles(StaticFiles):
    """The folder's files. A word that is not of today gives today's file, asked for anew each time."""

    def __init__(self, folder: Path = STATIC) -> None:
        super().__init__(directory=folder)
        self._folder = folder
        self._word, self._due = "", 0.0
        self._kept: dict[str, tuple[bytes, Mapping[str, str]]] = {}  # of today's word: some 250 files, 3 MB

    @property
    def word(self) -> str:
        """Of the files as they are now: their names, sizes and times."""
        if time.monotonic() > self._due:
            stamps = "\n".join(sorted(_stamps(self._folder)))
            before, self._word = self._word, f"v-{hashlib.sha256(stamps.encode()).hexdigest()[:12]}"
            self._due = time.monotonic() + _CHECKED_S
            if before != self._word:
                self._kept = {}
        return self._word

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
            self._kept[path] = await run_in_threadpool(Path(response.path).read_bytes), response.headers
        content, headers = self._kept[path]
        return Response(content, headers=headers)


def _stamps(folder: Path) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _stamps(Path(entry.path))
            else:
                kept = entry.stat()
                yield f"{entry.path} {kept.st_size} {kept.st_mtime_ns}"
