"""One data set looked into: found, made at the first look where it is made here, and told with a sheet of its pictures.

It does not know HTTP or languages.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from app.core.datasets.builtin import BUILTIN, check_name
from app.core.datasets.cache import read_cache, read_samples, write_cache
from app.core.datasets.catalog import Summary, find_known, summarize
from app.core.datasets.datasets import load_dataset
from app.core.datasets.headers import Holder, Skipped, cache_path, read_findings, read_header
from app.core.datasets.statistics import SAMPLES_A_CLASS, describe

_BLANK = 255


@dataclass(frozen=True, slots=True)
class Contents:
    """A data set looked at: its row, pictures a class, each channel's mean and deviation (0..1), what was skipped.

    `equal` counts the test pictures that are among the training pictures; None where a file of before does not tell.
    `sheet` is uint8 C x H x W: a row for each class (of many the first), `columns` training pictures in it.
    """

    summary: Summary
    counts: dict[str, list[int]]
    mean: list[float]
    std: list[float]
    skipped: tuple[Skipped, ...]
    skipped_count: int
    holders: tuple[Holder, ...]
    spellings: Mapping[str, Sequence[str]]
    equal: int | None
    sheet: Tensor
    columns: int


def find_dataset(name: str, folder: Path) -> Summary:
    """The row of one data set that can be trained on, a visitor's own too; what was only copied here is read now.

    Raises UnknownDataset, MissingDataset (to be fetched first) or DatasetError.
    """
    check_name(name)
    path, known = cache_path(folder, name), BUILTIN.get(name)
    if not path.is_file() and not (known and known.is_made):
        load_dataset(name, folder)
    return summarize(name, read_header(path)) if path.is_file() else find_known(BUILTIN[name], folder)


def look_into(name: str, folder: Path, samples: int = SAMPLES_A_CLASS) -> Contents:
    """What it holds, with so many pictures of a class in its sheet, at least 1 and at most SAMPLES_A_CLASS.

    A set that is made here is made and kept at the first look.

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
    columns = min(samples, SAMPLES_A_CLASS)
    return Contents(
        summary=summarize(name, header),
        counts=told["counts"], mean=told["mean"], std=told["std"],
        **read_findings(header), skipped_count=header["skipped_count"], equal=told.get("equal"),
        sheet=_sheet(path, [row[:columns] for row in told["samples"]], columns), columns=columns,
    )  # fmt: skip


def _sheet(path: Path, samples: list[list[int]], columns: int) -> Tensor:
    """Pictures of one class side by side, classes below each other; what a class lacks is blank."""
    chosen = read_samples(path, [index for row in samples for index in row])
    pictures, blank = iter(chosen), torch.full_like(chosen[0], _BLANK)
    rows: list[Tensor] = []
    for row in samples:
        shown = [next(pictures) for _ in row]
        rows.append(torch.cat(shown + [blank] * (columns - len(shown)), dim=2))
    return torch.cat(rows, dim=1)
