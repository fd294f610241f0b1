"""Which data sets there are, and what one holds, told from the headers of their files.

Listing them loads, makes and fetches nothing. It does not know HTTP or languages.
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from app.core.datasets.cache import cache_path, read_cache, read_header, read_samples, write_cache
from app.core.datasets.datasets import BUILTIN, UNTOLD, Builtin, check_name, load_dataset
from app.core.datasets.labeled_images import Skipped
from app.core.datasets.statistics import SAMPLES_A_CLASS, describe
from app.core.errors import DatasetError

_BLANK = 255
_OWN_NAME = re.compile(r"own-[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Summary:
    """A row of the list. `input` is channels, height, width; `train` and `test` count pictures."""

    name: str
    title: str
    input: tuple[int, int, int]
    classes: tuple[str, ...]
    train: int
    test: int
    available: bool


@dataclass(frozen=True, slots=True)
class Contents:
    """A data set looked at: its row, pictures a class, each channel's mean and deviation (0..1), what was skipped.

    `sheet` is uint8 C x H x W: a row for each class (of many the first), `columns` training pictures in it.
    """

    summary: Summary
    counts: dict[str, list[int]]
    mean: list[float]
    std: list[float]
    skipped: tuple[Skipped, ...]
    skipped_count: int
    sheet: Tensor
    columns: int = SAMPLES_A_CLASS


def list_datasets(folder: Path) -> list[Summary]:
    """Those that this project knows, then those that are kept in `folder` beside them, by name.

    Sets that visitors sent in are left out: who has the name may look into one.
    """
    kept = sorted(path.stem for path in folder.glob("*.safetensors")) if folder.is_dir() else []
    rows = [_known(known, folder) for known in BUILTIN.values()]
    for name in (name for name in kept if name not in BUILTIN and not is_own(name)):
        with suppress(DatasetError):
            rows.append(_summarize(name, read_header(cache_path(folder, name))))
    return rows


def find_dataset(name: str, folder: Path) -> Summary:
    """The row of one data set that can be trained on, a visitor's own too; what was only copied here is read now.

    Raises UnknownDataset, MissingDataset (to be fetched first) or DatasetError.
    """
    check_name(name)
    path, known = cache_path(folder, name), BUILTIN.get(name)
    if not path.is_file() and not (known and known.make):
        load_dataset(name, folder)
    return _summarize(name, read_header(path)) if path.is_file() else _known(BUILTIN[name], folder)


def look_into(name: str, folder: Path) -> Contents:
    """What it holds; a set that is made here is made and kept at the first look.

    Raises UnknownDataset, MissingDataset (to be fetched first), or DamagedDataset.
    """
    check_name(name)
    path = cache_path(folder, name)
    if not path.is_file():
        made = load_dataset(name, folder)
        if not path.is_file():
            write_cache(made, path, describe(made))
    header = read_header(path)
    told = header if "counts" in header else header | describe(read_cache(path))
    return Contents(
        summary=_summarize(name, header),
        counts=told["counts"], mean=told["mean"], std=told["std"],
        skipped=tuple(Skipped(**entry) for entry in header["skipped"]), skipped_count=header["skipped_count"],
        sheet=_sheet(path, told["samples"]),
    )  # fmt: skip


def is_own(name: str) -> bool:
    """Whether it is the name of a set that a visitor sent in, see `own_datasets`."""
    return bool(_OWN_NAME.fullmatch(name))


def told_name(name: str) -> str:
    """What others than its owner are told of a data set's name: that of somebody's own pictures is a secret."""
    return UNTOLD if is_own(name) else name


def _known(known: Builtin, folder: Path) -> Summary:
    """By its file where there is one, since a fetched set may have fewer pictures than the original."""
    path = cache_path(folder, known.name)
    if path.is_file():
        with suppress(DatasetError):
            return _summarize(known.name, read_header(path))
    is_made = known.make is not None
    return Summary(known.name, known.title, known.input, known.classes, known.train, known.test, is_made)


def _summarize(name: str, header: dict[str, Any]) -> Summary:
    shapes = header["shapes"]
    train, channels, height, width = shapes["images"]
    classes = tuple(header["classes"])
    return Summary(name, header["title"], (channels, height, width), classes, train, shapes["test_images"][0], True)


def _sheet(path: Path, samples: list[list[int]]) -> Tensor:
    """Pictures of one class side by side, classes below each other; what a class lacks is blank."""
    chosen = read_samples(path, [index for row in samples for index in row])
    pictures, blank = iter(chosen), torch.full_like(chosen[0], _BLANK)
    rows: list[Tensor] = []
    for row in samples:
        shown = [next(pictures) for _ in row]
        rows.append(torch.cat(shown + [blank] * (SAMPLES_A_CLASS - len(shown)), dim=2))
    return torch.cat(rows, dim=1)
