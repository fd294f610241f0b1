"""What becomes of every recipe of the train page, tried for real with two seeds.

    .venv/bin/python -m benchmarks.recipes [NAME ...] [--data data] [--seeds 2] [--threads 1]

Prints a row of docs/training.md a recipe: accuracies at the end, the first epoch whose validation passes the bar (60 %
for photos, 97 % else), and seconds of processor time until then and in all (two cores take about half of them).
`lecture`, which takes hours, is only tried where it is named. No test picture is looked at.
"""

import argparse
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

from app.tuning import TRAINING_ENVIRONMENT

BARS = {"cifar10": 0.6}
BAR = 0.97
HOURS = {"lecture"}


def try_recipe(name: str, seed: int, data: Path) -> str:
    """A row of the table."""
    from app.core.datasets.datasets import load_dataset
    from app.core.training.events import Diverged, Epoch
    from app.core.training.recipes import find_recipe
    from app.core.training.training import Trainer

    recipe = find_recipe(name)
    dataset = load_dataset(recipe.dataset, data / "datasets")
    bar = BARS.get(recipe.dataset, BAR)
    trainer = Trainer(recipe.network, dataset, replace(recipe.training, seed=seed))
    started, passed, rows = time.process_time(), "-", []
    for event in trainer.events():
        if isinstance(event, Diverged):
            seconds = time.process_time() - started
            return f"| {seed} | `{name}` | diverges at step {event.step} | | | {seconds:.1f} |"
        if isinstance(event, Epoch):
            rows.append(event)
            if passed == "-" and (event.validation_accuracy or 0) >= bar:
                passed = f"epoch {event.epoch}, {time.process_time() - started:.1f} s"
    seconds = time.process_time() - started
    train, validation = (100 * (value or 0) for value in (rows[-1].train_accuracy, rows[-1].validation_accuracy))
    return f"| {seed} | `{name}` | {train:.1f} % | {validation:.1f} % | {passed} | {seconds:.1f} |"


def main() -> None:
    """All recipes, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="recipes; all but the lecture's own where none is named")
    parser.add_argument("--data", type=Path, default=Path("data"), help="folder whose `datasets` holds cifar10")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    if missing := {name: value for name, value in TRAINING_ENVIRONMENT.items() if name not in os.environ}:
        os.execve(sys.executable, [sys.executable, "-m", "benchmarks.recipes", *sys.argv[1:]], os.environ | missing)
    import torch

    from app.core.training.recipes import recipes

    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    print("| seed | recipe | training | validation | passes the bar | processor seconds |\n|---|---|---|---|---|---|")
    for name in options.names or [name for name in recipes() if name not in HOURS]:
        for seed in range(options.seeds):
            print(try_recipe(name, seed, options.data), flush=True)


if __name__ == "__main__":
    main()
