"""The process of a placed trainer, as Ray would call it, but without Ray."""

import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from app.core.datasets.headers import cache_path
from app.runs.cluster import actor
from app.runs.store.database import writing
from app.runs.store.protocol import Assignment
from app.runs.store.queue import Claim, claim_placed
from app.runs.store.store import Store
from tests.runs.conftest import ANNA, QUICK, make_datasets, order, payloads, url_of
from tests.runs.watching import assert_whole

BUSY = """
import hashlib
from app.runs.cluster.actor import PlacedTrainer
trainer = PlacedTrainer("a-1")
print(trainer.get_version(), flush=True)
hashlib.pbkdf2_hmac("sha256", b"", b"", 10**9)  # the main thread runs no Python
"""
IDLE = """
import threading
from app.runs.cluster import actor
actor.IDLE_S = 0.1
actor.PlacedTrainer("a-1")
threading.Event().wait(60)
"""
TRAINING = """
import os, sys
from app.runs.cluster.actor import PlacedTrainer
trainer = PlacedTrainer("a-1")
trainer.get_ready()
trainer.train(sys.argv[1])
trainer.train(sys.argv[1])  # by another server, too late
print(trainer.wait(), trainer.wait())
trainer.dismiss()
"""


def start(program: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE, text=True)


def test_a_trainer_without_a_run_goes_when_its_machine_is_to_be_shut_down() -> None:
    with start(BUSY) as process:
        assert process.stdout
        version = process.stdout.readline()

        process.send_signal(signal.SIGTERM)
        code = process.wait(60)

    assert code == 0
    assert len(version.strip()) == 12


def test_one_that_nobody_gives_a_run_ends_by_itself() -> None:
    with start(IDLE) as process:
        assert process.wait(60) == 0


@pytest.mark.parametrize("world", ["sqlite"], scope="session")
def test_one_that_has_a_run_trains_it_once_and_tells_its_end_to_all_who_ask(store: Store, tmp_path: Path) -> None:
    store.files.push(cache_path(make_datasets(tmp_path / "datasets"), "colored"))
    run = store.submit(order(QUICK), ANNA)
    with writing(store.engine) as connection:
        claim = claim_placed(connection, store.limits, run.id, "ray/a-1", threads=1, device="cpu")
    assert claim

    told, _ = start(TRAINING, Assignment.to(claim, url_of(store), store.files).to_line()).communicate(timeout=200)

    assert told == "0 0\n"
    assert store.find(run.id).state == "finished"
    assert [event["state"] for event in payloads(store, run.id, "state")] == ["queued", "running", "finished"]
    assert_whole(store, run.id, tmp_path, QUICK)


def test_a_machine_has_its_own_way_to_the_database_and_to_its_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Assignment(Claim("a", "b"), "postgresql+psycopg://server@db/runs", "/server", "s3://bucket/kept")
    before = actor._at_home(told)

    monkeypatch.setenv("PLAYGROUND_DATABASE", "postgresql+psycopg://trainer:secret@db/runs")
    monkeypatch.setenv("PLAYGROUND_DATA", "/data")
    here = actor._at_home(told)

    assert before == told
    assert here == replace(told, database="postgresql+psycopg://trainer:secret@db/runs", data="/data")
