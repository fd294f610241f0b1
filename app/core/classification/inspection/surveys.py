"""Keeping a survey (see `patches`) in a file: it is found again by the network's weights and the pictures looked at.

Only so many are kept: the one that nobody asked for for longest goes. A network that learns has new ones all the time.
"""

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import TypeVar

from safetensors import SafetensorError, safe_open
from torch import Tensor

from app.core.checkpoints import write_tensors
from app.core.classification.anatomy import Anatomy
from app.core.classification.inspection.patches import Excitements, Gallery, Survey, Usual, survey

Of = TypeVar("Of")
MOST_KEPT = 40
_VERSION = 3  # one more where `patches.survey` finds something else than before


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
    tensors = {"pictures": made.album(range(len(made.labels))), "labels": made.labels}
    for kind in ("layers", "usual"):
        for name, layer in getattr(made, kind).items():
            tensors |= {f"{kind}:{name}:{item.name}": getattr(layer, item.name).contiguous() for item in fields(layer)}
    about = {"classes": list(made.classes), "source": made.source, "looked_at": made.looked_at}
    write_tensors(path, tensors, {"about": json.dumps(about)})


def _read(path: Path) -> Survey | None:
    """None where the file is damaged, or of another version of this project."""
    try:
        with safe_open(path, "pt") as file:
            about = json.loads(file.metadata()["about"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
        return Survey(
            collect(tensors, "layers", Excitements), collect(tensors, "usual", Usual), tensors["pictures"].__getitem__,
            tensors["labels"], tuple(about["classes"]), about["source"], about["looked_at"],
        )  # fmt: skip
    except (SafetensorError, OSError, KeyError, ValueError, TypeError):
        return None


def collect(tensors: Mapping[str, Tensor], kind: str, of: type[Of]) -> dict[str, Of]:
    """By layer what tensors called kind:layer:field hold; KeyError where a field is missing."""
    keys = [key.split(":") for key in tensors if key.startswith(f"{kind}:")]
    return {
        name: of(**{item.name: tensors[f"{kind}:{name}:{item.name}"] for item in fields(of)})  # type: ignore[arg-type]
        for name in dict.fromkeys(key[1] for key in keys)
    }
