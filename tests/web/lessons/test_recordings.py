"""Beside a card of training plays a recording of that card's own settings: cause and effect are of one run."""

import json
from typing import Any

import pytest

from app.core.training.hyperparameters import describe_training
from app.web.training.address import RECORDED
from scripts.record_lecture import recipe_of, recorded_states

STATES = dict(recorded_states())


def written(told: dict[str, Any]) -> Any:
    """As a file has it, with lists for tuples."""
    return json.loads(json.dumps(told))


@pytest.mark.parametrize("name", STATES)
def test_a_recording_is_of_what_its_cards_show(name: str) -> None:
    run: dict[str, Any] = json.loads((RECORDED / f"{name}.json").read_text("utf-8"))["run"]

    recipe = recipe_of(STATES[name])

    assert run["id"] == f"recorded-{name}"
    assert run["dataset"] == recipe.dataset
    assert run["network"] == written(recipe.network.describe())
    assert run["training"] == written(describe_training(recipe.training))


def test_every_recording_is_played_somewhere() -> None:
    assert {place.stem for place in RECORDED.iterdir()} == {"run", "pair", *STATES}
