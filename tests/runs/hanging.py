"""A trainer whose training waits for ever after a step, as for a lock: `python -m tests.runs.hanging FOLDER STEP`."""

import sys
import threading
from pathlib import Path
from typing import Any

from app.runs.store.store import Store
from app.runs.trainer.attempt import Attempt
from app.runs.trainer.journal import Journal
from app.runs.trainer.warm_dataset import WarmDataset
from tests.runs.conftest import claim


class _Hanging(Attempt):
    """One life of the next run, which does not end."""

    def _open(self, row: Any) -> None:
        super()._open(row)
        self._journal = _Waiting(row, None)


class _Waiting(Journal):
    def step(self, event: Any) -> bool:
        if event.step > int(sys.argv[2]):
            threading.Event().wait()
        return super().step(event)


def main(folder: Path) -> None:
    """Until it is killed."""
    store = Store.open(f"sqlite:///{folder / 'runs.sqlite3'}", folder / "runs")
    _Hanging(store.engine, store.root, WarmDataset(folder / "datasets"), claim(store)).run()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
