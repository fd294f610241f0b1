"""Folders of trained networks: which there are, and their cards. Nothing is opened that computes: see `models`."""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.core.datasets.builtin import is_own
from app.core.errors import N_, UnknownModel

WEIGHTS, NETWORK, CARD = "weights.safetensors", "network.json", "card.json"
PROBES, SURVEY = "probes.safetensors", "survey.safetensors"


def list_models(roots: Sequence[Path]) -> list[dict[str, Any]]:
    """The cards of all models under the roots; of two with one name, that of the earlier root.

    Those that visitors sent in are left out: who has the name may ask one.
    """
    cards: dict[str, dict[str, Any]] = {}
    for folder in _folders(roots):
        card = None if is_own(folder.name) else _read_json(folder / CARD)
        if isinstance(card, dict):
            cards.setdefault(folder.name, card | {"name": folder.name})
    return list(cards.values())


def find_model(name: str, roots: Sequence[Path]) -> Path:
    """The folder of the model of that name; UnknownModel if there is none."""
    found = next((folder for folder in _folders(roots) if folder.name == name), None)
    if found is None:
        raise UnknownModel(N_("There is no model of that name; GET /api/models lists all."))
    return found


def remember_use(folder: Path) -> None:
    """A model that a visitor sent in and asks stays longer."""
    if is_own(folder.name):
        with suppress(OSError):
            os.utime(folder)


def digest_of(folder: Path) -> str:
    """Of the network, its preparation and all weights: what belongs to a model is kept under it, or says it."""
    return _digest(folder, tuple((folder / name).stat().st_mtime_ns for name in (CARD, NETWORK, WEIGHTS)))


@lru_cache(maxsize=64)
def _digest(folder: Path, stamp: tuple[int, ...]) -> str:
    card = _read_json(folder / CARD)
    digest = hashlib.sha256(json.dumps(card.get("preparation") if isinstance(card, dict) else None).encode())
    for name in (NETWORK, WEIGHTS):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()[:24]


def _folders(roots: Sequence[Path]) -> Iterator[Path]:
    """Every folder that holds a whole model; one that is being written begins with a dot."""
    for root in roots:
        for folder in sorted(root.iterdir()) if root.is_dir() else ():
            if not folder.name.startswith(".") and all((folder / name).is_file() for name in (CARD, NETWORK, WEIGHTS)):
                yield folder


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
