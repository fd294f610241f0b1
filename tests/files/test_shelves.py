"""Shelves that all servers share: who gives way leaves nothing behind."""

from collections.abc import Callable

import pytest

from app.core.shares import Holder
from app.files import shelves
from app.files.shared import SharedFiles
from app.files.shelves import shelve
from tests.files.conftest import write

NAMES = [f"own-{number:032x}.safetensors" for number in range(4)]


def marks(files: SharedFiles) -> set[str]:
    """Of whom a mark tells that it was used, or whose it is."""
    folders = (".used/datasets", ".holders/datasets")
    return {each.name.rpartition("/")[2] for folder in folders for each in files.objects.below(folder)}


def send(files: SharedFiles, name: str) -> None:
    path = write(files, f"datasets/{name}")
    shelve(files, path, Holder("10.0.0.1", "anna"), kept=1)


def test_what_gave_way_leaves_no_marks(machine: Callable[..., SharedFiles]) -> None:
    files = machine("here")
    send(files, NAMES[0])
    files.remember_use(files.root / "datasets" / NAMES[0])
    files.close()
    before = marks(files)

    send(files, NAMES[1])

    assert before == {NAMES[0]}
    assert marks(files) == {NAMES[1]}


def test_marks_of_what_is_no_more_go_once_they_are_old(
    machine: Callable[..., SharedFiles], monkeypatch: pytest.MonkeyPatch
) -> None:
    files = machine("here")
    files.objects.put(f".used/datasets/{NAMES[0]}", b"")  # by a server that still had a copy
    files.objects.put(f".holders/datasets/{NAMES[1]}", b"{}")  # by one that has not sent the rest yet

    send(files, NAMES[2])
    young = marks(files)
    monkeypatch.setattr(shelves, "MARK_S", -5.0)
    send(files, NAMES[3])

    assert young == set(NAMES[:3])
    assert marks(files) == {NAMES[3]}
