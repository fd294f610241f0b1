"""Keeping a survey (see `patches`) in a file: it is found again by the network's weights and the gallery's name."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

from safetensors import SafetensorError, safe_open
from torch import Tensor

from app.core.checkpoints import write_tensors
from app.core.inspection.anatomy import Anatomy
from app.core.inspection.patches import Excitements, Gallery, Survey, survey

_VERSION = 1  # one more where `patches.survey` finds something else than before


def kept_survey(
    anatomy: Anatomy, source: str, gallery: Callable[[], Gallery], folder: Path, limit: int | None = None
) -> Survey:
    """The survey of a gallery called `source`, read from `folder` or made and written there; the pictures stay local.

    `gallery` opens the pictures, and is only asked where nothing is kept. A damaged file is made anew.
    """
    path = folder / f"{_fingerprint(anatomy)}-{source}.safetensors"
    if path.is_file() and (found := _read(path)) is not None and set(found.layers) == set(anatomy.makers):
        return found
    made = survey(anatomy, gallery(), limit)
    folder.mkdir(parents=True, exist_ok=True)
    _write(path, made)
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
