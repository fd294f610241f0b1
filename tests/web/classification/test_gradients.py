"""A weight's gradient over HTTP: its products, the step and the difference; a run's network like every other."""

from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from app.core.classification.gradients.gradients import explain_gradient
from app.core.classification.questions import Weight
from app.core.pictures.preparation import prepare_images
from tests.tiny_models import PREPARATION, tiny_anatomy
from tests.web.classification.test_classification import PICTURE, ask, opened, told
from tests.web.conftest import problem

PREPARED = prepare_images(PICTURE.unsqueeze(0), PREPARATION)


def gradient(client: TestClient, **fields: Any) -> dict[str, Any]:
    """The answer for the tiny model."""
    return told(ask(client, "gradients", **fields))


@pytest.mark.parametrize(("layer", "parameter"), [
    ("conv2d_1", "weight"), ("conv2d_1", "bias"), ("residual_1/conv2d_2", "weight"),
    ("residual_1/projection", "weight"),
    ("residual_1/batch_normalization_1", "gamma"), ("residual_1/batch_normalization_1", "beta"), ("dense_1", "weight"),
])  # fmt: skip
def test_the_answer_is_the_cores(client: TestClient, layer: str, parameter: str) -> None:
    expected = explain_gradient(tiny_anatomy(), PREPARED, 2, Weight(layer, parameter, 1), 0.1)

    answer = gradient(client, layer=layer, parameter=parameter, channel=1, label="frog", learning_rate=0.1)

    assert answer["gradient"] == pytest.approx(expected.gradient, rel=1e-6)
    assert answer["loss"] == pytest.approx(expected.loss)
    assert sum(row["product"] for row in answer["products"]) + answer["others_sum"] == pytest.approx(answer["gradient"])
    assert answer["step"]["after"] == pytest.approx(expected.step.after)
    assert answer["difference"]["estimate"] == pytest.approx(answer["gradient"], rel=1e-3, abs=1e-8)
    assert [link["layer"] for link in answer["chain"]] == [link.layer for link in expected.chain]
    assert (answer["label"], answer["layer"], answer["parameter"], answer["channel"]) == ("frog", layer, parameter, 1)
    assert answer["milliseconds"] > 0


def test_maps_hold_deltas_what_they_met_and_the_products(client: TestClient) -> None:
    expected = explain_gradient(tiny_anatomy(), PREPARED, 0, Weight("conv2d_1", "weight", 2, 1, 0, 2), 0.1)

    maps = gradient(client, layer="conv2d_1", channel=2, source=1, x=0, y=2, label="cat")["maps"]

    assert maps["shape"] == [16, 16]
    for name, values in (("delta", expected.deltas), ("met", expected.met), ("product", expected.all_products)):
        found = (opened(maps[name]["url"]).astype(float) - 128) / 127 * maps[name]["limit"]
        np.testing.assert_allclose(found, values.numpy(), atol=maps[name]["limit"] / 250)


def test_the_label_is_the_answer_unless_one_is_named(client: TestClient) -> None:
    best = told(ask(client, "classifications"))["predictions"][0]

    assert gradient(client, layer="dense_1")["label"] == best["label"]


def test_a_change_of_the_picture_and_of_the_network_counts(client: TestClient) -> None:
    plain = gradient(client, layer="dense_1", label="cat")

    turned = gradient(client, layer="dense_1", label="cat", change={"angle": 90})
    implant = {"layer": "conv2d_1", "channel": 1, "matrix": [[1, 2, 1], [0, 0, 0], [-1, -2, -1]]}
    changed = gradient(client, layer="dense_1", label="cat", implant=implant)

    assert len({plain["loss"], turned["loss"], changed["loss"]}) == 3


@pytest.mark.parametrize(("fields", "field"), [
    ({}, "layer"), ({"layer": "nothing"}, "layer"), ({"layer": "relu_1"}, "layer"),
    ({"layer": "conv2d_1", "parameter": "gamma"}, "parameter"), ({"layer": "conv2d_1", "parameter": "w"}, "parameter"),
    ({"layer": "residual_1/projection", "parameter": "bias"}, "parameter"),
    ({"layer": "conv2d_1", "channel": 4}, "channel"), ({"layer": "conv2d_1", "source": 3}, "source"),
    ({"layer": "conv2d_1", "x": 3}, "x"), ({"layer": "conv2d_1", "y": -1}, "y"),
    ({"layer": "conv2d_1", "label": "zebra"}, "label"), ({"layer": "conv2d_1", "learning_rate": 0}, "learning_rate"),
    ({"layer": "conv2d_1", "learning_rate": 1e9}, "learning_rate"),
    ({"layer": "conv2d_1", "learning_rate": "NaN"}, "learning_rate"),
])  # fmt: skip
def test_what_cannot_be_asked_is_named(client: TestClient, fields: dict[str, Any], field: str) -> None:
    assert problem(ask(client, "gradients", **fields), 422)["field"] == field
