"""The call of app/web/convolution/kernel_fits.py."""

from typing import Any

import numpy as np
import pytest
from scipy import ndimage
from starlette.testclient import TestClient

from tests.web.conftest import problem, written


def fitted(client: TestClient, fields: dict[str, Any], **files: bytes) -> dict[str, Any]:
    response = client.post(
        "/api/kernel-fits", data=fields, files={name: (f"{name}.png", data) for name, data in files.items()} or None
    )
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.parametrize(("name", "kernel"), [
    ("box-blur", np.full((3, 3), 1 / 9)),
    ("sobel-x", [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
    ("sharpen", [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
])  # fmt: skip
def test_a_classic_kernel_is_found_again(client: TestClient, name: str, kernel: Any) -> None:
    told = fitted(client, {"sample": "astronaut", "kernel": name})

    np.testing.assert_allclose(told["kernel"], kernel, atol=0.01)
    assert told["identifiable"]
    assert told["milliseconds"] > 0
    losses = [frame["loss"] for frame in told["frames"]]
    assert losses[0] > 1 > losses[-1] >= 0
    assert set(told["frames"][0]) == {"step", "kernel", "loss"}
    np.testing.assert_array_equal(told["frames"][0]["kernel"], np.zeros((3, 3)))
    assert told["frames"][-1]["kernel"] == told["kernel"]


def test_a_picture_filtered_elsewhere_is_explained(client: TestClient, png: bytes, photo: np.ndarray) -> None:
    blurred = ndimage.uniform_filter(photo.astype(float), (3, 3, 1), mode="nearest")

    told = fitted(client, {"size": 3}, image=png, target=written(np.rint(blurred).astype(np.uint8)))

    np.testing.assert_allclose(told["kernel"], np.full((3, 3), 1 / 9), atol=0.01)


def test_an_own_matrix_decides_the_size(client: TestClient, png: bytes) -> None:
    told = fitted(
        client, {"matrix": "[[0,0,0,0,0],[0,1,2,1,0],[0,2,4,2,0],[0,1,2,1,0],[0,0,0,0,0]]", "divisor": 16}, image=png
    )

    assert np.shape(told["kernel"]) == (5, 5)
    assert told["kernel"][2][2] == pytest.approx(0.25, abs=0.01)


@pytest.mark.parametrize("fields", [
    {},
    {"kernel": "no-such"},
    {"kernel": "identity", "matrix": "[[1]]"},
    {"kernel": "identity", "size": 0},
    {"kernel": "identity", "size": 10_000},
    {"matrix": "[[NaN]]"},
])  # fmt: skip
def test_what_cannot_be_learned_is_a_problem(client: TestClient, png: bytes, fields: dict[str, Any]) -> None:
    response = client.post("/api/kernel-fits", data=fields, files={"image": ("a.png", png)})

    problem(response, 422)


def test_pictures_of_two_sizes_are_refused(client: TestClient, png: bytes) -> None:
    other = written(np.zeros((39, 60, 3), np.uint8))

    response = client.post("/api/kernel-fits", files={"image": ("a.png", png), "target": ("b.png", other)})

    problem(response, 422)
