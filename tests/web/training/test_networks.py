"""The calls of app/web/training/networks.py."""

import json
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from app.core.networks.presets import presets
from app.main import create_app
from app.settings import Settings
from tests.web.conftest import problem

LECTURE = presets()["lecture"].network.describe()
ROW = {"name", "type", "from", "output_shape", "parameters", "receptive_field", "multiply_adds"}


def send(client: TestClient, body: Any, **headers: str) -> httpx2.Response:
    """Posts JSON, or bytes that claim to be."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post("/api/networks", content=content, headers={"content-type": "application/json"} | headers)


def told(client: TestClient, body: Any) -> dict[str, Any]:
    response = send(client, body)
    assert response.status_code == 200, response.text
    return response.json()


def test_the_lectures_network_is_judged_before_anything_is_built(client: TestClient) -> None:
    answer = told(client, LECTURE)

    assert answer["parameters"] == 88_914_698
    assert answer["memory_mb"] == pytest.approx(1737, abs=1)
    assert answer["multiply_adds"] == sum(layer["multiply_adds"] for layer in answer["layers"])
    assert all(set(layer) >= ROW for layer in answer["layers"])
    assert answer["layers"][2] == {
        "name": "conv2d_3", "type": "conv2d", "from": ["conv2d_2"], "filters": 128, "activation": "relu",
        "output_shape": [128, 26, 26], "parameters": 147_584, "receptive_field": 7, "multiply_adds": 99_680_256,
    }  # fmt: skip
    assert answer["network"] == LECTURE
    assert "nn.Linear(86528, 1024)" in answer["code"]["pytorch"]
    assert 'layers.Dense(10, activation="softmax")' in answer["code"]["keras"]


def test_the_programs_that_are_written_are_read_again(client: TestClient) -> None:
    answer = told(client, presets()["residual"].network.describe())

    for program in answer["code"].values():
        assert told(client, {"text": program})["network"] == answer["network"]


def test_a_text_may_come_with_the_size_of_its_input(client: TestClient) -> None:
    text = "nn.Sequential(nn.Conv2d(1, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 10))"

    assert told(client, {"text": text, "input": [1, 20, 30]})["network"]["input"] == [1, 20, 30]


def test_a_wrong_layer_is_named_with_its_shapes_in_the_visitors_language(client: TestClient) -> None:
    layers = [{"type": "conv2d", "filters": 4}, {"type": "max_pooling2d", "pool_size": 9}, {"type": "flatten"}]

    found = problem(send(client, {"input": [3, 8, 8], "classes": 10, "layers": layers}), 422)

    assert found["field"] == "layers.1.pool_size"
    assert found["detail"] == "Layer 2 (max_pooling2d) gets maps of 4 x 6 x 6; its window of 9 x 9 does not fit."


def test_a_wrong_line_of_a_text_is_named(client: TestClient) -> None:
    text = "model = Sequential()\nmodel.add(Input((8, 8, 3)))\nmodel.add(Conv2D(4, 3))\nmodel.add(MaxPooling2D(9))\n"

    found = problem(send(client, {"text": text}), 422)

    assert (found["field"], found["line"]) == ("text", 4)
    assert found["detail"].startswith("Line 4: Layer 2 (max_pooling2d) gets maps of 4 x 6 x 6")


@pytest.mark.parametrize(("body", "status"), [
    (b"", 400), (b"{", 400), (b"\xff\xfe", 400), (b"[" * 33, 400), (b"[" * 33 + b"]" * 33, 400),
    (b"9" * 5000, 400), (b"NaN", 422), (b"1e999", 422), (b'"\\ud800"', 422), (b"[]", 422), (b"{}", 422),
    (b'{"text": null}', 422), (b'{"text": "\\ud800"}', 422), (b'{"text": "x", "layers": []}', 422),
    (b'{"text": "model = Sequential([Flatten()])", "input": [1e999, NaN, "x"]}', 422),
    (b'{"input": [3, 8, 8], "classes": NaN, "layers": []}', 422),
    (b'{"input": [3, 8, 8], "classes": 10, "layers": [{"type": "dense", "units": ' + b"9" * 4000 + b"}]}", 422),
])  # fmt: skip
def test_what_cannot_be_a_network_is_a_problem(client: TestClient, body: bytes, status: int) -> None:
    response = send(client, body)

    problem(response, status)
    assert len(response.content) < 700
    assert b"9999" not in response.content


def test_brackets_within_a_text_are_no_nesting(client: TestClient) -> None:
    text = "x = '" + "[" * 60 + "'\nm = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))"

    assert told(client, {"text": text})["parameters"] == 7850


def test_a_body_that_is_not_json_is_refused_by_its_type(client: TestClient) -> None:
    found = problem(client.post("/api/networks", data={"layers": "[]"}), 415)

    assert "application/json" in found["detail"]


def test_the_limits_are_settings(tmp_path: Any) -> None:
    settings = Settings(data=tmp_path, network_parameters=1000, workers=1, runs_at_once=0)

    with TestClient(create_app(settings), base_url="http://localhost") as client:
        found = problem(send(client, presets()["tiny-vgg"].network.describe()), 422)
        limits = client.get("/api/limits").json()["network"]

    assert (found["value"], found["limit"]) == (5520, 1000)
    assert (limits["parameters"], limits["layers"]) == (1000, 40)


def test_the_presets_are_listed_with_what_can_be_sent(client: TestClient) -> None:
    listed = client.get("/api/networks").json()["networks"]

    assert [preset["name"] for preset in listed] == list(presets())
    for preset in listed:
        assert set(preset) == {"name", "title", "description", "network"}
        assert told(client, preset["network"])["network"] == preset["network"]


def test_a_slide_gives_settings_and_says_in_the_visitors_language_what_became_of_it(client: TestClient) -> None:
    text = """
model = Sequential([Input((28, 28, 1)), Flatten(), Dense(num_classes)])
model.compile(optimizer=Nadam(), loss="mse")
model.fit(x, y, epochs=7, batch_size=10**9)
"""
    body = json.dumps({"text": text, "dataset": "shapes"}).encode()

    answer = send(client, body, **{"accept-language": "es"}).json()

    assert answer["network"]["classes"] == 8
    assert answer["training"] == {"optimizer": "adam", "learning_rate": 1e-3, "decay": 0.0, "epochs": 7}
    assert set(answer["reading"]) == {"taken", "changed", "left_out"}
    assert "Línea 3: «Nadam» no se conoce aquí y pasó a ser «adam»." in answer["reading"]["changed"]
    assert any("num_classes" in sentence for sentence in answer["reading"]["taken"])
    assert any("batch_size" in sentence for sentence in answer["reading"]["left_out"])
    assert "reading" not in told(client, LECTURE)
