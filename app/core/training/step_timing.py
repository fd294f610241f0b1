"""How long a network takes to learn here: measured by real steps, not guessed from multiply-adds.

It does not know data sets; random pictures cost what real ones cost. Processor time of other work is not left out:
what is measured is what a run started now would feel.
"""

import statistics
import time
from collections.abc import Iterator
from dataclasses import replace

import torch

from app.core.datasets.labeled_images import DataSet
from app.core.networks.networks import Network
from app.core.training.events import Step
from app.core.training.hyperparameters import Training
from app.core.training.timing import MOST_PICTURES, Timing
from app.core.training.training import Trainer

ENOUGH_SECONDS = 0.6  # of steps after the first
MOST_STEPS = 12
VALIDATED = 64


def measure_step(network: Network, training: Training) -> Timing:
    """A few real steps after one to warm up; where that one alone takes a second it is what counts.

    Raises InvalidValue where network and training do not fit each other.
    """
    images = min(training.batch_size, MOST_PICTURES)
    trainer = Trainer(network, _random_pictures(network, max(images, 2)), _endless(training, images))
    taken = list(_steps(trainer))
    some = trainer.training_pictures.part(VALIDATED)
    started = time.perf_counter()
    trainer.judge(some)
    validating = (time.perf_counter() - started) / len(some)
    return Timing(statistics.median(taken) / images, validating, len(taken), images)


def _steps(trainer: Trainer) -> Iterator[float]:
    """Seconds from one step to the next, batches included, the first left out unless it is long."""
    events = trainer.events()
    started = time.perf_counter()
    next(events)
    first = time.perf_counter() - started
    if first > ENOUGH_SECONDS:
        yield first
        return
    begun = time.perf_counter()
    for _ in range(MOST_STEPS):
        started = time.perf_counter()
        while not isinstance(next(events), Step):
            pass
        yield time.perf_counter() - started
        if time.perf_counter() - begun > ENOUGH_SECONDS:
            return


def _endless(training: Training, images: int) -> Training:
    return replace(
        training, epochs=10_000, batch_size=images, validation_split=0.0, train_limit=None, early_stopping=None,
        statistics="training",
    )  # fmt: skip


def _random_pictures(network: Network, count: int) -> DataSet:
    generator = torch.Generator().manual_seed(0)
    levels = torch.randint(0, 256, (count, *network.input), dtype=torch.uint8, generator=generator)
    labels = torch.arange(count) % network.classes
    classes = tuple(str(number) for number in range(network.classes))
    return DataSet("random", "random", classes, levels, labels, levels[:0], labels[:0])
