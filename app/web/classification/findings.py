"""What other servers keep of a network, brought here before it is asked; and what is found out of it, kept for all.

Without a store there is nothing to do, and nothing is done. It does not know what is found out.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from fastapi.concurrency import run_in_threadpool

from app.core.classification.folders import CARD, NETWORK, SURVEY, WEIGHTS, digest_of
from app.core.classification.kept_pictures import picture_path
from app.core.datasets.builtin import is_own
from app.core.errors import FilesAway
from app.files.files import Files
from app.runs.store.folders import RunFolder


def bring_model(files: Files, name: str, run: str | None) -> None:
    """A visitor's own network, or the newest of a run. Raises FilesAway."""
    folder = files.root / "models" / name
    if run is not None:
        RunFolder(files, run).bring_model()
    elif is_own(name):
        files.bring(*(folder / part for part in (NETWORK, WEIGHTS, CARD)))
        if (folder / CARD).is_file():  # else anybody could have uses of anything noted
            files.remember_use(folder)


def bring_picture(files: Files, folder: Path, layer: str, channel: int) -> None:
    """That was made on another server to excite a channel, if there is one."""
    with suppress(FilesAway, OSError):
        files.bring(picture_path(folder, layer, channel, files.root))


@asynccontextmanager
async def finding(files: Files, folder: Path, *asked: Any) -> AsyncIterator[None]:
    """Around a worker's look at a network's channels: what others have found is here, and what it finds is for all.

    What is not to be had is found out anew. `asked` begins with a layer and a channel, if it is about one.
    """
    if not files.is_shared:
        yield
        return
    await run_in_threadpool(_bring_findings, files, folder)
    yield
    await run_in_threadpool(_share_findings, files, folder, *asked[:2])


def _bring_findings(files: Files, folder: Path) -> None:
    with suppress(FilesAway, OSError):
        if not (folder / SURVEY).is_file():
            shelf, ending = files.root / "surveys", _ending(folder)
            files.bring(*(shelf / name for name in files.names(shelf) if name.endswith(ending)))


def _share_findings(files: Files, folder: Path, layer: Any = None, channel: Any = None) -> None:
    with suppress(OSError):  # the network has gone
        files.share(*(files.root / "surveys").glob(f"*{_ending(folder)}"))
        if isinstance(channel, int):
            files.share(picture_path(folder, layer, channel, files.root))


def _ending(folder: Path) -> str:
    return f"-{digest_of(folder)}.safetensors"
