"""A Ray cluster on this machine, PostgreSQL and an object store beside it, and a server's part that trains in it."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.core.datasets.headers import cache_path
from app.files.opening import open_files
from app.runs.store.store import QueueLimits, Store
from tests.object_store import ENVIRONMENT, ObjectStore
from tests.postgresql import PostgreSQL
from tests.runs.cluster.nodes import Cluster, kill_all
from tests.runs.conftest import make_datasets, url_of


@dataclass
class World:
    """All of it. `folder` is the server's; each node has one of its own."""

    cluster: Cluster
    folder: Path
    store: Store
    places: int
    server: subprocess.Popen[bytes] | None = None

    def serve(self) -> None:
        """Starts a server, or another in a killed one's place."""
        command = [sys.executable, "-m", "tests.runs.cluster.serving", str(self.folder), self.cluster.address]
        command += [url_of(self.store), self.store.files.address or "", str(self.places)]
        self.server = subprocess.Popen(command, stdout=subprocess.DEVNULL)

    def kill_server(self) -> None:
        """By SIGKILL, with the process that speaks to Ray for it."""
        if self.server is not None:
            kill_all(self.server)


@contextmanager
def world(places: int) -> Iterator[World]:
    """Two nodes with two processors each, and a server."""
    os.environ.update(ENVIRONMENT)
    database, objects = PostgreSQL(), ObjectStore()
    try:
        with tempfile.TemporaryDirectory() as temporary, Cluster(own_data=True) as cluster:
            folder = Path(temporary)
            files = open_files(folder, objects.new_address())
            store = Store.open(database.url(database.make_database()), files, QueueLimits(at_once=places))
            files.push(cache_path(make_datasets(folder / "datasets"), "colored"))
            cluster.add(2)
            cluster.add(2)
            found = World(cluster, folder, store, places)
            found.serve()
            try:
                yield found
            finally:
                found.kill_server()
                store.close()
                files.close()
    finally:
        objects.close()
        database.remove()
