"""Records the trainings whose curves the lecture's questions show: too few shapes, and each remedy, over seeds.

    .venv/bin/python -m benchmarks.question_curves [--seeds 3]

Writes app/core/questions/curves.json, an object a training: which `remedy` was on; `steps` in an epoch; accuracies of
every epoch, as they are counted while it learns and on the pictures held out; `afterwards`, the accuracy at the end on
the training pictures as they are, without dropout; and `weight`, the root mean square of the kernels' weights.
"""

import argparse
import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.tuning import TRAINING_ENVIRONMENT

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "app/core/questions/curves.json"
FIRST_SEED = 200  # the recipes were chosen with others
BASE = "few-shapes"
MORE = {"train_limit": 1000}
# By what the questions call it: the recipe, and what is changed in it.
TRAININGS: dict[str, tuple[str, dict[str, Any]]] = {
    "none": (BASE, {}),
    "early-stopping": (BASE, {"early_stopping": 3}),
    **{remedy: (f"{BASE}-{remedy}", {}) for remedy in ("more-pictures", "augmentation", "l2")},
    "dropout-layers": (f"{BASE}-dropout", {}),
    "dropout, more pictures": (f"{BASE}-dropout", MORE),
    "augmentation, more pictures": (f"{BASE}-augmentation", MORE),
}


def record(remedy: str, seed: int) -> dict[str, Any]:
    """One training, with one thread."""
    import torch

    from app.core.datasets.datasets import load_dataset
    from app.core.training.events import Epoch, Step
    from app.core.training.optimizers import kernels_of
    from app.core.training.recipes import find_recipe
    from app.core.training.training import Trainer

    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    name, changes = TRAININGS[remedy]
    recipe = find_recipe(name)
    trainer = Trainer(recipe.network, load_dataset(recipe.dataset, ROOT / "data/datasets"),
                      replace(recipe.training, seed=seed, **changes))  # fmt: skip
    events = list(trainer.events())
    epochs = [event for event in events if isinstance(event, Epoch)]
    pictures = trainer.training_pictures
    weights = torch.cat([kernel.detach().flatten() for kernel in kernels_of(trainer.evaluated)])
    right = trainer.judge(pictures).argmax(1) == pictures.labels
    return {
        "remedy": remedy,
        "seed": seed,
        "steps": sum(isinstance(event, Step) and event.epoch == 1 for event in events),
        "training": [round(epoch.train_accuracy, 3) for epoch in epochs],
        "validation": [round(epoch.validation_accuracy or 0, 3) for epoch in epochs],
        "afterwards": round(float(right.double().mean()), 3),
        "weight": round(float(weights.square().mean().sqrt()), 4),
    }


def main() -> None:
    """All of them, one after another; some ten minutes of one core."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    if missing := {name: value for name, value in TRAINING_ENVIRONMENT.items() if name not in os.environ}:
        os.execve(sys.executable, [sys.executable, "-m", "benchmarks.question_curves", *sys.argv[1:]],
                  os.environ | missing)  # fmt: skip
    told = []
    for seed in range(FIRST_SEED, FIRST_SEED + options.seeds):
        for remedy in TRAININGS:
            told.append(json.dumps(record(remedy, seed)))
            print(told[-1], flush=True)
    PAGE.write_text("[\n" + ",\n".join(told) + "\n]\n", "utf-8")


if __name__ == "__main__":
    main()
