"""Pictures in a folder for each class, in a ZIP or on the disk: `<class>/...`, or `train/<class>/...` and `test/...`.

What cannot be read is skipped and listed. A picture of another size is cut to the middle and reduced, as it is where a
network classifies. It does not know what the pictures are for.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from app.core.datasets.archives import ArchiveLimits, open_archive
from app.core.datasets.builtin import MOST_CLASSES
from app.core.datasets.headers import Skipped
from app.core.datasets.labeled_images import MOST_LISTED, DataSet, hold_out
from app.core.errors import N_, ArchiveTooLarge, DamagedDataset, DamagedEntry, PictureError
from app.core.pictures.images import decode
from app.core.pictures.preparation import Preparation, prepare_picture
from app.core.pictures.uploads import PictureLimits

Levels = NDArray[np.uint8]
Progress = Callable[[int, int], None]
Read = Callable[[str, int], bytes]

TEST_FRACTION = 0.2  # of each class, where the files name no test pictures
LONGEST_CLASS = 64
MOST_BYTES = 2 * 1024**3  # of the tensor
_PARTS = {"train": "train", "training": "train", "test": "test", "testing": "test", "val": "test", "valid": "test",
          "validation": "test"}  # fmt: skip
_NO_FOLDER = N_("It is in no folder of a class that has training pictures.")
_NO_PICTURE = N_("It is no picture that can be read here.")
_FIELD = "archive"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file, whether it is for training or for the test, and its class."""

    path: str
    part: str
    label: str


@dataclass
class _Found:
    """What has been read so far."""

    images: Levels
    labels: list[int] = field(default_factory=list)
    is_test: list[bool] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    skipped_count: int = 0

    def skip(self, path: str, reason: str) -> None:
        """Lists the first, counts all."""
        self.skipped_count += 1
        if len(self.skipped) < MOST_LISTED:
            self.skipped.append(Skipped(path, reason))


def read_class_folders(
    path: Path, name: str, title: str, *, size: tuple[int, int] = (32, 32), channels: int = 3,
    limits: ArchiveLimits, pictures: PictureLimits | None = None, progress: Progress | None = None,
) -> DataSet:  # fmt: skip
    """The data set in a ZIP or folder, uint8 `channels` x `size` (height, width). Raises DatasetError.

    Classes are numbered in the order of their names. Without test pictures a fifth of each class is put aside.
    """
    with _open(path, limits) as (files, read):
        entries, strays = arrange(files)
        classes = _classes(entries)
        strays += [entry.path for entry in entries if entry.label not in classes]
        entries = [entry for entry in entries if entry.label in classes]
        if len(entries) * channels * size[0] * size[1] > MOST_BYTES:
            raise ArchiveTooLarge(
                N_("The pictures take more than the %(limit)d bytes that are accepted."), field=_FIELD, limit=MOST_BYTES
            )
        found = _Found(np.empty((len(entries), channels, *size), np.uint8))
        for stray in strays:
            found.skip(stray, _NO_FOLDER)
        decoded = _decode_all(entries, read, Preparation(size, channels, (), ()), pictures or PictureLimits())
        _read_all(found, entries, classes, decoded, progress or _ignore)
    return _gather(found, classes, name, title)


def arrange(files: Iterable[str]) -> tuple[list[Entry], list[str]]:
    """The entries of classes in the files' order, and the files that are in none. Hidden files count as neither."""
    paths = {file: PurePosixPath(file.replace("\\", "/")).parts for file in files}
    shown = {file: parts for file, parts in paths.items() if not any(map(_is_hidden, parts))}
    depth = _common_folders(list(shown.values()))
    has_parts = any(len(parts) == depth + 3 and parts[depth].lower() in _PARTS for parts in shown.values())
    entries, strays = [], []
    for file, parts in shown.items():
        is_placed = len(parts) == depth + 2 + has_parts
        part = (_PARTS.get(parts[depth].lower()) if has_parts else "train") if is_placed else None
        if part:
            entries.append(Entry(file, part, parts[-2]))
        else:
            strays.append(file)
    return entries, strays


@contextmanager
def _open(path: Path, limits: ArchiveLimits) -> Iterator[tuple[Iterable[str], Read]]:
    """Names with `/` and a function that reads one."""
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.is_file() and not file.is_symlink())
        yield [file.relative_to(path).as_posix() for file in files], partial(_read_file, path)
    else:
        with open_archive(path, limits) as archive:
            yield archive.files, archive.read


def _read_file(folder: Path, name: str, most: int) -> bytes:
    with (folder / name).open("rb") as file:
        return file.read(most)


def _is_hidden(part: str) -> bool:
    return part.startswith(".") or part == "__MACOSX"


def _common_folders(paths: list[tuple[str, ...]]) -> int:
    """How many folders all files have in common before the classes begin; loose files in them do not count."""
    depth = 0
    while True:
        firsts = {parts[depth] for parts in paths if len(parts) > depth + 1}
        is_last = all(len(parts) <= depth + 2 for parts in paths)
        if len(firsts) != 1 or is_last or firsts <= set(_PARTS):
            return depth
        depth += 1


def _classes(entries: list[Entry]) -> list[str]:
    """Names of the folders that hold training pictures."""
    names = sorted({entry.label for entry in entries if entry.part == "train" and len(entry.label) <= LONGEST_CLASS})
    if not 2 <= len(names) <= MOST_CLASSES:
        raise DamagedDataset(
            N_("There are %(value)d folders of training pictures; a data set has 2 to %(limit)d, one a class."),
            field=_FIELD, value=len(names), limit=MOST_CLASSES,
        )  # fmt: skip
    return names


def _read_all(
    found: _Found, entries: list[Entry], classes: list[str], pictures: Iterable[Levels | None], progress: Progress
) -> None:
    """Puts every entry's picture into the next free place."""
    numbers = {name: number for number, name in enumerate(classes)}
    for done, (entry, pixels) in enumerate(zip(entries, pictures, strict=True), 1):
        if pixels is None:
            found.skip(entry.path, _NO_PICTURE)
        else:
            found.images[len(found.labels)] = pixels
            found.labels.append(numbers[entry.label])
            found.is_test.append(entry.part == "test")
        if done % 100 == 0 or done == len(entries):
            progress(done, len(entries))


def _decode_all(
    entries: list[Entry], read: Read, preparation: Preparation, limits: PictureLimits
) -> Iterator[Levels | None]:
    """uint8 C x H x W of each; None for what is damaged or no picture."""
    for entry in entries:
        try:
            yield _decode(read(entry.path, limits.bytes + 1), preparation, limits)
        except (PictureError, DamagedEntry, OSError):
            yield None


def _decode(content: bytes, preparation: Preparation, limits: PictureLimits) -> Levels:
    """What has the right shape already takes the short way."""
    levels = decode(content, limits).levels
    if levels.dtype == torch.uint8 and levels.shape == (*preparation.size, preparation.channels):
        return levels.numpy().transpose(2, 0, 1)
    return prepare_picture(levels, preparation).numpy()


def _gather(found: _Found, classes: list[str], name: str, title: str) -> DataSet:
    """The tensors of what was read, every class with pictures to learn from."""
    images = torch.from_numpy(found.images[: len(found.labels)])
    labels = torch.tensor(found.labels, dtype=torch.int64)
    is_test = torch.tensor(found.is_test, dtype=torch.bool)
    counts = Counter(labels[~is_test].tolist())
    if len(counts) < len(classes):
        raise DamagedDataset(
            N_("In %(value)d of the %(limit)d classes there is no training picture that can be read."),
            field=_FIELD, value=len(classes) - len(counts), limit=len(classes),
        )  # fmt: skip
    parts: tuple[Tensor, Tensor, Tensor, Tensor]
    if is_test.any():
        parts = images[~is_test], labels[~is_test], images[is_test], labels[is_test]
    else:
        parts = hold_out(images, labels, TEST_FRACTION)
    return DataSet(name, title, tuple(classes), *parts, tuple(found.skipped), found.skipped_count)


def _ignore(done: int, total: int) -> None:
    pass
