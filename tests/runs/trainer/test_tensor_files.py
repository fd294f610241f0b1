"""The files of a run: which confusion matrices of a long run stay, and how one of them is found."""

from itertools import pairwise
from pathlib import Path

import torch

from app.core.training.confusion import Confusion, confuse
from app.files.files import Files
from app.runs.store.folders import RunFolder
from app.runs.trainer.tensor_files import read_confusion, write_confusion

CLASSES = ("cat", "dog")


def _matrix(count: int) -> Confusion:
    """Of `count` pictures that are all recognized."""
    labels = torch.zeros(count, dtype=torch.int64)
    return confuse(torch.tensor([[1.0, 0.0]]).repeat(count, 1), labels, torch.arange(count), CLASSES)


def _folder(root: Path, epochs: range) -> RunFolder:
    folder = RunFolder(Files(root), "0123456789abcdef")
    folder.make()
    for epoch in epochs:
        write_confusion(folder, _matrix(epoch), epoch)
    return folder


def test_the_matrices_of_a_long_run_get_rarer_and_the_newest_is_always_there(tmp_path: Path) -> None:
    folder = _folder(tmp_path, range(1, 301))

    kept = folder.confusion_epochs()
    gaps = [(later - earlier) / later for earlier, later in pairwise(kept)]

    assert kept[:20] == list(range(1, 21))
    assert kept[-1] == 300
    assert len(kept) < 80
    assert all(1 / 20 <= gap <= 1 / 10 for gap in gaps[20:-1])
    assert sum(path.stat().st_size for path in folder.path.rglob("*")) < 80 * 1024


def test_an_epoch_that_has_none_is_answered_by_the_last_one_before_it(tmp_path: Path) -> None:
    folder = _folder(tmp_path, range(3, 30, 3))

    found = [read_confusion(folder, CLASSES, epoch) for epoch in (None, 29, 27, 26, 3)]

    assert [pair and (pair[1], int(pair[0].matrix.sum())) for pair in found] == [(27, 27)] * 3 + [(24, 24), (3, 3)]
    assert read_confusion(folder, CLASSES, 2) is None


def test_the_end_takes_the_place_of_its_epoch(tmp_path: Path) -> None:
    folder = _folder(tmp_path, range(1, 4))

    write_confusion(folder, _matrix(50), 3)

    assert folder.confusion_epochs() == [1, 2, 3]
    found = read_confusion(folder, CLASSES)
    assert found is not None
    assert found[0].matrix.tolist() == [[50, 0], [0, 0]]
