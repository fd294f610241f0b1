"""The columns of a picture, beside the recording of all layers: the same numbers, fewer of them, sorted."""

import base64
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from app.core.classification.activations import record, record_batch
from app.core.classification.classification import Opened
from app.core.classification.inspection.columns import record_layers, show_columns
from app.core.classification.inspection.patches import photographs
from app.core.classification.inspection.shipped_surveys import make_shipped, write_shipped
from app.core.classification.models import load_model
from app.core.classification.questions import Question, Wish
from app.core.errors import InvalidValue
from app.core.pictures.preparation import prepare_images
from app.core.pictures.sample_levels import sample_png
from app.core.pictures.uploads import PictureLimits, Upload
from tests.tiny_models import PREPARATION, tiny_anatomy, write_model

STAGES = ["input", "stage_1", "stage_2", "classes"]


@pytest.fixture
def question(tmp_path: Path) -> Question:
    """The cat, for a tiny network."""
    return Question(Upload(sample_png("cat"), PictureLimits(), 10**9), write_model(tmp_path / "tiny"))


@pytest.fixture
def other(question: Question) -> Question:
    """The rocket, for the same."""
    return replace(question, upload=replace(question.upload, data=sample_png("rocket")))


def recorded(question: Question) -> dict[str, torch.Tensor]:
    asked = Opened(question)
    return record(asked.model.anatomy, asked.prepared).values


def maps_of(url: str, limit: float, width: int) -> np.ndarray:
    levels = np.asarray(Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))), dtype=float)
    return ((levels - 128) / 127 * limit).reshape(-1, width, width)


def test_each_stage_is_a_column_and_opens_into_what_it_consists_of(question: Question) -> None:
    stages = show_columns(question, None, Wish(), question.folder)
    layers = show_columns(question, None, Wish(part="stage_2"), question.folder)

    assert [column["part"] for column in stages] == STAGES
    assert [column["name"] for column in stages] == ["input", "relu_1", "gelu_1", "softmax"]
    assert [column["part"] for column in layers] == [
        "residual_1/conv2d_2", "residual_1/batch_normalization_1", "residual_1/projection", "residual_1", "gelu_1",
        "max_pooling2d_1", "flatten_1",
    ]  # fmt: skip


def test_the_maps_shown_are_those_most_excited(question: Question) -> None:
    values = recorded(question)["relu_1"]

    (column,) = show_columns(question, None, Wish(layer="relu_1", limit=3), question.folder)

    largest = values.amax((1, 2))
    assert column["measure"] == "maximum"
    assert column["channels"] == largest.argsort(descending=True).tolist()[:3]
    assert column["excitements"] == pytest.approx(largest[column["channels"]].tolist(), rel=1e-5)
    shown = maps_of(column["maps"], column["limit"], 16)
    np.testing.assert_allclose(shown, values[column["channels"]].numpy(), atol=column["limit"] / 127)
    assert (column["minimum"], column["maximum"]) == pytest.approx((float(values.min()), float(values.max())))


def test_more_maps_go_on_where_the_first_ended(question: Question) -> None:
    (first,), (rest,), (past,) = (
        show_columns(question, None, Wish(layer="gelu_1", offset=offset, limit=4), question.folder)
        for offset in (0, 4, 8)
    )

    assert sorted(first["channels"] + rest["channels"]) == list(range(6))
    assert first["excitements"][-1] >= rest["excitements"][0]
    assert (past["channels"], past["maps"]) == ([], None)


def test_two_pictures_show_the_same_maps_those_that_differ_most_first(question: Question, other: Question) -> None:
    one, two = recorded(question)["relu_1"].amax((1, 2)), recorded(other)["relu_1"].amax((1, 2))

    (column,) = show_columns(question, other, Wish(layer="relu_1"), question.folder)

    order = (two - one).abs().argsort(descending=True)
    assert column["channels"] == order.tolist()
    assert column["differences"] == pytest.approx((two - one)[order].tolist(), abs=1e-4)
    assert column["other"]["excitements"] == pytest.approx(two[order].tolist(), abs=1e-4)
    shown = maps_of(column["other"]["maps"], column["limit"], 16)
    np.testing.assert_allclose(shown, recorded(other)["relu_1"][order].numpy(), atol=column["limit"] / 127)


def test_classes_are_sorted_by_how_probable_they_are_and_colors_stay(question: Question) -> None:
    columns = show_columns(question, None, Wish(), question.folder)

    assert columns[0]["channels"] == [0, 1, 2]
    expected = recorded(question)["softmax"].sort(descending=True)
    assert columns[-1]["channels"] == expected.indices.tolist()
    assert columns[-1]["values"] == pytest.approx(expected.values.tolist(), abs=1e-6)


@pytest.mark.parametrize(
    "layers", [["conv2d_1"], ["residual_1/projection", "conv2d_1"], ["input"], ["softmax", "gelu_1"]]
)
def test_layers_asked_for_alone_have_the_values_of_all(layers: list[str]) -> None:
    anatomy = tiny_anatomy()
    prepared = torch.randn(2, 3, 16, 16, generator=torch.Generator().manual_seed(1))

    found = record_layers(anatomy, prepared, layers)

    for picture in range(2):
        values = record(anatomy, prepared[picture]).values
        for layer in layers:
            torch.testing.assert_close(found[layer][picture], values[layer])


def test_what_comes_after_is_not_computed() -> None:
    anatomy = tiny_anatomy()
    computed: list[Any] = []
    anatomy.module.get_submodule("flatten_1").register_forward_hook(lambda *_: computed.append(1))

    record_layers(anatomy, torch.zeros(1, 3, 16, 16), ["residual_1/conv2d_2"])

    assert not computed


@pytest.mark.parametrize("wish", [Wish(part="stage_7"), Wish(part="conv2d_1"), Wish(layer="conv2d_7")])
def test_what_the_network_has_not_got_is_refused(question: Question, wish: Wish) -> None:
    with pytest.raises(InvalidValue):
        show_columns(question, None, wish, question.folder)


def test_channels_are_compared_by_what_they_usually_give(question: Question) -> None:
    model = load_model(question.folder)
    write_shipped(question.folder, make_shipped(model, question.folder, 20))
    tiles = prepare_images(photographs((16, 16), 3).images, PREPARATION)
    order = torch.randperm(2000, generator=torch.Generator().manual_seed(0))[:20]
    means = record_batch(model.anatomy, tiles[order], ["relu_1"])["relu_1"].mean((2, 3))

    (column,) = show_columns(question, None, Wish(layer="relu_1"), question.folder)

    expected = (recorded(question)["relu_1"].mean((1, 2)) - means.mean(0)) / means.std(0, correction=0)
    assert column["measure"] == "standardized"
    assert column["channels"] == expected.argsort(descending=True).tolist()
    assert column["excitements"] == pytest.approx(expected[column["channels"]].tolist(), rel=0.02, abs=0.01)
