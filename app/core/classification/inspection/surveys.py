"""Keeping a survey (see `patches`) in a file: it is found again by the network's weights and the pictures looked at.

Only so many are kept: the one that nobody asked for for longest goes. A network that learns has new ones all the time.
"""

import hashlib
import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields
from pathlib import Path

from safetensors import SafetensorError, safe_open
from torch import Tensor

from app.core.checkpoints import write_tensors
from app.core.classification.anatomy import Anatomy
from app.core.classification.inspection.patches import Excitements, Gallery, Survey, survey

MOST_KEPT = 40
_VERSION = 2  # one more where `patches.survey` finds something else than before


def kept_survey(
    anatomy: Anatomy, pictures: str, gallery: Callable[[], Gallery], folder: Path, limit: int | None = None
) -> Survey:
    """The survey of a gallery, read from `folder` or made and written there; the pictures stay local.

    `pictures` names what is looked at by its content. `gallery` opens it, and is only asked where nothing is kept. A
    damaged file is made anew.
    """
    path = folder / f"{_fingerprint(anatomy)}-{pictures}.safetensors"
    if path.is_file() and (found := _read(path)) is not None and set(found.layers) == set(anatomy.makers):
        with suppress(OSError):
            os.utime(path)
        return found
    made = survey(anatomy, gallery(), limit)
    folder.mkdir(parents=True, exist_ok=True)
    _write(path, made)
    _drop_oldest(folder)
    return made


def _fingerprint(anatomy: Anatomy) -> str:
    """Of the way of looking, the description, the preparation and all weights."""
    digest = hashlib.sha256(f"survey {_VERSION} ".encode())
    digest.update(json.dumps(anatomy.network.describe()).encode())
    digest.update(repr(anatomy.preparation).encode())
    for name, tensor in anatomy.module.state_dict().items():
        digest.update(name.encode())
        digest.update(tensor.detach().contiguous().numpy().tobytes())
    return digest.hexdigest()[:24]


def _drop_oldest(folder: Path) -> None:
    found = []
    for path in folder.glob("*.safetensors"):
        with suppress(OSError):  # another process may drop it too
            found.append((path.stat().st_mtime, path))
    for _, path in sorted(found, reverse=True)[MOST_KEPT:]:
        path.unlink(missing_ok=True)


def _write(path: Path, made: Survey) -> None:
    tensors: dict[str, Tensor] = {"pictures": made.pictures, "labels": made.labels}
    for name, layer in made.layers.items():
        tensors |= {f"{name}:{item.name}": getattr(layer, item.name).contiguous() for item in fields(layer)}
    about = {"classes": list(made.classes), "source": made.source, "looked_at": made.looked_at}
    write_tensors(path, tensors, {"about": json.dumps(about)})


def _read(path: Path) -> Survey | None:
    """None where the file is damaged, or of another version of this project."""
    try:
        with safe_open(path, "pt") as file:
            about = json.loads(file.metadata()["about"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
        names = dict.fromkeys(key.partition(":")[0] for key in tensors if ":" in key)
        layers = {
            name: Excitements(**{item.name: tensors[f"{name}:{item.name}"] for item in fields(Excitements)})
            for name in names
        }
        return Survey(
            layers, tensors["pictures"], tensors["labels"], tuple(about["classes"]), about["source"], about["looked_at"]
        )
    except (SafetensorError, OSError, KeyError, ValueError, TypeError):
        return None
