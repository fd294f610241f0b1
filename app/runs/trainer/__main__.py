"""The trainer process, `python -m app.runs.trainer DATASETS [NAME]`: gets warm, then trains the run that a line names.

The end of its standard input ends one that has nothing to do; one that trains goes on without the server.
"""

import logging
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import torch

from app.core.datasets.labeled_images import DataSet
from app.core.networks.presets import find_preset
from app.core.training.hyperparameters import Training
from app.core.training.training import train
from app.runs.store.database import open_engine
from app.runs.store.protocol import DISK_FULL, Assignment
from app.runs.trainer.attempt import Attempt
from app.runs.trainer.warm_dataset import WarmDataset

FIRST_NETWORK = "lecture-light"


def main() -> int:
    """The exit's code."""
    leaving: list[Callable[[], object]] = [lambda: os._exit(0)]
    signal.signal(signal.SIGTERM, lambda *_: leaving[-1]())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _prepare()
    warm = WarmDataset(Path(sys.argv[1]))
    if sys.argv[2:]:  # else a run waits already
        warm_up()
        warm.stock()
        warm.fetch(sys.argv[2])
    line = sys.stdin.readline()
    if not line.strip():
        return 0
    assignment = Assignment.from_line(line)
    engine = open_engine(assignment.database)
    attempt = Attempt(engine, Path(assignment.runs), warm, assignment.claim)
    leaving.append(attempt.leaving.set)
    return 0 if attempt.run() else DISK_FULL


def _prepare() -> None:
    """Behind the server where both want the processor; numbers too small for float32's usual form are zero."""
    logging.basicConfig(level=logging.WARNING)
    with suppress(AttributeError, OSError):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    torch.set_flush_denormal(True)


def warm_up() -> None:
    """Two steps of the page's first network: what is loaded and compiled at first use is then there."""
    images, labels = torch.randint(0, 256, (256, 3, 32, 32), dtype=torch.uint8), torch.arange(256) % 10
    pictures = DataSet("noise", "", tuple("0123456789"), images, labels, images[:0], labels[:0])
    for _ in train(find_preset(FIRST_NETWORK).network, pictures, Training(epochs=1, validation_split=0.0)):
        pass


if __name__ == "__main__":
    os._exit(main())  # all is written; taking Python and PyTorch down in order would hold the place for seconds
