"""Data sets by name: made, found, kept, and checked when they are read again."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from sklearn.datasets import load_digits

from app.core.datasets.builtin import BUILTIN, SHAPES
from app.core.datasets.cache import read_cache, read_samples, write_cache
from app.core.datasets.datasets import keep_dataset, load_dataset
from app.core.datasets.headers import Skipped, cache_path, read_header
from app.core.datasets.labeled_images import DataSet, split
from app.core.datasets.statistics import describe
from app.core.errors import DamagedDataset, MissingDataset, UnknownDataset
from tests.core.datasets.test_cifar import sound_files, write_archive
from tests.core.datasets.test_class_folders import two_classes, write_zip
from tests.core.datasets.test_idx import write_set


def small(count: int = 30) -> DataSet:
    generator = torch.Generator().manual_seed(5)
    images = torch.randint(0, 256, (count, 3, 4, 5), generator=generator, dtype=torch.uint8)
    labels = torch.arange(count) % 3
    skipped = (Skipped("a/b.txt", "It is no picture."),)
    return DataSet(
        "small", "Small", ("a", "b", "c"), images, labels, images[:6].clone(), labels[:6].clone(), skipped, 7
    )


@pytest.fixture(scope="module")
def made() -> dict[str, DataSet]:
    return {name: load_dataset(name, Path("nowhere")) for name in ("shapes", "digits")}


def test_digits_are_scikit_learns(made: dict[str, DataSet]) -> None:
    dataset = made["digits"]

    bunch = load_digits()
    together = torch.cat([dataset.images, dataset.test_images]).flatten(1).numpy()
    labels = torch.cat([dataset.labels, dataset.test_labels]).numpy()
    found = sorted(zip(map(bytes, together), labels.tolist(), strict=True))
    levels = np.rint(bunch.data * 255 / 16).astype(np.uint8)
    assert found == sorted(zip(map(bytes, levels), bunch.target.tolist(), strict=True))


@pytest.mark.parametrize("name", ["shapes", "digits"])
def test_what_is_made_offline_is_as_the_catalogue_says(made: dict[str, DataSet], name: str) -> None:
    dataset, known = made[name], BUILTIN[name]

    assert (dataset.name, dataset.input, dataset.classes) == (name, known.input, known.classes)
    assert (len(dataset.labels), len(dataset.test_labels)) == (known.train, known.test)
    assert len(dataset.images) == known.train
    assert dataset.images.dtype == torch.uint8
    assert dataset.labels.dtype == torch.int64


def test_no_test_picture_of_the_shapes_is_a_training_picture(made: dict[str, DataSet]) -> None:
    dataset = made["shapes"]

    train, test = set(map(bytes, dataset.images.numpy())), set(map(bytes, dataset.test_images.numpy()))

    assert len(dataset.classes) == len(SHAPES)
    assert not train & test


@pytest.mark.parametrize("name", ["cifar10", "mnist", "fashion-mnist"])
def test_a_set_that_is_not_here_says_how_to_get_it(tmp_path: Path, name: str) -> None:
    with pytest.raises(MissingDataset, match=f"python -m app fetch {name}"):
        load_dataset(name, tmp_path)


@pytest.mark.parametrize("name", ["", "x" * 65, "../cifar10", "a/b", "Cifar10", ".", "a\n", "unknown", "a.b", "é"])
def test_a_name_that_is_none_is_refused_and_touches_no_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnknownDataset):
        load_dataset(name, tmp_path / "datasets")

    assert not list(tmp_path.iterdir())


def test_files_in_the_folder_are_found_read_once_and_kept(tmp_path: Path) -> None:
    write_archive(tmp_path / "cifar-10-python.tar.gz", sound_files())

    first = load_dataset("cifar10", tmp_path)
    (tmp_path / "cifar-10-python.tar.gz").unlink()
    second = load_dataset("cifar10", tmp_path)

    assert first.images.equal(second.images)
    assert first.test_labels.equal(second.test_labels)
    assert second.title == "CIFAR-10"


@pytest.mark.parametrize("place", ["mnist", "mnist/raw"])
def test_idx_files_are_found_in_the_folder_of_their_name(tmp_path: Path, place: str) -> None:
    (tmp_path / place).mkdir(parents=True)
    write_set(tmp_path / place)

    assert load_dataset("mnist", tmp_path).input == (1, 5, 6)


def test_ones_own_zip_is_found_by_its_name(tmp_path: Path) -> None:
    shutil.move(write_zip(tmp_path, two_classes()), tmp_path / "pets.zip")

    dataset = load_dataset("pets", tmp_path)

    assert dataset.classes == ("cat", "dog")
    assert read_header(cache_path(tmp_path, "pets"))["counts"] == {"train": [8, 8], "test": [2, 2]}


def test_other_classes_cannot_pass_as_a_known_set(tmp_path: Path) -> None:
    path = write_zip(tmp_path, two_classes())

    with pytest.raises(DamagedDataset, match="cifar10"):
        keep_dataset("cifar10", path, tmp_path / "datasets")

    assert not (tmp_path / "datasets").exists()


def test_ones_own_set_has_the_size_that_is_wished(tmp_path: Path) -> None:
    path = write_zip(tmp_path, two_classes())

    assert keep_dataset("pets", path, tmp_path, size=48).input == (3, 48, 48)


def test_what_is_kept_comes_back_whole(tmp_path: Path) -> None:
    dataset, path = small(), tmp_path / "deep" / "small.safetensors"

    write_cache(dataset, path, {"more": [1, 2]})
    again = read_cache(path)

    for name in ("images", "labels", "test_images", "test_labels"):
        assert getattr(again, name).equal(getattr(dataset, name))
    assert (again.name, again.title, again.classes) == (dataset.name, dataset.title, dataset.classes)
    assert (again.skipped, again.skipped_count) == (dataset.skipped, 7)
    assert read_header(path)["more"] == [1, 2]
    assert read_samples(path, [4, 9]).equal(dataset.images[[4, 9]])
    assert [file.name for file in path.parent.iterdir()] == ["small.safetensors"]


def test_one_changed_bit_of_a_picture_is_found(tmp_path: Path) -> None:
    path = tmp_path / "small.safetensors"
    write_cache(small(), path, {})
    content = bytearray(path.read_bytes())
    content[-100] ^= 1
    path.write_bytes(content)

    with pytest.raises(DamagedDataset, match="fetch"):
        read_cache(path)


def test_a_file_that_is_no_data_set_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "small.safetensors"
    write_cache(small(), path, {})
    whole, tensors = path.read_bytes(), load_file(path)
    metadata = {"dataset": json.dumps(read_header(path))}
    wrong_type = tensors | {"images": tensors["images"].float()}
    missing = {name: tensor for name, tensor in tensors.items() if name != "labels"}
    contents = [b"", b"text", whole[:200], whole[:-1]]
    for changed, told in ((wrong_type, metadata), (missing, metadata), (tensors, {"dataset": "{"}), (tensors, None)):
        save_file(changed, path, told)
        contents.append(path.read_bytes())

    for content in contents:
        path.write_bytes(content)
        with pytest.raises(DamagedDataset):
            read_cache(path)


def test_statistics_are_numpys() -> None:
    dataset = small()

    told = describe(dataset)

    levels = dataset.images.numpy() / 255
    assert told["mean"] == pytest.approx(levels.mean((0, 2, 3)), abs=1e-6)
    assert told["std"] == pytest.approx(levels.std((0, 2, 3)), abs=1e-6)
    assert told["counts"] == {"train": [10, 10, 10], "test": [2, 2, 2]}


@pytest.mark.parametrize(("fraction", "expected"), [(0.1, 3), (0.5, 15), (0.0, 1), (1.0, 29)])
def test_a_split_is_a_seeded_permutation_cut_in_two(fraction: float, expected: int) -> None:
    train, aside = split(small(), fraction, seed=4)

    assert len(aside) == expected
    assert sorted([*train.tolist(), *aside.tolist()]) == list(range(30))
    assert train.equal(split(small(), fraction, seed=4)[0])
    if len(train) > 10:
        assert train.tolist() != sorted(train.tolist())
        assert not train.equal(split(small(), fraction, seed=5)[0])
