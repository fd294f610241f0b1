"""The prepared states of the training room: each recipe as a link that sets the room up with it."""

import json
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from app.core.states import State
from app.core.training.recipes import Recipe, recipes, usual


def states() -> tuple[State, ...]:
    """One a recipe."""
    return tuple(state_of(recipe) for recipe in recipes().values())


def state_of(recipe: Recipe) -> State:
    """The link says what differs from what the room starts with on the same data set."""
    start = usual(recipe.dataset)
    said: dict[str, Any] = {"dataset": recipe.dataset}
    if recipe.network != start.network:
        said["network"] = recipe.preset or _write(recipe.network.describe())
    usually = asdict(start.training)
    if changed := {key: value for key, value in asdict(recipe.training).items() if value != usually[key]}:
        said["training"] = _write(changed)
    return State(recipe.name, "training", urlencode(said), recipe.title, recipe.why)


def _write(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
