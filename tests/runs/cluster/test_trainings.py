"""Runs on a Ray cluster of two nodes: real processes, paused, killed, and with the machine under them killed."""

import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.runs.executor.executor import Executor
from app.runs.store import reasons
from app.runs.store.states import Wish
from app.runs.store.store import Store
from tests.runs.cluster.nodes import Cluster, kill_all
from tests.runs.conftest import ANNA, BOB, QUICK, order, payloads, states, url_of
from tests.runs.watching import assert_whole, wait_for, wait_for_state, wait_for_step

LONG = replace(QUICK, epochs=150)  # 900 steps
pytestmark = pytest.mark.parametrize("world", ["postgresql"], scope="session")
LOST = ["queued", "running", "interrupted", "queued", "running", "finished"]


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is gone is noticed soon; what has to come may take its time on a machine that has much else to do."""
    monkeypatch.setattr("tests.runs.watching.PATIENCE_S", 400.0)
    monkeypatch.setattr("app.runs.executor.executor.RESCUE_S", 0.2)
    monkeypatch.setattr("app.runs.executor.hung.GONE_S", 2.0)
    for patience in ("PATIENT_S", "AWAY_S"):
        monkeypatch.setattr(f"app.runs.executor.placements.{patience}", 300.0)


def begin(store: Store) -> str:
    """A run under way, at a step that nobody chose."""
    run = store.submit(order(LONG), ANNA)
    wait_for_step(store, run.id, random.randint(5, 150))
    return run.id


def node_of_the_trainer(cluster: Cluster) -> subprocess.Popen[bytes]:
    [node] = [node for node in cluster.nodes if cluster.trainers(node)]
    return node


def test_one_run_is_stopped_and_another_paused_goes_on_on_another_machine(
    store: Store, folder: Path, cluster: Cluster, serve: Callable[..., Executor]
) -> None:
    serve()
    run, stopped = store.submit(order(LONG), ANNA).id, store.submit(order(LONG), BOB).id
    wait_for_step(store, run, 5)
    wait_for_step(store, stopped, 5)

    store.ask(stopped, Wish(state="stopped"))
    wait_for_state(store, stopped, "stopped")
    wait_for(lambda: len(cluster.trainers()) == 1, "the stopped one's trainer is gone")
    first = node_of_the_trainer(cluster)
    store.ask(run, Wish(state="paused"))
    wait_for_state(store, run, "paused")
    cluster.kill(first)
    store.ask(run, Wish(state="running"))
    wait_for_state(store, run, "finished")
    cluster.add()

    assert states(store, run) == ["queued", "running", "paused", "queued", "running", "finished"]
    assert_whole(store, run, folder, LONG)


def test_a_killed_trainer_is_followed_by_another_that_goes_on_from_the_checkpoint(
    store: Store, folder: Path, cluster: Cluster, serve: Callable[..., Executor]
) -> None:
    serve()
    run = begin(store)

    [trainer] = cluster.trainers()
    trainer.kill()
    wait_for_state(store, run, "finished")

    assert states(store, run) == LOST
    assert payloads(store, run, "state")[2]["reason"]["message"] == reasons.LOST.message
    assert_whole(store, run, folder, LONG)


def test_a_killed_machine_is_noticed_and_its_run_goes_on_on_another(
    store: Store, folder: Path, cluster: Cluster, serve: Callable[..., Executor]
) -> None:
    serve()
    run = begin(store)

    cluster.kill(node_of_the_trainer(cluster))
    wait_for_state(store, run, "finished")
    cluster.add()

    assert states(store, run) == LOST
    assert_whole(store, run, folder, LONG)


def test_a_trainer_outlives_its_killed_server_and_two_others_rescue_what_both_lost_once(
    store: Store, folder: Path, cluster: Cluster, serve: Callable[..., Executor]
) -> None:
    command = [sys.executable, "-m", "tests.runs.cluster.serving", str(folder), cluster.address, url_of(store)]
    server = subprocess.Popen([*command, store.files.address or ""])
    try:
        run = begin(store)
    finally:
        kill_all(server)
    at = store.find(run).step

    wait_for(lambda: store.find(run).step > at, "it trains on alone")
    [trainer] = cluster.trainers()
    trainer.kill()
    serve()
    serve()
    wait_for_state(store, run, "finished")

    assert states(store, run) == LOST
    assert_whole(store, run, folder, LONG)


def test_after_a_killed_head_a_run_waits_for_a_machine_says_so_and_goes_on_when_one_comes(
    store: Store, folder: Path, cluster: Cluster, serve: Callable[..., Executor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.runs.executor.placements.PATIENT_S", 2.0)
    serve()
    run = begin(store)

    cluster.kill_head()
    for node in list(cluster.nodes):
        cluster.kill(node)  # as each does by itself, some seconds later
    cluster.start_head()
    wait_for(lambda: store.find(run).reason == reasons.NO_MACHINE, "it says why it waits")
    waiting = store.find(run)
    cluster.add()
    cluster.add()
    wait_for_state(store, run, "finished")

    assert waiting.state == "queued"
    assert [state for state in states(store, run) if state != "queued"] == LOST[1:3] + LOST[4:]
    assert reasons.LOST.to_dict() in [event["reason"] for event in payloads(store, run, "state")]
    assert_whole(store, run, folder, LONG)
