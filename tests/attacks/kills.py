"""A run on a real server, killed in one of many ways at any moment, watched by one who comes back each time.

What was lost is told, not judged. It does not know how the server goes on.
"""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import psutil
import torch
from safetensors.torch import load
from sqlalchemy import select

from app.runs.store.database import open_engine, reading
from app.runs.store.schema import runs
from tests.postgresql import PostgreSQL
from tests.test_cli import free_port, serving
from tests.web.viewers import Viewer, follow

WAYS = ("server", "trainer", "both", "parent", "hung")
DATABASE_WAYS = {"restart": signal.SIGINT, "crash": signal.SIGQUIT}  # of PostgreSQL, away for up to AWAY_S
AWAY_S = 3.0
EPOCHS = 8
ORDER: dict[str, Any] = {
    "dataset": "digits",
    "network": {"input": [1, 8, 8], "classes": 10, "layers": [
        {"type": "conv2d", "filters": 8, "activation": "relu"}, {"type": "max_pooling2d"}, {"type": "flatten"},
        {"type": "dropout", "rate": 0.2}, {"type": "dense", "units": 10},
    ]},
    "training": {"epochs": EPOCHS, "batch_size": 16, "learning_rate": 0.005, "seed": 7},
    "sample": "cat",
}  # fmt: skip
OVER = ("finished", "stopped", "diverged")
PATIENCE_S = 300.0


@dataclass
class Outcome:
    """What a kill did to a run."""

    way: str
    step: int  # at which it was killed
    heard: list[int] = field(default_factory=list)  # the numbers of the events, by one who watched
    logged: int = 0  # events in the end
    forgotten: list[str] = field(default_factory=list)  # what the run told before and did not tell afterwards
    difference: float = float("inf")  # the largest of a weight to that of an unbroken run
    seconds: float = 0.0  # from the kill to the first step that is new

    @property
    def is_whole(self) -> bool:
        """Whether nobody could tell from the run that anything had happened."""
        return self.heard == list(range(1, self.logged + 1)) and not self.forgotten and self.difference < 1e-5


class House:
    """A data folder, and the server on it, which is started again where it was killed; and PostgreSQL, if told."""

    def __init__(self, folder: Path, stack: ExitStack, postgresql: PostgreSQL | None = None) -> None:
        self.folder, self.port = folder, free_port()
        self._postgresql = postgresql
        name = postgresql.make_database() if postgresql else ""
        self._url = postgresql.url(name) if postgresql else f"sqlite:///{folder / 'd/runs.sqlite3'}"
        if postgresql:
            stack.callback(postgresql.drop_database, name)
        self._stack = stack
        self.client = httpx2.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=60)
        stack.callback(self.client.close)
        self.start()

    def start(self) -> None:
        """Until it is ready."""
        named = {"PLAYGROUND_DATABASE": self._url, "PLAYGROUND_SECRET": "the same after each start"}
        started = serving(self.folder, self.port, patience=PATIENCE_S, **named)
        self.process = self._stack.enter_context(started)[0]

    def run(self, run_id: str) -> dict[str, Any]:
        """As the API tells it, once it does."""
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                response = self.client.get(f"/api/runs/{run_id}")
            except httpx2.TransportError:
                assert time.monotonic() < until
                time.sleep(0.1)
            else:
                if response.status_code != 503:
                    assert response.status_code == 200, response.text
                    told: dict[str, Any] = response.json()
                    return told
                assert int(response.headers["Retry-After"]) > 0
                assert time.monotonic() < until
                time.sleep(0.1)

    def weights(self, run_id: str) -> dict[str, torch.Tensor]:
        """The newest."""
        return load(self.client.get(f"/api/models/run-{run_id}/weights").content)

    def strike(self, way: str, run_id: str, moment: float) -> None:
        """Without a word."""
        if way in DATABASE_WAYS:
            assert self._postgresql
            self._postgresql.restart(DATABASE_WAYS[way], AWAY_S * moment)
            return
        parents = [child for child in psutil.Process(self.process.pid).children() if _forks(child)]
        if way in ("server", "both"):
            self.process.kill()
            self.process.wait()
        if way in ("trainer", "both", "hung") and (trainer := self._trainer(run_id)):
            os.kill(trainer, signal.SIGSTOP if way == "hung" else signal.SIGKILL)
        if way == "parent":
            for parent in parents:
                parent.kill()

    def _trainer(self, run_id: str) -> int | None:
        """Its process, by the database."""
        engine = open_engine(self._url)
        with reading(engine) as connection:
            process = connection.scalar(select(runs.c.process).where(runs.c.id == run_id, runs.c.state == "running"))
        engine.dispose()
        pid = int(process.split(":")[1]) if process else 0
        return pid if pid and psutil.pid_exists(pid) else None


def _forks(process: psutil.Process) -> bool:
    try:
        return "app.runs.trainer" in process.cmdline()
    except psutil.Error:
        return False


@contextmanager
def house(folder: Path, postgresql: PostgreSQL | None = None) -> Iterator[House]:
    """It, and nothing of it afterwards."""
    with ExitStack() as stack:
        yield House(folder, stack, postgresql)


def unbroken(there: House) -> dict[str, torch.Tensor]:
    """The weights of a run that nobody disturbs."""
    run_id = _submit(there)
    _finish(there, run_id)
    return there.weights(run_id)


def break_run(there: House, way: str, moment: float, whole: dict[str, torch.Tensor]) -> Outcome:
    """A run that is killed when so much of it (0 to 1) has been trained."""
    run_id = _submit(there)
    heard: list[int] = []
    viewer = threading.Thread(
        target=lambda: heard.extend(asyncio.run(follow(there.port, run_id, round(1000 * moment))))
    )
    viewer.start()
    while (told := there.run(run_id))["state"] == "queued" or told["step"] < moment * (told["steps"] or 1e9):
        time.sleep(0.02)
    time.sleep(moment * 0.1)  # events come ten a second
    before = there.run(run_id)
    there.strike(way, run_id, moment)
    killed = time.monotonic()
    if there.process.poll() is not None:
        there.start()
    outcome = Outcome(way, before["step"])
    outcome.seconds = _finish(there, run_id, before["step"]) - killed
    viewer.join(PATIENCE_S)
    heard.extend(_rest(there, run_id, heard[-1]))
    _judge(outcome, there, run_id, before, whole)
    outcome.heard = heard
    there.client.delete(f"/api/runs/{run_id}").raise_for_status()
    return outcome


def _rest(there: House, run_id: str, last: int) -> list[int]:
    """What came after a run had failed, which ends its stream; viewers come back when somebody sets it to go on."""
    viewer = Viewer(there.port, run_id, last)
    asyncio.run(viewer.watch())
    return [number for number, _, _ in viewer.events]


def _judge(outcome: Outcome, there: House, run_id: str, before: dict[str, Any], whole: dict[str, torch.Tensor]) -> None:
    after, found = there.run(run_id), there.weights(run_id)
    outcome.logged = there.client.get(f"/api/runs/{run_id}/events", params={"after": 0}).text.count("\nid: ")
    if after["history"][: len(before["history"])] != before["history"]:
        outcome.forgotten.append("history")
    if after["step"] < before["step"] or [row["epoch"] for row in after["history"]] != list(range(1, EPOCHS + 1)):
        outcome.forgotten.append("steps")
    outcome.difference = max(float((found[name] - tensor).abs().max()) for name, tensor in whole.items())


def _submit(there: House) -> str:
    response = there.client.post("/api/runs", json=ORDER)
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


def _finish(there: House, run_id: str, step: int = 0) -> float:
    """Waits until it is over, and sets it to go on where the kill ended it; when it was past that step."""
    until, passed = time.monotonic() + PATIENCE_S, 0.0
    while True:
        told = there.run(run_id)
        if not passed and told["step"] > step:
            passed = time.monotonic()
        if told["state"] in OVER:
            return passed or time.monotonic()
        if told["state"] == "failed":
            there.client.patch(f"/api/runs/{run_id}", json={"state": "running"})
        assert time.monotonic() < until, told
        time.sleep(0.05)
