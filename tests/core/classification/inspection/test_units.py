"""The written arithmetic of any number gives the number that PyTorch computed, to 1e-4."""

import json
import math
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from app.core.classification.activations import Recording, record
from app.core.classification.anatomy import Anatomy
from app.core.classification.inspection.convolution_units import contributions
from app.core.classification.inspection.units import as_maps, explain_unit
from app.core.errors import InvalidValue
from tests.core.classification.networks_at_random import RESIDUAL, anatomies, make_anatomy, prepared_picture

FUNCTIONS = {
    "relu": lambda x: max(x, 0.0),
    "gelu": lambda x: x * special.ndtr(x),
    "silu": lambda x: x * special.expit(x),
    "tanh": math.tanh,
    "sigmoid": special.expit,
    "leaky_relu": lambda x: x if x > 0 else 0.2 * x,
    "elu": lambda x: x if x > 0 else math.expm1(x),
    "relu6": lambda x: min(max(x, 0.0), 6.0),
    "hard_swish": lambda x: x * min(max(x + 3, 0.0), 6.0) / 6,
}


@settings(deadline=None, max_examples=120, derandomize=True)
@given(anatomy=anatomies(), choice=st.data())
def test_what_is_written_gives_the_number_of_any_layer_channel_and_place(
    anatomy: Anatomy, choice: st.DataObject
) -> None:
    recording = record(anatomy, prepared_picture(anatomy, seed=choice.draw(st.integers(0, 9))))
    layer = choice.draw(st.sampled_from(list(recording.values)))
    values = as_maps(recording.values[layer])
    channel, y, x = (choice.draw(st.integers(0, size - 1)) for size in values.shape)

    found = explain_unit(recording, layer, channel, x, y).describe()

    assert found["value"] == float(values[channel, y, x])
    assert recompute(found, recording) == pytest.approx(found["value"], abs=1e-4, rel=1e-4)
    assert json.loads(json.dumps(found)) == found


@settings(deadline=None, max_examples=60, derandomize=True)
@given(anatomy=anatomies(), choice=st.data())
def test_input_maps_convolved_with_their_kernels_add_up_to_the_map(anatomy: Anatomy, choice: st.DataObject) -> None:
    if not anatomy.convolutions:
        return
    recording = record(anatomy, prepared_picture(anatomy))
    layer = choice.draw(st.sampled_from(anatomy.convolutions))
    channel = choice.draw(st.integers(0, len(recording.values[layer]) - 1))
    bias = anatomy.convolution(layer).bias

    found = contributions(recording, layer, channel)

    assert len(found) == len(recording.before(layer)) // anatomy.convolution(layer).groups
    total = found.sum(0) + (0 if bias is None else bias[channel])
    torch.testing.assert_close(total, recording.values[layer][channel], atol=1e-4, rtol=1e-4)


def test_padding_is_written_as_zeros_beyond_the_map() -> None:
    anatomy = make_anatomy([{"type": "conv2d", "filters": 1, "padding": "same"}, {"type": "flatten"}])
    recording = record(anatomy, prepared_picture(anatomy))

    found = explain_unit(recording, "conv2d_1", 0, 0, 0).describe()

    assert (found["left"], found["top"], found["padding"]) == (-1, -1, [1, 1, 1, 1])
    for entry in found["inputs"]:
        assert entry["patch"][0] == [0, 0, 0]
        assert [row[0] for row in entry["patch"]] == [0, 0, 0]
    assert found["inputs"][2]["patch"][1][1] == float(recording.values["input"][2, 0, 0])
    assert found["receptive_field"] == {"x": 0, "y": 0, "width": 2, "height": 2}
    assert [list(rows[:2]) for rows in found["views"].values()] == [[[0, 1], [0, 2]]] * 2


def test_a_number_worked_out_by_hand() -> None:
    anatomy = make_anatomy([{"type": "conv2d", "filters": 1, "kernel_size": 2, "stride": 2}, {"type": "flatten"}])
    kernel = anatomy.convolution("conv2d_1")
    with torch.no_grad():
        kernel.weight.copy_(torch.tensor([[1.0, 2], [3, 4]]).expand(1, 3, 2, 2))
        kernel.bias.fill_(0.5)  # type: ignore[union-attr]
    picture = torch.zeros(3, 10, 9)
    picture[1, 2:4, 4:6] = torch.tensor([[1.0, 0], [2, -1]])

    found = explain_unit(record(anatomy, picture), "conv2d_1", 0, 2, 1).describe()

    assert [entry["sum"] for entry in found["inputs"]] == [0, 1 + 6 - 4, 0]
    assert found["inputs"][1]["products"] == [[1, 0], [6, -4]]
    assert found["total"] == found["value"] == 3.5


def test_a_maximum_names_every_cell_that_reaches_it() -> None:
    anatomy = make_anatomy([{"type": "max_pooling2d"}, {"type": "flatten"}])
    picture = torch.zeros(3, 10, 9)
    picture[0, 4, 3] = picture[0, 5, 2] = 7

    found = explain_unit(record(anatomy, picture), "max_pooling2d_1", 0, 1, 2).describe()

    assert found["patch"] == [[0, 7], [7, 0]]
    assert found["positions"] == [{"x": 3, "y": 4}, {"x": 2, "y": 5}]


@pytest.mark.parametrize("kind", ["max_pooling2d", "average_pooling2d"])
def test_a_pools_padding_is_no_cell_of_its_window(kind: str) -> None:
    anatomy = make_anatomy([{"type": kind, "pool_size": 3, "stride": 2, "padding": 1}, {"type": "flatten"}])
    picture = -torch.ones(3, 10, 9)
    picture[0, 0, :2] = torch.tensor([-4.0, -6.0])

    found = explain_unit(record(anatomy, picture), f"{kind}_1", 0, 0, 0).describe()

    assert found["patch"] == [[-4, -6], [-1, -1]]
    assert [found[name] for name in ("left", "top", "width", "height", "count")] == [0, 0, 2, 2, 4]
    assert found["value"] == found["result"] == {"max_pooling2d": -1, "average_pooling2d": -3}[kind]
    assert found["positions"] == ([{"x": 0, "y": 1}, {"x": 1, "y": 1}] if kind == "max_pooling2d" else [])
    assert found["receptive_field"] == {"x": 0, "y": 0, "width": 2, "height": 2}


def test_a_flattened_value_and_a_dense_input_know_their_place_on_the_map() -> None:
    anatomy = make_anatomy(
        [{"type": "max_pooling2d"}, {"type": "flatten"}, {"type": "dropout"}, {"type": "dense", "units": 4}]
    )
    recording = record(anatomy, prepared_picture(anatomy))

    flattened = explain_unit(recording, "flatten_1", 27, 0, 0).describe()
    dense = explain_unit(recording, "dense_1", 1, 0, 0).describe()

    assert flattened["from"] == {"layer": "max_pooling2d_1", "channel": 1, "x": 3, "y": 1}
    assert flattened["receptive_field"] == {"x": 6, "y": 2, "width": 2, "height": 2}
    assert {entry["from"]["layer"] for entry in dense["inputs"]} == {"max_pooling2d_1"}
    for entry in dense["inputs"]:
        place = entry["from"]
        assert float(recording.values["max_pooling2d_1"][place["channel"], place["y"], place["x"]]) == entry["input"]


def test_a_dense_unit_writes_out_the_largest_products() -> None:
    anatomy = make_anatomy([{"type": "flatten"}])
    recording = record(anatomy, prepared_picture(anatomy))

    found = explain_unit(recording, "dense_1", 0, 0, 0).describe()

    sizes = [abs(entry["product"]) for entry in found["inputs"]]
    assert len(sizes) == 64
    assert sizes == sorted(sizes, reverse=True)
    assert found["others"] == 3 * 10 * 9 - 64


def test_the_input_is_a_level_of_the_picture() -> None:
    anatomy = make_anatomy([{"type": "flatten"}])
    picture = torch.full((3, 10, 9), (200 / 255 - 0.4) / 0.2)

    found = explain_unit(record(anatomy, picture), "input", 1, 8, 9).describe()

    assert (found["level"], found["mean"], found["std"]) == (200, 0.4, 0.2)


@pytest.mark.parametrize(
    ("layer", "channel", "x", "y", "field"),
    [
        ("stranger", 0, 0, 0, "layer"), ("conv2d_1", 9, 0, 0, "channel"), ("conv2d_1", -1, 0, 0, "channel"),
        ("conv2d_1", 0, 9, 0, "x"), ("conv2d_1", 0, 0, 10, "y"), ("dense_1", 0, 1, 0, "x"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_refused(layer: str, channel: int, x: int, y: int, field: str) -> None:
    anatomy = make_anatomy([{"type": "conv2d", "filters": 2}, RESIDUAL, {"type": "flatten"}])
    recording = record(anatomy, prepared_picture(anatomy))

    with pytest.raises(InvalidValue) as refused:
        explain_unit(recording, layer, channel, x, y)

    assert refused.value.field == field


def recompute(found: dict[str, Any], recording: Recording) -> float:
    """The value from the numbers that are shown, as a reader would."""
    match found["role"]:
        case "input":
            return (found["level"] / 255 - found["mean"]) / found["std"]
        case "kernels":
            return found["bias"] + sum(dot(entry["patch"], entry["kernel"]) for entry in found["inputs"])
        case "normalize":
            spread = math.sqrt(found["variance"] + found["epsilon"])
            return found["gamma"] * (found["input"] - found["mean"]) / spread + found["beta"]
        case "function":
            return float(FUNCTIONS[found["function"]](found["input"]))
        case "pad" | "scale" | "pass":
            return moved(found, recording)
        case "unroll":
            place = found["from"]
            return float(recording.values[place["layer"]][place["channel"], place["y"], place["x"]])
        case "weigh":
            return sum(e["input"] * e["weight"] for e in found["inputs"]) + found["others_sum"] + found["bias"]
        case "softmax":
            return math.exp((found["logits"][found["channel"]] - max(found["logits"])) / 1.7) / found["sum"]
        case "sum":
            return sum(term["value"] for term in found["terms"])
        case _:
            cells = [cell for row in found["patch"] for cell in row]
            return max(cells) if found["function"] == "maximum" else sum(cells) / len(cells)


def moved(found: dict[str, Any], recording: Recording) -> float:
    """What is at most multiplied by a number, or put elsewhere."""
    if found["role"] == "pad":
        maps, row, column = recording.before(found["layer"])[found["channel"]], found["top"], found["left"]
        return float(maps[row, column]) if 0 <= row < len(maps) and 0 <= column < len(maps[0]) else 0.0
    return float(found.get("scale", 1) * found["input"] + found.get("offset", 0))


def dot(patch: list[list[float]], kernel: list[list[float]]) -> float:
    """Cell by cell."""
    return sum(a * b for cells, weights in zip(patch, kernel, strict=True) for a, b in zip(cells, weights, strict=True))


def test_a_dilated_kernel_of_a_group_worked_out_by_hand() -> None:
    layer = {"type": "conv2d", "filters": 3, "kernel_size": 2, "dilation": [1, 3], "groups": 3, "use_bias": False}
    anatomy = make_anatomy([layer, {"type": "flatten"}])
    with torch.no_grad():
        anatomy.convolution("conv2d_1").weight.copy_(torch.tensor([[1.0, 2], [3, 4]]).expand(3, 1, 2, 2))
    picture = torch.arange(270.0).reshape(3, 10, 9)

    found = explain_unit(record(anatomy, picture), "conv2d_1", 1, 2, 5).describe()

    assert [entry["channel"] for entry in found["inputs"]] == [1]
    corner = 90 + 5 * 9 + 2
    assert found["inputs"][0]["patch"] == [[corner, corner + 3], [corner + 9, corner + 12]]
    assert found["value"] == corner + 2 * (corner + 3) + 3 * (corner + 9) + 4 * (corner + 12)
    assert (found["left"], found["top"], found["dilation"]) == (2, 5, [1, 3])
    assert found["receptive_field"] == {"x": 2, "y": 5, "width": 4, "height": 2}
