"""A cluster of two nodes for all tests of this folder, and servers' parts that train in it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.runs.executor.executor import Executor
from app.runs.executor.link import Link
from app.runs.executor.placements import Placements
from app.runs.store.store import Store
from tests.runs.cluster.nodes import Cluster
from tests.runs.conftest import make_datasets


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Two nodes of one processor each."""
    with Cluster() as started:
        started.wait_for(started.add(), started.add())
        yield started


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The data folder, which all nodes see."""
    make_datasets(tmp_path / "datasets")
    return tmp_path


@pytest.fixture
def serve(folder: Path, open_store: Callable[..., Store], cluster: Cluster) -> Iterator[Callable[..., Executor]]:
    """Starts the part of a server that trains, in this process, with the cluster's address or another."""
    started: list[Executor] = []

    def start(address: str = cluster.address, places: int = 2) -> Executor:
        store = open_store(at_once=places)
        started.append(Executor(store, Placements(store, folder / "datasets", Link(address))))
        started[-1].start()
        return started[-1]

    yield start
    for executor in started:
        executor.stop()
