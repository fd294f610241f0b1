"""A picture made for a channel is found again by the network's own weights, until there is no room."""

import os
from pathlib import Path

import pytest

from app.core.classification import kept_pictures
from app.core.classification.inspection.channel_views import show_channel, show_maximization
from app.core.classification.kept_pictures import is_kept, keep_picture, kept_picture
from tests.tiny_models import TINY, write_model


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model's."""
    return write_model(tmp_path / "tiny")


def test_what_is_made_is_kept(folder: Path, tmp_path: Path) -> None:
    made = show_maximization(folder, "softmax", 2, tmp_path)

    assert kept_picture(folder, "softmax", 2, tmp_path) == made
    assert made["end"] > made["start"]
    assert not is_kept(folder, "softmax", 1, tmp_path)


def test_a_channel_shows_what_is_kept(folder: Path, tmp_path: Path) -> None:
    keep_picture(folder, "relu_1", 0, tmp_path, {"picture": "data:kept"})

    assert show_channel(folder, "relu_1", 0, tmp_path)["maximization"] == "data:kept"


def test_other_weights_have_pictures_of_their_own(folder: Path, tmp_path: Path) -> None:
    keep_picture(folder, "relu_1", 0, tmp_path, {"picture": "one"})

    other = write_model(tmp_path / "other", TINY | {"layers": TINY["layers"][1:]})

    assert kept_picture(other, "relu_1", 0, tmp_path) is None


def test_the_oldest_make_room(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_pictures, "MOST_BYTES", 250)
    for channel in range(3):
        keep_picture(folder, "relu_1", channel, tmp_path, {"picture": "x" * 80})
        for path in (tmp_path / "maximizations").iterdir():
            os.utime(path, (1 + path.stat().st_mtime - 100, path.stat().st_mtime - 100))

    assert [is_kept(folder, "relu_1", channel, tmp_path) for channel in range(3)] == [False, True, True]
