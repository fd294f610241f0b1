"""A cluster of two nodes for all tests of this folder, and servers' parts that train in it.

Runs are in PostgreSQL and files in an object store; each node has a folder of its own for working copies.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.core.datasets.headers import cache_path
from app.runs.executor.executor import Executor
from app.runs.executor.link import Link
from app.runs.executor.placements import Placements
from app.runs.store.store import Store
from tests.runs.cluster.nodes import Cluster
from tests.runs.conftest import make_datasets


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Two nodes of one processor each."""
    with Cluster(own_data=True) as started:
        started.add()
        started.add()
        yield started


@pytest.fixture
def folder(tmp_path: Path, store: Store) -> Path:
    """The servers' data folder; the data set is in the store of files, too."""
    store.files.push(cache_path(make_datasets(tmp_path / "datasets"), "colored"))
    return tmp_path


@pytest.fixture
def serve(folder: Path, open_store: Callable[..., Store], cluster: Cluster) -> Iterator[Callable[[], Executor]]:
    """Starts the part of a server that trains, in this process; more than one at will."""
    started: list[Executor] = []

    def start() -> Executor:
        store = open_store(at_once=2)
        started.append(Executor(store, Placements(store, folder / "datasets", Link(cluster.address))))
        started[-1].start()
        return started[-1]

    yield start
    for executor in started:
        executor.stop()
