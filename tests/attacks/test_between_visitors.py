"""What one address can do to the runs and data sets of another, as two browsers on one server meet it."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.attacks.attackers import NAME, archive
from tests.attacks.conftest import Besieged
from tests.test_cli import serving, until
from tests.web.live_server import DIGITS, ENDLESS

FEW = {"PLAYGROUND_RUNS_KEPT": "6", "PLAYGROUND_DATASETS_KEPT": "4"}


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Besieged]:
    """A server that keeps little."""
    with serving(tmp_path_factory.mktemp("crowded"), **FEW) as (process, port, log):
        yield Besieged(process, port, log)


@pytest.fixture
def pupil(crowded: Besieged) -> Iterator[httpx2.Client]:
    """A browser on another machine, by its name for the server, that has opened the page."""
    address, headers = f"http://127.0.0.1:{crowded.port}", {"Host": NAME}
    with httpx2.Client(base_url=address, headers=headers, timeout=60) as client:
        client.get("/train").raise_for_status()
        yield client


def order(pupil: httpx2.Client, what: dict[str, Any]) -> str:
    response = pupil.post("/api/runs", json=what)
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


def state(pupil: httpx2.Client, run_id: str) -> str:
    return str(pupil.get(f"/api/runs/{run_id}").json().get("state"))


def test_nobody_changes_the_run_of_another_whatever_a_proxy_is_said_to_have_said(
    crowded: Besieged, pupil: httpx2.Client
) -> None:
    run_id = order(pupil, ENDLESS)
    until(lambda: state(pupil, run_id) == "running")

    told = crowded.under("thieves").told
    statuses = {int(status) for status in told.strip(" []\n").split(",")}
    after = state(pupil, run_id)
    pupil.delete(f"/api/runs/{run_id}").raise_for_status()

    assert statuses == {403}
    assert after == "running"


def test_a_crowd_that_is_one_pushes_out_nothing_of_another(crowded: Besieged, pupil: httpx2.Client) -> None:
    files = {"archive": ("a.zip", archive(1, pictures=12)), "title": (None, "mine")}
    own = pupil.post("/api/datasets", files=files).json()["name"]
    finished = order(pupil, DIGITS)
    until(lambda: state(pupil, finished) == "finished")
    paused = order(pupil, {"dataset": own, "training": {"epochs": 500, "batch_size": 8}})
    until(lambda: state(pupil, paused) == "running")
    pupil.patch(f"/api/runs/{paused}", json={"state": "paused"})
    until(lambda: state(pupil, paused) == "paused")

    crowded.under("invented_cookies", seconds=8)
    another = order(pupil, DIGITS)
    until(lambda: state(pupil, another) == "finished")

    assert (state(pupil, finished), state(pupil, paused)) == ("finished", "paused")
    assert pupil.get(f"/api/datasets/{own}").status_code == 200


def test_what_pages_of_others_send_is_refused(crowded: Besieged) -> None:
    told = crowded.under("foreign_pages", seconds=2).told

    assert {int(status) for status in told.strip(" []\n").split(",")} == {403}
