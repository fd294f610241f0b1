"""Pictures made to excite a channel or a class, kept in the data folder: each is made once for a network.

A file is the answer as it is told, under a name that only the network's own weights lead to. The oldest go where there
are too many. It does not know how a picture is made, nor PyTorch.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from app.core.classification.folders import digest_of

MOST_BYTES = 256 * 2**20  # some thousand pictures of 224 x 224
_VERSION = 1  # one more where `maximization` finds other pictures than before


def kept_picture(model: Path, layer: str, channel: int, data: Path) -> dict[str, Any] | None:
    """What was kept of a channel of the model in that folder; None where there is nothing."""
    try:
        path = picture_path(model, layer, channel, data)
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
        os.utime(path)
    except (OSError, ValueError):
        return None
    return found


def is_kept(model: Path, layer: str, channel: int, data: Path) -> bool:
    """Whether there is one."""
    try:
        return picture_path(model, layer, channel, data).is_file()
    except OSError:  # the model has just gone
        return False


def keep_picture(model: Path, layer: str, channel: int, data: Path, told: Mapping[str, Any]) -> None:
    """Whole or not at all; a full disk keeps nothing, and nobody hears of it."""
    path = picture_path(model, layer, channel, data)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(json.dumps(told), "utf-8")
        beside.replace(path)
        _drop_oldest(path.parent)


def picture_path(model: Path, layer: str, channel: int, data: Path) -> Path:
    """Where it is kept, if it is; OSError where the model has gone."""
    digest = hashlib.sha256(f"{_VERSION} {digest_of(model)} {layer} {channel}".encode()).hexdigest()[:32]
    return data / "maximizations" / f"{digest}.json"


def _drop_oldest(folder: Path) -> None:
    found = []
    for path in folder.glob("*.json"):
        with suppress(OSError):  # another process may drop it too
            found.append((path.stat().st_mtime, path.stat().st_size, path))
    left = sum(size for _, size, _ in found)
    for _, size, path in sorted(found):
        if left <= MOST_BYTES:
            return
        path.unlink(missing_ok=True)
        left -= size
