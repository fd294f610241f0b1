"""What an event costs the database, and a look at the queue by its length."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from app.files.opening import open_files
from app.runs.store.database import reading
from app.runs.store.orders import Order
from app.runs.store.queue import read_waiting
from app.runs.store.schema import runs
from app.runs.store.states import Visitor
from app.runs.store.store import QueueLimits, Store
from benchmarks.scale.measuring import House
from tests.web.logged_runs import SMALL, write

EVENTS = 2000
LENGTHS = (30, 100, 300, 1000)


def measure_log(_house: House) -> dict[str, Any]:
    """A commit of one event: processor seconds of who writes, bytes of the database. And reading what is new."""
    with TemporaryDirectory() as folder:
        store, run_id = _open(Path(folder), 1)
        told = {"step": 1, "steps": 10, "epoch": 1, "loss": 0.123456789, "smoothed": 0.123456789,
                "learning_rate": 0.001, "accuracy": 0.51234, "images_per_second": 5123.4, "seconds": 12.3}  # fmt: skip
        began = time.process_time()
        for _ in range(EVENTS):
            write(store, run_id, ("step", told))
        writing_s = (time.process_time() - began) / EVENTS
        began = time.process_time()
        for number in range(EVENTS):
            store.events(run_id, number, 1)
        reading_s = (time.process_time() - began) / EVENTS
        store.close()
        size = (Path(folder) / "runs.sqlite3").stat().st_size / EVENTS
    return {
        "commit": {"processor": round(writing_s, 6), "bytes": round(size)},
        "read": {"processor": round(reading_s, 6)},
    }


def measure_queue(_house: House) -> dict[str, Any]:
    """Processor seconds of finding whose turn it is: once a claim, and once a second and server for tickets."""
    found = {}
    for length in LENGTHS:
        with TemporaryDirectory() as folder:
            store, _ = _open(Path(folder), length)
            with reading(store.engine) as connection:
                assert len(read_waiting(connection)) == length
                began = time.process_time()
                read_waiting(connection)
            found[str(length)] = round(time.process_time() - began, 4)
            store.close()
    return found


def _open(folder: Path, waiting: int) -> tuple[Store, str]:
    """With so many in the queue, a visitor each."""
    from app.core.networks.networks import parse_network
    from app.core.training.hyperparameters import Training

    limits = QueueLimits(queued=waiting, per_visitor=waiting)
    store = Store.open(f"sqlite:///{folder / 'runs.sqlite3'}", open_files(folder), limits)
    order = Order("digits", parse_network(SMALL), Training(), classes=tuple("0123456789"))
    first = store.submit(order, Visitor("visitor-0", "10.0.0.1"))
    with reading(store.engine) as connection:
        row = dict(connection.execute(runs.select()).mappings().one())
    rows = [row | {"id": f"{number:016x}", "visitor": f"visitor-{number}"} for number in range(1, waiting)]
    if rows:
        with store.engine.begin() as connection:
            connection.execute(runs.insert(), rows)
    return store, first.id
