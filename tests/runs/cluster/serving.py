"""A server's part that trains in a cluster, as a process to be killed.

python -m tests.runs.cluster.serving FOLDER ADDRESS URL FILES [PLACES]
"""

import sys
import threading
from pathlib import Path

from app.files.opening import open_files
from app.runs.executor.executor import Executor
from app.runs.executor.link import Link
from app.runs.executor.placements import Placements
from app.runs.store.queue import QueueLimits
from app.runs.store.store import Store


def main(folder: Path, address: str, url: str, files: str, places: str = "2") -> None:
    """Until it is killed."""
    store = Store.open(url, open_files(folder, files or None), QueueLimits(at_once=int(places)))
    Executor(store, Placements(store, folder / "datasets", Link(address))).start()
    threading.Event().wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
