"""A server's part that trains, to be killed: `python -m tests.runs.serving FOLDER URL FILES`; ends at SIGTERM."""

import signal
import sys
import threading
from pathlib import Path

from app.files.opening import open_files
from app.runs.executor import executor as executor_module
from app.runs.executor.executor import Executor
from app.runs.executor.forked import Forked
from app.runs.executor.forks import Forks
from app.runs.store.store import Store


def main(folder: Path, url: str, address: str) -> None:
    """Says when it watches."""
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    executor_module.FIRST_WARM_S = 1e9  # no more processes than are looked at
    store = Store.open(url, open_files(folder, address or None))
    forks = Forks()
    executor = Executor(store, Forked(store, folder / "datasets", forks))
    executor.start()
    print("watching", flush=True)
    over.wait()
    executor.stop()
    forks.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
