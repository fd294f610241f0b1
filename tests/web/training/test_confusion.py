"""A confusion matrix whose data set is not what it was when the run looked at it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from starlette.testclient import TestClient

from app.core.datasets.cache import write_cache
from app.core.datasets.headers import cache_path
from app.core.training.confusion import confuse
from app.runs.trainer.tensor_files import write_confusion
from tests.core.training.small_trainings import colored
from tests.web.conftest import problem
from tests.web.logged_runs import quiet_client, store_of, submit

CLASSES = ("top", "middle", "bottom")


@pytest.fixture
def quiet(tmp_path: Path) -> Iterator[TestClient]:
    with quiet_client(tmp_path) as client:
        yield client


def keep(folder: Path, count: int) -> None:
    """The data set `pets` with so many pictures, 3 x 8 x 8 of three classes."""
    write_cache(colored(count), cache_path(folder / "datasets", "pets"), {})


def test_the_pictures_of_a_cell_are_gone_where_the_data_set_has_become_a_smaller_one(
    quiet: TestClient, tmp_path: Path
) -> None:
    keep(tmp_path, 30)
    network = {"input": [3, 8, 8], "classes": 3, "layers": [{"type": "flatten"}, {"type": "dense", "units": 3}]}
    run = submit(quiet, dataset="pets", network=network)
    found = confuse(torch.eye(3) * 9, torch.tensor([0, 1, 2]), torch.tensor([3, 20, 29]), CLASSES)
    store_of(quiet).folder(run["id"]).make()
    write_confusion(store_of(quiet).folder(run["id"]), found, 1)
    cell = f"/api/runs/{run['id']}/confusion"

    before = [len(quiet.get(f"{cell}/{path}").json()["pictures"]) for path in ("0/0", "1/1", "0/1")]
    keep(tmp_path, 10)
    kept, empty, gone = (quiet.get(f"{cell}/{path}") for path in ("0/0", "0/1", "1/1"))

    assert before == [1, 1, 0]
    assert (len(kept.json()["pictures"]), empty.json()["pictures"]) == (1, [])
    assert "the data set holds others now" in problem(gone, 404)["detail"]
