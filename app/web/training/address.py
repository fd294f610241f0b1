"""What an address of the training room says: the tab, the recipe or the settings, and which runs are shown."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from app.core.datasets.catalog import list_datasets
from app.core.networks.networks import parse_network
from app.core.networks.reports import Limits
from app.core.training.hyperparameters import parse_training
from app.core.training.recipes import FIRST, Recipe, recipes, usual
from app.core.training.requirements import check_demands, count_learned
from app.web.addresses import NAME, Field, Grammar, Query, check_sample
from app.web.training.orders import read_network

_RUN = "[0-9a-f]{16}"
_LONGEST = 20_000  # characters of a network, or of a training
_OTHERS = 3  # runs that are drawn with the open one
_NOWHERE = Path("/nowhere")  # where nothing was fetched
KIND = "kind"  # nobody chose a photo: one of the data set's kind
LINES = ("pictures", "network", "input", "remedies", "optimizer")  # of the settings
RECORDED = Path(__file__).parents[3] / "static" / "recorded"  # runs that the stage plays where none is open
TABS = ("train", "overfitting", "experiments", "networks")  # the stage first


def _read_json(said: Query, entry: Field) -> dict[str, Any]:
    text = said[entry.name]
    try:
        value = json.loads(text) if len(text) <= entry.high else None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise entry.refuse()
    return value


def _read_network(said: Query, entry: Field) -> str | dict[str, Any]:
    """A preset's name, or a description that can be built."""
    if re.fullmatch(NAME, said[entry.name], re.ASCII):
        return said[entry.name]
    described = _read_json(said, entry)
    parse_network(described)
    return described


def _read_training(said: Query, entry: Field) -> dict[str, Any]:
    """Some fields of a training."""
    described = _read_json(said, entry)
    parse_training(described)
    return described


def _check(values: Mapping[str, Any]) -> None:
    """The whole is a training that could be started; no run is on every server."""
    if values["sample"] != KIND:
        check_sample(values["sample"])
    if values["recorded"] and not (RECORDED / f"{values['recorded']}.json").is_file():
        raise GRAMMAR.named("recorded").refuse()
    for name in ("run", "compare"):
        if values[name]:
            raise GRAMMAR.named(name).refuse()
    recipe = _recipe(values["recipe"])
    name = values["dataset"] or (recipe.dataset if recipe else FIRST)
    dataset = next((row for row in list_datasets(_NOWHERE) if row.name == name), None)
    if dataset is None:
        raise GRAMMAR.named("dataset").refuse()
    start = recipe or usual(dataset.name)
    network = read_network(values["network"] or start.describe()["network"], dataset, Limits())
    training = parse_training(asdict(start.training) | values["training"])
    check_demands(network, training, count_learned(dataset.train, len(dataset.classes), training)[0])


def _recipe(name: str | None) -> Recipe | None:
    """The recipe that an address names, by which the room is set up."""
    if name is not None and name not in recipes():
        raise GRAMMAR.named("recipe").refuse()
    return recipes()[name] if name else None


GRAMMAR = Grammar((
    Field("tab", "choice", TABS[0], choices=TABS),
    Field("recipe", "word"),
    Field("dataset", "word"),
    Field("network", "network", high=_LONGEST),
    Field("training", "training", {}, high=_LONGEST),
    Field("line", "choice", choices=LINES),
    Field("recorded", "word"),
    Field("sample", "word", KIND),
    Field("run", "word", pattern=_RUN),
    Field("compare", "words", [], high=_OTHERS, pattern=_RUN, other_than="run"),
    Field("snapshot", "whole", high=10**6 - 1, needs="run"),
), {"network": _read_network, "training": _read_training}, _check)  # fmt: skip
