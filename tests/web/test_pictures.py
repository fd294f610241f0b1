"""Uploads and samples, as the calls take them."""

import io

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from app.settings import Settings
from tests.web.conftest import Post, picture, problem, written


def test_samples_are_listed_and_shown(client: TestClient) -> None:
    samples = client.get("/api/samples").json()["samples"]

    assert {"astronaut", "camera", "mouse", "checkerboard", "impulse"} <= {sample["name"] for sample in samples}
    for sample in samples:
        shown = Image.open(io.BytesIO(client.get(f"/api/samples/{sample['name']}").content))
        assert shown.format == "PNG"
        assert min(shown.size) >= 8


def test_a_sample_serves_as_the_picture(client: TestClient) -> None:
    shown = picture(client.get("/api/samples/camera"))

    result = picture(client.post("/api/convolutions", data={"sample": "camera", "kernel": "identity"}))

    np.testing.assert_array_equal(result, shown)


def test_titles_of_samples_follow_the_language(client: TestClient) -> None:
    titles = [
        {sample["name"]: sample["title"] for sample in client.get(f"/api/samples?lang={lang}").json()["samples"]}
        for lang in ("en", "es")
    ]

    assert titles[0]["mouse"] != titles[1]["mouse"]


@pytest.mark.parametrize("name", ["no-such", "..%2f..%2fetc%2fpasswd", "%00"])
def test_a_sample_that_is_not_there_is_not_found(client: TestClient, name: str) -> None:
    problem(client.get(f"/api/samples/{name}"), 404)


def test_no_picture_at_all_is_a_problem(client: TestClient) -> None:
    told = problem(client.post("/api/convolutions", data={"kernel": "identity"}), 422)

    assert told["field"] == "image"


def test_two_pictures_are_a_problem(convolve: Post) -> None:
    problem(convolve({"kernel": "identity", "sample": "camera"}), 422)


def test_what_is_no_form_is_refused(client: TestClient, png: bytes) -> None:
    problem(client.post("/api/convolutions", json={"kernel": "identity"}), 415)
    problem(client.post("/api/convolutions", content=png, headers={"Content-Type": "image/png"}), 415)


def test_a_form_that_is_broken_is_refused(client: TestClient) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}

    problem(client.post("/api/convolutions", content=b"--y\r\nnonsense", headers=headers), 400)


def test_a_file_past_the_limit_is_too_large(convolve: Post) -> None:
    limit = Settings().image_bytes

    told = problem(convolve({"kernel": "identity"}, image=b"\x89PNG\r\n\x1a\n" + bytes(limit)), 413)

    assert told["limit"] == limit


@pytest.mark.parametrize("name", ["../../etc/passwd", "<script>alert(1)</script>.png", "a\u202egnp.exe", "x" * 1000])
def test_a_files_name_is_of_no_consequence(client: TestClient, png: bytes, name: str) -> None:
    response = client.post("/api/convolutions", data={"kernel": "identity"}, files={"image": (name, png, "text/html")})

    assert response.status_code == 200
    assert name not in str(response.headers)


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1), (2, 2)])
def test_thin_pictures_are_pictures(convolve: Post, shape: tuple[int, int]) -> None:
    levels = np.arange(shape[0] * shape[1], dtype=np.uint8).reshape(shape) * 3

    result = picture(convolve({"kernel": "box-blur", "border": "reflect"}, image=written(levels)))

    assert result.shape == shape
