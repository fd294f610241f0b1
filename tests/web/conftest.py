"""The whole application in this process, with real workers; and what its tests send and read."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.tiny_models import write_model

Post = Callable[..., httpx2.Response]


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The app as a class would run it."""
    data = tmp_path_factory.mktemp("data")
    write_model(data / "models" / "tiny", with_familiarity=True, with_probes=True)
    app = create_app(Settings(data=data, runs_at_once=0))
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(autouse=True)
def _forgotten(client: TestClient) -> Iterator[None]:
    """No test meets a cookie that another one was given: a language, a visitor."""
    yield
    client.cookies.clear()


@pytest.fixture(scope="session")
def photo() -> np.ndarray:
    """40 x 60 x 3 levels, some smooth and some busy."""
    rows, columns = np.mgrid[0:40, 0:60]
    noise = np.random.default_rng(1).integers(0, 90, (40, 60, 3))
    return (np.stack([rows * 4, columns * 3, rows + columns], axis=-1) % 166 + noise).astype(np.uint8)


@pytest.fixture(scope="session")
def png(photo: np.ndarray) -> bytes:
    """The same as a file."""
    return written(photo)


@pytest.fixture
def convolve(client: TestClient, png: bytes) -> Post:
    """Posts the photo, or another file, with form fields."""

    def post(fields: dict[str, Any], *, path: str = "", image: bytes = png, **options: Any) -> httpx2.Response:
        return client.post(f"/api/convolutions{path}", data=fields, files={"image": ("photo.png", image)}, **options)

    return post


def written(levels: np.ndarray, form: str = "PNG") -> bytes:
    """A picture's file."""
    file = io.BytesIO()
    Image.fromarray(levels).save(file, form)
    return file.getvalue()


def picture(response: httpx2.Response) -> np.ndarray:
    """The levels of a picture that was answered."""
    assert response.status_code == 200, response.text
    return np.asarray(Image.open(io.BytesIO(response.content)))


def values(response: httpx2.Response) -> np.ndarray:
    """The float32 values of an `npy` answer."""
    assert response.status_code == 200, response.text
    return np.load(io.BytesIO(response.content), allow_pickle=False)


def problem(response: httpx2.Response, status: int) -> dict[str, Any]:
    """The problem that was answered, checked against RFC 9457 and against leaks."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    told = response.json()
    assert told["status"] == status
    assert set(told) <= {
        "type",
        "title",
        "status",
        "detail",
        "request_id",
        "field",
        "value",
        "limit",
        "estimate",
        "line",
        "errors",
    }
    assert told["title"]
    assert told["detail"]
    for leak in ("Traceback", "Error(", "app.", str(Path.cwd()), "site-packages", "object at 0x"):
        assert leak not in response.text
    return told
