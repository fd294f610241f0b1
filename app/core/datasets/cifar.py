"""CIFAR-10's official Python archive (Krizhevsky, 2009): five pickled batches of training pictures, one for the test.

The only thing here that is ever unpickled, and by an unpickler that makes nothing but arrays of bytes: what a pickle
calls by name is one of three stand-ins of ours, and every other name is refused. It does not know how to download.
"""

import gzip
import io
import math
import pickle
import pickletools
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from app.core.datasets.builtin import CIFAR_CLASSES
from app.core.datasets.labeled_images import DataSet
from app.core.errors import N_, DamagedDataset

ARCHIVE = "cifar-10-python.tar.gz"
FOLDER = "cifar-10-batches-py"
TRAINING = tuple(f"data_batch_{number}" for number in range(1, 6))
TEST = "test_batch"
_MOST_BYTES = 64 * 1024 * 1024  # of one batch; the official ones have 31 MB
_MOST_ENTRIES = 100
_BLOCK, _MAGIC_AT, _MAGIC = 512, 257, b"ustar"  # of tar: POSIX.1-1988, and GNU's
_PIXELS = (3, 32, 32)
_ARRAY_PARTS = 5  # version, shape, type, order, bytes: numpy's __setstate__
_PUTS = ("PUT", "BINPUT", "LONG_BINPUT")

Levels = NDArray[np.uint8]
_File = gzip.GzipFile | io.BufferedReader


def read_cifar10(path: Path, name: str, title: str) -> DataSet:
    """uint8 N x 3 x 32 x 32 pictures of the archive, or of the folder it unpacks to. Raises DamagedDataset."""
    batches = {part: _read_batch(content) for part, content in _open_batches(path)}
    if set(batches) != {*TRAINING, TEST}:
        raise DamagedDataset(
            N_("%(value)d of the %(limit)d batches of CIFAR-10 are there."), value=len(batches), limit=len(TRAINING) + 1
        )
    images = np.concatenate([batches[part][0] for part in TRAINING])
    labels = np.concatenate([batches[part][1] for part in TRAINING])
    test_images, test_labels = map(torch.from_numpy, batches[TEST])
    return DataSet(
        name, title, CIFAR_CLASSES, torch.from_numpy(images), torch.from_numpy(labels), test_images, test_labels
    )


def _open_batches(path: Path) -> Iterator[tuple[str, bytes]]:
    """Names and bytes of the batches; nothing is extracted."""
    if path.is_dir():
        found = [path / part for part in (*TRAINING, TEST) if (path / part).is_file()]
        for file in found:
            if file.stat().st_size > _MOST_BYTES:
                raise _damaged()
            yield file.name, file.read_bytes()
        return
    try:
        with _unpack(path) as unpacked, tarfile.open(fileobj=_InPieces(unpacked), mode="r:") as archive:
            yield from _walk(archive)
    except (tarfile.TarError, OSError, EOFError, zlib.error, ValueError, OverflowError, RecursionError) as error:
        raise DamagedDataset(N_("The archive of CIFAR-10 is damaged or cut off.")) from error


def is_archive(path: Path) -> bool:
    """Whether the file begins as a tar archive does, plain or inside gzip."""
    try:
        with _unpack(path) as file:
            return file.read(_BLOCK)[_MAGIC_AT:].startswith(_MAGIC)
    except (OSError, EOFError, zlib.error):
        return False


def _unpack(path: Path) -> _File:
    with path.open("rb") as raw:
        is_packed = raw.read(2) == b"\x1f\x8b"
    return gzip.open(path) if is_packed else path.open("rb")


class _InPieces(io.RawIOBase):
    """A file that gives no more at once than a batch has: tarfile reads a long name whole, however long it is said."""

    def __init__(self, file: _File) -> None:
        self._file = file

    def read(self, size: int = -1, /) -> bytes:
        if not 0 <= size <= _MOST_BYTES:
            raise _damaged()
        return self._file.read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()


def _walk(archive: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
    for number, entry in enumerate(archive):
        if number >= _MOST_ENTRIES or entry.size > _MOST_BYTES:
            raise _damaged()
        name = entry.name.rpartition("/")[2]
        stream = archive.extractfile(entry) if entry.isreg() and name in (*TRAINING, TEST) else None
        if stream:
            yield name, stream.read()


def _read_batch(content: bytes) -> tuple[Levels, NDArray[np.int64]]:
    """uint8 N x 3 x 32 x 32 and int64 N of one pickled batch."""
    try:
        _check_memo(content)
        batch = _ArraysOnly(io.BytesIO(content), encoding="bytes").load()
        rows, labels = batch[b"data"], batch[b"labels"]
        images = rows.values.reshape(-1, *_PIXELS)
        numbers = np.array(labels, np.int64)
    except DamagedDataset:
        raise
    except Exception as error:  # whatever a hostile pickle makes of the machine that reads it
        raise _damaged() from error
    if (
        not len(images) == len(numbers) > 0
        or numbers.ndim != 1
        or not 0 <= numbers.min() <= numbers.max() < len(CIFAR_CLASSES)
    ):
        raise _damaged()
    return images, numbers


def _check_memo(content: bytes) -> None:
    """A pickle numbers what it remembers; the unpickler makes room for all smaller numbers, which may take 32 GB."""
    for before, (opcode, number, _) in enumerate(pickletools.genops(content)):
        if opcode.name in _PUTS and (number is None or number > before):
            raise _damaged()


class _Bytes:
    """Stands for numpy.ndarray: takes an array of bytes from a pickle, and nothing else."""

    __slots__ = ("values",)

    def __setstate__(self, state: Any) -> None:
        if not isinstance(state, tuple) or len(state) != _ARRAY_PARTS:
            raise _damaged()
        _, shape, kind, is_fortran, content = state
        fits = isinstance(content, bytes) and isinstance(shape, tuple) and math.prod(shape) == len(content)
        if not fits or not isinstance(kind, _Byte) or is_fortran:
            raise _damaged()
        self.values: Levels = np.frombuffer(content, np.uint8).reshape(shape).copy()


class _Byte:
    """Stands for numpy.dtype, of unsigned bytes alone."""

    __slots__ = ()

    def __init__(self, code: Any, *_: Any) -> None:
        if code not in (b"u1", "u1"):
            raise _damaged()

    def __setstate__(self, state: Any) -> None:
        """Byte order and the like mean nothing to a byte."""


def _reconstruct(kind: Any, *_: Any) -> _Bytes:
    """Stands for numpy's function that makes an empty array, to be filled by its state."""
    if kind is not _Bytes:
        raise _damaged()
    return _Bytes()


class _ArraysOnly(pickle.Unpickler):
    """Knows three names, by which NumPy's releases pickle an array; all of them mean something of ours."""

    def find_class(self, module: str, name: str, /) -> Any:
        """The stand-in for a name of numpy's. Raises DamagedDataset for every other."""
        try:
            return _STAND_INS[module.removesuffix(".multiarray") if name == "_reconstruct" else module, name]
        except KeyError:
            raise DamagedDataset(
                N_("A batch of CIFAR-10 holds something other than arrays; it was not read.")
            ) from None


_STAND_INS = {
    ("numpy", "ndarray"): _Bytes,
    ("numpy", "dtype"): _Byte,
    ("numpy.core", "_reconstruct"): _reconstruct,
    ("numpy._core", "_reconstruct"): _reconstruct,
}


def _damaged() -> DamagedDataset:
    return DamagedDataset(N_("A batch of CIFAR-10 is damaged."))
