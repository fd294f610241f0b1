"""`familiarity` on the small digits, as the command line runs it."""

import json
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import cli
from app.commands import familiarity
from app.core.classification.models import load_model
from app.core.classification.unfamiliar_pictures import outsiders_beside
from app.core.pictures.preparation import Preparation
from tests.tiny_models import write_model

NETWORK = {
    "input": [1, 8, 8], "classes": 10,
    "layers": [{"type": "conv2d", "filters": 4, "padding": "same", "activation": "relu"}, {"type": "flatten"},
               {"type": "dense", "units": 10}],
}  # fmt: skip
PREPARATION = Preparation((8, 8), 1, (0.0,), (1.0,))


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only thirty outsiders of a kind."""
    monkeypatch.setattr(familiarity, "outsiders_beside", partial(outsiders_beside, count=30))


def model(folder: Path, **card: object) -> Path:
    classes = [str(digit) for digit in range(10)]
    return write_model(folder, NETWORK, preparation=PREPARATION, classes=classes, **card)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments], env={"COLUMNS": "160"})


def test_what_is_familiar_is_learned_and_written_beside_the_weights(tmp_path: Path) -> None:
    folder = model(tmp_path / "digits", dataset="digits", training={"validation_split": 0.2, "seed": 1})

    done = run("familiarity", folder, "--data", tmp_path, "--threads", 1)

    assert done.exit_code == 0, done.output
    card = json.loads((folder / "card.json").read_text("utf-8"))
    assert set(card["familiarity"]["auroc"]) == {"noise", "textures", "drawings", "photographs"}
    assert card["familiarity"]["auroc"]["noise"] > 0.9
    assert f"noise: AUROC {card['familiarity']['auroc']['noise']:.3f}" in done.output
    assert card["title"] == "Tiny"
    learned = load_model(folder).familiarity
    assert learned is not None
    assert len(learned.validation) == 144  # half of a fifth of 1,438


def test_a_model_whose_data_set_is_not_there_is_told_plainly(tmp_path: Path) -> None:
    folder = model(tmp_path / "mine", dataset="cifar10")

    done = run("familiarity", folder, "--data", tmp_path)

    assert done.exit_code == 2
    assert "fetch" in done.output
    assert not (folder / "familiarity.safetensors").exists()
