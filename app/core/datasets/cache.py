"""A data set as one safetensors file: written once, read in a blink, checked by its digest.

The header tells what the set is: see `headers`. It does not know where pictures come from.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from torch import Tensor

from app.core.checkpoints import write_tensors
from app.core.datasets.headers import TENSORS, VERSION, damaged_dataset, read_findings, read_header
from app.core.datasets.labeled_images import DataSet


def write_cache(dataset: DataSet, path: Path, about: Mapping[str, Any]) -> None:
    """Keeps the set, with `about` (JSON values) in its header; whoever reads meanwhile sees the old file or the new."""
    tensors = {name: getattr(dataset, name).contiguous() for name in TENSORS}
    header = {
        "version": VERSION,
        "name": dataset.name,
        "title": dataset.title,
        "classes": dataset.classes,
        "skipped": [asdict(skipped) for skipped in dataset.skipped],
        "skipped_count": dataset.skipped_count,
        "holders": [asdict(holder) for holder in dataset.holders],
        "spellings": dataset.spellings,
        "digest": _digest(tensors),
        **about,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    write_tensors(path, tensors, {"dataset": json.dumps(header)})


def read_cache(path: Path) -> DataSet:
    """The whole set, as it was written. Raises DamagedDataset where a byte has changed."""
    header = read_header(path)
    with safe_open(path, "pt") as file:
        tensors = {name: file.get_tensor(name) for name in TENSORS}
    if _digest(tensors) != header["digest"]:
        raise damaged_dataset()
    about = {name: header[name] for name in ("name", "title", "skipped_count")}
    return DataSet(**about, classes=tuple(header["classes"]), **read_findings(header), **tensors)


def read_samples(path: Path, indices: list[int]) -> Tensor:
    """uint8 of the training pictures with these numbers, and no others read."""
    with safe_open(path, "pt") as file:
        images = file.get_slice("images")
        return torch.stack([images[index] for index in indices])


def _digest(tensors: Mapping[str, Tensor]) -> str:
    digest = hashlib.sha256()
    for name in TENSORS:
        digest.update(f"{name}{tuple(tensors[name].shape)}".encode())
        digest.update(tensors[name].contiguous().numpy().data)
    return digest.hexdigest()
