"""Which data sets there are, told from the headers of their files.

Listing them loads, makes and fetches nothing. It does not know HTTP or languages.
"""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.datasets.builtin import BUILTIN, Builtin, is_own
from app.core.datasets.headers import cache_path, read_header
from app.core.errors import DatasetError


@dataclass(frozen=True, slots=True)
class Summary:
    """A row of the list. `input` is channels, height, width; `train` and `test` count pictures.

    `counts` are the training pictures a class, where the file tells them.
    """

    name: str
    title: str
    input: tuple[int, int, int]
    classes: tuple[str, ...]
    train: int
    test: int
    available: bool
    counts: tuple[int, ...] = ()


def list_datasets(folder: Path) -> list[Summary]:
    """Those that this project knows, then those that are kept in `folder` beside them, by name.

    Sets that visitors sent in are left out: who has the name may look into one.
    """
    kept = sorted(path.stem for path in folder.glob("*.safetensors")) if folder.is_dir() else []
    rows = [find_known(known, folder) for known in BUILTIN.values()]
    for name in (name for name in kept if name not in BUILTIN and not is_own(name)):
        with suppress(DatasetError):
            rows.append(summarize(name, read_header(cache_path(folder, name))))
    return rows


def find_known(known: Builtin, folder: Path) -> Summary:
    """By its file where there is one, since a fetched set may have fewer pictures than the original."""
    path = cache_path(folder, known.name)
    if path.is_file():
        with suppress(DatasetError):
            return summarize(known.name, read_header(path))
    return Summary(known.name, known.title, known.input, known.classes, known.train, known.test, known.is_made)


def summarize(name: str, header: dict[str, Any]) -> Summary:
    """The row of a file with that header."""
    shapes = header["shapes"]
    train, channels, height, width = shapes["images"]
    classes = tuple(header["classes"])
    test, counts = shapes["test_images"][0], tuple(header.get("counts", {}).get("train", ()))
    return Summary(name, header["title"], (channels, height, width), classes, train, test, True, counts)
