"""Pictures in a folder for each class, in a ZIP or on the disk, as `folder_names` finds them.

What cannot be read is skipped and listed. A picture of another size is cut to the middle and reduced, as it is where a
network classifies. It does not know what the pictures are for.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from app.core.datasets.archives import MEBIBYTE, ArchiveLimits, open_archive
from app.core.datasets.builtin import MOST_CLASSES
from app.core.datasets.folder_names import LONGEST_CLASS, TEST, TRAIN, Entry, arrange, in_order
from app.core.datasets.headers import Holder, Skipped
from app.core.datasets.labeled_images import MOST_LISTED, DataSet, hold_out
from app.core.errors import N_, ArchiveTooLarge, DamagedDataset, DamagedEntry, PictureError
from app.core.pictures.images import decode
from app.core.pictures.preparation import Preparation, prepare_picture
from app.core.pictures.uploads import PictureLimits

Levels = NDArray[np.uint8]
Progress = Callable[[int, int], None]
Read = Callable[[str, int], bytes]

TEST_FRACTION = 0.2  # of each class, where the files name no test pictures
MOST_BYTES = 2 * 1024**3  # of the tensor
_NO_FOLDER = N_("It is in no folder of a class that has training pictures.")
_NO_FILE = N_("The file cannot be read.")
_TOO_LARGE = N_("It has more than the %(limit).3g MB that a picture may have. Save it smaller.")
_FIELD = "archive"


@dataclass
class _Found:
    """What has been read so far."""

    images: Levels
    labels: list[int] = field(default_factory=list)
    is_test: list[bool] = field(default_factory=list)
    holders: Counter[tuple[str, str]] = field(default_factory=Counter)  # folder, what for: pictures
    skipped: list[Skipped] = field(default_factory=list)
    skipped_count: int = 0

    def skip(self, skipped: Skipped) -> None:
        """Lists the first, counts all."""
        self.skipped_count += 1
        if len(self.skipped) < MOST_LISTED:
            self.skipped.append(skipped)


def read_class_folders(
    path: Path, name: str, title: str, *, size: tuple[int, int] = (32, 32), channels: int = 3,
    limits: ArchiveLimits, pictures: PictureLimits | None = None, progress: Progress | None = None,
    most_bytes: int = MOST_BYTES,
) -> DataSet:  # fmt: skip
    """The data set in a ZIP or folder, uint8 `channels` x `size` (height, width). Raises DatasetError.

    Classes are numbered in the order of their names, 2 before 10. Without test pictures a fifth of each class is put
    aside. What is put together from several folders is told: `holders`, `spellings`.
    """
    with _open(path, limits) as (files, read):
        named, strays = arrange(files)
        named, misnamed = _well_named(named)
        classes = _classes(named)
        entries = _of_classes(named, classes)
        strays += [entry.path for entry in named if entry.path not in {known.path for known in entries}]
        found = _Found(_room(len(entries), channels, size, most_bytes))
        for skipped in [*misnamed, *(Skipped(stray, _NO_FOLDER) for stray in strays)]:
            found.skip(skipped)
        decoded = _decode_all(entries, read, Preparation(size, channels, (), ()), pictures or PictureLimits())
        _read_all(found, entries, classes, decoded, progress or _ignore)
    return replace(_gather(found, classes, name, title), spellings=_spellings(entries, classes))


def _well_named(entries: list[Entry]) -> tuple[list[Entry], list[Skipped]]:
    """Those whose folder's name can be a class's, and the others."""
    reason = N_("Its folder's name is empty, or longer than %(limit)d characters.")
    fits = [entry for entry in entries if 1 <= len(entry.label) <= LONGEST_CLASS]
    others = [entry for entry in entries if not 1 <= len(entry.label) <= LONGEST_CLASS]
    return fits, [Skipped(entry.path, reason, {"limit": LONGEST_CLASS}) for entry in others]


def _room(count: int, channels: int, size: tuple[int, int], most: int) -> Levels:
    """Room for the pictures; ArchiveTooLarge where they take too many bytes."""
    needed = count * channels * size[0] * size[1]
    if needed > most:
        raise ArchiveTooLarge(
            N_(
                "At %(side)d x %(side)d the %(count)d pictures take %(value)d MB; at most %(limit)d are accepted. Take "
                "fewer pictures, or a smaller size."
            ),
            field=_FIELD, side=max(size), count=count, value=-(-needed // MEBIBYTE), limit=most // MEBIBYTE,
        )  # fmt: skip
    return np.empty((count, channels, *size), np.uint8)


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


def _classes(entries: list[Entry]) -> list[str]:
    """Names of the folders that hold training pictures."""
    names = in_order({entry.label for entry in entries if entry.part == TRAIN})
    if not names and entries:
        raise DamagedDataset(
            N_(
                "By their names, all folders with pictures are for the test, such as %(folder)s. Name one train, or "
                "leave that folder out and pack the classes alone."
            ),
            field=_FIELD, folder=entries[0].holder,
        )  # fmt: skip
    if not names:
        raise DamagedDataset(
            N_(
                "No folder holds training pictures. Make a folder for each class, named as the class is, with its "
                "pictures in it, and pack these folders."
            ),
            field=_FIELD,
        )
    if len(names) == 1:
        raise DamagedDataset(
            N_("All training pictures are in folders of one name, %(label)s. A data set has 2 to %(limit)d classes."),
            field=_FIELD, label=names[0], limit=MOST_CLASSES,
        )  # fmt: skip
    if len(names) > MOST_CLASSES:
        raise DamagedDataset(
            N_("There are %(value)d folders of training pictures; a data set has 2 to %(limit)d, one a class."),
            field=_FIELD, value=len(names), limit=MOST_CLASSES,
        )  # fmt: skip
    return names


def _of_classes(entries: list[Entry], classes: list[str]) -> list[Entry]:
    """Those of the classes; a test folder may write its class in other letters, where that can mean only one."""
    meant: dict[str, set[str]] = defaultdict(set)
    for name in classes:
        meant[name.casefold()].add(name)
    found = []
    for entry in entries:
        alike = meant[entry.label.casefold()]
        label = entry.label if entry.label in alike or len(alike) != 1 else next(iter(alike))
        if label in alike:
            found.append(replace(entry, label=label))
    return found


def _spellings(entries: list[Entry], classes: list[str]) -> dict[str, list[str]]:
    """By class, where its folders are written in several ways, all of them."""
    ways: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        ways[entry.label].add(entry.folder)
    return {name: sorted(ways[name]) for name in classes if len(ways[name]) > 1}


def _read_all(
    found: _Found, entries: list[Entry], classes: list[str], pictures: Iterable[Levels | Skipped], progress: Progress
) -> None:
    """Puts every entry's picture into the next free place."""
    numbers = {name: number for number, name in enumerate(classes)}
    for done, (entry, pixels) in enumerate(zip(entries, pictures, strict=True), 1):
        if isinstance(pixels, Skipped):
            found.skip(pixels)
        else:
            found.holders[entry.holder, entry.part] += 1
            found.images[len(found.labels)] = pixels
            found.labels.append(numbers[entry.label])
            found.is_test.append(entry.part == TEST)
        if done % 100 == 0 or done == len(entries):
            progress(done, len(entries))


def _decode_all(
    entries: list[Entry], read: Read, preparation: Preparation, limits: PictureLimits
) -> Iterator[Levels | Skipped]:
    """uint8 C x H x W of each, or why there is none."""
    for entry in entries:
        try:
            content = read(entry.path, limits.bytes + 1)
            if len(content) > limits.bytes:
                yield Skipped(entry.path, _TOO_LARGE, {"limit": limits.bytes / MEBIBYTE})
            else:
                yield _decode(content, preparation, limits)
        except (PictureError, DamagedEntry) as error:
            yield Skipped(entry.path, error.message, error.values)
        except OSError:
            yield Skipped(entry.path, _NO_FILE)


def _decode(content: bytes, preparation: Preparation, limits: PictureLimits) -> Levels:
    """What has the right shape already takes the short way."""
    levels = decode(content, limits, enough=preparation.enough).levels
    if levels.dtype == torch.uint8 and levels.shape == (*preparation.size, preparation.channels):
        return levels.numpy().transpose(2, 0, 1)
    return prepare_picture(levels, preparation).numpy()


def _gather(found: _Found, classes: list[str], name: str, title: str) -> DataSet:
    """The tensors of what was read, every class with pictures to learn from."""
    images = torch.from_numpy(found.images[: len(found.labels)])
    labels = torch.tensor(found.labels, dtype=torch.int64)
    is_test = torch.tensor(found.is_test, dtype=torch.bool)
    _check_counts(Counter(labels[~is_test].tolist()), classes)
    parts: tuple[Tensor, Tensor, Tensor, Tensor]
    if is_test.any():
        parts = images[~is_test], labels[~is_test], images[is_test], labels[is_test]
    else:
        parts = hold_out(images, labels, TEST_FRACTION)
    holders = tuple(Holder(folder, part, count) for (folder, part), count in found.holders.items() if folder)
    return DataSet(name, title, tuple(classes), *parts, tuple(found.skipped), found.skipped_count, holders)


def _check_counts(counts: Counter[int], classes: list[str]) -> None:
    """Whether there is something to learn from of each class."""
    if len(counts) < len(classes):
        raise DamagedDataset(
            N_("In %(value)d of the %(limit)d classes there is no training picture that can be read."),
            field=_FIELD, value=len(classes) - len(counts), limit=len(classes),
        )  # fmt: skip


def _ignore(done: int, total: int) -> None:
    pass
