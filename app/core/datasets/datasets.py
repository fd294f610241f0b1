"""The data sets by name: made here, found in a folder, or kept from an earlier fetch.

A set is read once from its files and then kept as one safetensors file in `folder`, the data folder's `datasets`.
It does not know how to download; `app.commands.fetch` does.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from app.core.datasets.cache import cache_path, read_cache, write_cache
from app.core.datasets.cifar import CLASSES as CIFAR_CLASSES
from app.core.datasets.class_folders import Progress
from app.core.datasets.formats import find_source, read_source
from app.core.datasets.labeled_images import DataSet, Skipped, hold_out, split
from app.core.datasets.shapes import SHAPES, make_shapes
from app.core.datasets.statistics import describe
from app.core.errors import N_, DamagedDataset, MissingDataset, UnknownDataset

__all__ = ["BUILTIN", "UNTOLD", "Builtin", "DataSet", "Skipped", "check_name", "keep_dataset", "load_dataset", "split"]

SHAPES_TRAIN, SHAPES_TEST = 10_000, 2_000
OWN_SIDE = 32
UNTOLD = "own-pictures"  # told instead of the name of somebody's own pictures, which is a secret; no set is called so
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


@dataclass(frozen=True, slots=True)
class Builtin:
    """A set that this project knows. `make` is there where it needs no files."""

    name: str
    title: str
    input: tuple[int, int, int]
    classes: tuple[str, ...]
    train: int
    test: int
    make: Callable[[], DataSet] | None = None


def load_dataset(name: str, folder: Path) -> DataSet:
    """The set of that name. Raises UnknownDataset, MissingDataset (to be fetched first) or DatasetError.

    Files that lie in `folder` for it are read, once, and kept beside them.
    """
    check_name(name)
    path = cache_path(folder, name)
    known = BUILTIN.get(name)
    if path.is_file():
        return read_cache(path)
    if known and known.make:
        return known.make()
    if source := find_source(folder, name):
        return keep_dataset(name, source, folder)
    if not known:
        raise _unknown()
    raise MissingDataset(
        N_("The data set %(dataset)s is not here yet. Fetch it with 'python -m app fetch %(dataset)s'."),
        field="dataset", dataset=name,
    )  # fmt: skip


def keep_dataset(
    name: str, source: Path, folder: Path, *, size: int = OWN_SIDE, progress: Progress | None = None
) -> DataSet:
    """Reads the set from its files, keeps it in `folder` under that name, and returns it. Raises DatasetError.

    A set that is not BUILTIN has color pictures of `size` x `size`.
    """
    check_name(name)
    known = BUILTIN.get(name)
    shape = known.input if known else (3, size, size)
    title, classes = (known.title, known.classes) if known else (name, ())
    dataset = read_source(source, name, title, classes, shape, progress)
    if known and dataset.classes != known.classes:
        raise DamagedDataset(
            N_("These are not the classes of %(dataset)s. Give your own data set a name of its own."), dataset=name
        )
    write_cache(dataset, cache_path(folder, name), describe(dataset))
    return dataset


def check_name(name: str) -> None:
    """Names are part of paths: lower-case letters, digits and hyphens only. Raises UnknownDataset."""
    if name == UNTOLD:
        raise UnknownDataset(
            N_("These are somebody's own pictures: only who sent them in can use them for another training."),
            field="dataset",
        )
    if not _NAME.fullmatch(name):
        raise _unknown()


def _unknown() -> UnknownDataset:
    return UnknownDataset(N_("There is no data set of that name; GET /api/datasets lists all."), field="dataset")


def _make_digits() -> DataSet:
    """scikit-learn's copy of the UCI test digits (Alpaydin and Kaynak, 1998): 8 x 8, levels 0..16 made 0..255."""
    from sklearn.datasets import load_digits  # slow to import, and needed here only

    bunch = load_digits()
    images = torch.from_numpy((bunch.images * (255 / 16)).round().astype("uint8"))[:, None]
    labels = torch.from_numpy(bunch.target.astype("int64"))
    return DataSet("digits", _DIGITS.title, _DIGITS.classes, *hold_out(images, labels, 0.2))


def _make_shapes() -> DataSet:
    """The first pictures of two seeds."""
    train, test = make_shapes(SHAPES_TRAIN, seed=0), make_shapes(SHAPES_TEST, seed=1)
    return DataSet("shapes", _SHAPES.title, SHAPES, *train, *test)


_TEN_DIGITS = tuple("0123456789")
_SHAPES = Builtin("shapes", N_("Shapes"), (3, 32, 32), SHAPES, SHAPES_TRAIN, SHAPES_TEST, _make_shapes)
_DIGITS = Builtin("digits", N_("Digits"), (1, 8, 8), _TEN_DIGITS, 1438, 359, _make_digits)
_CIFAR10 = Builtin("cifar10", "CIFAR-10", (3, 32, 32), CIFAR_CLASSES, 50_000, 10_000)
_MNIST = Builtin("mnist", "MNIST", (1, 28, 28), _TEN_DIGITS, 60_000, 10_000)
_FASHION = Builtin(
    "fashion-mnist", "Fashion-MNIST", (1, 28, 28),
    ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
    60_000, 10_000,
)  # fmt: skip

BUILTIN: dict[str, Builtin] = {known.name: known for known in (_SHAPES, _DIGITS, _CIFAR10, _MNIST, _FASHION)}
