"""The data sets by name: made here, found in a folder, or kept from an earlier fetch.

A set is read once from its files and then kept as one safetensors file in `folder`, the data folder's `datasets`.
It does not know how to download; `app.commands.fetch` does.
"""

from collections.abc import Callable
from pathlib import Path

import torch

from app.core.datasets.builtin import (
    BUILTIN,
    OWN_SIDE,
    SHAPES,
    SHAPES_TEST,
    SHAPES_TRAIN,
    check_name,
    unknown_dataset,
)
from app.core.datasets.cache import read_cache, write_cache
from app.core.datasets.class_folders import Progress
from app.core.datasets.formats import find_source, read_source
from app.core.datasets.headers import cache_path
from app.core.datasets.labeled_images import DataSet, hold_out
from app.core.datasets.shapes import make_shapes
from app.core.datasets.statistics import describe
from app.core.errors import N_, DamagedDataset, MissingDataset


def load_dataset(name: str, folder: Path) -> DataSet:
    """The set of that name. Raises UnknownDataset, MissingDataset (to be fetched first) or DatasetError.

    Files that lie in `folder` for it are read, once, and kept beside them.
    """
    check_name(name)
    path = cache_path(folder, name)
    known = BUILTIN.get(name)
    if path.is_file():
        return read_cache(path)
    if name in _MAKERS:
        return _MAKERS[name]()
    if source := find_source(folder, name):
        return keep_dataset(name, source, folder)
    if not known:
        raise unknown_dataset()
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


def _make_digits() -> DataSet:
    """scikit-learn's copy of the UCI test digits (Alpaydin and Kaynak, 1998): 8 x 8, levels 0..16 made 0..255."""
    from sklearn.datasets import load_digits  # slow to import, and needed here only

    bunch = load_digits()
    images = torch.from_numpy((bunch.images * (255 / 16)).round().astype("uint8"))[:, None]
    labels = torch.from_numpy(bunch.target.astype("int64"))
    return DataSet("digits", BUILTIN["digits"].title, BUILTIN["digits"].classes, *hold_out(images, labels, 0.2))


def _make_shapes() -> DataSet:
    """The first pictures of two seeds."""
    train, test = make_shapes(SHAPES_TRAIN, seed=0), make_shapes(SHAPES_TEST, seed=1)
    return DataSet("shapes", BUILTIN["shapes"].title, SHAPES, *train, *test)


_MAKERS: dict[str, Callable[[], DataSet]] = {"shapes": _make_shapes, "digits": _make_digits}
