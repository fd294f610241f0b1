"""A data set as one safetensors file: written once, read in a blink, checked by its digest.

The header tells what the set is, so that listing it reads no picture. It does not know where pictures come from.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from app.core.checkpoints import write_tensors
from app.core.datasets.labeled_images import DataSet, Skipped
from app.core.errors import N_, DamagedDataset

VERSION = 1
_TENSORS = ("images", "labels", "test_images", "test_labels")
_TYPES = {"images": "U8", "labels": "I64", "test_images": "U8", "test_labels": "I64"}


def cache_path(folder: Path, name: str) -> Path:
    """Where the set of that name is kept."""
    return folder / f"{name}.safetensors"


def write_cache(dataset: DataSet, path: Path, about: Mapping[str, Any]) -> None:
    """Keeps the set, with `about` (JSON values) in its header; whoever reads meanwhile sees the old file or the new."""
    tensors = {name: getattr(dataset, name).contiguous() for name in _TENSORS}
    header = {
        "version": VERSION,
        "name": dataset.name,
        "title": dataset.title,
        "classes": dataset.classes,
        "skipped": [asdict(skipped) for skipped in dataset.skipped],
        "skipped_count": dataset.skipped_count,
        "digest": _digest(tensors),
        **about,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    write_tensors(path, tensors, {"dataset": json.dumps(header)})


def read_header(path: Path) -> dict[str, Any]:
    """What `write_cache` wrote beside the tensors, and `shapes` of the tensors. Raises DamagedDataset."""
    try:
        with safe_open(path, "pt") as file:
            header = json.loads(file.metadata()["dataset"])
            slices = {name: file.get_slice(name) for name in _TENSORS}
            types = {name: part.get_dtype() for name, part in slices.items()}
            header["shapes"] = {name: list(part.get_shape()) for name, part in slices.items()}
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        raise _damaged() from error
    if header.get("version") != VERSION or types != _TYPES:
        raise _damaged()
    return header


def read_cache(path: Path) -> DataSet:
    """The whole set, as it was written. Raises DamagedDataset where a byte has changed."""
    header = read_header(path)
    with safe_open(path, "pt") as file:
        tensors = {name: file.get_tensor(name) for name in _TENSORS}
    if _digest(tensors) != header["digest"]:
        raise _damaged()
    skipped = tuple(Skipped(**entry) for entry in header["skipped"])
    about = {name: header[name] for name in ("name", "title", "skipped_count")}
    return DataSet(**about, classes=tuple(header["classes"]), skipped=skipped, **tensors)


def read_samples(path: Path, indices: list[int]) -> Tensor:
    """uint8 of the training pictures with these numbers, and no others read."""
    with safe_open(path, "pt") as file:
        images = file.get_slice("images")
        return torch.stack([images[index] for index in indices])


def _digest(tensors: Mapping[str, Tensor]) -> str:
    digest = hashlib.sha256()
    for name in _TENSORS:
        digest.update(f"{name}{tuple(tensors[name].shape)}".encode())
        digest.update(tensors[name].contiguous().numpy().data)
    return digest.hexdigest()


def _damaged() -> DamagedDataset:
    return DamagedDataset(N_("The kept file of this data set is damaged. Remove it, and fetch the data set again."))
