"""What the gradients' probe of a snapshot costs: processor time beside that of the training steps it comes between.

    .venv/bin/python -m benchmarks.probing [RECIPE ...] [--rounds 20]

A probe is one pass forward and back of 128 pictures. A trainer takes a snapshot, probe and all, so rarely that
snapshots never take more than a fiftieth of its time (`Pace` in app/runs/trainer/attempt.py).
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch

from app.core.datasets.datasets import load_dataset
from app.core.training.events import Step
from app.core.training.gradient_sizes import measure_learning
from app.core.training.recipes import find_recipe
from app.core.training.training import Trainer

RECIPES = ("too-deep", "deep-normalized", "shapes")
WARM_UP = 5  # rounds that do not count


def measure(name: str, rounds: int) -> tuple[float, float]:
    """Processor seconds of a step and of a probe, medians, taken in turns."""
    recipe = find_recipe(name)
    trainer = Trainer(recipe.network, load_dataset(recipe.dataset, Path(tempfile.gettempdir())), recipe.training)
    events = trainer.events()
    turns = [
        (
            _seconds(lambda: next(event for event in events if isinstance(event, Step))),
            _seconds(lambda: measure_learning(trainer)),
        )
        for _ in range(WARM_UP + rounds)
    ]
    step, probe = (statistics.median(column) for column in zip(*turns[WARM_UP:], strict=True))
    return step, probe


def _seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def main() -> None:
    """A row a recipe."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipes", nargs="*", default=RECIPES)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    torch.set_num_threads(1)
    for name in options.recipes:
        step, probe = measure(name, options.rounds)
        print(f"{name}: a step {step * 1000:.1f} ms, a probe {probe * 1000:.1f} ms, {probe / step:.1f} steps")


if __name__ == "__main__":
    main()
