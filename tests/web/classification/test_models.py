"""What is told of trained networks over HTTP: cards, layers, weights, kernels and channels."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import load
from starlette.testclient import TestClient

from tests.tiny_models import CLASSES, tiny_anatomy
from tests.web.classification.test_classification import MODEL, opened, told
from tests.web.conftest import problem

NAMES = ["no-such", "..", "%2e%2e%2fmodels%2ftiny", "tiny%00", "TINY", "a" * 200, "%ff", "run-12"]


def test_the_cards_of_all_models_are_listed(client: TestClient) -> None:
    cards = told(client.get("/api/models"))["models"]

    tiny = next(card for card in cards if card["name"] == "tiny")
    assert tiny["classes"] == list(CLASSES)
    assert tiny["accuracy"] == 0.5


def test_one_card_has_the_layers(client: TestClient) -> None:
    card = told(client.get(MODEL))

    layers = {layer["name"]: layer for layer in card["layers"]}
    assert list(layers) == list(tiny_anatomy().rows)
    assert layers["conv2d_1"] | {
        "type": "conv2d", "output_shape": [4, 16, 16], "parameters": 112, "receptive_field": 3, "from": ["input"],
    } == layers["conv2d_1"]  # fmt: skip
    assert str(Path.cwd()) not in str(card)
    assert [stage["name"] for stage in card["stages"]] == ["input", "stage_1", "stage_2", "classes"]
    assert card["stages"][1] == {
        "name": "stage_1", "kind": "stage", "layer": "relu_1", "shape": [4, 16, 16],
        "blocks": [{"name": "stage_1/block_1", "kind": "convolution", "layer": "relu_1", "shape": [4, 16, 16],
                    "layers": ["conv2d_1", "relu_1"]}],
    }  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("path", ["", "/weights", "/filters/conv2d_1", "/channels/conv2d_1/0"])
def test_a_model_that_is_not_there_is_not_found(client: TestClient, name: str, path: str) -> None:
    response = client.get(f"/api/models/{name}{path}")

    assert response.status_code in (404, 422)
    problem(response, response.status_code)


def test_the_weights_are_the_networks(client: TestClient) -> None:
    response = client.get(f"{MODEL}/weights")

    tensors = load(response.content)
    expected = tiny_anatomy().module.state_dict()
    assert set(tensors) == set(expected)
    np.testing.assert_array_equal(tensors["conv2d_1.weight"].numpy(), expected["conv2d_1.weight"].numpy())
    assert "tiny.safetensors" in response.headers["content-disposition"]
    assert response.headers["cache-control"] == "no-cache"


def test_kernels_that_see_the_picture_have_their_nearest_classics(client: TestClient) -> None:
    filters = told(client.get(f"{MODEL}/filters/conv2d_1"))

    weights = tiny_anatomy().module.get_submodule("conv2d_1").weight.detach().numpy()
    np.testing.assert_allclose(filters["kernels"], weights, rtol=1e-6)
    np.testing.assert_allclose(filters["strengths"], weights.sum((2, 3)), atol=1e-6)
    assert filters["minimum"] == pytest.approx(float(weights.min()))
    assert [near["channel"] for near in filters["likeness"]] == [0, 1, 2, 3]
    assert all(-1 <= near["similarity"] <= 1 for near in filters["likeness"])
    assert 0 < filters["random_likeness"]["mean"] < 1


def test_one_channels_kernels_come_alone(client: TestClient) -> None:
    filters = told(client.get(f"{MODEL}/filters/residual_1/conv2d_2", params={"channel": 5}))

    weight = tiny_anatomy().submodule("residual_1/conv2d_2").weight.detach().numpy()
    np.testing.assert_allclose(filters["kernels"], weight[5:6], rtol=1e-6)
    assert "likeness" not in filters


@pytest.mark.parametrize(("path", "status"), [
    ("filters/conv2d_9", 404), ("filters/", 404), ("filters/input", 404), ("filters/dense_1", 422),
    ("filters/conv2d_1?channel=4", 422), ("filters/conv2d_1?channel=-1", 422), ("filters/conv2d_1?channel=1e999", 422),
    ("filters/conv2d_1?channel=nan", 422), ("channels/conv2d_9/0", 404), ("channels/conv2d_1/4", 422),
    ("channels/conv2d_1/-1", 422), ("channels/conv2d_1/99999999999999999999", 422), ("channels/%00/0", 404),
])  # fmt: skip
def test_a_layer_or_channel_that_is_not_there_is_a_problem(client: TestClient, path: str, status: int) -> None:
    problem(client.get(f"{MODEL}/{path}"), status)


def test_a_channel_is_told_by_patches_a_picture_and_its_tuning(client: TestClient) -> None:
    channel = told(client.get(f"{MODEL}/channels/relu_1/2"))

    assert opened(channel["patches"]).shape == (9 * 3, 3, 3)
    assert opened(channel["maximization"]).shape == (16, 16, 3)
    assert channel["source"] == "photographs"
    assert channel["selectivity"]["class"] is None
    assert 0 <= channel["selectivity"]["orientation_index"] <= 1
    assert channel["patch_values"] == sorted(channel["patch_values"], reverse=True)


def test_a_unit_of_a_row_has_a_picture_but_no_patches(client: TestClient) -> None:
    channel = told(client.get(f"{MODEL}/channels/dense_1/1"))

    assert channel["patches"] is None
    assert opened(channel["maximization"]).shape == (16, 16, 3)


def test_titles_of_cards_follow_the_language(client: TestClient) -> None:
    titles = {
        lang: told(client.get("/api/models", params={"lang": lang}))["models"][0]["title"] for lang in ("en", "es")
    }

    assert titles["en"]
    assert titles["es"]


def test_the_data_set_of_a_card_is_the_name_that_programs_ask_by_in_every_language(client: TestClient) -> None:
    cards = [told(client.get("/api/models/digits", params={"lang": lang})) for lang in ("en", "es")]

    assert [card["dataset"] for card in cards] == ["mnist", "mnist"]
    assert [card["title"] for card in cards] == ["Digits", "Dígitos"]


@pytest.mark.parametrize("layer", ["softmax", "dense_1", "residual_1/conv2d_2"])
def test_a_picture_made_for_a_channel_or_a_class_is_made_once(client: TestClient, layer: str) -> None:
    first, again = (client.get(f"{MODEL}/maximizations/{layer}/2") for _ in range(2))

    made = told(first)
    assert (made["layer"], made["channel"]) == (layer, 2)
    assert made["end"] > made["start"]
    assert opened(made["picture"]).shape == (16, 16, 3)
    assert first.content == again.content


@pytest.mark.parametrize(("path", "status"), [("conv2d_9/0", 404), ("softmax/3", 422), ("conv2d_1/-1", 422)])
def test_no_picture_is_made_for_what_is_not_there(client: TestClient, path: str, status: int) -> None:
    problem(client.get(f"{MODEL}/maximizations/{path}"), status)


def test_a_network_trained_elsewhere_says_whose_it_is_and_what_its_data_are_biased_to(client: TestClient) -> None:
    english, spanish = (told(client.get("/api/models/photos", params={"lang": lang})) for lang in ("en", "es"))

    assert (english["source"]["license"], english["reported"]["accuracy"]) == ("Apache-2.0", 0.751)
    assert english["accuracy"] is None
    assert len(english["layers"]) == 143
    assert len(english["biases"]) == len(spanish["biases"]) >= 5
    assert not set(english["biases"]) & set(spanish["biases"])
