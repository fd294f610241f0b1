"""The call of app/web/training/previews.py: what a training's network would be fed."""

import base64
import io
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits
from starlette.testclient import TestClient

from tests.hostile_archives import pack, pets
from tests.web.conftest import problem


def previewed(client: TestClient, dataset: str, **training: Any) -> dict[str, Any]:
    response = client.post("/api/runs/preview", json={"dataset": dataset, "training": training})
    assert response.status_code == 200, response.text
    told: dict[str, Any] = response.json()
    return told


def levels(url: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))))


def test_sixteen_pictures_are_shown_as_they_are_and_as_they_are_changed(client: TestClient) -> None:
    told = previewed(client, "digits", augmentation=["shift"])

    originals, batch = levels(told["originals"]), levels(told["batch"])
    assert (told["count"], told["columns"]) == (16, 4)
    assert originals.shape == batch.shape == (32, 32)
    assert not np.array_equal(originals, batch)
    assert any(np.array_equal(originals[:8, :8], (digit * (255 / 16)).round()) for digit in load_digits().images)


def test_standardized_pictures_have_mean_zero_and_deviation_one(client: TestClient) -> None:
    told = previewed(client, "digits", normalization="standardize")

    assert told["mean"] == pytest.approx(0, abs=0.03)
    assert told["deviation"] == pytest.approx(1, abs=0.03)
    assert told["statistics"]["of"] == "training"
    assert "training pictures" in told["source"]
    assert sum(told["histogram"]["counts"]) == 1000 * 64
    assert told["range"] == [told["histogram"]["minimum"], told["histogram"]["maximum"]]
    assert told["range"][0] == pytest.approx(-told["statistics"]["mean"][0] / told["statistics"]["std"][0], rel=1e-4)


def test_the_trap_of_biased_statistics_is_seen_before_it_is_trained(client: TestClient) -> None:
    told = previewed(client, "digits", normalization="standardize", statistics="biased")

    assert told["mean"] > 0.1
    assert "biased" in told["source"]


def test_ones_own_pictures_are_previewed_too(client: TestClient) -> None:
    own = client.post("/api/datasets", files={"archive": ("pets.zip", pack(pets()))}).json()["name"]

    told = previewed(client, own)

    assert levels(told["originals"]).shape[2] == 3
    assert told["count"] <= 16


@pytest.mark.parametrize(("body", "status"), [
    ({}, 422), ({"dataset": "no-such"}, 404), ({"dataset": "cifar10"}, 409), ({"dataset": "../x"}, 404),
    ({"dataset": "digits", "training": {"shift": -1}}, 422), ({"dataset": "digits", "network": {}}, 422), ([], 422),
])  # fmt: skip
def test_what_cannot_be_previewed_is_a_problem(client: TestClient, body: Any, status: int) -> None:
    problem(client.post("/api/runs/preview", json=body), status)
