"""A trainer: gets warm where a data set is expected, then trains the run that a line names.

The end of its standard input ends one that has nothing to do; one that trains goes on without the server.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import torch

from app.core.datasets.labeled_images import DataSet
from app.core.networks.presets import find_preset
from app.core.training.hyperparameters import Training
from app.core.training.training import train
from app.runs.store.protocol import Assignment
from app.runs.trainer.attempt import Attempt
from app.runs.trainer.warm_dataset import WarmDataset

FIRST_NETWORK = "lecture-light"


def main(datasets: str, expected: str | None = None) -> int:
    """The exit's code."""
    leaving: list[Callable[[], object]] = [lambda: os._exit(0)]
    signal.signal(signal.SIGTERM, lambda *_: leaving[-1]())
    warm = WarmDataset(Path(datasets))
    if expected is not None:  # else a run waits already
        warm_up()
        warm.stock()
        warm.fetch(expected)
    line = sys.stdin.readline()
    if not line.strip():
        return 0
    attempt = Attempt.of(Assignment.from_line(line), warm)
    leaving.append(attempt.leaving.set)
    return attempt.run()


def warm_up() -> None:
    """Two steps of the page's first network: what is loaded and compiled at first use is then there."""
    images, labels = torch.randint(0, 256, (256, 3, 32, 32), dtype=torch.uint8), torch.arange(256) % 10
    pictures = DataSet("noise", "", tuple("0123456789"), images, labels, images[:0], labels[:0])
    for _ in train(find_preset(FIRST_NETWORK).network, pictures, Training(epochs=1, validation_split=0.0)):
        pass
