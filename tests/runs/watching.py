"""Runs that real processes train, as a test watches them: waited for, killed, looked at as a whole."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import torch
from sqlalchemy import select

from app.core.checkpoints import read_weights
from app.core.datasets.datasets import load_dataset
from app.core.training.hyperparameters import Training
from app.core.training.training import Trainer
from app.runs.store.database import reading
from app.runs.store.schema import runs
from app.runs.store.store import TERMINAL, Store
from tests.runs.conftest import LONG, order, payloads

PATIENCE_S = 120.0  # of a machine that has much else to do


def wait_for(condition: Callable[[], object], what: str) -> None:
    until = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < until, f"waited in vain until {what}"
        time.sleep(0.02)


def wait_for_state(store: Store, run_id: str, *wanted: str) -> None:
    def is_there() -> bool:
        state = store.find(run_id).state
        assert state in wanted or state not in TERMINAL, (state, str(store.find(run_id).reason))
        return state in wanted

    wait_for(is_there, f"the run is {wanted}")


def wait_for_step(store: Store, run_id: str, step: int) -> None:
    wait_for(lambda: store.find(run_id).step >= step, f"step {step}")


def process_of(store: Store, run_id: str) -> str:
    with reading(store.engine) as connection:
        process = connection.scalar(select(runs.c.process).where(runs.c.id == run_id))
    assert process is not None
    return process


def kill(process: str) -> None:
    os.kill(int(process.split(":")[1]), signal.SIGKILL)


def assert_whole(store: Store, run_id: str, folder: Path, training: Training = LONG) -> None:
    """Every number once, every epoch once, and the weights of a training that nobody disturbed."""
    log = store.events(run_id, limit=100_000)
    steps = [event["step"] for event in payloads(store, run_id, "step")]
    assert [event.sequence for event in log] == list(range(1, len(log) + 1))
    assert [row["epoch"] for row in store.history(run_id)] == list(range(1, training.epochs + 1))
    assert steps == sorted(set(steps))
    trainer = Trainer(order().network, load_dataset("colored", folder / "datasets"), training)
    for _ in trainer.events():
        pass
    store.folder(run_id).bring_model()
    found = read_weights(store.folder(run_id).model / "weights.safetensors")
    for name, tensor in trainer.module.state_dict().items():
        torch.testing.assert_close(found[name], tensor, rtol=1e-5, atol=1e-5)
