"""How fast a network learns here: app/web/training/timings.py, measured by app/runs/trainer/speed_probe.py."""

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from typing import Any

import psutil
import pytest
from starlette.testclient import TestClient

from app.core.networks.networks import parse_network
from app.core.training.hyperparameters import Training
from app.core.training.timing import Timing
from app.runs.executor.forks import Forks
from app.runs.executor.speed_probe import Probe, ProbeLost
from app.runs.store.protocol import SpeedQuestion
from app.web.refusals import Busy
from app.web.training.timings import MOST_WAITING, Timings
from tests.test_cli import until
from tests.web.conftest import problem
from tests.web.logged_runs import SMALL, quiet_client, set_state, store_of, submit

QUESTION = SpeedQuestion(parse_network(SMALL), Training())
TIMING = Timing(0.001, 0.0005, 4, 32)


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with quiet_client(tmp_path_factory.mktemp("data")) as client:
        yield client


def timed(client: TestClient, **fields: Any) -> dict[str, Any]:
    response = client.post("/api/networks/timings", json=fields)
    assert response.status_code == 200, response.text
    told: dict[str, Any] = response.json()
    return told


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    made = Forks()
    yield made
    made.stop()


def probes() -> list[psutil.Process]:
    """The children of the process that this one's probes are forked from."""
    parents = [child for child in psutil.Process().children() if "app.runs.trainer" in " ".join(child.cmdline())]
    return [child for parent in parents for child in parent.children()]


def test_a_network_is_timed_by_real_steps(quiet: TestClient) -> None:
    told = timed(quiet, network=SMALL, dataset="digits", training={"validation_split": 0})

    assert (told["measured"], told["busy"]) == (True, False)
    assert told["images"] > 0
    assert 100 < told["images_per_second"] < 1e6
    assert told["seconds_an_epoch"] == pytest.approx(1438 / told["images_per_second"])


def test_what_was_measured_is_remembered_whatever_does_not_change_it(quiet: TestClient) -> None:
    first = timed(quiet, network=SMALL, dataset="digits", training={"batch_size": 64})
    again = timed(quiet, network=SMALL, dataset="digits", training={"batch_size": 64, "epochs": 99, "train_limit": 100})
    other = timed(quiet, network=SMALL, dataset="digits", training={"batch_size": 16})

    assert again["images_per_second"] == first["images_per_second"] != other["images_per_second"]
    assert again["seconds_an_epoch"] < first["seconds_an_epoch"]


def test_without_a_data_set_there_is_no_epoch(quiet: TestClient) -> None:
    told = timed(quiet, network="tiny-vgg")

    assert told["seconds_an_epoch"] is None
    assert told["images_per_second"] > 0


def test_it_says_when_a_run_trains_meanwhile(quiet: TestClient) -> None:
    run = submit(quiet)
    set_state(store_of(quiet), run["id"], "running")

    told = timed(quiet, network=SMALL)
    set_state(store_of(quiet), run["id"], "stopped")

    assert told["busy"] is True
    assert timed(quiet, network=SMALL)["busy"] is False


@pytest.mark.parametrize("fields", [
    {}, {"network": "no-such"}, {"network": SMALL, "training": {"whiten": 0.5}},
    {"network": SMALL, "dataset": "shapes"}, {"network": SMALL, "dataset": 5}, {"network": SMALL, "surprise": 1},
    {"network": SMALL, "training": None},
])  # fmt: skip
def test_what_cannot_be_trained_is_not_timed(quiet: TestClient, fields: dict[str, Any]) -> None:
    problem(quiet.post("/api/networks/timings", json=fields), 422)


def test_a_probe_that_is_killed_costs_one_answer(quiet: TestClient) -> None:
    timed(quiet, network=SMALL)
    [probe] = probes()

    os.kill(probe.pid, signal.SIGSTOP)
    os.kill(probe.pid, signal.SIGKILL)
    probe.wait(5)
    statuses = [
        quiet.post("/api/networks/timings", json={"network": SMALL, "training": {"batch_size": size}}).status_code
        for size in (11, 12)
    ]

    assert statuses[-1] == 200
    assert statuses[0] in (200, 503)


def test_nothing_is_measured_beside_something_else(forks: Forks, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once, most = 0, 0

    def ask(_: Probe, question: SpeedQuestion) -> Timing:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        time.sleep(0.01)
        at_once -= 1
        return TIMING

    async def scene() -> None:
        probe = Probe(forks, 5)
        await asyncio.gather(*(probe.measure(QUESTION) for _ in range(5)))
        probe.stop()

    monkeypatch.setattr(Probe, "_ask", ask)
    asyncio.run(scene())

    assert most == 1


def test_what_takes_too_long_is_given_up_and_its_process_ended(forks: Forks) -> None:
    async def scene() -> None:
        with pytest.raises(ProbeLost):
            await Probe(forks, 0.3).measure(QUESTION)

    before = probes()
    asyncio.run(scene())

    until(lambda: probes() == before)


def test_only_so_many_wait_for_a_timing(forks: Forks, monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(_: Probe, question: SpeedQuestion) -> Timing:
        time.sleep(0.05)
        return TIMING

    async def scene() -> list[object]:
        timings = Timings(Probe(forks, 5))
        sizes = range(1, MOST_WAITING + 4)
        asked = (SpeedQuestion(QUESTION.network, Training(batch_size=size)) for size in sizes)
        found = await asyncio.gather(
            *(timings.find(question, busy=False) for question in asked), return_exceptions=True
        )
        timings.stop()
        return list(found)

    monkeypatch.setattr(Probe, "_ask", ask)
    found = asyncio.run(scene())

    assert sum(isinstance(answer, Busy) for answer in found) == 3
    assert found.count(TIMING) == MOST_WAITING
