"""A recording is a real training: its events are the trainer's own, thinned, and its test is measured."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from app.commands.record import SNAPSHOTS, STEPS_OF_A_PAIR, make_pair, make_recording
from app.core.datasets.datasets import load_dataset
from app.core.errors import InvalidValue
from app.core.training.events import Epoch
from app.core.training.recipes import find_recipe
from app.core.training.training import Trainer


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("datasets")


def test_a_recording_tells_what_the_training_told(folder: Path) -> None:
    recipe = find_recipe("digits")
    recipe = replace(recipe, training=replace(recipe.training, epochs=2))
    dataset = load_dataset("digits", folder)

    told = make_recording(recipe, dataset, dataset.classes[7])

    epochs = [event for event in Trainer(recipe.network, dataset, recipe.training).events() if isinstance(event, Epoch)]
    rows = [event["fields"] for event in told["events"] if event["kind"] == "epoch"]
    assert [row["validation_loss"] for row in rows] == pytest.approx([row.validation_loss for row in epochs], rel=1e-3)
    shots = [event["fields"] for event in told["events"] if event["kind"] == "snapshot"]
    assert [shot["number"] for shot in shots] == [*range(len(shots))]
    assert len(shots) == SNAPSHOTS + 1
    assert shots[0]["step"] == 0
    assert shots[-1]["step"] == told["run"]["steps"]
    assert {len(shot["maps"]) for shot in shots} == {1}
    assert {shot["photo"] for shot in shots} == {told["photo"]["checksum"]}
    assert told["photo"]["label"] == dataset.classes[7]
    assert told["events"][-1]["fields"]["test"] == told["run"]["test"]


def test_a_pair_is_two_trainings_of_one_data_set_with_curves_alone(folder: Path) -> None:
    plain, cured = (
        replace(recipe, training=replace(recipe.training, epochs=3))
        for recipe in map(find_recipe, ("few-shapes", "few-shapes-more-pictures"))
    )
    dataset = load_dataset("shapes", folder)

    first, second = make_pair(plain, cured, dataset)["runs"]

    assert (first["run"].get("pair"), second["run"]["pair"]) == (None, first["run"]["id"])
    assert [told["run"]["pictures"] for told in (first, second)] == [200, 1000]
    for recipe, told in ((plain, first), (cured, second)):
        counts = Counter(event["kind"] for event in told["events"])
        assert set(counts) == {"step", "epoch", "state"}
        assert counts["step"] <= STEPS_OF_A_PAIR
        rows = [event["fields"] for event in told["events"] if event["kind"] == "epoch"]
        heard = [event for event in Trainer(recipe.network, dataset, recipe.training).events()
                 if isinstance(event, Epoch)]  # fmt: skip
        accuracies = [event.validation_accuracy for event in heard]
        assert [row["validation_accuracy"] for row in rows] == pytest.approx(accuracies, rel=1e-3)


def test_a_recipe_that_does_not_end_is_not_recorded(folder: Path) -> None:
    recipe = find_recipe("digits")
    broken = replace(
        recipe,
        training=replace(
            recipe.training,
            optimizer="sgd",
            learning_rate=1e4,
            decay=0.0,
            normalization="none",
            schedule="constant",
            epochs=9,
        ),
    )

    with pytest.raises(InvalidValue, match="nothing to record"):
        make_recording(broken, load_dataset("digits", folder), "7")
