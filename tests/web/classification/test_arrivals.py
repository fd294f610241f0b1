"""A network sent back in with its weights: it answers as it did, and only who has its name can ask it."""

import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save, save_file
from starlette.testclient import TestClient

from app.core.networks.modules import build
from app.core.networks.networks import parse_network
from app.main import create_app
from app.settings import Settings
from tests.web.conftest import problem

NETWORK: dict[str, Any] = {
    "input": [3, 8, 8], "classes": 2,
    "layers": [{"type": "conv2d", "filters": 4, "activation": "relu"}, {"type": "flatten"},
               {"type": "dense", "units": 2}],
}  # fmt: skip


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    data = tmp_path_factory.mktemp("data")
    settings = Settings(data=data, models_kept=2, model_bytes=20_000, workers=1, runs_at_once=0)
    with TestClient(create_app(settings), base_url="http://localhost", raise_server_exceptions=False) as client:
        yield client


def weights(seed: int = 0, **changed: torch.Tensor) -> bytes:
    return save(build(parse_network(NETWORK), seed).state_dict() | changed)


def send(client: TestClient, data: bytes | None = None, network: Any = NETWORK, **fields: Any) -> httpx2.Response:
    fields = {name: value if isinstance(value, str) else json.dumps(value) for name, value in fields.items()}
    files = {"weights": ("../../x.safetensors", weights() if data is None else data)}
    return client.post("/api/models", files=files, data={"network": json.dumps(network)} | fields)


def test_a_network_comes_back_and_answers_as_it_did(narrow: TestClient) -> None:
    answer = send(narrow, title="Mine", classes=["cat", "dog"], mean=[0.4, 0.5, 0.6], std=[0.2, 0.25, 0.3])

    card = answer.json()
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"/api/models/{card['name']}"
    assert (card["title"], card["classes"], card["accuracy"], card["dataset"]) == ("Mine", ["cat", "dog"], None, None)
    assert [layer["name"] for layer in card["layers"]] == ["conv2d_1", "relu_1", "flatten_1", "dense_1"]
    assert narrow.get(answer.headers["location"]).json() == card
    assert card["name"] not in narrow.get("/api/models").text
    levels = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)
    said = narrow.post(f"{answer.headers['location']}/classifications", files={"image": ("x.png", _png(levels))}).json()
    module = build(parse_network(NETWORK), 0).eval()
    x = (torch.tensor(levels).permute(2, 0, 1)[None] / 255 - torch.tensor([0.4, 0.5, 0.6]).view(1, 3, 1, 1)) / (
        torch.tensor([0.2, 0.25, 0.3]).view(1, 3, 1, 1)
    )
    with torch.no_grad():
        expected = dict(zip(["cat", "dog"], module(x).softmax(1)[0].tolist(), strict=True))
    assert {row["label"]: row["probability"] for row in said["predictions"]} == pytest.approx(expected, abs=1e-5)
    assert narrow.get(f"{answer.headers['location']}/onnx").status_code == 200


def test_a_shipped_network_goes_out_and_comes_in(client: TestClient) -> None:
    network = client.get("/api/models/explain/network").json()
    data = client.get("/api/models/explain/weights").content
    card = client.get("/api/models/explain").json()

    prepared = {name: card["preparation"][name] for name in ("mean", "std")}
    made = send(client, data, network, classes=card["classes"], **prepared).json()

    ask = {"sample": "cat"}
    told = [client.post(f"/api/models/{name}/classifications", data=ask).json() for name in ("explain", made["name"])]
    assert told[0]["predictions"][0]["label"] == told[1]["predictions"][0]["label"]


@pytest.mark.parametrize(("change", "field"), [
    ({"data": b"not at all"}, "weights"),
    ({"data": weights()[:-10]}, "weights"),
    ({"data": weights(extra=torch.zeros(1))}, "weights"),
    ({"data": weights(**{"dense_1.bias": torch.zeros(3)})}, "weights"),
    ({"data": weights(**{"dense_1.bias": torch.tensor([0.0, torch.nan])})}, "weights"),
    ({"network": NETWORK | {"classes": 3}}, "layers.2"),
    ({"network": {}}, None),
    ({"classes": ["cat"]}, "classes"),
    ({"classes": ["cat", "cat"]}, "classes"),
    ({"classes": {"cat": 1}}, "classes"),
    ({"mean": [0.5]}, "mean"),
    ({"std": [1, 1, 0]}, "std"),
    ({"std": [1, 1, 1e-300]}, "std"),
    ({"mean": "[1, 2, NaN]"}, "mean"),
    ({"mean": "nonsense"}, "mean"),
    ({"title": "x" * 81}, "title"),
    ({"surprise": 1}, "body"),
])  # fmt: skip
def test_what_does_not_fit_is_refused_and_leaves_nothing(
    narrow: TestClient, change: dict[str, Any], field: str | None
) -> None:
    folder: Path = narrow.app.state.settings.data / "models"  # type: ignore[attr-defined]
    before = sorted(folder.iterdir()) if folder.is_dir() else []

    refused = problem(send(narrow, **change), 422)

    assert refused.get("field") == field or (field == "layers.2" and str(refused.get("field")).startswith("layers"))
    assert sorted(folder.iterdir()) == before if folder.is_dir() else not before


def test_weights_past_the_limit_are_refused(narrow: TestClient, tmp_path: Path) -> None:
    save_file({"large": torch.zeros(10_000)}, tmp_path / "large.safetensors")

    refused = send(narrow, (tmp_path / "large.safetensors").read_bytes())

    assert refused.status_code in (413, 422)
    problem(refused, refused.status_code)


def test_of_one_visitors_models_the_one_unasked_for_longest_goes(narrow: TestClient) -> None:
    folder: Path = narrow.app.state.settings.data / "models"  # type: ignore[attr-defined]
    first, second = (send(narrow).json()["name"] for _ in range(2))
    os.utime(folder / first, (1, 1))
    os.utime(folder / second, (2, 2))
    narrow.get(f"/api/models/{first}")

    third = send(narrow).json()["name"]

    assert {path.name for path in folder.iterdir()} == {first, third}


def _png(levels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(levels).save(file, "PNG")
    return file.getvalue()
