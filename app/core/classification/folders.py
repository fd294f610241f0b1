"""Folders of trained networks: which there are, and their cards. Nothing is opened that computes: see `models`."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from app.core.errors import N_, UnknownModel

WEIGHTS, NETWORK, CARD = "weights.safetensors", "network.json", "card.json"


def list_models(roots: Sequence[Path]) -> list[dict[str, Any]]:
    """The cards of all models under the roots; of two with one name, that of the earlier root."""
    cards: dict[str, dict[str, Any]] = {}
    for folder in _folders(roots):
        card = _read_json(folder / CARD)
        if isinstance(card, dict):
            cards.setdefault(folder.name, card | {"name": folder.name})
    return list(cards.values())


def find_model(name: str, roots: Sequence[Path]) -> Path:
    """The folder of the model of that name; UnknownModel if there is none."""
    found = next((folder for folder in _folders(roots) if folder.name == name), None)
    if found is None:
        raise UnknownModel(N_("There is no model of that name; GET /api/models lists all."))
    return found


def _folders(roots: Sequence[Path]) -> Iterator[Path]:
    """Every folder that holds a whole model."""
    for root in roots:
        for folder in sorted(root.iterdir()) if root.is_dir() else ():
            if all((folder / name).is_file() for name in (CARD, NETWORK, WEIGHTS)):
                yield folder


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
