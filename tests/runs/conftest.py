"""A store in a folder of its own, a data set to train on in milliseconds, and what is ordered of it."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import torch
from torch import Tensor

from app.core.checkpoints import read_weights
from app.core.datasets.cache import write_cache
from app.core.datasets.datasets import load_dataset
from app.core.pictures.images import open_sample
from app.core.training.events import Step
from app.core.training.hyperparameters import Training
from app.core.training.training import Trainer
from app.files.opening import open_files
from app.runs.executor.forks import Forks
from app.runs.store.database import is_postgresql, writing
from app.runs.store.orders import Order
from app.runs.store.queue import Claim, QueueLimits, claim_next
from app.runs.store.states import Visitor
from app.runs.store.store import Store
from app.runs.trainer.attempt import Attempt
from app.runs.trainer.journal import Journal
from app.runs.trainer.warm_dataset import WarmDataset
from tests.core.training.small_trainings import colored, small_network

torch.set_num_threads(1)

ANNA, BOB = Visitor("anna", "10.0.0.1"), Visitor("bob", "10.0.0.2")
QUICK = Training(epochs=3, batch_size=8, learning_rate=0.01, validation_split=0.25, precision="float32", seed=3)
LONG = replace(QUICK, epochs=60)  # some 360 steps of a millisecond


def order(training: Training = QUICK, **others: Any) -> Order:
    """Of the tiny network, for the tiny data set."""
    others.setdefault("photo", open_sample("impulse").numpy())
    return Order("colored", small_network({"type": "dropout", "rate": 0.2}), training, **others)


def make_datasets(folder: Path, count: int = 64) -> Path:
    """The data sets' folder, with one in it."""
    write_cache(colored(count), folder / "colored.safetensors", {})
    return folder


@pytest.fixture(scope="session")
def datasets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the data sets."""
    return make_datasets(tmp_path_factory.mktemp("datasets"))


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    """Where trainers come from; the networks are tiny."""
    made = Forks()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")
        made.are_ready()
    yield made
    made.stop()


@pytest.fixture
def open_store(database: str, files_address: str | None, tmp_path: Path) -> Iterator[Callable[..., Store]]:
    """Opens the store of the test's folder, as often as one likes: each as another server would."""
    opened: list[Store] = []

    def make(**limits: int) -> Store:
        opened.append(Store.open(database, open_files(tmp_path, files_address), QueueLimits(**limits)))
        return opened[-1]

    yield make
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store: Callable[..., Store]) -> Store:
    """One with the usual limits."""
    return open_store()


@contextmanager
def locked(store: Store) -> Iterator[None]:
    """While another process writes to the database, and does not come to an end."""
    program = "import sys; from sqlalchemy import create_engine; connection = create_engine(sys.argv[1]).connect()"
    program += "; connection.exec_driver_sql(sys.argv[2]); print(flush=True); sys.stdin.read()"
    begin = "LOCK TABLE runs IN EXCLUSIVE MODE" if is_postgresql(store.engine) else "BEGIN IMMEDIATE"
    command = [sys.executable, "-c", program, url_of(store), begin]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdin
        process.stdout.readline()
        try:
            yield
        finally:
            process.stdin.close()


def url_of(store: Store) -> str:
    """Of its database."""
    return store.engine.url.render_as_string(hide_password=False)


def claim(store: Store) -> Claim:
    """The next run's, which has to be there."""
    with writing(store.engine) as connection:
        claimed = claim_next(connection, store.limits)
    assert claimed is not None
    return claimed


def states(store: Store, run_id: str) -> list[str]:
    """The states that the log tells, in their order."""
    return [event["state"] for event in payloads(store, run_id, "state")]


def payloads(store: Store, run_id: str, kind: str) -> list[dict[str, Any]]:
    """What the events of a kind hold."""
    return [json.loads(event.payload) for event in store.events(run_id, limit=100_000) if event.kind == kind]


@pytest.fixture
def attempt(store: Store, datasets: Path) -> Callable[[], str]:
    """Trains the next run of the queue, as far as it comes; its id."""

    def run() -> str:
        claimed = claim(store)
        Attempt(store.engine, store.files, WarmDataset(datasets), claimed).run()
        return claimed.run_id

    return run


@pytest.fixture
def at_step(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, Callable[[], object]], None]:
    """Does something right after a step."""

    def plan(number: int, act: Callable[[], object]) -> None:
        original, done = Journal.step, []

        def step(journal: Journal, event: Any) -> bool:
            is_new = original(journal, event)
            if event.step == number and not done:
                done.append(number)
                act()
            return is_new

        monkeypatch.setattr(Journal, "step", step)

    return plan


def final_weights(store: Store, run_id: str) -> dict[str, Tensor]:
    return read_weights(store.folder(run_id).model / "weights.safetensors")


def unbroken(
    datasets: Path, training: Training, rates: Mapping[int, float] = MappingProxyType({})
) -> dict[str, Tensor]:
    """The weights of a training by the core alone; `rates` are set after these steps, of which 0 is the start."""
    trainer = Trainer(order().network, load_dataset("colored", datasets), training)
    if 0 in rates:
        trainer.change_learning_rate(rates[0])
    for event in trainer.events():
        if isinstance(event, Step) and event.step in rates:
            trainer.change_learning_rate(rates[event.step])
    return trainer.evaluated.state_dict()


def assert_same(found: dict[str, Tensor], expected: dict[str, Tensor]) -> None:
    assert set(found) == set(expected)
    for name, tensor in expected.items():
        torch.testing.assert_close(found[name], tensor, rtol=1e-5, atol=1e-5)
