"""`probe` on the small digits, as the command line runs it."""

import json
from pathlib import Path

from app.core.classification.inspection.probes import read_probes
from app.core.classification.models import load_model
from tests.commands.test_familiarity import model, run


def test_probes_are_fitted_and_written_beside_the_weights(tmp_path: Path) -> None:
    folder = model(tmp_path / "digits", dataset="digits", training={"validation_split": 0.2, "seed": 1})

    done = run("probe", folder, "--data", tmp_path, "--threads", 1)

    assert done.exit_code == 0, done.output
    card = json.loads((folder / "card.json").read_text("utf-8"))
    rows = card["probes"]["layers"]
    assert [row["layer"] for row in rows] == ["input", "relu_1"]
    assert rows[0]["accuracy"] > 0.75
    assert all(f"{row['accuracy']:.3f}" in done.output for row in rows)
    assert (card["title"], card["probes"]["training_images"]) == ("Tiny", 1150)
    trained = load_model(folder)
    assert [probe.layer for probe in read_probes(folder, trained.anatomy)] == ["input", "relu_1"]


def test_a_model_whose_data_set_is_not_there_is_told_plainly(tmp_path: Path) -> None:
    folder = model(tmp_path / "mine", dataset="cifar10")

    done = run("probe", folder, "--data", tmp_path)

    assert done.exit_code == 2
    assert "fetch" in done.output
    assert not (folder / "probes.safetensors").exists()
