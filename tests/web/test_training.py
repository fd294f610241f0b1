"""The calls of app/web/training.py: runs started, listed, changed and removed. Nothing trains here."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from app.core.cards import PICTURES
from app.core.hyperparameters import Training
from tests.hostile_archives import pack, pets
from tests.tiny_models import write_model
from tests.web.conftest import problem
from tests.web.logged_runs import ROW, SMALL, another_visitor, quiet_client, set_state, store_of, submit, write

FIELDS = {
    "id", "name", "state", "asked", "reason", "dataset", "network", "training", "classes", "sample", "pair", "mine",
    "created_at", "started_at", "ended_at", "epoch", "epochs", "step", "steps", "learning_rate", "seconds",
    "seconds_left", "images_per_second", "parameters", "queue_position", "model", "test",
}  # fmt: skip


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with quiet_client(tmp_path_factory.mktemp("data"), runs_queued=1000, runs_per_visitor=1000) as client:
        yield client


def send(client: TestClient, body: Any, method: str = "POST", path: str = "") -> httpx2.Response:
    """JSON, or bytes that claim to be."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.request(method, f"/api/runs{path}", content=content, headers={"content-type": "application/json"})


def test_a_run_is_made_and_found_under_its_address(quiet: TestClient) -> None:
    order = {"dataset": "digits", "network": SMALL, "training": {"epochs": 4}, "name": "Mine", "sample": "cat"}

    response = send(quiet, order)

    told = response.json()
    assert response.status_code == 201
    assert set(told) == FIELDS | {"history"}
    assert (told["state"], told["name"], told["epochs"], told["mine"]) == ("queued", "Mine", 4, True)
    assert (told["dataset"], told["network"], told["classes"][9]) == ("digits", SMALL, "9")
    assert told["parameters"] == 2 * 9 + 2 + 2 * 36 * 10 + 10
    assert (told["model"], told["test"], told["history"], told["sample"]) == (None, None, [], "cat")
    assert response.headers["location"] == f"/api/runs/{told['id']}"
    assert quiet.get(response.headers["location"]).json() == told


def test_what_is_left_out_is_the_lectures(quiet: TestClient) -> None:
    told = send(quiet, {"dataset": "digits"}).json()

    assert told["network"]["layers"][0] == {"type": "conv2d", "filters": 16, "activation": "relu"}
    assert (told["network"]["input"], told["network"]["classes"]) == ([1, 8, 8], 10)
    assert {name: told["training"][name] for name in ("epochs", "learning_rate", "decay", "augmentation")} == {
        "epochs": 10, "learning_rate": 1e-4, "decay": 1e-6, "augmentation": [],
    }  # fmt: skip
    assert set(told["training"]) == set(Training.__dataclass_fields__)


def test_the_list_has_the_newest_first_and_its_newest_row_instead_of_the_history(quiet: TestClient) -> None:
    older, newer = submit(quiet), submit(quiet)
    write(store_of(quiet), newer["id"], ("epoch", ROW))
    set_state(store_of(quiet), newer["id"], "finished", last=ROW, step=10, epoch=1, seconds=2.0, test_loss=0.5,
              test_accuracy=0.75)  # fmt: skip

    listed = quiet.get("/api/runs").json()["runs"]

    assert [run["id"] for run in listed[:2]] == [newer["id"], older["id"]]
    assert set(listed[0]) == FIELDS | {"last", "best", "curve"}
    assert listed[0]["last"] == ROW
    assert listed[0]["test"] == {"loss": 0.5, "accuracy": 0.75}
    assert listed[0]["ended_at"] == "2026-09-21T14:13:20.000Z"
    assert quiet.get(f"/api/runs/{newer['id']}").json()["history"] == [ROW]


def test_the_list_outlines_the_validation_accuracy(quiet: TestClient) -> None:
    run = submit(quiet)
    accuracies = [0.001 * number for number in range(100, 200)] + [0.15]
    rows = [ROW | {"epoch": number, "validation_accuracy": value} for number, value in enumerate(accuracies, 1)]
    write(store_of(quiet), run["id"], *(("epoch", row) for row in rows))
    set_state(store_of(quiet), run["id"], "running", last=rows[-1])

    told = next(entry for entry in quiet.get("/api/runs").json()["runs"] if entry["id"] == run["id"])

    assert told["best"] == pytest.approx(0.199)
    assert len(told["curve"]) == 40
    assert (told["curve"][0], told["curve"][-1]) == (accuracies[0], 0.15)
    assert quiet.get("/api/runs").json()["runs"][-1]["curve"] == []


def test_recipes_can_be_sent_as_they_are(quiet: TestClient) -> None:
    recipes = quiet.get("/api/recipes").json()["recipes"]

    names = {recipe["name"]: recipe for recipe in recipes}
    order = {name: names["digits"][name] for name in ("dataset", "network", "training")}
    assert {"default", "shapes", "digits"} <= set(names)
    assert {"name", "kind", "title", "why", "dataset", "network", "training", "beside"} == set(names["digits"])
    assert send(quiet, order).status_code == 201


def test_what_is_left_is_told_by_the_pace_so_far(quiet: TestClient) -> None:
    run = submit(quiet)
    set_state(store_of(quiet), run["id"], "running", step=25, steps=100, seconds=10.0)

    assert quiet.get(f"/api/runs/{run['id']}").json()["seconds_left"] == 30.0


@pytest.mark.parametrize(("order", "status", "told"), [
    ({"dataset": "no-such"}, 404, "GET /api/datasets"),
    ({"dataset": "cifar10"}, 409, "python -m app fetch cifar10"),
    ({"dataset": "digits", "network": "no-such"}, 422, "GET /api/networks"),
    ({"dataset": "digits", "network": SMALL | {"classes": 9}}, 422, "must give 9 values"),
    ({"dataset": "shapes", "network": SMALL}, 422, "The network tells 10 classes apart; the data set has 8."),
    ({"dataset": "digits", "network": "lenet-5"}, 422, "its window of 5 x 5 does not fit"),
    ({"dataset": "digits", "training": {"epochs": 0}}, 422, "epochs lies between 1 and 10000."),
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
    told = send(quiet, {"dataset": "digits", "network": SMALL, "name": " a\n\u202eb\x00 c\ud800 "}).json()

    assert told["name"] == "a b c"


def test_a_run_that_waits_is_paused_goes_on_and_is_stopped_for_good(quiet: TestClient) -> None:
    path = f"/{submit(quiet)['id']}"

    states = [
        send(quiet, {"state": state}, "PATCH", path).json()["state"] for state in ("paused", "running", "stopped")
    ]

    assert states == ["paused", "queued", "stopped"]
    assert "it cannot be changed" in problem(send(quiet, {"state": "running"}, "PATCH", path), 409)["detail"]
    problem(send(quiet, {"learning_rate": 0.1}, "PATCH", path), 409)


def test_what_a_trainer_has_yet_to_do_is_told_as_asked(quiet: TestClient) -> None:
    run = submit(quiet)
    set_state(store_of(quiet), run["id"], "running")

    told = send(quiet, {"state": "paused", "name": "Later"}, "PATCH", f"/{run['id']}").json()

    assert (told["state"], told["asked"], told["name"]) == ("running", "paused", "Later")


@pytest.mark.parametrize("change", [
    {}, [], {"state": "finished"}, {"state": ["paused"]}, {"state": None}, {"learning_rate": -1}, {"name": " "},
    {"learning_rate": "fast"}, {"learning_rate": None}, {"name": None}, {"name": "n" * 81}, {"id": "0" * 16},
])  # fmt: skip
def test_a_change_that_makes_no_sense_is_refused(quiet: TestClient, change: Any) -> None:
    run = submit(quiet)

    problem(send(quiet, change, "PATCH", f"/{run['id']}"), 422)


def test_a_removed_run_is_gone_with_all_that_belongs_to_it(quiet: TestClient) -> None:
    run = submit(quiet, sample="cat")
    path, folder = f"/api/runs/{run['id']}", store_of(quiet).folder(run["id"]).path
    assert folder.is_dir()

    response = quiet.delete(path)

    assert (response.status_code, response.content) == (204, b"")
    assert not folder.exists()
    for address in (path, f"{path}/events", f"{path}/metrics.csv", f"{path}/confusion", f"{path}/snapshots/0"):
        problem(quiet.get(address), 404)


@pytest.mark.parametrize("run_id", ["0" * 16, "..", "%2e%2e%2f", "x" * 64, "%00", "'; drop table runs"])
def test_an_id_that_is_none_is_not_found(quiet: TestClient, run_id: str) -> None:
    problem(quiet.get(f"/api/runs/{run_id}/metrics.csv"), 404)


def test_everybody_may_watch_but_only_who_started_a_run_may_change_it(quiet: TestClient) -> None:
    path = f"/api/runs/{submit(quiet)['id']}"
    other = another_visitor(quiet)

    assert other.get(path).json()["mine"] is False
    assert "you can watch it" in problem(other.patch(path, json={"name": "Theirs"}), 403)["detail"]
    problem(other.delete(path), 403)
    problem(other.put(f"{path}/photo", data={"sample": "cat"}), 403)


def test_a_browser_is_known_by_its_cookie_wherever_it_is(quiet: TestClient) -> None:
    at_home, on_the_road = another_visitor(quiet, "10.0.0.3"), another_visitor(quiet, "10.0.0.4")
    page = at_home.get("/train")
    on_the_road.cookies.set("visitor", at_home.cookies["visitor"])

    run = submit(at_home)

    assert "httponly" in page.headers["set-cookie"].lower()
    assert "samesite=lax" in page.headers["set-cookie"].lower()
    assert on_the_road.patch(f"/api/runs/{run['id']}", json={"name": "Again"}).json()["mine"] is True
    assert "set-cookie" not in at_home.get("/train").headers


def test_a_run_on_ones_own_pictures_is_listed_for_nobody_else(quiet: TestClient) -> None:
    archive = {"archive": ("pets.zip", pack(pets()))}
    dataset = quiet.post("/api/datasets", files=archive).json()
    run = submit(quiet, dataset=dataset["name"], network="tiny-vgg")
    other = another_visitor(quiet)

    listed = [[entry["id"] for entry in client.get("/api/runs").json()["runs"]] for client in (quiet, other)]

    assert run["id"] in listed[0]
    assert run["id"] not in listed[1]
    assert other.get(f"/api/runs/{run['id']}").status_code == 200


def test_the_name_of_somebodys_own_pictures_is_told_to_nobody_else(quiet: TestClient) -> None:
    dataset = quiet.post("/api/datasets", files={"archive": ("pets.zip", pack(pets()))}).json()
    run, other = submit(quiet, dataset=dataset["name"], network="tiny-vgg"), another_visitor(quiet)
    write_model(store_of(quiet).folder(run["id"]).model, dataset=dataset["name"])
    model = f"/api/models/run-{run['id']}"

    seen = other.get(f"/api/runs/{run['id']}").json()
    paths = ["/api/runs", f"/api/runs/{run['id']}", model, f"{model}/channels/relu_1/0", f"{model}/selectivity"]
    answers = [other.get(path).text for path in paths]
    refused = problem(send(other, {"dataset": seen["dataset"]}), 404)

    assert run["dataset"] == dataset["name"]
    assert (seen["dataset"], seen["name"]) == ("own-pictures", "own-pictures")
    assert all(dataset["name"] not in answer for answer in answers)
    assert '"source":"own-pictures"' in answers[-1]
    assert "only who sent them in" in refused["detail"]
    assert refused == refused | {"field": "dataset"}
    problem(other.get("/api/datasets/own-pictures"), 404)


def test_the_card_of_a_runs_model_counts_its_pictures_in_the_visitors_language(quiet: TestClient) -> None:
    run = submit(quiet)
    counted = {"title": "Pets", "train": "10", "test": "2"}
    write_model(store_of(quiet).folder(run["id"]).model, data=PICTURES, data_values=counted)

    card = quiet.get(f"/api/models/run-{run['id']}").json()

    assert card["data"] == "Pets: 10 training and 2 test pictures"
    assert "data_values" not in card


def test_of_thirty_orders_at_once_the_queue_takes_its_share(tmp_path: Any) -> None:
    def order(number: int) -> httpx2.Response:
        return another_visitor(client, f"10.0.1.{number}").post("/api/runs", json={"dataset": "digits"})

    with quiet_client(tmp_path, runs_queued=5) as client, ThreadPoolExecutor(30) as threads:
        responses = list(threads.map(order, range(30)))

    refused = [response for response in responses if response.status_code != 201]
    assert len(responses) - len(refused) == 5
    for response in refused:
        problem(response, 429)
        assert int(response.headers["retry-after"]) >= 5


def test_nobody_fills_the_queue_alone(tmp_path: Any) -> None:
    with quiet_client(tmp_path, runs_per_visitor=2) as client:
        first = [submit(client), submit(client)][0]
        found = problem(client.post("/api/runs", json={"dataset": "digits"}), 429)
        client.delete(f"/api/runs/{first['id']}")

        assert found["limit"] == 2
        assert client.post("/api/runs", json={"dataset": "digits"}).status_code == 201


def test_a_reason_is_told_in_the_visitors_language(quiet: TestClient) -> None:
    run = submit(quiet)
    reason = {"message": "At most %(limit)d rows.", "values": {"limit": 3}}
    set_state(store_of(quiet), run["id"], "failed", reason=reason)

    assert quiet.get(f"/api/runs/{run['id']}").json()["reason"] == "At most 3 rows."
