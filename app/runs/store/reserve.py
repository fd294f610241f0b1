"""A file in the runs' folder that is given up when the disk is full, so that what is left to say can be written."""

import shutil
from contextlib import suppress
from pathlib import Path

from app.runs.store.folders import RunFolder

RESERVE = ".reserve"
RESERVE_BYTES = 2 * 1024 * 1024
RESERVE_SHARE = 4  # of what is free, at most one such part


def keep_reserve(root: Path) -> None:
    """A file that is given up when the disk is full, so that this can still be written; not of the last room."""
    path = root / RESERVE
    with suppress(OSError):
        has_reserve = path.is_file() and path.stat().st_size == RESERVE_BYTES
        if not has_reserve and shutil.disk_usage(root).free > RESERVE_SHARE * RESERVE_BYTES:
            path.write_bytes(b"\1" * RESERVE_BYTES)


def release_reserve(folder: RunFolder) -> None:
    """Gives it up, and what a write left half done."""
    with suppress(OSError):
        (folder.root / RESERVE).unlink(missing_ok=True)
        folder.drop_leftovers()
