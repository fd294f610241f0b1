"""Data sets of one's own pictures, and the list and contents of all."""

import io
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from app.core.datasets.archives import ArchiveLimits
from app.core.datasets.arrivals import keep_own
from app.core.datasets.builtin import is_own
from app.core.datasets.cache import write_cache
from app.core.datasets.catalog import list_datasets
from app.core.datasets.contents import look_into
from app.core.datasets.datasets import load_dataset
from app.core.datasets.headers import cache_path
from app.core.datasets.labeled_images import DataSet
from app.core.datasets.own import TITLE, OwnLimits, clear_arrivals, new_name, place_to_arrive, remember_use
from app.core.datasets.statistics import SAMPLES_A_CLASS, describe
from app.core.errors import DatasetError, MissingDataset, UnknownDataset
from app.core.pictures.uploads import PictureLimits
from app.core.shares import Holder
from tests import hostile_archives as hostile

LIMITS = OwnLimits()


def small(name: str = "small") -> DataSet:
    """Three classes of 12, 3 and 1 random pictures of 2 x 5 x 4, and a test picture of the last."""
    generator = torch.Generator().manual_seed(3)
    labels = torch.tensor([0, 1] * 3 + [0] * 9 + [2])
    images = torch.randint(0, 256, (16, 3, 5, 4), generator=generator).to(torch.uint8)
    return DataSet(name, "Small", ("a", "b", "c"), images, labels, images[-1:].clone(), labels[-1:].clone())


def kept(folder: Path, data: bytes, *, title: str | None = None, limits: OwnLimits = LIMITS, **whose: Any) -> str:
    """The name under which an archive is kept."""
    name = new_name()
    with place_to_arrive(folder) as path:
        path.write_bytes(data)
        keep_own(path, name, title, folder, limits, **whose)
    return name


def test_test_pictures_that_are_learned_from_are_counted() -> None:
    dataset = small()
    alike = dataset.images[[2, 2, 5]].clone()
    alike[2, 0, 0, 0] ^= 1

    assert describe(dataset)["equal"] == 1
    assert describe(replace(dataset, test_images=alike, test_labels=dataset.labels[:3]))["equal"] == 2


def test_counts_mean_and_deviation_are_numpys() -> None:
    dataset = small()

    told = describe(dataset)

    levels = dataset.images.numpy() / 255
    assert told["counts"] == {"train": [12, 3, 1], "test": [0, 0, 1]}
    np.testing.assert_allclose(told["mean"], levels.mean((0, 2, 3)), atol=1e-6)
    np.testing.assert_allclose(told["std"], levels.std((0, 2, 3)), atol=1e-6)


def test_samples_are_pictures_of_their_class() -> None:
    dataset = small()

    samples = describe(dataset)["samples"]

    assert [len(row) for row in samples] == [SAMPLES_A_CLASS, 3, 1]
    assert all(dataset.labels[row].eq(label).all() for label, row in enumerate(samples))
    assert all(len(set(row)) == len(row) for row in samples)


def test_the_sheet_shows_each_class_in_a_row(tmp_path: Path) -> None:
    dataset = small()
    write_cache(dataset, cache_path(tmp_path, "small"), describe(dataset))

    sheet = look_into("small", tmp_path).sheet

    assert sheet.shape == (3, 3 * 5, SAMPLES_A_CLASS * 4)
    assert torch.equal(sheet[:, 10:15, 0:4], dataset.images[-1])
    assert sheet[:, 10:15, 4:].eq(255).all()


def test_a_class_without_pictures_has_a_blank_row(tmp_path: Path) -> None:
    dataset = replace(small(), classes=("a", "b", "c", "d"))
    write_cache(dataset, cache_path(tmp_path, "small"), describe(dataset))

    sheet = look_into("small", tmp_path).sheet

    assert sheet.shape == (3, 4 * 5, SAMPLES_A_CLASS * 4)
    assert sheet[:, 15:].eq(255).all()


@pytest.mark.parametrize(("pictures", "train", "test"), [(1, 2, 0), (2, 2, 2), (3, 4, 2), (10, 16, 4)])
def test_a_fifth_of_each_class_is_put_aside_and_never_the_only_picture(
    tmp_path: Path, pictures: int, train: int, test: int
) -> None:
    name = kept(tmp_path, hostile.pack(hostile.pets(pictures)))

    summary = look_into(name, tmp_path).summary

    assert (summary.train, summary.test) == (train, test)
    assert len(load_dataset(name, tmp_path).test_labels) == test


def test_a_set_kept_without_statistics_is_measured(tmp_path: Path) -> None:
    write_cache(small(), cache_path(tmp_path, "small"), {})

    assert look_into("small", tmp_path).counts == {"train": [12, 3, 1], "test": [0, 0, 1]}


def test_the_list_holds_the_known_sets_and_loads_none(tmp_path: Path) -> None:
    rows = {row.name: row for row in list_datasets(tmp_path / "nothing")}

    assert list(rows) == ["shapes", "digits", "cifar10", "mnist", "fashion-mnist"]
    assert [name for name, row in rows.items() if row.available] == ["shapes", "digits"]
    assert (rows["cifar10"].input, rows["cifar10"].train, rows["cifar10"].test) == ((3, 32, 32), 50_000, 10_000)
    assert not (tmp_path / "nothing").exists()


def test_the_list_tells_what_is_really_kept(tmp_path: Path) -> None:
    write_cache(small("cifar10"), cache_path(tmp_path, "cifar10"), {})
    write_cache(small(), cache_path(tmp_path, "small"), {})
    cache_path(tmp_path, "broken").write_bytes(b"no safetensors")

    rows = {row.name: row for row in list_datasets(tmp_path)}

    assert (rows["cifar10"].available, rows["cifar10"].train, rows["cifar10"].test) == (True, 16, 1)
    assert rows["small"].input == (3, 5, 4)
    assert "broken" not in rows


def test_a_set_that_is_made_here_is_kept_at_the_first_look(tmp_path: Path) -> None:
    contents = look_into("digits", tmp_path)

    assert sum(contents.counts["train"]) == contents.summary.train == len(load_dataset("digits", tmp_path).labels)
    assert cache_path(tmp_path, "digits").is_file()


@pytest.mark.parametrize("name", ["../secret", "no-such", "", "A", "a" * 65, "own-../x"])
def test_an_unknown_name_is_told_apart_from_a_missing_set(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnknownDataset):
        look_into(name, tmp_path)
    with pytest.raises(MissingDataset, match="fetch cifar10"):
        look_into("cifar10", tmp_path)


def test_an_archive_becomes_a_data_set(tmp_path: Path) -> None:
    name = kept(tmp_path, hostile.pack(hostile.pets(10)), title=" My\x00 pets\n")

    dataset = load_dataset(name, tmp_path)

    assert is_own(name)
    assert name not in {row.name for row in list_datasets(tmp_path)}
    assert dataset.classes == ("cats", "dogs")
    assert dataset.title == "My pets"
    assert dataset.images.shape[1:] == (3, 32, 32)
    assert len(dataset.images) + len(dataset.test_images) == 20
    assert set(dataset.test_labels.tolist()) == {0, 1}
    assert [path.name for path in tmp_path.iterdir()] == [f"{name}.safetensors"]


def test_an_archive_that_says_what_is_for_the_test_is_followed(tmp_path: Path) -> None:
    files = {f"train/{name}": picture for name, picture in hostile.pets(4).items()}
    files |= {f"test/{name}": picture for name, picture in hostile.pets(2).items()}

    dataset = load_dataset(kept(tmp_path, hostile.pack(files)), tmp_path)

    assert dataset.labels.tolist() == [0] * 4 + [1] * 4
    assert dataset.test_labels.tolist() == [0] * 2 + [1] * 2


def test_what_cannot_be_read_is_skipped_and_listed(tmp_path: Path) -> None:
    broken = {"cats/half.png": hostile.pets()["cats/0.png"][:90], "dogs/note.txt": b"bark", "loose.png": b""}
    data = bytearray(hostile.pack(hostile.pets() | broken, method=0))
    data[200] ^= 0xFF  # the first picture, as the sum of its entry tells

    contents = look_into(kept(tmp_path, bytes(data)), tmp_path)

    assert contents.summary.train + contents.summary.test == 9
    assert contents.skipped_count == 4
    assert {skipped.path for skipped in contents.skipped} == {*broken, "cats/0.png"}


def test_a_picture_is_cut_to_its_middle(tmp_path: Path) -> None:
    wide = np.zeros((64, 128, 3), np.uint8)
    wide[:, 32:96] = (255, 128, 0)
    file = io.BytesIO()
    Image.fromarray(wide).save(file, "PNG")

    name = kept(tmp_path, hostile.pack({f"{label}/{i}.png": file.getvalue() for label in "ab" for i in range(3)}))

    images = load_dataset(name, tmp_path).images
    assert torch.equal(images, torch.tensor([255, 128, 0]).view(1, 3, 1, 1).expand_as(images).to(torch.uint8))


def test_pictures_keep_their_own_limits(tmp_path: Path) -> None:
    limits = OwnLimits(ArchiveLimits(), PictureLimits(pixels=400, reduced_pixels=400))

    contents = look_into(kept(tmp_path, hostile.pack(hostile.pets()), limits=limits), tmp_path)

    assert contents.skipped_count == 4  # of each class 23 x 18 and 24 x 18


@pytest.mark.parametrize("name", hostile.REFUSED)
def test_a_hostile_archive_is_refused_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    with pytest.raises(DatasetError) as refusal:
        kept(tmp_path, hostile.REFUSED[name]())

    assert refusal.value.field == "archive"
    assert list(tmp_path.iterdir()) == []


def test_a_title_of_nothing_is_replaced(tmp_path: Path) -> None:
    name = kept(tmp_path, hostile.pack(hostile.pets()), title=" \x01 ")

    assert look_into(name, tmp_path).summary.title == TITLE


def test_the_set_that_nobody_looked_at_for_longest_goes(tmp_path: Path) -> None:
    data, limits = hostile.pack(hostile.pets()), OwnLimits(kept=2)
    write_cache(small(), cache_path(tmp_path, "small"), {})
    first, second = kept(tmp_path, data, limits=limits), kept(tmp_path, data, limits=limits)
    for age, name in ((300, first), (200, second)):
        os.utime(cache_path(tmp_path, name), (time.time() - age,) * 2)

    remember_use(first, tmp_path)
    third = kept(tmp_path, data, limits=limits)

    assert {path.stem for path in tmp_path.iterdir()} == {first, third, "small"}


def test_who_sent_in_most_loses_first_and_no_run_loses_what_it_needs(tmp_path: Path) -> None:
    data, limits = hostile.pack(hostile.pets()), OwnLimits(kept=2)
    pupil, crowd = Holder("10.0.0.1", "anna"), [Holder("10.0.0.9", f"invented {k}") for k in range(4)]
    needed = kept(tmp_path, data, holder=crowd[0])
    mine = kept(tmp_path, data, limits=limits, holder=pupil)
    for path in tmp_path.iterdir():
        os.utime(path, (time.time() - 500,) * 2)

    names = [kept(tmp_path, data, limits=limits, holder=holder, needed={needed}) for holder in crowd]

    assert {path.stem for path in tmp_path.iterdir()} == {needed, mine, names[-1]}


def test_what_a_stopped_process_left_goes(tmp_path: Path) -> None:
    left, arriving = tmp_path / ".own-1.safetensors.ab", tmp_path / ".arriving-1.zip"
    for path in (left, arriving):
        path.write_bytes(b"x")
    os.utime(left, (time.time() - 7200,) * 2)

    kept(tmp_path, hostile.pack(hostile.pets()))

    assert not left.exists()
    assert arriving.exists()


def test_at_a_start_archives_of_processes_that_are_gone_are_cleared_and_of_others_kept(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    gone, mine, others = (tmp_path / f".arriving-{pid}-ab.zip" for pid in (ended.pid, os.getpid(), os.getppid()))
    for path in (gone, mine, others):
        path.touch()

    clear_arrivals(tmp_path)
    clear_arrivals(tmp_path / "none")

    assert [path.exists() for path in (gone, mine, others)] == [False, False, True]
