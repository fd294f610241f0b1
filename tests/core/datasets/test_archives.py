"""ZIP files: sound ones read, hostile ones refused at once and in little memory. They are made in hostile_archives."""

import io
import subprocess
import sys
import time
import zipfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.datasets.archives import ArchiveLimits, open_archive
from app.core.errors import ArchiveTooLarge, DamagedDataset, DamagedEntry, DatasetError, UnsupportedArchive
from tests import hostile_archives as hostile

LIMITS = ArchiveLimits()
SECONDS = 5.0  # far more than any file here takes, far less than a hang
OF_THE_DIRECTORY = {
    name: make
    for name, make in hostile.REFUSED.items()
    if name not in ("lies", "no-entries", "one-class", "no-folders", "no-pictures", "a-class-of-damaged-pictures")
}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where an archive is put."""
    return tmp_path / "archive.zip"


def contents(place: Path, data: bytes, limits: ArchiveLimits = LIMITS) -> dict[str, bytes]:
    """All files of the archive."""
    place.write_bytes(data)
    with open_archive(place, limits) as archive:
        return dict(archive)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_sound_archive_gives_its_files(place: Path, method: int) -> None:
    files = hostile.pets() | {"cats/ñandú 🦤.png": b"a", "cats/empty.png": b"", "perros/á.png": b"\0" * 200_000}

    assert contents(place, hostile.pack(files, method)) == files


def test_folders_are_not_files_and_what_stands_before_or_after_does_not_matter(place: Path) -> None:
    file = io.BytesIO(b"#!/bin/sh\nexit\n")
    file.seek(0, io.SEEK_END)
    with zipfile.ZipFile(file, "a") as archive:
        archive.comment = b"A comment. " * 100
        archive.mkdir("cats")
        archive.writestr("cats/0.png", b"meow")

    assert contents(place, file.getvalue()) == {"cats/0.png": b"meow"}


def test_an_archive_written_as_a_stream_and_with_large_sizes_is_read(place: Path) -> None:
    file = io.BytesIO()
    stream = type("Stream", (io.RawIOBase,), {"write": lambda self, data: file.write(data), "writable": lambda _: True})
    with zipfile.ZipFile(stream(), "w") as archive, archive.open("cats/0.png", "w", force_zip64=True) as entry:
        entry.write(b"meow")

    assert contents(place, file.getvalue()) == {"cats/0.png": b"meow"}


@pytest.mark.parametrize("name", hostile.WRONG_TYPES)
def test_another_file_is_unsupported(place: Path, name: str) -> None:
    with pytest.raises(UnsupportedArchive, match="no ZIP"):
        contents(place, hostile.WRONG_TYPES[name])


@pytest.mark.parametrize("name", OF_THE_DIRECTORY)
def test_a_hostile_archive_is_refused_at_once(place: Path, name: str) -> None:
    data = hostile.REFUSED[name]()
    start = time.perf_counter()

    with pytest.raises(DatasetError) as refusal:
        contents(place, data)

    assert time.perf_counter() - start < SECONDS
    assert refusal.value.field == "archive"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("parent-directory", "leads out"), ("absolute", "leads out"), ("encrypted", "encrypted"), ("link", "link"),
        ("nested", "another archive"), ("nested-under-another-name", "another archive"), ("overlapping", "overlap"),
        ("quoting", "overlap"), ("twice-the-same-name", "same name"), ("lzma", "method"),
    ],
)  # fmt: skip
def test_the_refusal_says_why(place: Path, name: str, sentence: str) -> None:
    with pytest.raises(DamagedDataset, match=sentence):
        contents(place, hostile.REFUSED[name]())


@pytest.mark.parametrize(
    ("limits", "limit"),
    [
        (ArchiveLimits(packed=1000), 1000), (ArchiveLimits(unpacked=5000), 5000), (ArchiveLimits(entries=9), 9),
    ],
)  # fmt: skip
def test_limits_are_told(place: Path, limits: ArchiveLimits, limit: int) -> None:
    with pytest.raises(ArchiveTooLarge) as refusal:
        contents(place, hostile.pack(hostile.pets()), limits)

    assert refusal.value.values["limit"] == limit


def test_limits_may_be_reached(place: Path) -> None:
    data = hostile.pack({"cats/0.png": bytes(1000), "dogs/0.png": bytes(2000)})

    assert len(contents(place, data, ArchiveLimits(len(data), 3000, 2))) == 2


def test_what_is_read_is_counted_whatever_was_declared(place: Path) -> None:
    place.write_bytes(hostile.pack({"cats/0.png": bytes(1000)}))

    with open_archive(place, ArchiveLimits(unpacked=2500)) as archive:
        archive.read("cats/0.png")
        archive.read("cats/0.png")
        with pytest.raises(ArchiveTooLarge):
            archive.read("cats/0.png")


def test_only_as_much_is_unpacked_as_is_asked_for(place: Path) -> None:
    place.write_bytes(hostile.bomb(400))

    with open_archive(place, ArchiveLimits()) as archive:
        assert archive.read("cats/0.png", 1000) == bytes(1000)
        assert len(archive.read("cats/0.png", 100_000)) == 100_000


def test_one_damaged_entry_leaves_the_others(place: Path) -> None:
    data = bytearray(hostile.pack(hostile.pets(), zipfile.ZIP_STORED))
    data[200] ^= 0xFF
    place.write_bytes(data)

    with open_archive(place, LIMITS) as archive:
        with pytest.raises(DamagedEntry):
            archive.read("cats/0.png")
        assert archive.read("dogs/0.png") == hostile.pets()["dogs/0.png"]


def test_an_entry_that_lies_about_its_size_is_damaged(place: Path) -> None:
    with pytest.raises(DamagedEntry):
        contents(place, hostile.bomb(said=10))


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32), flips=st.integers(0, 12), share=st.sampled_from([1.0, 1.0, 1.0, 0.999, 0.5]))
def test_damage_of_any_kind_gives_files_or_a_dataset_error(place: Path, seed: int, flips: int, share: float) -> None:
    random = np.random.default_rng(seed)
    data = bytearray(hostile.pack({"cats/0.png": b"meow" * 9, "dogs/0.png": b"bark" * 9, "dogs/1.png": b""}))
    for at in random.integers(0, len(data), flips):
        data[at] = random.integers(0, 256)

    with suppress(DatasetError):
        assert len(contents(place, hostile_cut(bytes(data), share))) <= 3


def hostile_cut(data: bytes, share: float) -> bytes:
    """The first part of a file."""
    return data[: int(len(data) * share)]


MEASURE = """
import sys
from pathlib import Path
from app.core.datasets.archives import ArchiveLimits, open_archive
from app.core.errors import DatasetError

def peak():
    with open("/proc/self/status") as status:
        return int(status.read().split("VmHWM:")[1].split()[0]) * 1024

def restart():
    with open("/proc/self/clear_refs", "w") as references:
        references.write("5")  # the peak starts anew from what is held now

for path in map(Path, sys.argv[1:]):
    restart()
    before = peak()
    try:
        with open_archive(path, ArchiveLimits()) as archive:
            for name in archive.files:
                archive.read(name, 1 << 20)
        print("read", peak() - before)
    except DatasetError as error:
        print(type(error).__name__, peak() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak memory from /proc")
def test_hostile_archives_take_no_memory(tmp_path: Path) -> None:
    archives = {"first": hostile.pack(hostile.pets())} | {name: make() for name, make in OF_THE_DIRECTORY.items()}
    archives |= {"lies": hostile.bomb(said=10), "large": hostile.bomb(400)}
    for name, data in archives.items():
        (tmp_path / name).write_bytes(data)

    command = [sys.executable, "-c", MEASURE, *(str(tmp_path / name) for name in archives)]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)

    for name, line in zip(archives, run.stdout.splitlines(), strict=True):
        outcome, peak = line.split()
        assert outcome == "read" if name in ("first", "large") else outcome != "read", name
        assert int(peak) < 30 << 20, name
