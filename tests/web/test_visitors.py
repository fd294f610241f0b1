"""Whose run it is: who may change it, who is told what of it, and how many of theirs wait."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from app.core.classification.cards import PICTURES
from tests.hostile_archives import pack, pets
from tests.tiny_models import write_model
from tests.web.conftest import problem
from tests.web.logged_runs import another_visitor, quiet_client, store_of, submit


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with quiet_client(tmp_path_factory.mktemp("data"), runs_queued=1000, runs_per_visitor=1000) as client:
        yield client


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
    refused = problem(other.post("/api/runs", json={"dataset": seen["dataset"]}), 404)

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


def test_uploads_take_no_data_set_from_a_run_that_waits(tmp_path: Any) -> None:
    def send(client: TestClient) -> str:
        return str(client.post("/api/datasets", files={"archive": ("pets.zip", pack(pets()))}).json()["name"])

    with quiet_client(tmp_path, datasets_kept=2) as client:
        needed = send(client)
        run, crowd = submit(client, dataset=needed, network="tiny-vgg"), another_visitor(client, "10.0.0.9")
        names = [send(crowd) for _ in range(3)]

        assert client.get(f"/api/datasets/{needed}").status_code == 200
        assert client.get(f"/api/runs/{run['id']}").json()["dataset"] == needed
        assert [crowd.get(f"/api/datasets/{name}").status_code for name in names] == [404, 200, 200]
        assert "10.0.0.9" not in crowd.get(f"/api/datasets/{names[-1]}").text
