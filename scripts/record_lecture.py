"""Records the trainings that the lecture's cards show beside them: `python -m scripts.record_lecture [NAME ...]`.

A card whose state says `recorded=NAME` plays static/recorded/NAME.json until somebody presses Start: just its own
settings, a real training, in few moments. Without names all are recorded, in some three minutes of one core.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from app.commands.record import make_recording
from app.core.datasets.catalog import list_datasets
from app.core.datasets.datasets import load_dataset
from app.core.lessons.chapters import CHAPTERS
from app.core.networks.reports import Limits
from app.core.training.hyperparameters import describe_training, parse_training
from app.core.training.recipes import Recipe, find_recipe, usual
from app.web.training.address import GRAMMAR, RECORDED
from app.web.training.orders import read_network

SNAPSHOTS = 8
WATCHED = {"shapes": "square", "digits": "7"}


def recorded_states() -> Iterator[tuple[str, dict[str, Any]]]:
    """What each recording of the lecture is named, and the values of the state that plays it."""
    states = [card.state for chapter in CHAPTERS for card in chapter.cards if card.state]
    for values in (GRAMMAR.read(state.query) for state in states if state.room == "training"):
        if values["recorded"]:
            yield values["recorded"], values


def recipe_of(values: dict[str, Any]) -> Recipe:
    """The training that such a state starts."""
    start = find_recipe(values["recipe"]) if values["recipe"] else usual(values["dataset"])
    row = next(row for row in list_datasets(Path("/nowhere")) if row.name == start.dataset)
    network = read_network(values["network"] or start.describe()["network"], row, Limits())
    training = parse_training(describe_training(start.training) | values["training"])
    return replace(start, network=network, training=training, preset=None)


def main(names: list[str]) -> None:
    """Writes those, or all."""
    with TemporaryDirectory() as folder:
        for name, values in dict(recorded_states()).items():
            if names and name not in names:
                continue
            recipe = recipe_of(values)
            dataset = load_dataset(recipe.dataset, Path(folder))
            label = WATCHED[recipe.dataset]
            told = make_recording(recipe, dataset, label, SNAPSHOTS)
            told["run"]["id"] = f"recorded-{name}"
            place = RECORDED / f"{name}.json"
            place.write_text(json.dumps(told, separators=(",", ":")) + "\n", "utf-8")
            print(f"{place}: {place.stat().st_size:,} bytes, {told['run']['test']}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
