"""CIFAR-10's archive: what it holds is read, and nothing that a pickle asks for is ever done."""

import gzip
import io
import os
import pickle
import struct
import tarfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.core.datasets.builtin import CIFAR_CLASSES
from app.core.datasets.cifar import FOLDER, TEST, TRAINING, read_cifar10
from app.core.datasets.formats import find_batches
from app.core.errors import DamagedDataset

PICTURES = 6
MEGABYTE = 1024 * 1024


def batch(seed: int) -> tuple[np.ndarray, list[int]]:
    """Rows of 3072 levels, red, green, blue, and labels."""
    generator = np.random.default_rng(seed)
    rows = generator.integers(0, 256, (PICTURES, 3072), dtype=np.uint8)
    return rows, generator.integers(0, 10, PICTURES).tolist()


def as_python_2_wrote_it(rows: np.ndarray, labels: list[int]) -> bytes:
    """The official files' own opcodes: protocol 2, byte strings, numpy.core.multiarray."""

    def text(value: bytes) -> bytes:
        return b"U" + bytes([len(value)]) + value

    array = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85" + text(b"b") + b"\x87R"
    kind = b"cnumpy\ndtype\n" + text(b"u1") + b"K\x00K\x01\x87R"
    kind += b"(K\x03" + text(b"|") + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    shape = b"J" + struct.pack("<i", rows.shape[0]) + b"J" + struct.pack("<i", rows.shape[1]) + b"\x86"
    content = b"T" + struct.pack("<I", rows.nbytes) + rows.tobytes()
    data = array + b"(K\x01" + shape + kind + b"\x89" + content + b"tb"
    numbers = b"](" + b"".join(b"K" + bytes([label]) for label in labels) + b"e"
    return b"\x80\x02}(" + text(b"data") + data + text(b"labels") + numbers + b"u."


def as_python_3_writes_it(rows: np.ndarray, labels: list[int]) -> bytes:
    """NumPy's own pickle of today."""
    return pickle.dumps({b"data": rows, b"labels": labels, b"filenames": [b"a.png"] * len(labels)}, protocol=3)


def write_archive(path: Path, files: dict[str, bytes]) -> Path:
    """A .tar.gz of the files, in the official folder."""
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(f"{FOLDER}/{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path


def sound_files(write: Callable[..., bytes] = as_python_2_wrote_it) -> dict[str, bytes]:
    return {name: write(*batch(seed)) for seed, name in enumerate((*TRAINING, TEST))}


class Calls:
    """Pickled, it asks for a call."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.call = function, arguments

    def __reduce__(self) -> Any:
        return self.call


@pytest.mark.parametrize("write", [as_python_2_wrote_it, as_python_3_writes_it])
def test_pictures_and_labels_are_those_of_the_batches(tmp_path: Path, write: Callable[..., bytes]) -> None:
    path = write_archive(tmp_path / "cifar.tar.gz", sound_files(write))

    dataset = read_cifar10(path, "cifar10", "CIFAR-10")

    assert dataset.classes == CIFAR_CLASSES
    assert dataset.images.shape == (5 * PICTURES, 3, 32, 32)
    assert dataset.test_images.shape == (PICTURES, 3, 32, 32)
    rows, labels = batch(2)
    third = slice(2 * PICTURES, 3 * PICTURES)
    assert dataset.labels[third].tolist() == labels
    assert int(dataset.images[third][4, 1, 7, 9]) == rows[4, 1024 + 7 * 32 + 9]
    assert dataset.test_labels.tolist() == batch(5)[1]


def test_the_unpacked_folder_gives_the_same(tmp_path: Path) -> None:
    for name, content in sound_files().items():
        (tmp_path / name).write_bytes(content)

    dataset = read_cifar10(tmp_path, "cifar10", "CIFAR-10")

    assert dataset.images.flatten(1)[:PICTURES].numpy().tolist() == batch(0)[0].tolist()


HOSTILE = {
    "a command": Calls(os.system, "touch called"),
    "python's own eval": Calls(eval, "open('called', 'w')"),
    "opening a file": Calls(open, "called", "w"),
    "reading by numpy": Calls(np.load, "called"),
    "a type of numpy's other than an array": np.float32(1),
    "an array of objects": np.array([object, None], object),
    "an array of floats": np.zeros((1, 3072), np.float32),
    "an array in Fortran's order": np.asfortranarray(np.zeros((6, 3072), np.uint8)),
    "no array": list(range(3072)),
    "too few levels": np.zeros((1, 3071), np.uint8),
    "a class of the app": DamagedDataset("called"),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_a_pickle_of_anything_else_is_refused_and_calls_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: Any, protocol: int
) -> None:
    monkeypatch.chdir(tmp_path)
    content = pickle.dumps({b"data": data, b"labels": [1]}, protocol=protocol)
    path = write_archive(tmp_path / "cifar.tar.gz", sound_files() | {"data_batch_3": content})

    with pytest.raises(DamagedDataset):
        read_cifar10(path, "cifar10", "CIFAR-10")

    assert not (tmp_path / "called").exists()


WRITTEN_BY_HAND = {
    "a name within a name": b"\x80\x04\x8c\x05numpy\x8c\x0endarray.tofile\x93.",
    "a system call": b"cposix\nsystem\n(S'touch called'\ntR.",
    "an instance of a class": b"(S'touch called'\nios\nsystem\n.",
    "an array of another class": b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\ndtype\nK\x00\x85U\x01b\x87R.",
    "something kept elsewhere": b"Pcalled\n.",
    "an extension": b"\x82\x01.",
    "a pickle without an end": b"\x80\x02}(",
    "no pickle": b"This is not a pickle.",
    "nothing": b"",
    "a size that is not there": b"\x80\x02X\xff\xff\xff\x7f",
    "very deep": b"\x80\x02" + b"(" * 100_000 + b"t" * 100_000 + b".",
}


@pytest.mark.parametrize("content", WRITTEN_BY_HAND.values(), ids=WRITTEN_BY_HAND.keys())
def test_opcodes_written_by_hand_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.chdir(tmp_path)
    path = write_archive(tmp_path / "cifar.tar.gz", sound_files() | {TEST: content})

    with pytest.raises(DamagedDataset):
        read_cifar10(path, "cifar10", "CIFAR-10")

    assert not (tmp_path / "called").exists()


@pytest.mark.parametrize("put", [b"r\xff\xff\xff\x00", b"p16777215\n"])
def test_a_memo_with_a_huge_number_takes_no_memory(tmp_path: Path, put: bytes) -> None:
    path = write_archive(tmp_path / "cifar.tar.gz", sound_files() | {TEST: b"\x80\x02N" + put + b"."})
    tracemalloc.start()

    with pytest.raises(DamagedDataset):
        read_cifar10(path, "cifar10", "CIFAR-10")

    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 32 * MEGABYTE  # the unpickler would fill 256 MB


@pytest.mark.parametrize("labels", [[0, 1, 2], [10] * PICTURES, [-1] * PICTURES, [[1]] * PICTURES, ["x"] * PICTURES])
def test_labels_that_do_not_fit_are_refused(tmp_path: Path, labels: list[Any]) -> None:
    content = pickle.dumps({b"data": batch(0)[0], b"labels": labels}, protocol=3)
    path = write_archive(tmp_path / "cifar.tar.gz", sound_files() | {TEST: content})

    with pytest.raises(DamagedDataset):
        read_cifar10(path, "cifar10", "CIFAR-10")


@pytest.mark.parametrize("share", [0.3, 0.6, 0.99])
def test_an_archive_that_is_cut_off_is_refused(tmp_path: Path, share: float) -> None:
    content = write_archive(tmp_path / "whole.tar.gz", sound_files()).read_bytes()
    path = tmp_path / "cut.tar.gz"
    path.write_bytes(content[: int(len(content) * share)])

    with pytest.raises(DamagedDataset):
        read_cifar10(path, "cifar10", "CIFAR-10")


def test_an_archive_without_a_batch_is_refused_with_their_number(tmp_path: Path) -> None:
    files = sound_files()
    del files["data_batch_4"]
    path = write_archive(tmp_path / "cifar.tar.gz", files)

    with pytest.raises(DamagedDataset) as refused:
        read_cifar10(path, "cifar10", "CIFAR-10")

    assert refused.value.values == {"value": 5, "limit": 6}


def write_long_name(path: Path, sizes: list[int], content: int) -> Path:
    """A .tar.gz that begins with PAX headers of those sizes, in front of so many zeros."""
    with gzip.open(path, "wb", compresslevel=1) as file:
        for size in sizes:
            entry = tarfile.TarInfo("pax")
            entry.type, entry.size = tarfile.XHDTYPE, size
            file.write(entry.tobuf(tarfile.USTAR_FORMAT))
        file.write(bytes(content))
    return path


def test_a_long_name_of_many_megabytes_is_never_held(tmp_path: Path) -> None:
    path = write_long_name(tmp_path / "cifar.tar.gz", [65 * MEGABYTE], 65 * MEGABYTE)
    tracemalloc.start()

    assert find_batches(path) == path
    with pytest.raises(DamagedDataset):
        read_cifar10(path, "cifar10", "CIFAR-10")

    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 8 * MEGABYTE


def test_a_chain_of_long_names_is_refused(tmp_path: Path) -> None:
    path = write_long_name(tmp_path / "cifar.tar.gz", [0] * 5000, 1024)

    with pytest.raises(DamagedDataset):
        read_cifar10(path, "cifar10", "CIFAR-10")


def test_a_link_in_the_place_of_a_batch_is_not_followed(tmp_path: Path) -> None:
    path = write_archive(tmp_path / "cifar.tar", {name: c for name, c in sound_files().items() if name != TEST})
    with tarfile.open(path, "r:gz") as archive:
        entries = [(entry, archive.extractfile(entry).read()) for entry in archive]
    link = tarfile.TarInfo(f"{FOLDER}/{TEST}")
    link.type, link.linkname = tarfile.SYMTYPE, "data_batch_1"
    with tarfile.open(path, "w") as archive:
        for entry, content in entries:
            archive.addfile(entry, io.BytesIO(content))
        archive.addfile(link)

    with pytest.raises(DamagedDataset):
        read_cifar10(path, "cifar10", "CIFAR-10")
