"""What is told of a network's channels without a photo, where the network or the data set is unusual."""

from pathlib import Path
from typing import Any

import pytest

from app.core.classification.inspection.channel_views import show_channel, show_selectivity
from app.core.datasets.builtin import SHAPES
from app.core.datasets.cache import write_cache
from app.core.datasets.headers import cache_path
from app.core.datasets.labeled_images import DataSet
from app.core.datasets.shapes import make_shapes
from tests.tiny_models import TINY, write_model

DENSE: dict[str, Any] = TINY | {"layers": TINY["layers"][-2:]}


def keep_pets(folder: Path, count: int) -> None:
    made = make_shapes(count, seed=1), make_shapes(10, seed=2)
    dataset = DataSet("pets", "Pets", SHAPES, *made[0], *made[1])
    write_cache(dataset, cache_path(folder / "datasets", "pets"), {})


def test_a_network_without_convolutions_is_selective_nowhere(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "dense", DENSE)

    assert show_selectivity(folder, tmp_path) == {"layers": [], "source": None, "looked_at": 0}


def test_a_unit_of_a_network_without_convolutions_has_a_picture_and_no_patches(tmp_path: Path) -> None:
    told = show_channel(write_model(tmp_path / "dense", DENSE), "dense_1", 2, tmp_path)

    assert told["maximization"].startswith("data:image/png")
    assert (told["patches"], told["selectivity"]) == (None, None)


@pytest.mark.parametrize("dataset", ["shapes", "none"])
def test_blocks_are_measured_as_convolutions_are(tmp_path: Path, dataset: str) -> None:
    folder = write_model(tmp_path / "tiny", dataset=dataset)

    told = show_selectivity(folder, tmp_path)

    layers = ["conv2d_1", "residual_1/conv2d_2", "residual_1/projection", "residual_1"]
    assert [row["layer"] for row in told["layers"]] == layers
    assert {row["class_index"] is None for row in told["layers"]} == {dataset == "none"}


def test_a_data_set_is_looked_through_as_soon_as_it_is_there(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "tiny", dataset="pets")
    before = show_selectivity(folder, tmp_path)["source"]
    keep_pets(tmp_path, 30)

    after = show_selectivity(folder, tmp_path)["source"]

    assert (before, after) == ("photographs", "pets")


def test_other_pictures_under_the_same_name_are_looked_through_anew(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "tiny", dataset="pets")
    counts = []

    for count in (30, 20, 30):
        keep_pets(tmp_path, count)
        counts.append(show_selectivity(folder, tmp_path)["looked_at"])

    assert counts == [30, 20, 30]
    assert len(list((tmp_path / "surveys").iterdir())) == 2
