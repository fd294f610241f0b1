"""What `POST /api/runs` refuses, each with a sentence that says why, and how it takes names."""

import json
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import torch
from starlette.testclient import TestClient

from app.core.datasets.builtin import BUILTIN
from app.core.datasets.cache import write_cache
from app.core.datasets.headers import cache_path
from app.core.datasets.labeled_images import DataSet
from app.core.datasets.statistics import describe
from app.core.errors import InvalidValue
from app.core.networks import networks
from app.core.networks.presets import find_preset, presets
from app.core.networks.reports import Limits, write_report
from app.core.training.requirements import check_demands
from app.files.files import Files
from app.runs.store.states import Visitor
from app.runs.store.store import Store
from app.web.training.orders import Judge, fit
from app.web.training.run_objects import Curves, Teller
from app.web.work.orders import read_order
from tests.web.conftest import problem
from tests.web.logged_runs import SMALL, quiet_client

NORMED = SMALL | {"layers": [{"type": "flatten"}, {"type": "batch_normalization"}, {"type": "dense", "units": 10}]}


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with quiet_client(tmp_path_factory.mktemp("data"), runs_queued=1000, runs_per_visitor=1000) as client:
        yield client


def send(client: TestClient, body: Any) -> httpx2.Response:
    """JSON, or bytes that claim to be."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post("/api/runs", content=content, headers={"content-type": "application/json"})


def test_a_network_is_worked_out_once_whoever_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a server does it: judged by a worker, stored, told; then once more by the trainer, which has only the row."""
    written: list[object] = []
    monkeypatch.setattr(networks, "write_report", lambda *given: written.append(given) or write_report(*given))
    store = Store.open(f"sqlite:///{tmp_path / 'runs.sqlite3'}", Files(tmp_path))
    visitor = Visitor(None, "10.0.0.1")

    order = pickle.loads(pickle.dumps(read_order({"dataset": "digits", "network": SMALL}, Judge(Limits(), tmp_path))))
    run = store.submit(order, visitor)
    told = Teller(store, Curves(store), visitor, "en").tell(run)
    by_server = len(written)
    network = run.read_network()
    check_demands(network, run.read_training(), 10)

    assert told["parameters"] == network.report.parameters == 2 * 9 + 2 + 2 * 36 * 10 + 10
    assert (by_server, len(written)) == (1, 2)
    store.close()


@pytest.mark.parametrize(("order", "status", "told"), [
    ({"dataset": "no-such"}, 404, "GET /api/datasets"),
    ({"dataset": "cifar10"}, 409, "python -m app fetch cifar10"),
    ({"dataset": "digits", "network": "no-such"}, 422, "GET /api/networks"),
    ({"dataset": "digits", "network": SMALL | {"classes": 9}}, 422, "must give 9 values"),
    ({"dataset": "shapes", "network": SMALL}, 422, "The network has 10 classes; the data set has 8."),
    ({"dataset": "digits", "training": {"epochs": 0}}, 422, "epochs lies between 1 and 10000."),
    ({"dataset": "digits", "training": {"seed": 2**53 + 1}}, 422, "seed lies between 0 and 9007199254740992."),
    ({"dataset": "digits", "training": {"augmentation": ["flip"] * 9}}, 422, "augmentation names a change twice."),
    ({"dataset": "digits", "training": {"whiten": 0.5}}, 422, "Whitening needs 18 filters"),
    ({"dataset": "digits", "network": NORMED, "training": {"batch_size": 1}}, 422, "at least two pictures a step"),
    ({"dataset": "digits", "training": {"no-such": 1}}, 422, "A training has no such value"),
    ({"dataset": "digits", "training": {"learning_rate": 10**400}}, 422, "learning_rate is a number."),
    ({"dataset": "digits", "training": []}, 422, "A training is an object"),
    ({"dataset": "digits", "sample": "no-such"}, 422, "GET /api/samples"),
    ({"dataset": "digits", "pair": "../../etc"}, 422, "'pair' is the id of a run."),
    ({"dataset": "digits", "name": "n" * 81}, 422, "at most 80 characters"),
    ({"dataset": "digits", "name": 5}, 422, "'name' is a text."),
    ({"dataset": ["digits"]}, 422, "'dataset' is a text."),
    ({"dataset": "digits", "surprise": 1}, 422, "the fields are dataset, network"),
    ({}, 422, "Name a data set; GET /api/datasets lists all."),
])  # fmt: skip
def test_an_order_that_cannot_be_trained_says_why(quiet: TestClient, order: Any, status: int, told: str) -> None:
    assert told in problem(send(quiet, order), status)["detail"]


@pytest.mark.parametrize("name", list(presets()))
@pytest.mark.parametrize("dataset", ["digits", "shapes"])
def test_every_named_network_is_fitted_to_the_pictures(name: str, dataset: str, tmp_path: Path) -> None:
    network = read_order({"dataset": dataset, "network": name}, Judge(Limits(), tmp_path)).network

    kinds = [layer.type for layer in find_preset(name).network.layers]
    assert [layer.type for layer in network.layers] == kinds
    assert (network.input, network.classes) == ((1, 8, 8), 10) if dataset == "digits" else ((3, 32, 32), 8)


def test_lenet_keeps_its_convolutions_as_they_are_where_they_fit(tmp_path: Path) -> None:
    padding = {
        dataset: [getattr(layer, "padding", "") for layer in fit(find_preset("lenet-5").network, row).layers
                  if layer.role == "kernels"]
        for dataset, row in (("mnist", BUILTIN["mnist"]), ("digits", BUILTIN["digits"]))
    }  # fmt: skip

    assert padding == {"mnist": ["same", "valid"], "digits": ["same", "same"]}


def test_a_class_with_one_picture_is_refused_where_some_are_put_aside(tmp_path: Path) -> None:
    images, labels = torch.zeros(11, 3, 8, 8, dtype=torch.uint8), torch.tensor([0] * 10 + [1])
    lone = DataSet("lone", "Lone", ("many", "one"), images, labels, images[:0], labels[:0])
    write_cache(lone, cache_path(tmp_path, "lone"), describe(lone))
    judge = Judge(Limits(), tmp_path)

    with pytest.raises(InvalidValue) as refused:
        read_order({"dataset": "lone"}, judge)

    assert (refused.value.field, refused.value.values) == ("validation_split", {"label": "one"})
    for training in ({"validation_split": 0}, {"stratify": False}):
        assert read_order({"dataset": "lone", "training": training}, judge).dataset == "lone"


def test_a_value_past_its_bounds_is_told_with_the_bound(quiet: TestClient) -> None:
    found = [
        problem(send(quiet, {"dataset": "digits", "training": {"learning_rate": rate}}), 422) for rate in (-1, 2e4)
    ]

    assert [(told["field"], told["value"], told["limit"]) for told in found] == [
        ("learning_rate", -1, 0), ("learning_rate", 2e4, 1e4),
    ]  # fmt: skip


def test_pictures_of_another_size_are_refused_with_both_sizes(quiet: TestClient) -> None:
    network = SMALL | {"input": [1, 28, 28]}

    found = problem(send(quiet, {"dataset": "digits", "network": network}), 422)

    assert found["field"] == "network"
    assert "1 x 28 x 28" in found["detail"]
    assert "1 x 8 x 8" in found["detail"]


def test_a_batch_that_would_take_too_much_memory_is_refused_by_arithmetic(quiet: TestClient) -> None:
    wide = {"input": [3, 32, 32], "classes": 8, "layers": [
        {"type": "conv2d", "filters": 64}, {"type": "global_average_pooling2d"}, {"type": "dense", "units": 8},
    ]}  # fmt: skip

    found = problem(send(quiet, {"dataset": "shapes", "network": wide, "training": {"batch_size": 65_536}}), 422)

    assert found["field"] == "batch_size"
    assert found["limit"] == 4096
    assert found["value"] == pytest.approx(2 * 10_000 * (64 * 30 * 30 + 64 + 8) * 4 / 2**20, rel=0.01)


@pytest.mark.parametrize(("body", "status"), [
    (b"", 400), (b"{", 400), (b"\xff\xfe", 400), (b"[" * 33, 400), (b"9" * 5000, 400), (b"NaN", 422), (b"[]", 422),
    (b'"\\ud800"', 422), (b'{"dataset": "\\ud800"}', 404), (b'{"dataset": "../runs"}', 404),
    (b'{"dataset": null}', 422),
    (b'{"dataset": "digits", "training": {"learning_rate": NaN}}', 422),
    (b'{"dataset": "digits", "training": {"epochs": 1e999}}', 422),
    (b'{"dataset": "digits", "sample": "\\u0000"}', 422),
    (b'{"dataset": "digits", "training": {"augmentation": [[]]}}', 422),
    (b'{"dataset": "digits", "training": {"optimizer": {}}}', 422),
])  # fmt: skip
def test_a_hostile_order_is_a_problem_that_repeats_nothing(quiet: TestClient, body: bytes, status: int) -> None:
    response = send(quiet, body)

    problem(response, status)
    assert len(response.content) < 700


def test_a_name_is_shown_as_one_clean_line(quiet: TestClient) -> None:
    names = [
        " a\n\u202eb\x00 c\ud800 ",
        "a\u2066\u2069 b\u061c\xad\u2060\U000e0041 c",
        "a\x1b\u200f\u2028b\u3000\x85c\ufeff",
    ]

    told = [send(quiet, {"dataset": "digits", "network": SMALL, "name": name}).json()["name"] for name in names]

    assert told == ["a b c"] * 3
