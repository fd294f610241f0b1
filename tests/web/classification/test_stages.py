"""A picture's columns over HTTP: stages, what they open into, more maps, two pictures; and what is refused."""

from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from tests.tiny_models import random_pictures
from tests.web.classification.test_classification import FILE, MODEL, ask, opened, told
from tests.web.conftest import problem, written

OTHER = written(random_pictures(1, seed=9)[0].permute(1, 2, 0).contiguous().numpy())


def test_stages_are_columns_of_maps(client: TestClient) -> None:
    columns = told(ask(client, "stages", limit=2))["columns"]

    assert [column["part"] for column in columns] == ["input", "stage_1", "stage_2", "classes"]
    assert [len(column["channels"]) for column in columns] == [2, 2, 2, 2]
    assert opened(columns[1]["maps"]).shape == (32, 16)
    assert columns[1] | {"name": "relu_1", "type": "activation", "role": "function", "shape": [4, 16, 16]} == columns[1]


def test_a_block_opens_and_a_layer_shows_all_its_maps(client: TestClient) -> None:
    block = told(ask(client, "stages", part="stage_2/block_1"))["columns"]
    (layer,) = told(ask(client, "stages", layer="residual_1/conv2d_2", offset=2, limit=2000))["columns"]

    assert block[0]["part"] == block[0]["name"] == "residual_1/conv2d_2"
    assert len(layer["channels"]) == 4


def test_two_files_are_compared(client: TestClient) -> None:
    files = {"image": ("one.png", FILE), "other_image": ("two.png", OTHER)}

    columns = told(client.post(f"{MODEL}/stages", files=files))["columns"]

    sizes = np.abs(columns[1]["differences"])
    assert sizes[0] > 0
    assert sizes.tolist() == sorted(sizes, reverse=True)
    assert opened(columns[1]["other"]["maps"]).shape == (64, 16)


def test_a_file_is_compared_with_a_sample(client: TestClient) -> None:
    columns = told(ask(client, "stages", other_sample="rocket"))["columns"]

    assert all({"other", "differences"} <= set(column) for column in columns)


@pytest.mark.parametrize(("fields", "field"), [
    ({"part": "stage_9"}, "part"), ({"part": "input"}, "part"), ({"layer": "conv2d_9"}, "layer"),
    ({"part": "stage_1", "layer": "relu_1"}, "part"), ({"limit": 0}, "limit"), ({"limit": 2001}, "limit"),
    ({"offset": -1}, "offset"), ({"other_sample": "nothing"}, "sample"), ({"unknown": 1}, "body"),
])  # fmt: skip
def test_what_cannot_be_shown_is_refused(client: TestClient, fields: dict[str, Any], field: str) -> None:
    assert problem(ask(client, "stages", **fields), 422)["field"] == field


def test_a_second_picture_comes_once(client: TestClient) -> None:
    files = {"image": ("one.png", FILE), "other_image": ("two.png", OTHER)}

    response = client.post(f"{MODEL}/stages", files=files, data={"other_sample": "cat"})

    assert problem(response, 422)["field"] == "other_image"
