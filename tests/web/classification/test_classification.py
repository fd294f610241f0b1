"""A picture put to a trained network over HTTP: its class, maps, numbers and evidence; and what is refused."""

import io
import json
from base64 import b64decode
from shutil import rmtree
from typing import Any

import httpx2
import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from starlette.testclient import TestClient

from app.core.classification.activations import record
from app.core.classification.questions import METHODS
from app.core.pictures.preparation import prepare_images
from tests import hostile
from tests.drawn_digits import drawings
from tests.tiny_models import CLASSES, PREPARATION, random_pictures, tiny_anatomy, write_model
from tests.web.conftest import problem, values, written

MODEL = "/api/models/tiny"
PICTURE = random_pictures(1, seed=8)[0]
FILE = written(PICTURE.permute(1, 2, 0).contiguous().numpy())
RECORDING = record(tiny_anatomy(), prepare_images(PICTURE.unsqueeze(0), PREPARATION))
SOBEL = {"layer": "conv2d_1", "channel": 1, "matrix": [[1, 2, 1], [0, 0, 0], [-1, -2, -1]]}
CALLS = {"classifications": {}, "activations": {}, "stages": {}, "explanations": {"layer": "relu_1"},
         "attributions": {"method": "saliency"}, "probes": {}, "gradients": {"layer": "conv2d_1"}}  # fmt: skip


def told(response: httpx2.Response) -> dict[str, Any]:
    """The JSON of a good answer."""
    assert response.status_code == 200, response.text
    return response.json()


def ask(client: TestClient, call: str, image: bytes = FILE, model: str = MODEL, **fields: Any) -> httpx2.Response:
    """Posts a picture with fields; what is no text is sent as JSON."""
    data = {name: value if isinstance(value, str) else json.dumps(value) for name, value in fields.items()}
    return client.post(f"{model}/{call}", data=data, files={"image": ("photo.png", image)})


def opened(url: str) -> np.ndarray:
    """The levels of a PNG in a data URL."""
    return np.asarray(Image.open(io.BytesIO(b64decode(url.partition(",")[2]))))


def test_a_picture_is_classified(client: TestClient) -> None:
    answer = told(ask(client, "classifications"))

    assert {item["label"] for item in answer["predictions"]} == set(CLASSES)
    assert sum(item["probability"] for item in answer["predictions"]) == pytest.approx(1)
    np.testing.assert_array_equal(opened(answer["seen"]), PICTURE.permute(1, 2, 0).numpy())
    assert 0 <= answer["familiarity"] <= 1
    assert answer["milliseconds"] > 0
    assert "before" not in answer


def test_what_can_be_said_of_it_is_said_in_the_visitors_language(client: TestClient) -> None:
    files = {"image": ("photo.png", FILE)}
    spanish, english = (
        told(client.post(f"{MODEL}/classifications", files=files, headers={"Accept-Language": language}))
        for language in ("es", "en")
    )

    names = {"cat": "gato", "dog": "perro", "frog": "rana"}
    assert all(item["name"] == names[item["label"]] for item in spanish["predictions"])
    assert all(item["name"] == item["label"] for item in english["predictions"])
    first = spanish["verdict"]["leading"][0]
    assert first["name"] in spanish["verdict"]["sentence"]
    shares = {item["label"]: item["probability"] for item in english["predictions"]}
    summed = {"carnivore": shares["cat"] + shares["dog"]}  # the only group of these three in which there are two
    assert first["probability"] == pytest.approx((shares | summed)[first["label"]])


def test_a_heat_maps_class_is_named(client: TestClient) -> None:
    files = {"image": ("photo.png", FILE)}

    heat = told(
        client.post(
            f"{MODEL}/attributions?lang=es", files=files, data={"method": "saliency", "label": "frog"},
        )
    )  # fmt: skip

    assert (heat["label"], heat["name"]) == ("frog", "rana")


def test_a_sample_serves_as_the_picture(client: TestClient) -> None:
    answer = told(client.post(f"{MODEL}/classifications", data={"sample": "astronaut"}))

    assert opened(answer["seen"]).shape == (16, 16, 3)


def test_noise_is_less_familiar_than_what_the_network_knows(client: TestClient) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (16, 16, 3), dtype=np.uint8)

    known, strange = (told(ask(client, "classifications", image)) for image in (FILE, written(noise)))

    assert known["familiar"] is True
    assert strange["familiar"] is False
    assert strange["familiarity"] < known["familiarity"]


def test_a_change_is_made_to_what_is_seen(client: TestClient) -> None:
    answer = told(ask(client, "classifications", change={"cover": [2, 3, 5], "shift": [1, 0], "noise": 2, "seed": 4}))

    ground = np.round(255 * np.array(PREPARATION.mean))
    np.testing.assert_array_equal(opened(answer["seen"])[3:8, 2:7], np.broadcast_to(ground, (5, 5, 3)))


def test_an_implant_tells_the_answer_before(client: TestClient) -> None:
    plain = told(ask(client, "classifications"))

    answer = told(ask(client, "classifications", implant=SOBEL))

    assert answer["before"] == plain["predictions"]
    assert answer["predictions"] != plain["predictions"]
    assert answer["scale"] > 0


def test_all_maps_hold_the_networks_values(client: TestClient) -> None:
    layers = told(ask(client, "activations"))["layers"]

    assert [layer["name"] for layer in layers] == list(RECORDING.values)
    for layer in layers:
        expected = RECORDING.values[layer["name"]]
        levels = opened(layer["maps"]).astype(float)
        found = (levels - 128) / 127 * layer["limit"]
        assert list(expected.shape) == layer["shape"]
        np.testing.assert_allclose(found, expected.reshape(levels.shape), atol=layer["limit"] / 253)
        assert layer["maximum"] == pytest.approx(float(expected.max()), rel=1e-5)


@pytest.mark.parametrize("layer", ["input", "conv2d_1", "residual_1/conv2d_2", "dense_1", "softmax"])
def test_one_layers_numbers_come_as_npy(client: TestClient, layer: str) -> None:
    found = values(ask(client, "activations", layer=layer, format="npy"))

    assert found.dtype == np.float32
    np.testing.assert_allclose(found, RECORDING.values[layer].numpy(), atol=1e-5)


@pytest.mark.parametrize("layer", list(RECORDING.values))
def test_every_layers_number_is_explained(client: TestClient, layer: str) -> None:
    answer = told(ask(client, "explanations", layer=layer, channel=1))

    maps = RECORDING.values[layer]
    assert answer["value"] == pytest.approx(float(maps[1] if maps.ndim == 1 else maps[1, 0, 0]), abs=1e-4)
    assert {"x", "y", "width", "height"} <= set(answer["receptive_field"])


def test_a_convolutions_number_is_the_sum_of_its_products(client: TestClient) -> None:
    answer = told(ask(client, "explanations", layer="conv2d_1", channel=2, x=5, y=7))

    products = [np.multiply(part["patch"], part["kernel"]).sum() for part in answer["inputs"]]
    assert answer["value"] == pytest.approx(sum(products) + answer["bias"], abs=1e-4)
    sprite = (opened(answer["contributions"]).astype(float) - 128) / 127 * answer["contributions_limit"]
    sums = sprite.reshape(3, 16, 16)[:, 7, 5]
    np.testing.assert_allclose(sums, products, atol=answer["contributions_limit"] / 250)


def test_a_hover_asks_without_contributions(client: TestClient) -> None:
    assert "contributions" not in told(ask(client, "explanations", layer="conv2d_1", contributions="false"))


@pytest.mark.parametrize("method", METHODS)
def test_evidence_is_drawn_at_the_seen_size(client: TestClient, method: str) -> None:
    answer = told(ask(client, "attributions", method=method, label="frog"))

    assert answer["label"] == "frog"
    assert opened(answer["heat"]).shape == (16, 16)
    assert answer["limit"] == pytest.approx(max(abs(answer["minimum"]), abs(answer["maximum"])))


def test_evidence_is_for_the_answer_unless_a_class_is_named(client: TestClient) -> None:
    best = told(ask(client, "classifications"))["predictions"][0]["label"]

    assert told(ask(client, "attributions", method="saliency"))["label"] == best


def test_every_layer_answers_by_itself(client: TestClient) -> None:
    layers = told(ask(client, "probes"))["layers"]

    assert [layer["layer"] for layer in layers] == ["input", "relu_1", "gelu_1", "max_pooling2d_1"]
    for layer in layers:
        assert (layer["accuracy"], layer["interval"]) == (0.5, [0.4, 0.6])
        assert {item["label"] for item in layer["predictions"]} == set(CLASSES)
        assert sum(item["probability"] for item in layer["predictions"]) == pytest.approx(1)


@pytest.mark.parametrize(("language", "word"), [("en", "probes"), ("es", "sondas")])
def test_a_network_without_probes_says_so(client: TestClient, language: str, word: str) -> None:
    folder = write_model(client.app.state.settings.data / "models" / "unprobed")

    try:
        refused = problem(ask(client, f"probes?lang={language}", model="/api/models/unprobed"), 404)
    finally:
        rmtree(folder)

    assert word in refused["detail"]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("name", ["no-such", "run-12", "..%2ftiny", "%00"])
def test_a_model_that_is_not_there_is_not_found(client: TestClient, call: str, name: str) -> None:
    problem(ask(client, call, model=f"/api/models/{name}", **CALLS[call]), 404)


@pytest.mark.parametrize(
    ("call", "fields", "field"),
    [
        ("classifications", {"change": "[]"}, "change"),
        ("classifications", {"change": "{"}, "change"),
        ("classifications", {"change": {"angle": "NaN"}}, "change"),
        ("classifications", {"change": '{"angle": NaN}'}, "change"),
        ("classifications", {"change": '{"noise": 1e999}'}, "change"),
        ("classifications", {"change": {"noise": 256}}, "change"),
        ("classifications", {"change": {"blur": 1e300}}, "change"),
        ("classifications", {"change": {"shift": [1]}}, "change"),
        ("classifications", {"change": {"cover": [0, 0, 99]}}, "change"),
        ("classifications", {"change": {"surprise": 1}}, "change"),
        ("classifications", {"implant": {"layer": "conv2d_1"}}, "implant"),
        ("classifications", {"implant": SOBEL | {"layer": "conv2d_9"}}, "layer"),
        ("classifications", {"implant": SOBEL | {"channel": 4}}, "channel"),
        ("classifications", {"implant": SOBEL | {"divisor": 0}}, "divisor"),
        ("classifications", {"implant": SOBEL | {"matrix": []}}, "matrix"),
        ("classifications", {"implant": SOBEL | {"matrix": [[1, 2], [3]]}}, "matrix"),
        ("classifications", {"implant": SOBEL | {"matrix": [[1e9]]}}, "matrix"),
        ("classifications", {"implant": SOBEL | {"matrix": [[1] * 5]}}, "matrix"),
        ("activations", {"layer": "conv2d_9"}, "layer"),
        ("activations", {"format": "npy"}, "layer"),
        ("activations", {"format": "png"}, "format"),
        ("explanations", {}, "layer"),
        ("explanations", {"layer": "nothing"}, "layer"),
        ("explanations", {"layer": "conv2d_1", "channel": 4}, "channel"),
        ("explanations", {"layer": "conv2d_1", "x": 16}, "x"),
        ("explanations", {"layer": "conv2d_1", "y": -1}, "y"),
        ("explanations", {"layer": "conv2d_1", "x": "1e400"}, "x"),
        ("explanations", {"layer": "dense_1", "channel": 3}, "channel"),
        ("attributions", {}, "method"),
        ("attributions", {"method": "magic"}, "method"),
        ("attributions", {"method": "saliency", "label": "zebra"}, "label"),
        ("attributions", {"method": "grad-cam", "layer": "dense_1"}, "layer"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(
    client: TestClient, call: str, fields: dict[str, Any], field: str
) -> None:
    assert problem(ask(client, call, **fields), 422)["field"] == field


@pytest.mark.parametrize("call", CALLS)
def test_hostile_pictures_are_refused(client: TestClient, call: str) -> None:
    for data in (b"", hostile.png_bomb(), hostile.webp_bomb(), hostile.cut(hostile.picture("JPEG"), 0.5)):
        response = ask(client, call, data, **CALLS[call])
        assert response.status_code in (413, 415, 422)
        problem(response, response.status_code)


def test_deep_json_is_refused(client: TestClient) -> None:
    problem(ask(client, "classifications", change="[" * 5000), 400)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
numbers = st.integers(-5, 40) | st.integers() | st.floats()
changes = st.fixed_dictionaries({}, optional={
    "shift": st.tuples(numbers, numbers), "angle": numbers, "noise": numbers, "blur": st.floats(-1, 5),
    "cover": st.tuples(numbers, numbers, numbers), "seed": numbers,
})  # fmt: skip


@given(call=st.sampled_from(list(CALLS)), change=changes | json_values, implant=st.none() | json_values,
       place=st.tuples(numbers, numbers, numbers))  # fmt: skip
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_values_break_the_server(
    client: TestClient, call: str, change: Any, implant: Any, place: tuple[Any, Any, Any]
) -> None:
    fields: dict[str, Any] = {"change": change, **CALLS[call]}
    if implant is not None:
        fields["implant"] = implant
    if call in ("explanations", "gradients"):
        fields |= dict(zip(("x", "y", "channel"), place, strict=True))

    response = ask(client, call, **fields)

    assert response.status_code in (200, 400, 422)
    if response.status_code != 200:
        problem(response, response.status_code)


def test_wide_pictures_and_gray_ones_are_seen_too(client: TestClient) -> None:
    wide = written(np.full((3, 200), 77, np.uint8))

    answer = told(ask(client, "classifications", wide))

    assert torch.from_numpy(opened(answer["seen"]).copy()).unique().tolist() == [77]


def test_a_drawing_is_framed_as_the_digits_a_network_learned_from(client: TestClient) -> None:
    boards = [(digit, written(np.array(picture))) for digit, picture in drawings(0.55, ink=20, ground=240)]
    digits = "/api/models/digits"

    framed = [told(ask(client, "classifications", board, digits, framing="drawing")) for _, board in boards]
    plain = [told(ask(client, "classifications", board, digits)) for _, board in boards]

    def right(answers: list[dict[str, Any]]) -> int:
        pairs = zip(boards, answers, strict=True)
        return sum(str(digit) == answer["predictions"][0]["label"] for (digit, _), answer in pairs)

    assert right(framed) >= 26 > 10 > right(plain)
    assert {answer["frame"]["framing"] for answer in framed} == {"drawing"}
    whole = {"framing": "middle", "left": 0, "top": 0, "width": 1, "height": 1}
    assert all(answer["frame"] == whole for answer in plain)
    assert all(0.75 < answer["frame"]["height"] < 0.8 for answer in framed)  # MNIST's leave 8 of 28 pixels free


def test_a_picture_that_is_no_drawing_is_seen_as_its_middle(client: TestClient) -> None:
    fields = {"sample": "coffee", "framing": "drawing"}

    answer = told(client.post("/api/models/digits/classifications", data=fields))

    assert answer["frame"]["framing"] == "middle"
    assert answer["seen"] == told(client.post("/api/models/digits/classifications", data={"sample": "coffee"}))["seen"]


@pytest.mark.parametrize("call", CALLS)
def test_a_network_that_knows_no_drawings_refuses_to_frame_one(client: TestClient, call: str) -> None:
    refused = problem(ask(client, call, framing="drawing", **CALLS[call]), 422)

    assert refused["field"] == "framing"
    assert client.get(MODEL).json()["framings"] == ["middle"]
    assert client.get("/api/models/digits").json()["framings"] == ["middle", "drawing"]
