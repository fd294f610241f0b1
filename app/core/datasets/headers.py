"""The header of a data set's file: what the set is, told without reading a picture. The rest is `cache`'s."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from app.core.errors import N_, DamagedDataset

VERSION = 1
TENSORS = ("images", "labels", "test_images", "test_labels")
_TYPES = {"images": "U8", "labels": "I64", "test_images": "U8", "test_labels": "I64"}


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that is not in the data set, and the English sentence that says why, with the values for its places."""

    path: str
    reason: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Holder:
    """A folder whose name says what its pictures are for, train or test, and how many of them were read."""

    folder: str
    part: str
    pictures: int


def cache_path(folder: Path, name: str) -> Path:
    """Where the set of that name is kept."""
    return folder / f"{name}.safetensors"


def read_header(path: Path) -> dict[str, Any]:
    """What `write_cache` wrote beside the tensors, and `shapes` of the tensors. Raises DamagedDataset."""
    try:
        with safe_open(path, "np") as file:
            header = json.loads(file.metadata()["dataset"])
            slices = {name: file.get_slice(name) for name in TENSORS}
            types = {name: part.get_dtype() for name, part in slices.items()}
            header["shapes"] = {name: list(part.get_shape()) for name, part in slices.items()}
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        raise damaged_dataset() from error
    if header.get("version") != VERSION or types != _TYPES:
        raise damaged_dataset()
    return header


def read_findings(header: dict[str, Any]) -> dict[str, Any]:
    """By its name in a DataSet, what was found on the way: files of before have no `holders` and no `spellings`."""
    return {
        "skipped": tuple(Skipped(**entry) for entry in header["skipped"]),
        "holders": tuple(Holder(**entry) for entry in header.get("holders", ())),
        "spellings": header.get("spellings", {}),
    }


def damaged_dataset() -> DamagedDataset:
    """To be raised."""
    return DamagedDataset(N_("The kept file of this data set is damaged. Remove it, and fetch the data set again."))
