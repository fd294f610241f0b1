"""The calls of app/web/training/training.py: runs started, listed, changed and removed. Nothing trains here."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from app.core.training.hyperparameters import Training
from tests.web.conftest import problem
from tests.web.logged_runs import ROW, SMALL, quiet_client, set_state, store_of, submit, write

FIELDS = {
    "id", "name", "state", "asked", "reason", "dataset", "network", "training", "classes", "sample", "pair", "mine",
    "created_at", "started_at", "ended_at", "epoch", "epochs", "step", "steps", "learning_rate", "seconds",
    "seconds_left", "images_per_second", "parameters", "queue_position", "ticket", "nickname", "model", "test",
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
    assert {"name", "kind", "title", "why", "dataset", "network", "training", "beside", "query"} == set(names["digits"])
    assert send(quiet, order).status_code == 201


def test_what_is_left_is_told_by_the_pace_so_far(quiet: TestClient) -> None:
    run = submit(quiet)
    set_state(store_of(quiet), run["id"], "running", step=25, steps=100, seconds=10.0)

    assert quiet.get(f"/api/runs/{run['id']}").json()["seconds_left"] == 30.0


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
    assert "content-type" not in response.headers
    assert not folder.exists()
    for address in (path, f"{path}/events", f"{path}/metrics.csv", f"{path}/confusion", f"{path}/snapshots/0"):
        problem(quiet.get(address), 404)


@pytest.mark.parametrize("run_id", ["0" * 16, "..", "%2e%2e%2f", "x" * 64, "%00", "'; drop table runs"])
def test_an_id_that_is_none_is_not_found(quiet: TestClient, run_id: str) -> None:
    problem(quiet.get(f"/api/runs/{run_id}/metrics.csv"), 404)


def test_a_database_that_cannot_be_opened_is_no_full_disk_and_may_come_back(tmp_path: Path) -> None:
    data, elsewhere = tmp_path / "data", tmp_path / "elsewhere"
    with quiet_client(data) as client:
        run = submit(client)
        store_of(client).engine.dispose()
        data.rename(elsewhere)
        away = client.get("/api/runs")
        elsewhere.rename(data)
        back = client.get("/api/runs").json()["runs"]

    assert "cannot be opened" in problem(away, 503)["detail"]
    assert int(away.headers["retry-after"]) >= 1
    assert [entry["id"] for entry in back] == [run["id"]]


def test_a_reason_is_told_in_the_visitors_language(quiet: TestClient) -> None:
    run = submit(quiet)
    reason = {"message": "At most %(limit)d rows.", "values": {"limit": 3}}
    set_state(store_of(quiet), run["id"], "failed", reason=reason)

    assert quiet.get(f"/api/runs/{run['id']}").json()["reason"] == "At most 3 rows."
