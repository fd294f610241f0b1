"""The calls of app/web/convolution/convolution.py, against SciPy."""

import base64
import io
import json
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image
from scipy import ndimage, signal
from starlette.testclient import TestClient

from tests.web.conftest import Post, picture, problem, values, written

LECTURE = {
    "identity": ([[0, 0, 0], [0, 1, 0], [0, 0, 0]], 1),
    "edge-diagonal": ([[1, 0, -1], [0, 0, 0], [-1, 0, 1]], 1),
    "edge-laplacian-4": ([[0, 1, 0], [1, -4, 1], [0, 1, 0]], 1),
    "edge-laplacian-8": ([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]], 1),
    "sharpen": ([[0, -1, 0], [-1, 5, -1], [0, -1, 0]], 1),
    "box-blur": ([[1, 1, 1], [1, 1, 1], [1, 1, 1]], 9),
    "gaussian-blur": ([[1, 2, 1], [2, 4, 2], [1, 2, 1]], 16),
}


def correlated(levels: np.ndarray, matrix: Any, mode: str = "constant") -> np.ndarray:
    planes = [ndimage.correlate(levels[..., c].astype(float), np.array(matrix, float), mode=mode) for c in range(3)]
    return np.stack(planes, axis=-1)


def as_bytes(result: np.ndarray) -> np.ndarray:
    return np.floor(np.clip(result, 0, 255) + 0.5).astype(np.uint8)


@pytest.mark.parametrize("name", LECTURE)
def test_a_kernel_of_the_lecture_gives_the_picture_that_scipy_gives(
    convolve: Post, photo: np.ndarray, name: str
) -> None:
    matrix, divisor = LECTURE[name]

    result = picture(convolve({"kernel": name}))

    np.testing.assert_array_equal(result, as_bytes(correlated(photo, matrix) / divisor))


def test_the_kernels_are_listed_with_the_lectures_numbers(client: TestClient) -> None:
    kernels = {kernel["name"]: kernel for kernel in client.get("/api/kernels").json()["kernels"]}

    assert len(kernels) >= 20
    for name, (matrix, divisor) in LECTURE.items():
        assert (kernels[name]["matrix"], kernels[name]["divisor"]) == (matrix, divisor)
    fields = {"name", "matrix", "divisor", "family", "title", "use", "description"}
    assert all(set(kernel) == fields for kernel in kernels.values())


def test_titles_of_kernels_follow_the_language(client: TestClient) -> None:
    title = {
        language: client.get("/api/kernels", headers={"Accept-Language": language}).json()["kernels"][4]["title"]
        for language in ("en", "es-MX,es;q=0.9", "fr")
    }

    assert title == {"en": "Sharpen", "es-MX,es;q=0.9": "Enfocar", "fr": "Sharpen"}


@pytest.mark.parametrize(("border", "mode"), [("reflect", "mirror"), ("replicate", "nearest"), ("wrap", "wrap")])
def test_borders_stride_offset_and_flip_reach_the_engine(
    convolve: Post, photo: np.ndarray, border: str, mode: str
) -> None:
    matrix = [[1, 2, 0], [0, -3, 1], [4, 0, -1]]

    result = values(
        convolve({
            "matrix": json.dumps(matrix), "divisor": "2", "offset": "-7.5", "border": border, "stride": "2",
            "flip": "true", "format": "npy",
        })
    )  # fmt: skip

    expected = correlated(photo, np.array(matrix)[::-1, ::-1], mode)[::2, ::2] / 2 - 7.5
    np.testing.assert_allclose(result, expected, atol=1e-3)


def test_npy_holds_signed_float32_values_for_every_display(convolve: Post, photo: np.ndarray) -> None:
    one, other = (
        values(convolve({"kernel": "sobel-x", "format": "npy", "display": display})) for display in ("clip", "rescale")
    )

    assert one.dtype == np.float32
    assert one.shape == (40, 60, 3)
    assert one.min() < 0
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(("form", "kind"), [("png", "PNG"), ("jpeg", "JPEG"), ("webp", "WEBP")])
def test_the_result_has_the_format_asked_for(convolve: Post, form: str, kind: str) -> None:
    response = convolve({"kernel": "identity", "format": form})

    assert response.headers["content-type"] == f"image/{form}"
    assert Image.open(io.BytesIO(response.content)).format == kind


def test_json_tells_the_range_and_holds_the_picture(convolve: Post, photo: np.ndarray) -> None:
    expected = correlated(photo, LECTURE["edge-laplacian-8"][0])

    told = convolve({"kernel": "edge-laplacian-8"}, headers={"Accept": "application/json"}).json()

    assert (told["width"], told["height"], told["channels"]) == (60, 40, 3)
    assert told["minimum"] == expected.min()
    assert told["maximum"] == expected.max()
    assert told["mean"] == pytest.approx(expected.mean(), abs=1e-3)
    assert told["clipped_fraction"] == pytest.approx(((expected < 0) | (expected > 255)).mean())
    assert told["milliseconds"] > 0
    head, _, data = told["image"].partition(",")
    assert head == "data:image/png;base64"
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(base64.b64decode(data)))), as_bytes(expected))


def test_steps_make_a_small_cnn(convolve: Post, photo: np.ndarray) -> None:
    steps = [{"kernel": "sobel-x"}, {"type": "relu"}, {"type": "max_pool", "size": 2}]

    result = values(convolve({"steps": json.dumps(steps), "format": "npy"}))

    rectified = np.maximum(correlated(photo, [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]), 0)
    np.testing.assert_allclose(result, rectified.reshape(20, 2, 30, 2, 3).max((1, 3)), atol=1e-3)


def test_gray_is_one_channel(convolve: Post) -> None:
    assert values(convolve({"kernel": "identity", "color": "gray", "format": "npy"})).shape == (40, 60, 1)


def test_the_picture_is_reduced_to_the_side_asked_for(convolve: Post) -> None:
    response = convolve({"kernel": "identity", "max_side": "30"})

    assert picture(response).shape == (20, 30, 3)
    assert response.headers["x-picture"] == "format=PNG; mode=RGB; width=60; height=40; levels=8-bit"


@pytest.mark.parametrize("place", [(0, 0, 0), (59, 39, 2), (17, 23, 1)])
def test_the_pixels_arithmetic_agrees_with_the_picture(
    convolve: Post, photo: np.ndarray, place: tuple[int, ...]
) -> None:
    x, y, channel = place
    fields = {"kernel": "gaussian-blur", "offset": "3", "border": "reflect"}

    told = convolve({**fields, "x": x, "y": y, "channel": channel}, path="/pixel").json()

    assert np.sum(told["products"]) == pytest.approx(told["sum"])
    np.testing.assert_allclose(np.multiply(told["patch"], told["kernel"]), told["products"])
    assert (told["divisor"], told["offset"]) == (16, 3)
    assert told["value"] == pytest.approx(told["sum"] / 16 + 3, abs=1e-3)
    assert told["value"] == values(convolve({**fields, "format": "npy"}))[y, x, channel]
    assert told["displayed"] == picture(convolve(fields))[y, x, channel]


def test_the_lectures_example_is_6600_on_the_back_and_0_on_the_head(client: TestClient) -> None:
    from app.core.pictures.samples import MOUSE_BACK, MOUSE_HEAD

    sums = [
        client.post("/api/convolutions/pixel", data={"sample": "mouse", "kernel": "curve", "x": x, "y": y}).json()[
            "sum"
        ]
        for x, y in (MOUSE_BACK, MOUSE_HEAD)
    ]

    assert sums == [6600, 0]


def test_the_programs_are_written_for_what_is_asked(client: TestClient) -> None:
    told = client.post("/api/convolutions/code", data={"kernel": "emboss", "color": "gray"}).json()

    assert set(told) == {"curl", "pytorch", "numpy", "opencv", "keras"}
    assert "http://localhost/api/convolutions" in told["curl"]
    assert "kernel=emboss" in told["curl"]


@pytest.mark.parametrize(("fields", "field"), [
    ({}, "kernel"),
    ({"kernel": "identity", "matrix": "[[1]]"}, "kernel"),
    ({"kernel": "no-such"}, "kernel"),
    ({"matrix": "[[1,2],[3]]"}, "matrix"),
    ({"matrix": "[]"}, "matrix"),
    ({"matrix": "[[]]"}, "matrix"),
    ({"matrix": json.dumps([[1] * 100] * 100)}, "matrix"),
    ({"matrix": json.dumps([[1] * 64])}, "matrix"),
    ({"matrix": "[[1000001]]"}, "matrix"),
    ({"matrix": "[[1]"}, "matrix"),
    ({"kernel": "identity", "divisor": "0"}, "divisor"),
    ({"kernel": "identity", "stride": "0"}, "stride"),
    ({"kernel": "identity", "dilation": "65"}, "dilation"),
    ({"steps": "[]"}, "steps"),
    ({"steps": '[{"type": "relu"}]', "kernel": "identity"}, "kernel"),
    ({"steps": json.dumps([{"type": "relu"}] * 17)}, "steps"),
    ({"steps": '[{"type": "max_pool", "size": 41}]'}, "size"),
    ({"matrix": json.dumps([[1] * 63] * 63), "border": "valid"}, "border"),
    ({"kernel": "emboss", "padding": "65"}, "padding"),
    ({"kernel": "emboss", "padding": "-1"}, "padding"),
    ({"kernel": "emboss", "padding": "wide"}, "padding"),
    ({"kernel": "emboss", "padding": "0", "border": "valid"}, "padding"),
    ({"steps": '[{"kernel": "emboss", "padding": true}]'}, "padding"),
    ({"steps": '[{"kernel": "emboss", "padding": [1]}]'}, "padding"),
    ({"matrix": json.dumps([[1] * 63] * 63), "padding": "0"}, "padding"),
])  # fmt: skip
def test_a_value_that_cannot_be_used_is_named(convolve: Post, fields: dict[str, str], field: str) -> None:
    assert problem(convolve(fields), 422)["field"] == field


@pytest.mark.parametrize("matrix", ["1 2 3; 4 5 6", "[1, 2, 3]", "[[1,2],[3]]", '[["1"]]', "[]", "np.ones((3, 3))"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_wrong_matrix_is_shown_a_right_one(convolve: Post, matrix: str, language: str) -> None:
    told = problem(convolve({"matrix": matrix}, headers={"Accept-Language": language}), 422)

    shown = told["detail"].rpartition(": ")[2]
    np.testing.assert_array_equal(picture(convolve({"matrix": shown})), picture(convolve({"kernel": "sharpen"})))


@pytest.mark.parametrize(("padding", "widths"), [("full", 2), ("0", 0), ("1", 1), ("5", 5), ("same", 1)])
def test_a_padding_is_a_word_or_a_number_of_cells(convolve: Post, photo: np.ndarray, padding: str, widths: int) -> None:
    matrix = [[1, 2, 0], [0, -3, 1], [4, 0, -1]]

    result = values(convolve({"matrix": json.dumps(matrix), "padding": padding, "format": "npy"}))
    chained = values(convolve({"steps": json.dumps([{"matrix": matrix, "padding": padding}]), "format": "npy"}))

    padded = np.pad(photo.astype(float), [(widths, widths), (widths, widths), (0, 0)])
    expected = np.stack([signal.correlate(padded[..., c], matrix, mode="valid") for c in range(3)], axis=-1)
    np.testing.assert_allclose(result, expected, atol=1e-3)
    np.testing.assert_array_equal(chained, result)


@pytest.mark.parametrize("fields", [
    {"matrix": "[[NaN]]"},
    {"matrix": "[[Infinity]]"},
    {"matrix": "[[1e999]]"},
    {"matrix": f"[[1{'0' * 400}]]"},
    {"matrix": '[["1"]]'},
    {"matrix": "[[true]]"},
    {"matrix": "[[null]]"},
    {"matrix": "1"},
    {"matrix": '{"a": 1}'},
    {"kernel": "identity", "offset": "nan"},
    {"kernel": "identity", "divisor": "1e999"},
    {"kernel": "identity", "stride": "1.5"},
    {"kernel": "identity", "border": "<script>"},
    {"kernel": "identity", "display": "x"},
    {"kernel": "identity", "format": "gif"},
    {"kernel": "identity", "max_side": "0"},
    {"kernel": "\ud800", "x": "1"},
    {"kernel": "identity", "surprise": "1"},
    {"steps": '[{"type": "softmax"}]'},
    {"steps": '[{"kernel": "identity", "size": 2}]'},
    {"steps": '[1, "a", null]'},
    {"steps": '{"type": "relu"}'},
])  # fmt: skip
def test_what_is_no_such_value_is_a_problem(convolve: Post, fields: dict[str, str]) -> None:
    fields = {name: value.encode("utf-8", "surrogatepass").decode("latin-1") for name, value in fields.items()}

    told = problem(convolve(fields), 422)

    assert len(json.dumps(told)) < 2000


def test_json_nested_too_deep_is_refused_before_it_is_parsed(convolve: Post) -> None:
    told = problem(convolve({"matrix": "[" * 33 + "]" * 33}), 400)

    assert told["limit"] == 32


def test_a_field_past_a_mebibyte_is_too_large(convolve: Post) -> None:
    problem(convolve({"matrix": "[" + "1," * 600_000 + "1]"}), 413)


def test_a_million_wrong_numbers_give_a_short_answer(convolve: Post) -> None:
    response = convolve({"matrix": json.dumps([["x"] * 1000] * 100)})

    problem(response, 422)
    assert len(response.content) < 2000


def test_too_much_arithmetic_is_refused_with_its_estimate(convolve: Post) -> None:
    large = written(np.zeros((4000, 4000), np.uint8))

    told = problem(convolve({"matrix": json.dumps([[1] * 63] * 63)}, image=large), 413)

    assert told["estimate"] == 4000 * 4000 * 63 * 63 > told["limit"]


@pytest.mark.parametrize(
    "place", [{"x": 60, "y": 0}, {"x": 0, "y": 40}, {"x": -1, "y": 0}, {"x": 0, "y": 0, "channel": 3}]
)
def test_a_pixel_outside_the_result_is_refused(convolve: Post, place: dict[str, int]) -> None:
    told = problem(convolve({"kernel": "identity", **place}, path="/pixel"), 422)

    assert told["field"] in ("x", "y", "channel")


def test_what_a_file_held_is_told_and_the_programs_take_care_of_it(client: TestClient) -> None:
    deep = cv2.imencode(".png", np.full((4, 5, 4), 4095, np.uint16))[1].tobytes()
    files = {"image": ("a.png", deep, "image/png")}

    told = client.post("/api/convolutions", data={"kernel": "identity"}, files=files).headers["X-Picture"]
    held = dict(pair.split("=") for pair in told.split("; "))
    asked = {name: held[name] for name in ("alpha", "levels")}
    programs = client.post("/api/convolutions/code", data={"kernel": "emboss", **asked}).json()

    assert held == {"format": "PNG", "mode": "RGBA", "width": "5", "height": "4", "levels": "16-bit", "alpha": "true"}
    for library in ("pytorch", "numpy", "opencv", "keras"):
        assert "/ 257" in programs[library]
        assert "over white" in programs[library]
    assert "over white" not in client.post("/api/convolutions/code", data={"kernel": "emboss"}).json()["numpy"]


@pytest.mark.parametrize("size", [(4300, 4300), (6000, 5000)])
def test_a_large_photo_is_worked_on_in_a_smaller_copy_alone(client: TestClient, size: tuple[int, int]) -> None:
    file = io.BytesIO()
    Image.new("RGB", size, (200, 100, 50)).save(file, "JPEG", quality=50)
    files = {"image": ("a.jpg", file.getvalue(), "image/jpeg")}

    small = client.post("/api/convolutions", data={"kernel": "identity", "max_side": "300"}, files=files)
    refused = problem(client.post("/api/convolutions", data={"kernel": "identity"}, files=files), 413)

    assert Image.open(io.BytesIO(small.content)).size == (300, 300 * size[1] // size[0])
    assert refused["limit"] == 16_777_216
    assert "max_side" in refused["detail"]
