"""`train` and `evaluate` on the small generated sets, as the command line runs them."""

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from typer.testing import CliRunner, Result

from app.cli import cli
from app.commands.evaluate import within_chance
from app.commands.plan import read_plan
from app.commands.train import CHECKPOINT
from app.core.checkpoints import read_weights, save_weights
from app.core.training.training import Trainer
from app.tuning import TRAINING_ENVIRONMENT, tune

ROOT = Path(__file__).parents[2]
NETWORK = {
    "input": [1, 8, 8], "classes": 10,
    "layers": [{"type": "conv2d", "filters": 8, "kernel_size": 3, "activation": "relu"}, {"type": "flatten"},
               {"type": "dense", "units": 10}],
}  # fmt: skip
TRAINING = {"epochs": 3, "batch_size": 64, "learning_rate": 0.01, "decay": 0, "precision": "float32"}


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments], env={"COLUMNS": "160"})


def recipe(folder: Path, **changes: Any) -> Path:
    path = folder / "recipe.json"
    path.write_text(json.dumps({"dataset": "digits", "network": NETWORK, "training": TRAINING} | changes), "utf-8")
    return path


def card(folder: Path) -> Any:
    return json.loads((folder / "card.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "mine"
    done = run("train", "--recipe", recipe(folder.parent, title="Mine"), "--out", folder, "--data", folder.parent)
    assert done.exit_code == 0, done.output
    return folder


def test_a_command_leaves_the_processor_as_it_found_it(tmp_path: Path) -> None:
    threads = torch.get_num_threads()

    run("train", "--recipe", recipe(tmp_path), "--out", tmp_path / "m", "--data", tmp_path, "--epochs", 1,
        "--threads", threads + 1)  # fmt: skip

    assert torch.get_num_threads() == threads
    assert float(torch.tensor([1e-40]) * 1) > 0, "numbers below float32's usual form count as zero"


def test_the_test_line_is_the_lectures(tmp_path: Path) -> None:
    done = run("train", "--recipe", recipe(tmp_path), "--out", tmp_path / "m", "--data", tmp_path, "--epochs", 1)

    assert done.exit_code == 0, done.output
    assert re.search(r"\nLoss: \d\.\d{3}\nAccuracy: 0\.\d{3}\n$", done.output)
    assert re.search(r"epoch +1/1 \| loss .* validation loss .* images/s", done.output)


def test_a_model_folder_is_whole_and_its_card_true(model: Path) -> None:
    written = card(model)

    assert {path.name for path in model.iterdir()} == {"card.json", "network.json", "weights.safetensors"}
    assert (written["name"], written["title"], written["dataset"], written["seed"]) == ("mine", "Mine", "digits", 0)
    assert written["accuracy"] > 0.8
    assert written["accuracy_interval"][0] < written["accuracy"] < written["accuracy_interval"][1]
    assert written["calibration"]["after"] <= written["calibration"]["before"] + 0.02
    assert written["training"]["epochs"] == 3
    assert written["not_for"]
    assert (model / "weights.safetensors").stat().st_mode & 0o044


def test_evaluate_prints_the_cards_figures(model: Path) -> None:
    done = run("evaluate", model, "--data", model.parent)

    written = card(model)
    assert done.exit_code == 0, done.output
    assert "These are the card's figures." in done.output
    assert f"Loss: {written['loss']:.3f}\nAccuracy: {written['accuracy']:.3f}\n" in done.output
    assert f"{written['calibration']['before']:.4f}" in done.output
    for name, share in written["per_class"].items():
        assert re.search(rf"{name} +│ {share:.3f} ", done.output)


def test_evaluate_says_when_the_weights_are_not_the_cards(model: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed"
    changed.mkdir()
    for name in ("card.json", "network.json"):
        (changed / name).write_bytes((model / name).read_bytes())
    weights = read_weights(model / "weights.safetensors")
    save_weights(changed / "weights.safetensors", weights | {"dense_1.weight": torch.zeros(10, 288)})

    done = run("evaluate", changed, "--data", tmp_path)

    assert done.exit_code == 1
    assert "more than chance" in done.output


def test_chance_is_that_of_two_samples() -> None:
    assert within_chance(0.92, 5000, 0.93, 5000)
    assert not within_chance(0.91, 5000, 0.93, 5000)
    assert within_chance(0.91, 500, 0.93, 5000)


def test_options_come_over_the_recipe(tmp_path: Path) -> None:
    options = ("--seed", 4, "--set", "ema=0.9", "--set", 'augmentation=["shift"]', "--set", "optimizer=sgd", "--final")

    done = run("train", "--recipe", recipe(tmp_path), "--out", tmp_path / "m", "--data", tmp_path, *options)

    assert done.exit_code == 0, done.output
    training = card(tmp_path / "m")["training"]
    assert (training["seed"], training["ema"], training["augmentation"], training["optimizer"]) == (
        4,
        0.9,
        ["shift"],
        "sgd",
    )
    assert training["validation_split"] == 0.02


def test_a_stopped_training_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ("train", "--recipe", recipe(tmp_path), "--data", tmp_path, "--threads", 1, "--out")
    run(*arguments, tmp_path / "whole")
    learn, steps = Trainer._learn, []

    def interrupted(*given: Any) -> Any:
        steps.append(1)
        if len(steps) == 25:
            raise KeyboardInterrupt
        return learn(*given)

    monkeypatch.setattr(Trainer, "_learn", interrupted)
    stopped = run(*arguments, tmp_path / "broken")
    kept = (tmp_path / "broken" / CHECKPOINT).is_file()

    done = run(*arguments, tmp_path / "broken", "--resume")

    assert stopped.exit_code == 130
    assert "--resume" in stopped.output
    assert kept
    assert done.exit_code == 0, done.output
    assert card(tmp_path / "broken")["loss"] == card(tmp_path / "whole")["loss"]
    assert not (tmp_path / "broken" / CHECKPOINT).exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--dataset", "nothing-here"), "no data set"),
        (("--set", "learning_rate=fast"), "learning_rate is a number"),
        (("--set", "rotate=1"), "no such value"),
        (("--set", "rotate"), "NAME=VALUE"),
        (("--network", "nothing"), "no network"),
        (("--network", "nothing.json"), "cannot be read"),
        (("--optimizer", "lion"), "optimizer is one of"),
        (("--set", "whiten=0.4"), "Whitening needs"),
    ],
)
def test_what_cannot_be_is_one_plain_line(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    done = run("train", "--recipe", recipe(tmp_path), "--out", tmp_path / "m", "--data", tmp_path, *arguments)

    assert done.exit_code == 2
    assert said in done.output
    assert "Traceback" not in done.output


def test_a_loss_that_is_no_number_ends_it_and_leaves_no_model(tmp_path: Path) -> None:
    linear = [{"type": "conv2d", "filters": 8, "kernel_size": 3}, {"type": "flatten"}, {"type": "dense", "units": 10}]
    path = recipe(tmp_path, network=NETWORK | {"layers": linear}, training=TRAINING | {"learning_rate": 1e4})

    done = run("train", "--recipe", path, "--out", tmp_path / "m", "--data", tmp_path, "--optimizer", "sgd")

    assert done.exit_code == 2
    assert "became NaN (not a number)" in done.output
    assert not (tmp_path / "m" / "card.json").exists()


def test_without_recipe_and_network_it_says_what_is_needed(tmp_path: Path) -> None:
    done = run("train", "--out", tmp_path / "m", "--data", tmp_path)

    assert done.exit_code == 2
    assert "a recipe" in done.output


def test_a_data_set_without_test_pictures_is_refused_before_anything_is_learned(tmp_path: Path) -> None:
    for label in ("cats", "dogs"):
        (tmp_path / "pets" / label).mkdir(parents=True)
        Image.new("RGB", (8, 8)).save(tmp_path / "pets" / label / "1.png")
    fetched = run("fetch", "pets", "--from", tmp_path / "pets", "--size", 8, "--data", tmp_path)
    assert fetched.exit_code == 0, fetched.output

    network = {"input": [3, 8, 8], "classes": 2, "layers": [{"type": "flatten"}, {"type": "dense", "units": 2}]}
    path = recipe(tmp_path, dataset="pets", network=network)
    done = run("train", "--recipe", path, "--out", tmp_path / "m", "--data", tmp_path)

    assert done.exit_code == 2
    assert "no test pictures" in done.output
    assert not (tmp_path / "m").exists()


def test_evaluate_of_no_model_is_one_plain_line(tmp_path: Path) -> None:
    done = run("evaluate", tmp_path, "--data", tmp_path)

    assert done.exit_code == 2
    assert "card.json" in done.output


def test_a_process_that_trains_starts_anew_with_the_allocators_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[tuple[list[str], dict[str, str]]] = []
    monkeypatch.setattr(os, "execve", lambda program, arguments, environment: started.append((arguments, environment)))
    for name in TRAINING_ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")

    tune(["train", "--out", "m"])

    arguments, environment = started[0]
    assert arguments == [sys.executable, "-m", "app", "train", "--out", "m"]
    assert environment["MALLOC_MMAP_MAX_"] == "0"
    assert environment["OMP_WAIT_POLICY"] == "ACTIVE"  # one's own choice stays


def test_other_commands_and_a_process_that_has_the_environment_start_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "execve", lambda *given: pytest.fail("started anew"))

    tune(["serve"])
    tune([])
    for name, value in TRAINING_ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    tune(["train"])


RECIPES = [path for path in sorted(ROOT.glob("models/*/recipe.json")) if "source" not in json.loads(path.read_text())]


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.parent.name)  # with a source: adopted
def test_committed_recipes_can_be_followed(path: Path) -> None:
    plan = read_plan(path.parent, path, None, None, {}, final=False)

    assert plan.network.classes == 10


def test_a_network_learns_from_the_folder_that_its_recipe_names(model: Path, tmp_path: Path) -> None:
    told = {"model": str(model), "share": 1, "temperature": 2}

    done = run("train", "--recipe", recipe(tmp_path, teacher=told), "--out", tmp_path / "m", "--data", tmp_path)

    assert done.exit_code == 0, done.output
    assert card(tmp_path / "m")["training"]["teacher"] == {"model": "mine", "share": 1, "temperature": 2}
    assert "teacher" not in card(model)["training"]
    assert read_weights(tmp_path / "m" / "weights.safetensors").keys() == read_weights(
        model / "weights.safetensors").keys()  # fmt: skip


def test_an_option_names_another_teacher(model: Path, tmp_path: Path) -> None:
    plan = read_plan(tmp_path, recipe(tmp_path, teacher={"model": "none", "share": 0.4}), None, None, {}, False, model)

    assert plan.teacher is not None
    assert plan.teacher.describe() == {"model": "mine", "share": 0.4, "temperature": 4.0}


@pytest.mark.parametrize("wrong", ["mine", {"share": 0.5}, {"model": 3}, {"model": "none"}, {"model": "m", "of": 1},
                                   {"model": "m", "share": True}])  # fmt: skip
def test_a_teacher_that_is_none_is_refused(wrong: Any, tmp_path: Path) -> None:
    done = run("train", "--recipe", recipe(tmp_path, teacher=wrong), "--out", tmp_path / "m", "--data", tmp_path)

    assert done.exit_code == 2
    assert "Traceback" not in done.output
