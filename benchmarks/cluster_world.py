"""A Ray cluster on this machine, PostgreSQL and an object store beside it, and a server's part that trains in it.

Each node has a network of its own, a wire of which can be cut: that wants root, and iproute2.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from app.core.datasets.headers import cache_path
from app.files.opening import open_files
from app.runs.store.store import QueueLimits, Store
from tests.object_store import ObjectStore
from tests.postgresql import PostgreSQL
from tests.runs.cluster.nodes import Cluster, kill_all
from tests.runs.cluster.wires import Wire, Wires
from tests.runs.conftest import make_datasets, url_of


@dataclass
class World:
    """All of it. `folder` is the server's; each node has one of its own."""

    cluster: Cluster
    folder: Path
    store: Store
    places: int
    database: PostgreSQL
    objects: ObjectStore
    wires: Wires
    wired: dict[int, Wire] = field(default_factory=dict)  # by the number of the node's process
    server: subprocess.Popen[bytes] | None = None

    def add_node(self) -> None:
        """With two processors, and a wire of its own."""
        wire = self.wires.add()
        self.wired[self.cluster.add(2, wire=wire).pid] = wire

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
    with ExitStack() as stack:
        wires = stack.enter_context(Wires())
        database = PostgreSQL(wires.host)
        stack.callback(database.remove)
        objects = ObjectStore(wires.host)
        stack.callback(objects.close)
        os.environ.update(objects.environment)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        cluster = stack.enter_context(Cluster(own_data=True, host=wires.host))
        files = open_files(folder, objects.new_address())
        stack.callback(files.close)
        store = Store.open(database.url(database.make_database()), files, QueueLimits(at_once=places))
        stack.callback(store.close)
        files.push(cache_path(make_datasets(folder / "datasets"), "colored"))
        found = World(cluster, folder, store, places, database, objects, wires)
        stack.callback(found.kill_server)
        found.add_node()
        found.add_node()
        found.serve()
        yield found
