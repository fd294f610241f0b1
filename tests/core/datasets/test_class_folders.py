"""Folders of classes, in ZIP files and on the disk, as people really make them."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.core.datasets.archives import OWN_FILES, ArchiveLimits
from app.core.datasets.class_folders import read_class_folders
from app.core.datasets.folder_names import arrange, in_order, part_of
from app.core.datasets.headers import Holder
from app.core.datasets.labeled_images import MOST_LISTED, DataSet
from app.core.errors import ArchiveTooLarge, DamagedDataset, UnsupportedArchive
from app.core.pictures.uploads import PictureLimits
from tests.hostile import png_bomb


def levels(seed: int, height: int = 32, width: int = 32, channels: int = 3) -> np.ndarray:
    shape = (height, width, channels) if channels > 1 else (height, width)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def two_classes(*, before: str = "", each: int = 10) -> dict[str, bytes]:
    """Different pictures of cats and dogs."""
    return {
        f"{before}{label}/{number}.png": png(levels(number + 100 * (label == "dog")))
        for label in ("dog", "cat")
        for number in range(each)
    }


def write_zip(folder: Path, files: dict[str, bytes]) -> Path:
    path = folder / "pictures.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def read(path: Path, **options: object) -> DataSet:
    return read_class_folders(path, "own", "Own", **{"limits": OWN_FILES} | options)  # type: ignore[arg-type]


def test_pictures_keep_their_levels_and_classes_are_in_the_order_of_their_names(tmp_path: Path) -> None:
    files = two_classes(before="train/") | {"test/cat/a.png": png(levels(7)), "test/dog/b.png": png(levels(8))}

    dataset = read(write_zip(tmp_path, files))

    assert dataset.classes == ("cat", "dog")
    assert dataset.images.shape == (20, 3, 32, 32)
    assert dataset.labels.tolist() == [1] * 10 + [0] * 10
    assert np.array_equal(dataset.images[12].permute(1, 2, 0).numpy(), levels(2))
    assert np.array_equal(dataset.test_images.permute(0, 2, 3, 1).numpy(), np.stack([levels(7), levels(8)]))
    assert dataset.test_labels.tolist() == [0, 1]
    assert (dataset.skipped, dataset.skipped_count) == ((), 0)


def test_a_folder_gives_the_same_as_a_zip_of_it(tmp_path: Path) -> None:
    files = two_classes(before="train/") | {"test/cat/a.png": png(levels(7))}
    with zipfile.ZipFile(write_zip(tmp_path, dict(sorted(files.items())))) as archive:
        archive.extractall(tmp_path / "unpacked")

    packed, unpacked = read(tmp_path / "pictures.zip"), read(tmp_path / "unpacked")

    assert packed.images.equal(unpacked.images)
    assert packed.labels.equal(unpacked.labels)
    assert packed.test_images.equal(unpacked.test_images)


def test_without_test_pictures_a_fifth_of_each_class_is_put_aside(tmp_path: Path) -> None:
    dataset = read(write_zip(tmp_path, two_classes()))

    assert dataset.labels.bincount().tolist() == [8, 8]
    assert dataset.test_labels.bincount().tolist() == [2, 2]
    together = np.concatenate([dataset.images.numpy(), dataset.test_images.numpy()])
    assert len(np.unique(together.reshape(20, -1), axis=0)) == 20


@pytest.mark.parametrize(("files", "expected"), [
    (["cat/1.png", "dog/1.png"], [("train", "cat"), ("train", "dog")]),
    (["pets/cat/1.png", "pets/dog/1.png", "pets/notes.txt"], [("train", "cat"), ("train", "dog")]),
    (["a/b/cat/1.png", "a/b/dog/1.png"], [("train", "cat"), ("train", "dog")]),
    (["train/cat/1.png", "train/dog/1.png", "test/cat/2.png"], [("train", "cat"), ("train", "dog"), ("test", "cat")]),
    (["x/Train/cat/1.png", "x/Train/dog/1.png", "x/val/dog/1"], [("train", "cat"), ("train", "dog"), ("test", "dog")]),
    (["train/cat/1.png", "train/dog/1.png"], [("train", "cat"), ("train", "dog")]),
    (["train/cat/1.png", "train/1.png", "test/cat/1.png"], [("train", "cat"), ("test", "cat")]),
    (["cat\\1.png", "dog\\1.png"], [("train", "cat"), ("train", "dog")]),
    (["cat/1.png", "dog/1.png", "__MACOSX/cat/._1.png", "cat/.DS_Store"], [("train", "cat"), ("train", "dog")]),
    (["cat/1.png", "dog/1.png", "dog/small/2.png"], [("train", "cat"), ("train", "dog")]),
    (["training_set/cat/1", "training_set/dog/1", "test_set/cat/2"],
     [("train", "cat"), ("train", "dog"), ("test", "cat")]),
    (["s/seg_train/seg_train/a/1", "s/seg_train/seg_train/b/1", "s/seg_test/seg_test/b/2", "s/seg_pred/seg_pred/3"],
     [("train", "a"), ("train", "b"), ("test", "b")]),
    (["entrenamiento/gato/1", "entrenamiento/perro/1", "Prueba/gato/2"],
     [("train", "gato"), ("train", "perro"), ("test", "gato")]),
    (["x/TRAIN/a/1", "x/TRAIN/b/1", "x/Validación/a/2"], [("train", "a"), ("train", "b"), ("test", "a")]),
    (["trainingSet/a/1", "trainingSet/b/1", "testSet/3.png"], [("train", "a"), ("train", "b")]),
    (["train/a/1", "train/b/1", "val/a/2", "test/b/3"],
     [("train", "a"), ("train", "b"), ("train", "a"), ("test", "b")]),
    (["cat/train/1", "cat/test/2", "dog/train/1"], [("train", "cat"), ("test", "cat"), ("train", "dog")]),
    (["cat/1", "dog/1", "test/cat/2", "test/dog/2"],
     [("train", "cat"), ("train", "dog"), ("test", "cat"), ("test", "dog")]),
    (["contest/1", "station/1", "train/1"], [("train", "contest"), ("train", "station"), ("train", "train")]),
    (["cat/1", "dog/1", "cat/Thumbs.db", "dog/desktop.ini"], [("train", "cat"), ("train", "dog")]),
    (["1.png", "2.png"], []),
    ([], []),
])  # fmt: skip
def test_the_ways_in_which_people_arrange_folders(files: list[str], expected: list[tuple[str, str]]) -> None:
    entries, _ = arrange(files)

    assert [(entry.part, entry.label) for entry in entries] == expected


@pytest.mark.parametrize(("folder", "part"), [
    ("training_set", "train"), ("Train Images", "train"), ("train2017", "train"), ("ENTRENAMIENTO", "train"),
    ("seg_test", "test"), ("pruebas", "test"), ("testData", "test"),
    ("val", "validation"), ("Validación", "validation"),
    ("cats", None), ("contest", None), ("straining", None), ("valley", None), ("", None),
])  # fmt: skip
def test_a_folder_says_by_one_of_its_words_what_it_is_for(folder: str, part: str | None) -> None:
    assert part_of(folder) == part


def test_classes_are_in_the_order_in_which_people_count() -> None:
    names = ["10", "2", "1", "img12", "img2", "b", "Apple", "20"]

    assert in_order(names) == ["1", "2", "10", "20", "Apple", "b", "img2", "img12"]


def test_what_was_found_is_told(tmp_path: Path) -> None:
    files = two_classes(before="training_set/", each=4) | two_classes(before="test_set/", each=2)

    dataset = read(write_zip(tmp_path, files | {"test_set/cat/cut.png": png(levels(1))[:90]}))

    assert dataset.holders == (Holder("training_set", "train", 8), Holder("test_set", "test", 4))


@pytest.mark.parametrize(("one", "other", "label"), [
    ("niño", "nin\u0303o", "niño"), (" cat", "cat ", "cat"), ("two  words", "two words", "two words"),
])  # fmt: skip
def test_folders_that_read_the_same_are_one_class(tmp_path: Path, one: str, other: str, label: str) -> None:
    files = {f"{folder}/{n}.png": png(levels(n)) for folder in (one, other, "zebra") for n in range(3)}

    dataset = read(write_zip(tmp_path, files))

    assert dataset.classes == (label, "zebra")
    assert dataset.spellings == {label: sorted([one, other])}
    assert (dataset.labels == 0).sum() + (dataset.test_labels == 0).sum() == 6


def test_a_test_folder_may_write_its_classes_in_other_letters(tmp_path: Path) -> None:
    files = {f"train/{folder}/1.png": png(levels(1)) for folder in ("Cat", "a", "A")}

    dataset = read(write_zip(tmp_path, files | {f"test/{name}/2.png": png(levels(2)) for name in ("cat", "a", "B")}))

    assert (dataset.classes, dataset.test_labels.tolist()) == (("A", "a", "Cat"), [2, 1])
    assert [skipped.path for skipped in dataset.skipped] == ["test/B/2.png"]


@pytest.mark.parametrize("letters", ["utf-8", "cp850", "cp1252"])
def test_names_whose_letters_nobody_says_are_read_as_they_were_meant(tmp_path: Path, letters: str) -> None:
    folders = ("niño", "árbol", "camión", "Ñandú")
    names = [folder.encode(letters) for folder in folders]
    written = {name: letter * len(name) for name, letter in zip(names, "wxyz", strict=True)}
    path = write_zip(tmp_path, {f"{name}/{n}.png": png(levels(n)) for name in written.values() for n in range(2)})
    plain = path.read_bytes()
    for name, placeholder in written.items():  # without the flag, each byte as that program wrote it
        plain = plain.replace(placeholder.encode() + b"/", name + b"/")
    path.write_bytes(plain)

    assert set(read(path).classes) == set(folders)


def test_what_cannot_be_read_is_skipped_and_listed(tmp_path: Path) -> None:
    bad = {
        "cat/notes.txt": b"not a picture",
        "cat/cut.png": png(levels(1))[:100],
        "cat/empty.png": b"",
        "dog/bomb.png": png_bomb(),
        "readme.md": b"# Pets",
        "dog/more/deep.png": png(levels(1)),
    }

    dataset = read(write_zip(tmp_path, two_classes() | bad))

    assert {skipped.path for skipped in dataset.skipped} == set(bad)
    assert dataset.skipped_count == len(bad)
    assert all(skipped.reason for skipped in dataset.skipped)
    assert len(dataset.labels) + len(dataset.test_labels) == 20


def test_an_entry_whose_sum_is_wrong_is_skipped_too(tmp_path: Path) -> None:
    content = png(levels(555))
    path = write_zip(tmp_path, two_classes())
    with zipfile.ZipFile(path, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr("cat/wrong.png", content)
    whole = path.read_bytes()
    at = whole.index(content) + 60
    path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])

    dataset = read(path)

    assert [skipped.path for skipped in dataset.skipped] == ["cat/wrong.png"]


def test_the_list_of_skipped_files_is_bounded_and_the_count_is_not(tmp_path: Path) -> None:
    bad = {f"cat/{number}.txt": b"text" for number in range(MOST_LISTED + 20)}

    dataset = read(write_zip(tmp_path, two_classes() | bad))

    assert len(dataset.skipped) == MOST_LISTED
    assert dataset.skipped_count == MOST_LISTED + 20


def test_a_picture_of_another_size_is_cut_to_its_middle_and_reduced(tmp_path: Path) -> None:
    wide = np.zeros((40, 120, 3), np.uint8)
    wide[:, 40:80] = (200, 100, 50)  # the middle alone

    dataset = read(write_zip(tmp_path, {f"{label}/{n}.png": png(wide) for label in "ab" for n in range(3)}))

    assert dataset.images.flatten(2).float().mean((0, 2)).tolist() == [200, 100, 50]


@pytest.mark.parametrize(("channels", "pixels", "expected"), [
    (1, np.full((32, 32, 3), (255, 0, 0), np.uint8), [76]),  # 0.299 x 255
    (3, np.full((32, 32), 90, np.uint8), [90, 90, 90]),
    (3, np.full((32, 32, 4), (10, 20, 30, 255), np.uint8), [10, 20, 30]),
])  # fmt: skip
def test_gray_and_color_become_what_is_wanted(
    tmp_path: Path, channels: int, pixels: np.ndarray, expected: list[int]
) -> None:
    path = write_zip(tmp_path, {f"{label}/{n}.png": png(pixels) for label in "ab" for n in range(2)})

    assert read(path, channels=channels).images[0].flatten(1).float().mean(1).tolist() == expected


def test_links_in_a_folder_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(png(levels(99)))
    for name, content in two_classes(each=2).items():
        place = tmp_path / "pets" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    (tmp_path / "pets" / "cat" / "linked.png").symlink_to(secret)

    dataset = read(tmp_path / "pets")

    assert len(dataset.labels) + len(dataset.test_labels) == 4


def test_progress_ends_with_all_files(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []

    read(write_zip(tmp_path, two_classes(each=70)), progress=lambda done, total: seen.append((done, total)))

    assert seen == [(100, 140), (140, 140)]


def test_names_as_windows_and_tar_write_them_are_read(tmp_path: Path) -> None:
    files = {f"{begin}/{number}.png": png(levels(number)) for begin in (".\\cat", "./dog") for number in range(5)}
    renamed = {name.replace("cat/", "cat\\"): content for name, content in files.items()}

    dataset = read(write_zip(tmp_path, renamed))

    assert dataset.classes == ("cat", "dog")
    assert len(dataset.labels) + len(dataset.test_labels) == 10


def test_why_a_picture_is_left_out_is_said_with_its_numbers(tmp_path: Path) -> None:
    bad = {
        "cat/huge.png": png(np.zeros((50, 50), np.uint8)),
        "cat/long.bmp": bytes(5000),
        "dog/a.txt": b"text",
        "x" * 65 + "/a.png": b"",
    }

    limits = PictureLimits(bytes=4000, pixels=2000, reduced_pixels=2000)

    dataset = read(write_zip(tmp_path, two_classes() | bad), pictures=limits)

    said = {skipped.path: skipped.reason % skipped.values for skipped in dataset.skipped}
    assert "at most 2000" in said["cat/huge.png"]
    assert "more than the 0.00381 MB" in said["cat/long.bmp"]
    assert said["dog/a.txt"] != said["cat/huge.png"]
    assert "longer than 64 characters" in said["x" * 65 + "/a.png"]


def test_pictures_that_would_take_too_much_room_are_counted_before_one_is_read(tmp_path: Path) -> None:
    path = write_zip(tmp_path, {f"{label}/{n}.png": b"" for label in "ab" for n in range(50)})

    with pytest.raises(ArchiveTooLarge, match="At 96 x 96 the 100 pictures take 3 MB; at most 1 are accepted"):
        read(path, size=(96, 96), most_bytes=2**20)


@pytest.mark.parametrize(("files", "told"), [
    (["a.png", "b.png"], "Make a folder for each class"), (["cat/a.png"], "folders of one name, cat"),
    (["test/cat/a.png", "test/dog/a.png"], "such as test. Name one train"), ([], "Make a folder for each class"),
])  # fmt: skip
def test_a_refusal_says_how_folders_are_made(tmp_path: Path, files: list[str], told: str) -> None:
    with pytest.raises(DamagedDataset, match=told):
        read(write_zip(tmp_path, dict.fromkeys(files, png(levels(1)))))


@pytest.mark.parametrize(("files", "error"), [
    ({"cat/1.png": png(levels(1))}, DamagedDataset),
    ({"1.png": png(levels(1))}, DamagedDataset),
    ({}, DamagedDataset),
    ({"cat/1.png": png(levels(1)), "dog/1.png": b"text"}, DamagedDataset),
    ({f"{number}/1.png": b"" for number in range(101)}, DamagedDataset),
    ({"test/cat/1.png": png(levels(1)), "test/dog/1.png": png(levels(1))}, DamagedDataset),
    ({"cat/1.png": png(levels(1)), "dog/more.zip": b""}, DamagedDataset),
])  # fmt: skip
def test_what_is_no_data_set_is_refused(tmp_path: Path, files: dict[str, bytes], error: type[Exception]) -> None:
    with pytest.raises(error):
        read(write_zip(tmp_path, files))


def test_limits_are_counted(tmp_path: Path) -> None:
    path = write_zip(tmp_path, two_classes())

    for limits in (ArchiveLimits(packed=1000), ArchiveLimits(unpacked=1000), ArchiveLimits(entries=19)):
        with pytest.raises(ArchiveTooLarge):
            read(path, limits=limits)


def test_a_file_that_is_no_zip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pictures.zip"
    path.write_bytes(b"PK is how it begins, and that is all")

    with pytest.raises(UnsupportedArchive):
        read(path)
