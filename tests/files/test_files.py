"""What every implementation promises."""

import pickle
import threading
import time
from pathlib import Path

import pytest

from app.files.files import Files
from tests.files.conftest import write


def test_what_is_written_is_there_to_be_read(files: Files) -> None:
    path = write(files, "runs/a/photo.json", b"one")
    write(files, "runs/a/photo.json", b"another")

    files.pull(path)

    assert path.read_bytes() == b"another"
    assert files.has(path)
    assert not files.has(path.with_name("none.json"))


def test_what_breaks_while_it_is_written_changes_nothing(files: Files) -> None:
    path = write(files, "runs/a/photo.json", b"whole")

    def break_off() -> None:
        with files.writing(path) as place:
            place.with_name("beside").write_bytes(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    files.pull(path)

    assert path.read_bytes() == b"whole"


def test_names_are_those_right_in_a_folder(files: Files) -> None:
    for name in ("runs/a/one.json", "runs/a/two.json", "runs/a/below/three.json", "runs/ab/four.json"):
        write(files, name)

    assert sorted(files.names(files.root / "runs/a")) == ["one.json", "two.json"]
    assert files.names(files.root / "runs/none") == []


def test_what_is_dropped_is_gone_and_nothing_else(files: Files) -> None:
    kept, gone = write(files, "runs/a/one.json"), write(files, "runs/a/two.json")

    files.drop(gone, gone.with_name("never.json"))
    files.pull(gone, kept)

    assert (kept.is_file(), gone.exists(), files.has(gone)) == (True, False, False)


def test_a_folder_goes_whole(files: Files) -> None:
    inside, beside = write(files, "runs/a/below/one.json"), write(files, "runs/ab/two.json")

    files.drop_folder(files.root / "runs/a")
    files.pull_folder(files.root / "runs")

    assert (inside.exists(), beside.is_file()) == (False, True)
    assert not (files.root / "runs/a").exists()


def test_belongings_are_told_by_folder(files: Files) -> None:
    write(files, "runs/a/one.json", b"x" * 10)
    write(files, "runs/a/below/two.json", b"x" * 5)
    write(files, "runs/b/one.json", b"x")

    found = files.belongings(files.root / "runs")

    assert found["a"].sizes == {"one.json": 10, "below/two.json": 5}
    assert set(found) == {"a", "b"}
    assert all(abs(of.used_at - time.time()) < 5 for of in found.values())
    assert files.belongings(files.root / "none") == {}


def test_files_go_to_another_process(files: Files) -> None:
    path = write(files, "runs/a/one.json", b"here")
    files.failed = threading.Lock().acquire

    other = pickle.loads(pickle.dumps(files))
    other.pull(path)

    assert (type(other), other.root, other.address) == (type(files), files.root, files.address)
    assert Path(other.root / "runs/a/one.json").read_bytes() == b"here"


def test_they_can_be_had(files: Files) -> None:
    files.check(thoroughly=True)
    files.check()
