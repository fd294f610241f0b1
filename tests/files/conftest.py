"""The data folder alone, and with a store: what is true of one is true of the other."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.files import shared
from app.files.files import Files
from app.files.opening import open_files
from tests.object_store import ObjectStore


@pytest.fixture(params=["folder", "store"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    """Each of both in turn."""
    if request.param == "folder":
        return open_files(tmp_path)
    return request.getfixturevalue("machine")("here")


@pytest.fixture
def machine(
    object_store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., shared.SharedFiles]:
    """A machine by its name: a data folder of its own, and the one store of this test. Nothing is fresh for a while."""
    address = object_store.new_address()
    monkeypatch.setattr(shared, "FRESH_S", 0.0)

    def make(name: str, **others: int) -> shared.SharedFiles:
        made = open_files(tmp_path / name, address, **others)
        assert isinstance(made, shared.SharedFiles)
        return made

    return make


def write(files: Files, name: str, content: bytes = b"content") -> Path:
    """A file, for all."""
    path = files.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with files.writing(path) as place:
        place.write_bytes(content)
    return path
