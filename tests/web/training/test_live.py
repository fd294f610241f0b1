"""Runs that really train, on a real server in its own process."""

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import httpx2
import numpy as np
import pytest

from tests.drawn_digits import drawings
from tests.test_cli import serving, until
from tests.web.conftest import problem, written
from tests.web.live_server import DIGITS, ENDLESS, Server
from tests.web.viewers import Viewer, gather


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("live"), PLAYGROUND_EVENT_STREAMS="203") as (process, port, _):
        server = Server(process, port)
        with server.client:
            yield server


@pytest.fixture(scope="module")
def finished(server: Server) -> str:
    """A run that has ended, watched by two hundred."""
    return server.submit(DIGITS)


def test_a_run_is_told_while_it_trains_and_afterwards_alike(server: Server, finished: str) -> None:
    told = server.watch(finished)
    run = server.run(finished)

    kinds = [kind for _, kind, _ in told]
    states = [event["state"] for _, kind, event in told if kind == "state"]
    assert [number for number, _, _ in told] == list(range(1, len(told) + 1))
    assert states == ["queued", "running", "finished"]
    assert kinds.count("epoch") == 5
    assert kinds.index("snapshot") < kinds.index("step"), "the random start is told first"
    assert run["history"] == [event for _, kind, event in told if kind == "epoch"]
    assert run["test"] == told[-1][2]["test"]
    assert run["test"]["accuracy"] > 0.8
    assert (run["state"], run["step"], run["steps"], run["epoch"]) == ("finished", 205, 205, 5)
    assert run["images_per_second"] > 0
    assert server.watch(finished) == told


def test_two_hundred_viewers_see_every_event_of_a_run(server: Server) -> None:
    run_id = server.submit(DIGITS)

    viewers = asyncio.run(gather(server.port, run_id, 200))

    first = viewers[0].events
    assert json.loads(first[-1][2])["state"] == "finished"
    assert [number for number, _, _ in first] == list(range(1, len(first) + 1))
    assert all(viewer.events == first for viewer in viewers)


def test_who_comes_back_after_the_end_gets_the_rest_or_is_sent_away(server: Server, finished: str) -> None:
    whole = server.watch(finished)
    last = whole[-1][0]

    seen = Viewer(server.port, finished, last)
    asyncio.run(seen.watch())

    assert server.watch(finished, last - 3) == whole[-3:]
    assert (seen.status, seen.raw) == (204, b"")


def test_a_head_of_the_stream_ends_at_once(server: Server, finished: str) -> None:
    response = server.client.head(f"/api/runs/{finished}/events", timeout=5)

    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-accel-buffering"] == "no"


def test_the_newest_checkpoint_of_a_run_is_a_model(server: Server, finished: str) -> None:
    server.watch(finished)
    name = server.run(finished)["model"]

    card = server.client.get(f"/api/models/{name}").json()
    answer = server.client.post(f"/api/models/{name}/classifications", data={"sample": "cat"}).json()
    weights = server.client.get(f"/api/models/{name}/weights")
    kernels = server.client.get(f"/api/models/{name}/filters/conv2d_1").json()["kernels"]
    maps = server.client.post(f"/api/models/{name}/activations", data={"sample": "cat"}).json()["layers"]

    assert name == card["name"] == f"run-{finished}"
    assert card["layers"][0]["name"] == "conv2d_1"
    assert sum(entry["probability"] for entry in answer["predictions"]) == pytest.approx(1, abs=1e-4)
    assert weights.status_code == 200
    assert (len(kernels), maps[1]["shape"]) == (8, [8, 6, 6])
    assert name not in [entry["name"] for entry in server.client.get("/api/models").json()["models"]]
    problem(server.client.get("/api/models/run-0123456789abcdef"), 404)


def test_snapshots_are_told_again_and_looked_at_with_another_photo(server: Server, finished: str) -> None:
    logged = [event for _, kind, event in server.watch(finished) if kind == "snapshot"]
    path = f"/api/runs/{finished}/snapshots/0"

    again = server.client.get(path).json()
    same = server.client.post(path, data={"sample": "cat"}).json()
    other = server.client.post(path, data={"sample": "rocket"}).json()

    assert again == logged[0] == server.client.post(path).json()
    assert (again["number"], again["step"]) == (0, 0)
    assert {"epoch", "kernels", "maps", "predictions", "norms"} <= set(again)
    assert again["kernels"]["shape"] == [8, 1, 3, 3]
    assert same["maps"] == again["maps"]
    assert other["maps"] != again["maps"]
    assert other["kernels"] == again["kernels"]
    problem(server.client.get(f"/api/runs/{finished}/snapshots/99"), 404)


def drawn_file() -> bytes:
    """A small digit somewhere on a board."""
    _, picture = next(iter(drawings()))
    return written(np.array(picture))


def test_the_watched_photo_can_be_changed(server: Server, finished: str) -> None:
    path = f"/api/runs/{finished}/photo"
    before = server.client.get(path)
    drawing = {"image": ("drawing.png", drawn_file())}

    as_drawing = server.client.put(path, files=drawing, data={"framing": "drawing"}).json()["seen"]
    snapshot = f"/api/runs/{finished}/snapshots/1"
    looked = server.client.post(snapshot, files=drawing, data={"framing": "drawing"}).json()
    asked = server.client.post(
        f"/api/models/run-{finished}/classifications", files=drawing, data={"framing": "drawing"}
    ).json()
    assert as_drawing == asked["seen"]
    assert looked["photo"] != server.client.post(snapshot, files=drawing).json()["photo"]

    changed = server.client.put(path, data={"sample": "rocket"})

    assert before.headers["content-type"] == "image/png"
    assert changed.json()["seen"].startswith("data:image/png;base64,")
    assert server.client.get(path).content != before.content
    problem(server.client.put(path), 422)


def test_the_confusion_matrix_counts_the_validation_pictures_and_opens_its_cells(server: Server, finished: str) -> None:
    server.watch(finished)
    path = f"/api/runs/{finished}/confusion"

    told = server.client.get(path).json()

    place, cell = next(iter(told["cells"].items()))
    truth, predicted = place.split(",")
    opened = server.client.get(f"{path}/{truth}/{predicted}").json()
    assert (told["images"], told["epoch"], len(told["matrix"])) == (144, 5, 10)
    assert sum(map(sum, told["matrix"])) == 144
    assert told["matrix"][int(truth)][int(predicted)] == cell["count"] == opened["count"]
    assert [{name: entry[name] for name in ("index", "confidence")} for entry in opened["pictures"]] == cell["pictures"]
    assert opened["pictures"][0]["image"].startswith("data:image/png;base64,")
    problem(server.client.get(f"{path}/10/0"), 422)


def test_the_confusion_matrix_goes_back_in_time_with_its_pictures(server: Server, finished: str) -> None:
    server.watch(finished)
    path = f"/api/runs/{finished}/confusion"

    newest, first = server.client.get(path).json(), server.client.get(path, params={"epoch": 1}).json()
    place = max(first["cells"], key=lambda key: first["cells"][key]["count"])
    opened = server.client.get(f"{path}/{place.replace(',', '/')}", params={"epoch": 1}).json()

    assert (first["epoch"], first["epochs"][0], newest["epochs"][-1]) == (1, 1, newest["epoch"])
    assert (first["epochs"], first["images"]) == (newest["epochs"], newest["images"])
    assert first["matrix"] != newest["matrix"]
    assert (opened["epoch"], opened["count"]) == (1, first["cells"][place]["count"])
    told = [{name: entry[name] for name in ("index", "confidence")} for entry in opened["pictures"]]
    assert told == first["cells"][place]["pictures"]
    assert server.client.get(path, params={"epoch": 999}).json() == newest
    bare = server.client.get(path, params={"pictures": 0}).json()
    assert bare["matrix"] == newest["matrix"]
    assert not any(cell["pictures"] for cell in bare["cells"].values())
    assert "epoch 1." in problem(server.client.get(path, params={"epoch": 0}), 404)["detail"]
    problem(server.client.get(path, params={"epoch": -1}), 422)


def test_the_history_is_a_table(server: Server, finished: str) -> None:
    told = server.watch(finished)

    epochs = server.client.get(f"/api/runs/{finished}/metrics.csv")
    steps = server.client.get(f"/api/runs/{finished}/metrics.csv", params={"steps": "true"})

    lines = epochs.text.splitlines()
    assert lines[0].startswith("epoch,step,train_loss,train_accuracy,validation_loss")
    assert [line.split(",")[0] for line in lines[1:]] == ["1", "2", "3", "4", "5"]
    assert len(steps.text.splitlines()) == 1 + sum(kind == "step" for _, kind, _ in told)
    assert f'filename="run-{finished}.csv"' in epochs.headers["content-disposition"]


def stand(server: Server, runs: list[str]) -> list[Any]:
    """Each run's place, or its state where it does not wait."""
    told = [server.run(run_id) for run_id in runs]
    return [run["ticket"]["place"] if run["ticket"] else run["state"] for run in told]


def test_of_thirty_orders_at_once_none_is_refused_and_each_has_a_ticket(server: Server) -> None:
    def order(number: int) -> httpx2.Response:
        with httpx2.Client(base_url=server.client.base_url, timeout=60) as pupil:
            pupil.get("/train")  # its cookie comes along from now on
            return pupil.post("/api/runs", json=ENDLESS)

    with ThreadPoolExecutor(30) as threads:
        responses = list(threads.map(order, range(30)))
    taken = [response.json()["id"] for response in responses]
    until(lambda: "running" in stand(server, taken) and stand(server, taken) == stand(server, taken))
    runs = [server.run(run_id) for run_id in taken]
    states = [run["state"] for run in runs]
    for run_id in taken:
        assert server.client.delete(f"/api/runs/{run_id}").status_code == 204

    assert {response.status_code for response in responses} == {201}
    on = states.count("running")  # two where the machine has two cores: the runs are small
    assert on in (1, 2)
    assert states.count("queued") == 30 - on
    tickets = [run["ticket"] for run in runs if run["state"] == "queued"]
    assert sorted(ticket["place"] for ticket in tickets) == list(range(1, 31 - on))
    seconds = [ticket["seconds"] for ticket in sorted(tickets, key=lambda ticket: ticket["place"])]
    assert all(after > before - 5 for before, after in pairwise(seconds)), "they run down while they are read"


def test_a_stream_too_many_is_told_when_to_come_back(server: Server) -> None:
    run_id = server.submit(ENDLESS)

    async def crowd() -> list[int]:
        viewers = [Viewer(server.port, run_id) for _ in range(210)]
        watching = [asyncio.create_task(viewer.watch()) for viewer in viewers]
        for _ in range(600):
            if all(viewer.status for viewer in viewers):
                break
            await asyncio.sleep(0.1)
        statuses = [viewer.status for viewer in viewers]
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)
        return statuses

    statuses = asyncio.run(crowd())
    until(lambda: "playground_event_streams 0.0" in server.client.get("/metrics").text, 10)
    server.client.delete(f"/api/runs/{run_id}")

    assert (statuses.count(200), statuses.count(429)) == (203, 7)


def test_a_learning_rate_and_a_stop_reach_the_trainer(server: Server) -> None:
    run_id = server.submit(ENDLESS)
    until(lambda: server.run(run_id)["state"] == "running")

    server.client.patch(f"/api/runs/{run_id}", json={"learning_rate": 0.005})
    until(lambda: server.run(run_id)["learning_rate"] == 0.005)
    server.client.patch(f"/api/runs/{run_id}", json={"state": "stopped"})
    told = server.watch(run_id)

    assert told[-1][2]["state"] == "stopped"
    assert 0.005 in [event["learning_rate"] for _, kind, event in told if kind == "state"]
