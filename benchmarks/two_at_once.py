"""Whether two trainings end sooner side by side, a thread each, than one after the other with all cores.

    .venv/bin/python -m benchmarks.two_at_once [--data data] [--rounds 3] [--recipes digits shapes default]

Each recipe is trained from its pictures to its figures on the test pictures, in processes that have loaded PyTorch
before the clock starts: twice in turn with all threads, and twice at once with one. Rounds alternate, and the
smallest time of each counts, which is the one that other work disturbed least. `app/core/training/effort.py` draws the
line by the multiply-adds of a step.
"""

import argparse
import os
import time
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from app.tuning import TRAINING_ENVIRONMENT

COUNT = 2


def learn(recipe: str, data: str, threads: int, epochs: int | None, link: Any) -> None:
    """Trains once a message, and says when it is ready, and when it has ended."""
    from dataclasses import replace

    import torch

    from app.core.classification.cards import Trained, measure_test
    from app.core.datasets.datasets import load_dataset
    from app.core.training.recipes import find_recipe
    from app.core.training.training import Trainer

    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    found = find_recipe(recipe)
    training = replace(found.training, epochs=epochs or found.training.epochs)
    link.send("ready")
    while link.recv():
        dataset = load_dataset(found.dataset, Path(data) / "datasets")
        trainer = Trainer(found.network, dataset, training)
        for _ in trainer.events():
            pass
        trained = Trained(found.network, trainer.evaluated, dataset.classes, trainer.preparation, training.mirror_test)
        measure_test(trained, dataset, 1.0)
        link.send("ended")


def main() -> None:
    """The figures of each recipe on standard output."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default="data")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--recipes", nargs="+", default=["digits", "shapes", "default"])
    options = parser.parse_args()
    os.environ.update(TRAINING_ENVIRONMENT)
    print(f"{'recipe':<16} {'M a step':>9} {'in turn':>9} {'at once':>9} {'gain':>6}")
    for recipe in options.recipes:
        in_turn, at_once = compare(recipe, options)
        print(
            f"{recipe:<16} {work_of(recipe) / 1e6:9.1f} {in_turn:8.2f}s {at_once:8.2f}s {in_turn / at_once:6.2f}",
            flush=True,
        )


def work_of(recipe: str) -> float:
    """Multiply-adds of a step, forwards."""
    from app.core.training.recipes import find_recipe

    found = find_recipe(recipe)
    return found.network.report.multiply_adds * found.training.batch_size


def compare(recipe: str, options: argparse.Namespace) -> tuple[float, float]:
    """Seconds of two trainings one after the other, and side by side: the best of the rounds."""
    cores = os.cpu_count() or 1
    alone, beside = [start(recipe, cores, options)], [start(recipe, 1, options) for _ in range(COUNT)]
    in_turn, at_once = [], []
    for _ in range(options.rounds):
        in_turn.append(sum(timed(alone) for _ in range(COUNT)))
        at_once.append(timed(beside))
    for link in (*alone, *beside):
        link.send(False)
    return min(in_turn), min(at_once)


def start(recipe: str, threads: int, options: argparse.Namespace) -> Any:
    """The link to a process that is ready to train."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    context.Process(target=learn, args=(recipe, options.data, threads, options.epochs, theirs), daemon=True).start()
    ours.recv()
    return ours


def timed(links: list[Any]) -> float:
    """Until each has trained once."""
    begun = time.monotonic()
    for link in links:
        link.send(True)
    for link in links:
        link.recv()
    return time.monotonic() - begun


if __name__ == "__main__":
    main()
