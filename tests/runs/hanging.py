"""A trainer whose training waits for ever after a step, as for a lock: `... hanging FOLDER URL FILES STEP`.

With `stopped` behind them it is stopped in the middle of a write, so that nobody else can write.
"""

import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from app.files.opening import open_files
from app.runs.store.database import writing
from app.runs.store.schema import runs
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
    engine: Engine

    def step(self, event: Any) -> bool:
        if event.step > int(sys.argv[4]):
            if sys.argv[5:]:
                with writing(self.engine) as connection:
                    connection.execute(runs.update().values(asked=None))
                    os.kill(os.getpid(), signal.SIGSTOP)
            threading.Event().wait()
        return super().step(event)


def main(folder: Path, url: str, address: str) -> None:
    """Until it is killed."""
    store = Store.open(url, open_files(folder, address or None))
    _Waiting.engine = store.engine
    _Hanging(store.engine, store.files, WarmDataset(folder / "datasets"), claim(store)).run()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:4])
