"""What comes with a network is what a survey finds, is believed for its own weights alone, and holds no pictures."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors import safe_open

from app.core.checkpoints import read_weights, save_weights
from app.core.classification.folders import SURVEY, WEIGHTS
from app.core.classification.inspection.channel_views import show_channel, show_selectivity
from app.core.classification.inspection.patches import patches_of, photographs, survey
from app.core.classification.inspection.selectivity import orientation_selectivity
from app.core.classification.inspection.shipped_surveys import Shipped, make_shipped, read_shipped, write_shipped
from app.core.classification.models import Model, load_model
from app.core.datasets.builtin import SHAPES
from tests.core.classification.inspection.test_channel_views import keep_pets
from tests.tiny_models import PREPARATION, write_model

LAYERS = ["conv2d_1", "residual_1/conv2d_2", "residual_1/projection", "residual_1"]
MODELS = Path(__file__).parents[4] / "models"
SHIPPED = [path.parent for path in sorted(MODELS.glob(f"*/{SURVEY}")) if (path.parent / WEIGHTS).is_file()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model that was trained on pictures that are here."""
    keep_pets(tmp_path, 30)
    return write_model(tmp_path / "tiny", dataset="pets")


@pytest.fixture
def model(folder: Path) -> Model:
    """The same, with its survey beside it."""
    model = load_model(folder)
    write_shipped(folder, make_shipped(model, folder.parent / "datasets", 40))
    return model


def read(folder: Path, datasets: Path | None = None) -> Shipped | None:
    return read_shipped(folder, PREPARATION, datasets or folder.parent / "datasets")


def test_patches_of_photographs_are_those_of_a_survey_made_now(model: Model, folder: Path) -> None:
    expected = survey(model.anatomy, photographs((16, 16), 3), 40)

    found = read(folder)

    assert found is not None
    for layer in LAYERS:
        one, other = (
            patches_of(model.anatomy, expected, layer, 1),
            patches_of(model.anatomy, found.everywhere, layer, 1),
        )
        assert torch.equal(one.pictures, other.pictures)
        assert one.labels == other.labels
        assert other.values == pytest.approx(one.values, rel=1e-3, abs=1e-4)


def test_pictures_of_the_data_set_are_shown_where_it_is(model: Model, folder: Path, tmp_path: Path) -> None:
    found = read(folder)

    assert found is not None
    assert found.shown(folder.parent / "datasets").source == "pets"
    assert found.shown(tmp_path / "elsewhere").source == "photographs"
    assert len(patches_of(model.anatomy, found.shown(folder.parent / "datasets"), "conv2d_1", 0).pictures) == 9
    keep_pets(tmp_path, 20)  # others under the same name
    assert found.shown(folder.parent / "datasets").source == "photographs"


@pytest.mark.usefixtures("model")
def test_numbers_of_classes_stay_without_the_data_set(folder: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"

    told, means = show_channel(folder, "conv2d_1", 2, empty), show_selectivity(folder, empty)

    assert told["source"] == "photographs"
    assert told["selectivity"]["class"] in SHAPES
    assert (means["source"], means["looked_at"]) == ("pets", 30)
    assert [row["layer"] for row in means["layers"]] == LAYERS
    assert not (empty / "surveys").exists()


@pytest.mark.usefixtures("model")
def test_no_picture_is_in_the_file(folder: Path) -> None:
    with safe_open(folder / SURVEY, "pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict

    assert all(tensor.ndim < 4 for tensor in tensors.values())
    assert tensors["everywhere/places"].shape[1] == 4
    assert tensors["learned/places"].shape[1] == 1


def test_what_channels_usually_give_is_the_mean_over_the_pictures(model: Model, folder: Path) -> None:
    found = read(folder)

    assert found is not None
    assert set(found.measured.usual) == set(model.anatomy.rows)
    assert found.everywhere.usual == {}
    orientation = orientation_selectivity(model.anatomy)["conv2d_1"]
    torch.testing.assert_close(found.orientations["conv2d_1"].index, orientation.index, atol=1e-3, rtol=1e-3)


@pytest.mark.usefixtures("model")
def test_other_weights_do_without(folder: Path) -> None:
    weights = read_weights(folder / WEIGHTS)

    save_weights(folder / WEIGHTS, weights | {"conv2d_1.bias": weights["conv2d_1.bias"] + 1})

    assert read(folder) is None


def test_a_damaged_file_is_none(model: Model, folder: Path) -> None:
    whole = (folder / SURVEY).read_bytes()
    (folder / SURVEY).write_bytes(whole[: len(whole) // 2])

    assert read(folder) is None


def test_pictures_that_are_made_here_are_in_the_file(tmp_path: Path) -> None:
    digits = tuple(map(str, range(10)))
    folder = write_model(tmp_path / "reader", dataset="mnist")
    model = replace(load_model(folder), classes=digits)

    write_shipped(folder, make_shipped(model, tmp_path / "datasets", 20))

    found = read(folder)
    assert found is not None
    assert found.everywhere.source == "digits"
    assert patches_of(model.anatomy, found.everywhere, "conv2d_1", 0).pictures.shape == (9, 3, 3, 3)


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_what_comes_with_a_network_belongs_to_it(folder: Path, tmp_path: Path) -> None:
    model = load_model(folder)

    found = read_shipped(folder, model.preparation, tmp_path)

    assert found is not None
    assert set(found.measured.usual) == set(model.anatomy.rows)
    assert (folder / SURVEY).stat().st_size < 2_000_000
