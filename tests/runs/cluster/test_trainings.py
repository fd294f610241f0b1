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
from tests.runs.cluster.nodes import Cluster, kill_all, trainers
from tests.runs.conftest import ANNA, BOB, QUICK, order, payloads, states
from tests.runs.watching import assert_whole, wait_for, wait_for_state, wait_for_step

LONG = replace(QUICK, epochs=200)  # 1200 steps
LOST = ["queued", "running", "interrupted", "queued", "running", "finished"]


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is gone is noticed soon."""
    monkeypatch.setattr("app.runs.executor.executor.RESCUE_S", 0.2)
    monkeypatch.setattr("app.runs.executor.hung.GONE_S", 2.0)


def begin(store: Store) -> str:
    """A run under way, at a step that nobody chose."""
    run = store.submit(order(LONG), ANNA)
    wait_for_step(store, run.id, random.randint(5, 150))
    return run.id


def node_of_the_trainer(cluster: Cluster) -> subprocess.Popen[bytes]:
    [node] = [node for node in cluster.nodes if trainers(node)]
    return node


def test_a_run_is_placed_paused_goes_on_elsewhere_and_is_stopped(
    store: Store, folder: Path, cluster: Cluster, serve: Callable[..., Executor]
) -> None:
    serve()
    run = begin(store)

    first = node_of_the_trainer(cluster)
    store.ask(run, Wish(state="paused"))
    wait_for_state(store, run, "paused")
    cluster.kill(first)
    store.ask(run, Wish(state="running"))
    wait_for_state(store, run, "finished")
    cluster.wait_for(cluster.add())
    stopped = begin(store)
    store.ask(stopped, Wish(state="stopped"))
    wait_for_state(store, stopped, "stopped")
    wait_for(lambda: not trainers(), "no trainer is left")

    assert [state for state in states(store, run) if state != "queued"] == ["running", "paused", "running", "finished"]
    assert_whole(store, run, folder, LONG)


def test_a_killed_trainer_is_followed_by_another_that_goes_on_from_the_checkpoint(
    store: Store, folder: Path, cluster: Cluster, serve: Callable[..., Executor]
) -> None:
    serve()
    run = begin(store)

    [trainer] = trainers()
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
    cluster.wait_for(cluster.add())

    assert states(store, run) == LOST
    assert_whole(store, run, folder, LONG)


def test_trainers_outlive_a_killed_server_and_another_rescues_what_both_lost(
    store: Store, folder: Path, cluster: Cluster, serve: Callable[..., Executor]
) -> None:
    command = [sys.executable, "-m", "tests.runs.cluster.serving", str(folder), cluster.address]
    server = subprocess.Popen(command)
    run, other = begin(store), store.submit(order(LONG), BOB).id
    wait_for_step(store, other, 5)

    kill_all(server)
    at = store.find(run).step
    wait_for(lambda: store.find(run).step > at or store.find(run).state == "finished", "it trains on alone")
    for trainer in trainers():
        trainer.kill()
    serve()
    serve()
    for one in (run, other):
        wait_for_state(store, one, "finished")

    assert states(store, run) in (LOST, ["queued", "running", "finished"])
    assert states(store, other) in (LOST, ["queued", "running", "finished"])
    for one in (run, other):
        assert_whole(store, one, folder, LONG)


def test_a_killed_head_is_followed_by_another_and_the_runs_go_on_from_their_checkpoints(
    store: Store, folder: Path, cluster: Cluster, serve: Callable[..., Executor]
) -> None:
    serve()
    run = begin(store)

    nodes = list(cluster.nodes)
    cluster.kill_head()
    for node in nodes:
        cluster.kill(node)  # as each does by itself, some seconds later
    cluster.start_head()
    cluster.wait_for(cluster.add(), cluster.add())
    wait_for_state(store, run, "finished")

    told = [event["reason"] for event in payloads(store, run, "state")]
    assert [state for state in states(store, run) if state != "queued"] == LOST[1:3] + LOST[4:]
    assert reasons.LOST.to_dict() in told
    assert_whole(store, run, folder, LONG)


def test_a_run_that_no_machine_has_room_for_waits_says_so_and_starts_when_one_comes(
    store: Store, cluster: Cluster, serve: Callable[..., Executor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.runs.executor.placements.PATIENT_S", 2.0)
    others = [cluster.nodes.pop() for _ in range(2)]
    for node in others:
        cluster.kill(node)
    serve()
    run = store.submit(order(), ANNA)

    wait_for(lambda: store.find(run.id).reason, "it says why it waits")
    waiting = store.find(run.id)
    cluster.wait_for(cluster.add(), cluster.add())
    wait_for_state(store, run.id, "finished")

    assert (waiting.state, waiting.reason) == ("queued", reasons.NO_MACHINE)
    assert store.find(run.id).reason is None
