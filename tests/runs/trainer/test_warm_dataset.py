import os
from pathlib import Path

import pytest

from app.core.datasets.cache import write_cache
from app.core.errors import UnknownDataset
from app.runs.trainer.warm_dataset import WarmDataset
from tests.core.training.small_trainings import colored
from tests.runs.conftest import make_datasets


def test_what_was_read_ahead_is_given_once(tmp_path: Path) -> None:
    warm = WarmDataset(make_datasets(tmp_path))
    warm.fetch("colored")
    kept = warm._kept

    first, second = warm.take("colored"), warm.take("colored")

    assert kept is not None
    assert first is kept[2]
    assert second is not first
    assert len(second.labels) == 64


def test_a_file_that_has_changed_since_is_read_anew(tmp_path: Path) -> None:
    warm = WarmDataset(make_datasets(tmp_path))
    warm.fetch("colored")
    write_cache(colored(20), tmp_path / "colored.safetensors", {})
    os.utime(tmp_path / "colored.safetensors", (2e9, 2e9))

    assert len(warm.take("colored").labels) == 20


def test_a_set_that_is_made_here_is_kept_at_its_first_use(tmp_path: Path) -> None:
    taken = WarmDataset(tmp_path).take("digits")

    assert (tmp_path / "digits.safetensors").is_file()
    assert len(taken.labels) == 1438


def test_what_is_not_there_is_told_to_who_asks_for_it(tmp_path: Path) -> None:
    warm = WarmDataset(tmp_path)
    warm.fetch("nowhere")

    with pytest.raises(UnknownDataset, match="not kept any more"):
        warm.take("nowhere")
