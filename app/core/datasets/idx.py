"""IDX files, as MNIST and Fashion-MNIST come in: a header of sizes, then bytes; often inside gzip.

Format: Y. LeCun, "The MNIST database of handwritten digits". It does not know where the files are from.
"""

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from app.core.datasets.labeled_images import DataSet
from app.core.errors import N_, DamagedDataset

_UBYTE = 0x08
_DIMENSIONS = {"labels": 1, "images": 3}
_MOST_BYTES = 1 << 30
_GZIP = b"\x1f\x8b"
_PARTS = {
    "images": "train-images",
    "labels": "train-labels",
    "test_images": "t10k-images",
    "test_labels": "t10k-labels",
}
_SUFFIXES = ("-idx{0}-ubyte.gz", "-idx{0}-ubyte", ".idx{0}-ubyte.gz", ".idx{0}-ubyte")


def find_idx_files(folder: Path) -> dict[str, Path]:
    """The four files of a set, by the names of the tensors that they hold; fewer where some are not there."""
    found: dict[str, Path] = {}
    for part, begin in _PARTS.items():
        sides = _DIMENSIONS[part.removeprefix("test_")]
        places = [folder / (begin + suffix.format(sides)) for suffix in _SUFFIXES]
        if place := next(filter(Path.is_file, places), None):
            found[part] = place
    return found


def read_idx_dataset(folder: Path, name: str, title: str, classes: tuple[str, ...]) -> DataSet:
    """uint8 N x 1 x H x W pictures and labels of the four files in `folder`. Raises DamagedDataset.

    Without `classes` they are called by their numbers.
    """
    files = find_idx_files(folder)
    if len(files) < len(_PARTS):
        raise DamagedDataset(
            N_("%(value)d of the %(limit)d IDX files are there: images and labels, for training and for the test."),
            value=len(files), limit=len(_PARTS),
        )  # fmt: skip
    arrays = {part: read_idx(path, part.removeprefix("test_")) for part, path in files.items()}
    images, labels = arrays["images"], arrays["labels"]
    test_images, test_labels = arrays["test_images"], arrays["test_labels"]
    classes = classes or tuple(map(str, range(int(labels.max()) + 1)))
    _check(images, labels, len(classes))
    _check(test_images, test_labels, len(classes))
    if images.shape[1:] != test_images.shape[1:]:
        raise DamagedDataset(N_("Training and test pictures differ in size."))
    tests = test_images.unsqueeze(1), test_labels.long()
    return DataSet(name, title, classes, images.unsqueeze(1), labels.long(), *tests)


def read_idx(path: Path, kind: str) -> Tensor:
    """uint8 N x H x W of "images" or N of "labels"; no more is unpacked than the header announces."""
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == _GZIP
        with gzip.open(path) if packed else path.open("rb") as file:
            zero, code, dimensions = struct.unpack(">HBB", file.read(4))
            if (zero, code, dimensions) != (0, _UBYTE, _DIMENSIONS[kind]):
                raise DamagedDataset(N_("An IDX file does not hold the bytes that it should."))
            shape = struct.unpack(f">{dimensions}I", file.read(4 * dimensions))
            size = math.prod(shape)
            if not 0 < size <= _MOST_BYTES:
                raise DamagedDataset(N_("An IDX file announces a size that cannot be."))
            content = file.read(size + 1)
    except (OSError, EOFError, struct.error, zlib.error) as error:
        raise DamagedDataset(N_("An IDX file is damaged or cut off.")) from error
    if len(content) != size:
        raise DamagedDataset(N_("An IDX file holds more or less than it announces."))
    return torch.from_numpy(np.frombuffer(content, np.uint8).reshape(shape).copy())


def _check(images: Tensor, labels: Tensor, classes: int) -> None:
    if len(images) != len(labels):
        raise DamagedDataset(N_("There are not as many labels as pictures."))
    if int(labels.max()) >= classes:
        raise DamagedDataset(
            N_("A label is %(value)d; there are only %(limit)d classes."), value=int(labels.max()), limit=classes
        )
