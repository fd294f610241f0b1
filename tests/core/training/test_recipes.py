"""Recipes are trainings that can be started as they are; two are, and do what they say."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.core.datasets.builtin import BUILTIN
from app.core.datasets.datasets import load_dataset
from app.core.errors import InvalidValue
from app.core.networks.networks import parse_network
from app.core.networks.presets import find_preset
from app.core.training.events import Diverged, Epoch
from app.core.training.hyperparameters import Training, parse_training
from app.core.training.recipes import Recipe, find_recipe, recipes
from app.core.training.training import Trainer

NOWHERE = Path("/nowhere")


@pytest.mark.parametrize("recipe", recipes().values(), ids=list(recipes()))
def test_a_recipe_fits_its_data_set_and_is_read_back(recipe: Recipe) -> None:
    described, known = recipe.describe(), BUILTIN[recipe.dataset]

    assert set(described) == {"dataset", "network", "training"}
    assert (recipe.network.input, recipe.network.classes) == (known.input, len(known.classes))
    assert parse_training(described["training"]) == recipe.training
    if isinstance(described["network"], str):
        assert find_preset(described["network"]).network == recipe.network
    else:
        assert parse_network(described["network"]) == recipe.network


def test_what_fails_is_beside_what_works_on_the_same_pictures() -> None:
    for recipe in recipes().values():
        if recipe.kind == "fails":
            assert recipe.beside is not None
        if recipe.beside is not None:
            other = find_recipe(recipe.beside)
            assert {recipe.kind, other.kind} == {"fails", "works"}
            assert (recipe.dataset, recipe.training.seed) == (other.dataset, other.training.seed)


def test_the_page_and_the_benchmarks_find_what_they_start_with() -> None:
    assert {name for name, recipe in recipes().items() if recipe.kind == "start"} >= {"default", "shapes", "digits"}
    assert find_recipe("default").describe()["network"] == "lecture-light"
    assert find_recipe("lecture").training == Training()
    assert find_recipe("lecture").network == find_preset("lecture").network


def test_a_name_that_is_none_is_refused_without_repeating_it() -> None:
    with pytest.raises(InvalidValue) as refusal:
        find_recipe("<script>")

    assert "script" not in str(refusal.value)


def test_digits_reach_97_percent() -> None:
    recipe = find_recipe("digits")
    trainer = Trainer(recipe.network, load_dataset("digits", NOWHERE), replace(recipe.training, epochs=8))

    rows = [event for event in trainer.events() if isinstance(event, Epoch)]

    assert rows[-1].validation_accuracy is not None
    assert rows[-1].validation_accuracy >= 0.97


def test_the_rate_that_is_far_too_high_diverges_within_steps() -> None:
    recipe = find_recipe("diverges")

    last = list(Trainer(recipe.network, load_dataset(recipe.dataset, NOWHERE), recipe.training).events())[-1]

    assert isinstance(last, Diverged)
    assert last.step < 100
