"""IDX files, packed and plain, sound and broken."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from app.core.datasets.idx import read_idx, read_idx_dataset
from app.core.errors import DamagedDataset

CLASSES = tuple("0123456789")


def idx(array: np.ndarray, code: int = 8) -> bytes:
    """By the format's description: two zeros, the type's code, the number of sides, the sides, the numbers."""
    return struct.pack(f">HBB{array.ndim}I", 0, code, array.ndim, *array.shape) + array.tobytes()


def images(count: int, seed: int = 0, side: int = 5) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, side, side + 1), dtype=np.uint8)


def write_set(folder: Path, suffix: str = ".gz", **changed: bytes) -> Path:
    """Seven training and three test pictures; `changed` replaces the content of files, by their first words."""
    contents = {
        "train-images-idx3-ubyte": idx(images(7)),
        "train-labels-idx1-ubyte": idx(np.arange(7, dtype=np.uint8)),
        "t10k-images-idx3-ubyte": idx(images(3, seed=1)),
        "t10k-labels-idx1-ubyte": idx(np.array([9, 0, 4], np.uint8)),
    }
    for name, content in contents.items():
        content = changed.get(name[: name.index("-idx")].replace("-", "_"), content)
        (folder / (name + suffix)).write_bytes(gzip.compress(content) if suffix == ".gz" else content)
    return folder


@pytest.mark.parametrize("suffix", [".gz", ""])
def test_pictures_and_labels_are_those_of_the_files(tmp_path: Path, suffix: str) -> None:
    write_set(tmp_path, suffix)

    dataset = read_idx_dataset(tmp_path, "mnist", "MNIST", CLASSES)

    assert dataset.input == (1, 5, 6)
    assert np.array_equal(dataset.images[:, 0].numpy(), images(7))
    assert np.array_equal(dataset.test_images[:, 0].numpy(), images(3, seed=1))
    assert dataset.labels.tolist() == list(range(7))
    assert dataset.test_labels.tolist() == [9, 0, 4]


def test_classes_without_names_are_called_by_their_numbers(tmp_path: Path) -> None:
    write_set(tmp_path, t10k_labels=idx(np.array([6, 0, 4], np.uint8)))

    assert read_idx_dataset(tmp_path, "own", "own", ()).classes == tuple("0123456")


BROKEN = {
    "nothing": b"",
    "a short header": b"\0\0\x08",
    "sides that are cut off": b"\0\0\x08\x03\0\0\0\x07",
    "another type": idx(images(7), code=0x0D),
    "another number of sides": idx(np.zeros(7, np.uint8)),
    "a wrong beginning": b"\1\0" + idx(images(7))[2:],
    "fewer bytes than announced": idx(images(7))[:-1],
    "more bytes than announced": idx(images(7)) + b"\0",
    "no pictures": struct.pack(">HBB3I", 0, 8, 3, 0, 5, 6),
    "an impossible size": struct.pack(">HBB3I", 0, 8, 3, 2**32 - 1, 2**32 - 1, 2**32 - 1),
    "other pictures than labels": idx(images(6)),
    "another size than the test's": idx(images(7, side=6)),
}


@pytest.mark.parametrize("suffix", [".gz", ""])
@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_is_refused(tmp_path: Path, content: bytes, suffix: str) -> None:
    write_set(tmp_path, suffix, train_images=content)

    with pytest.raises(DamagedDataset):
        read_idx_dataset(tmp_path, "mnist", "MNIST", CLASSES)


@pytest.mark.parametrize("cut", [3, 30, -4])
def test_a_packed_file_that_is_cut_off_is_refused(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "labels.gz"
    path.write_bytes(gzip.compress(idx(np.arange(200, dtype=np.uint8)))[:cut])

    with pytest.raises(DamagedDataset):
        read_idx(path, "labels")


def test_no_more_is_unpacked_than_the_header_announces(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    with gzip.open(path, "wb") as file:
        file.write(idx(np.zeros(4, np.uint8)))
        for _ in range(64):
            file.write(bytes(1 << 20))

    with pytest.raises(DamagedDataset, match="more or less"):
        read_idx(path, "labels")


def test_a_label_past_the_classes_is_refused_with_its_number(tmp_path: Path) -> None:
    write_set(tmp_path, t10k_labels=idx(np.array([1, 11, 0], np.uint8)))

    with pytest.raises(DamagedDataset) as refused:
        read_idx_dataset(tmp_path, "mnist", "MNIST", CLASSES)

    assert refused.value.values == {"value": 11, "limit": 10}


def test_missing_files_are_counted(tmp_path: Path) -> None:
    write_set(tmp_path)
    (tmp_path / "t10k-labels-idx1-ubyte.gz").unlink()

    with pytest.raises(DamagedDataset) as refused:
        read_idx_dataset(tmp_path, "mnist", "MNIST", CLASSES)

    assert refused.value.values == {"value": 3, "limit": 4}
