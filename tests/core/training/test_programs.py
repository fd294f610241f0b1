"""Programs of a run, carried out as they are printed: the run's own predictions, and its first epoch's loss."""

import json
import runpy
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from app.core.checkpoints import save_weights
from app.core.errors import InvalidValue
from app.core.networks.networks import Network, parse_network
from app.core.training.batches import keep
from app.core.training.evaluation import logits_of
from app.core.training.events import Epoch, Finished
from app.core.training.hyperparameters import Training
from app.core.training.programs.cells import Cell, Form, Library, to_notebook, to_script
from app.core.training.programs.plan import FIRST, PICTURES, WEIGHTS, pictures_of, plan_run
from app.core.training.programs.programs import lay_out_for, write_program
from tests.core.training.small_trainings import colored, small_network, whitened_network

CONV: dict[str, Any] = {"type": "conv2d", "filters": 6, "kernel_size": 3, "padding": "same", "activation": "relu"}
NORM = {"type": "batch_normalization", "momentum": 0.9}
PLAIN = Training(epochs=2, batch_size=16, learning_rate=0.002, precision="float32")
EVERYTHING = replace(
    PLAIN, augmentation=("flip", "shift", "affine", "noise", "brightness", "cutout"), shift=1, cutout=3,
    optimizer="sgd", learning_rate=0.02, schedule="cosine", warm_up=0.2, decay=0.001, nesterov=True, weight_decay=0.001,
    l1=1e-4, l2=1e-3, label_smoothing=0.1, mirror_test=True, early_stopping=2, normalization="standardize",
    statistics="biased",
)  # fmt: skip
NETWORK = small_network(CONV, NORM, {"type": "max_pooling2d"}, {"type": "flatten"}, {"type": "dense", "units": 8})


def take_home(folder: Path, network: Network, training: Training, library: Library) -> tuple[list[float], np.ndarray]:
    """All files of a run; its losses and the probabilities of its test pictures."""
    dataset = colored(70)
    plan, trainer = plan_run("Colors", network, dataset, training)
    (folder / "train.py").write_text(write_program(plan, library, "script"), "utf-8")
    (folder / "train.ipynb").write_text(write_program(plan, library, "notebook"), "utf-8")
    save_weights(folder / PICTURES, pictures_of(dataset, trainer))
    save_weights(folder / FIRST, lay_out_for(library, network, trainer.module.state_dict()))
    *events, last = trainer.events()
    assert isinstance(last, Finished)
    save_weights(folder / WEIGHTS, lay_out_for(library, network, last.module.state_dict()))
    pictures = keep(dataset.test_images, dataset.test_labels, network.input)
    logits = logits_of(last.module, pictures, last.preparation, mirror=training.mirror_test)
    return [event.train_loss for event in events if isinstance(event, Epoch)], logits.softmax(1).numpy()


def check(
    folder: Path, found: dict[str, Any], losses: list[float], probabilities: np.ndarray, precision: str = "float32"
) -> None:
    """A bfloat16 has 8 bits: how sums are rounded depends on their order, which is the processor's."""
    np.testing.assert_allclose(np.asarray(found["probabilities"]), probabilities, atol=1e-5)
    assert found["history"][0]["loss"] == pytest.approx(losses[0], abs=1e-3 if precision == "float32" else 2**-8)


@pytest.mark.parametrize("training", [
    PLAIN,
    EVERYTHING,
    replace(PLAIN, optimizer="muon", ema=0.9, learning_rate=0.01, head_learning_rate=0.002, early_stopping=1),
    replace(PLAIN, optimizer="adagrad", augmentation=("alternating-flip",), normalization="none", max_norm=1.0),
    replace(PLAIN, optimizer="rmsprop", validation_split=0.0, batch_norm_scale=False, initialization="dirac"),
    replace(PLAIN, optimizer="adamw", schedule="one-cycle", warm_up=0.1, batch_size=21, shuffle=False, train_limit=43),
    replace(PLAIN, precision="bfloat16", weight_decay=0.01, optimizer="adamw"),
], ids=["plain", "everything", "muon", "adagrad", "rmsprop", "adamw", "bfloat16"])  # fmt: skip
def test_a_pytorch_program_gives_the_runs_own_numbers(
    training: Training, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    losses, probabilities = take_home(tmp_path, NETWORK, training, "pytorch")
    monkeypatch.chdir(tmp_path)

    found = runpy.run_path("train.py")

    check(tmp_path, found, losses, probabilities, training.precision)
    if training.precision == "float32":
        assert [row["loss"] for row in found["history"]] == pytest.approx(losses, abs=1e-4)


def test_dropout_and_whitening_are_the_runs_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layers = [
        {"type": "conv2d", "filters": 24, "kernel_size": 2, "activation": "relu"}, NORM,
        {"type": "spatial_dropout2d", "rate": 0.2}, {"type": "flatten"}, {"type": "dropout", "rate": 0.5},
        {"type": "dense", "units": 3},
    ]  # fmt: skip
    network = parse_network({"input": [3, 8, 8], "classes": 3, "layers": layers})
    losses, probabilities = take_home(tmp_path, network, replace(PLAIN, whiten=0.5), "pytorch")
    monkeypatch.chdir(tmp_path)

    found = runpy.run_path("train.py")

    check(tmp_path, found, losses, probabilities)


@pytest.mark.parametrize("training", [PLAIN, EVERYTHING, replace(PLAIN, optimizer="adamw", precision="bfloat16")],
                         ids=["plain", "everything", "bfloat16"])  # fmt: skip
def test_a_keras_program_gives_the_runs_own_numbers(training: Training, tmp_path: Path) -> None:
    """In a process of its own, as it is meant: Keras' backend is chosen once."""
    losses, probabilities = take_home(tmp_path, NETWORK, training, "keras")
    end = "\nimport json\nprint(json.dumps({'probabilities': probabilities.tolist(), 'history': history}))\n"
    (tmp_path / "checked.py").write_text((tmp_path / "train.py").read_text("utf-8") + end, "utf-8")

    done = subprocess.run(
        [sys.executable, "checked.py"], cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False
    )

    assert done.returncode == 0, done.stderr
    check(tmp_path, json.loads(done.stdout.splitlines()[-1]), losses, probabilities, training.precision)


@pytest.mark.parametrize("library", ["keras", "pytorch"])
def test_a_notebook_is_sound_and_runs(library: Library, tmp_path: Path) -> None:
    losses, probabilities = take_home(tmp_path, NETWORK, PLAIN, library)
    notebook = nbformat.read(tmp_path / "train.ipynb", as_version=4)
    nbformat.validate(notebook)
    asked = nbformat.v4.new_code_cell("import json; print(json.dumps([probabilities.tolist(), history]))")
    notebook.cells.append(asked)

    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()

    told = json.loads(notebook.cells[-1].outputs[-1].text)
    check(tmp_path, {"probabilities": told[0], "history": told[1]}, losses, probabilities)


@pytest.mark.parametrize("changed", [{"optimizer": "muon"}, {"ema": 0.9}, {"whiten": 0.5}])
def test_what_keras_lacks_is_refused_with_the_way_out(changed: dict[str, Any]) -> None:
    plan, _ = plan_run("Colors", whitened_network(), colored(70), replace(PLAIN, **changed))

    with pytest.raises(InvalidValue, match="take the PyTorch program"):
        write_program(plan, "keras", "script")


@pytest.mark.parametrize("form", ["script", "notebook"])
def test_what_a_run_is_called_is_no_code(form: Form, tmp_path: Path) -> None:
    title = 'My """\\" run \\'
    written = {"script": to_script, "notebook": to_notebook}[form](
        title, "About.", [Cell("One", "Two\nthree", "x = 1")]
    )

    if form == "script":
        (tmp_path / "named.py").write_text(written, "utf-8")
        assert runpy.run_path(str(tmp_path / "named.py"))["x"] == 1
    else:
        assert nbformat.reads(written, as_version=4).cells[0].source.startswith("# " + title)


def test_programs_are_lines_that_can_be_read() -> None:
    plan, _ = plan_run("Colors", NETWORK, colored(70), EVERYTHING)

    longest = {len(line) for library in ("keras", "pytorch") for line in
               write_program(plan, library, "script").splitlines()}  # fmt: skip

    assert max(longest) <= 120
