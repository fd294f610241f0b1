"""What a training on the command line was asked for: a recipe file, and options over it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.classification.cards import read_trained
from app.core.errors import N_, InvalidValue
from app.core.networks.networks import Network, parse_network
from app.core.networks.presets import find_preset
from app.core.training.distillation import Teacher
from app.core.training.hyperparameters import Training, parse_training

FINAL_SPLIT = 0.02  # of the training pictures, for the temperature alone: docs/decisions/0007-training.md


@dataclass(frozen=True)
class Plan:
    """A training and where its model goes; `words` are the recipe's own about title, data and what it is not for.

    `fold`: batch normalizations go into the convolutions before them when all is learned.
    """

    out: Path
    dataset: str
    network: Network
    training: Training
    words: dict[str, str]
    fold: bool
    teacher: Teacher | None


def read_plan(
    out: Path, recipe: Path | None, dataset: str | None, network: str | None, options: dict[str, Any], final: bool,
    teacher: Path | None = None,
) -> Plan:  # fmt: skip
    """The recipe with `options` over its training. `final` puts only FINAL_SPLIT aside. Raises InvalidValue."""
    written = read_json(recipe) if recipe else {}
    if not isinstance(written, dict):
        raise InvalidValue(N_("A recipe is an object with dataset, network and training."), field="recipe")
    chosen, described = dataset or written.get("dataset"), network or written.get("network")
    if not isinstance(chosen, str) or described is None:
        raise InvalidValue(N_("Name a data set and a network, or a recipe that does."), field="recipe")
    training = {**written.get("training", {}), **options}
    if final or written.get("final"):
        training["validation_split"] = FINAL_SPLIT
    words = {name: str(written[name]) for name in ("title", "data", "not_for") if name in written}
    taught = read_teacher(written.get("teacher"), teacher)
    return Plan(
        out, chosen, find_network(described), parse_training(training), words, bool(written.get("fold")), taught
    )


def read_teacher(written: Any, folder: Path | None = None) -> Teacher | None:
    """Of a recipe's {"model": folder, "share": 0.9, "temperature": 4}; a `folder` goes over the recipe's."""
    told = {"model": str(folder)} if written is None and folder else written
    if told is None:
        return None
    if not isinstance(told, dict) or not all(_is_taught(name, value) for name, value in told.items()):
        raise InvalidValue(N_("A teacher is an object with model, share and temperature."), field="teacher")
    told = told | ({"model": str(folder)} if folder else {})
    place = Path(told.get("model", ""))
    trained, _ = read_trained(place)
    return Teacher(place.name, trained.module, trained.preparation, **{n: v for n, v in told.items() if n != "model"})


def _is_taught(name: str, value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, str) if name == "model" else name in ("share", "temperature") and is_number


def find_network(described: Any) -> Network:
    """Of a description, of a file that holds one, or of a preset's name."""
    if not isinstance(described, str):
        return parse_network(described)
    if described.endswith(".json") or Path(described).is_file():
        return parse_network(read_json(Path(described)))
    return find_preset(described).network


def read_assignment(text: str) -> tuple[str, Any]:
    """NAME=VALUE; the value is JSON, or else a word."""
    name, sign, value = text.partition("=")
    if not sign:
        raise InvalidValue(N_("A value is set as NAME=VALUE."), field="set")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def read_json(path: Path) -> Any:
    """A JSON file's value."""
    try:
        return json.loads(path.read_text("utf-8"))
    except OSError:
        raise InvalidValue(N_("The file %(path)s cannot be read."), path=str(path)) from None
    except ValueError:
        raise InvalidValue(N_("The file %(path)s is no JSON."), path=str(path)) from None
