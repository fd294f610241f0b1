"""Model folders: found, opened, and refused where their files do not belong together."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from app.core.classification.folders import find_model, list_models
from app.core.classification.models import compute_logits, describe_model, load_model, open_model, to_probabilities
from app.core.errors import InvalidValue, UnknownModel
from app.core.pictures.preparation import prepare_images
from tests.tiny_models import CLASSES, PREPARATION, TINY, random_pictures, tiny_anatomy, write_model


def test_a_model_computes_what_its_network_does(tmp_path: Path) -> None:
    model = load_model(write_model(tmp_path / "tiny"))
    pictures = random_pictures(3)

    logits = compute_logits(model, pictures)

    expected = tiny_anatomy().module(prepare_images(pictures, model.preparation)).detach()
    torch.testing.assert_close(logits, expected)
    assert not model.module.training
    assert not any(parameter.requires_grad for parameter in model.module.parameters())


def test_a_mirroring_model_takes_the_mean_of_both_sides(tmp_path: Path) -> None:
    model = load_model(write_model(tmp_path / "tiny", mirror=True))
    pictures = random_pictures(2)

    logits = compute_logits(model, pictures)

    sides = [tiny_anatomy().module(prepare_images(side, model.preparation)) for side in (pictures, pictures.flip(-1))]
    torch.testing.assert_close(logits, ((sides[0] + sides[1]) / 2).detach())


def test_probabilities_are_worked_out_by_hand(tmp_path: Path) -> None:
    model = load_model(write_model(tmp_path / "tiny", temperature=2.0))

    probabilities = to_probabilities(model, torch.tensor([2.0, 0.0, -2.0]))

    powers = np.exp([1.0, 0.0, -1.0])
    np.testing.assert_allclose(probabilities.numpy(), powers / powers.sum(), atol=1e-7)


def test_models_of_several_folders_are_listed_and_the_first_of_a_name_wins(tmp_path: Path) -> None:
    write_model(tmp_path / "shipped" / "a", title="first")
    write_model(tmp_path / "own" / "a", title="second")
    write_model(tmp_path / "own" / "b")
    (tmp_path / "own" / "no-model").mkdir()
    roots = (tmp_path / "shipped", tmp_path / "own", tmp_path / "missing")

    cards = list_models(roots)

    assert [(card["name"], card["title"]) for card in cards] == [("a", "first"), ("b", "Tiny")]
    assert find_model("a", roots) == tmp_path / "shipped" / "a"


@pytest.mark.parametrize("name", ["", ".", "..", "../shipped/a", "A", "a/", "\0", "no-such", "a" * 500])
def test_a_name_that_is_none_is_unknown(tmp_path: Path, name: str) -> None:
    write_model(tmp_path / "shipped" / "a")

    with pytest.raises(UnknownModel):
        find_model(name, (tmp_path / "shipped",))


def test_layers_are_told_with_what_feeds_them(tmp_path: Path) -> None:
    described = describe_model(write_model(tmp_path / "tiny"))

    feeding = {layer["name"]: layer["from"] for layer in described["layers"]}
    assert feeding["conv2d_1"] == ["input"]
    assert feeding["residual_1/conv2d_2"] == ["relu_1"]
    assert feeding["residual_1"] == ["residual_1/batch_normalization_1", "residual_1/projection"]
    assert feeding["dense_1"] == ["flatten_1"]
    assert sum(layer["parameters"] for layer in described["layers"]) == described["parameters"]


def test_an_open_model_is_read_again_only_when_its_files_change(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "tiny")
    first, again = open_model(folder), open_model(folder)

    write_model(folder, temperature=3.0)
    os.utime(folder / "card.json", ns=(1, 1))

    assert first is again
    assert open_model(folder).temperature == 3.0


@pytest.mark.parametrize("key", ["preparation", "classes", "calibration", "mirror"])
def test_a_card_that_lacks_something_is_refused(tmp_path: Path, key: str) -> None:
    folder = write_model(tmp_path / "tiny")
    card = json.loads((folder / "card.json").read_text("utf-8"))
    del card[key]
    (folder / "card.json").write_text(json.dumps(card), "utf-8")

    with pytest.raises(InvalidValue):
        load_model(folder)


@pytest.mark.parametrize(
    "wrong",
    [
        {"calibration": {"temperature": 0}}, {"calibration": {"temperature": float("nan")}},
        {"calibration": {"temperature": "1e999"}}, {"calibration": 1}, {"classes": 7},
        {"preparation": PREPARATION.to_dict() | {"std": [0.2, 0.0, 0.3]}},
        {"preparation": PREPARATION.to_dict() | {"mean": [0.5]}},
        {"preparation": PREPARATION.to_dict() | {"mean": [0.5, float("inf"), 0.5]}},
        {"preparation": PREPARATION.to_dict() | {"size": [float("inf"), 16]}},
        {"preparation": PREPARATION.to_dict() | {"size": 16}},
    ],
)  # fmt: skip
def test_a_card_that_cannot_be_computed_with_is_refused(tmp_path: Path, wrong: dict[str, Any]) -> None:
    folder = write_model(tmp_path / "tiny")
    card = json.loads((folder / "card.json").read_text("utf-8"))
    (folder / "card.json").write_text(json.dumps(card | wrong), "utf-8")

    with pytest.raises(InvalidValue):
        load_model(folder)


def test_a_card_of_other_classes_is_refused(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "tiny", classes=[*CLASSES, "horse"])

    with pytest.raises(InvalidValue):
        load_model(folder)


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "tiny")
    other = write_model(tmp_path / "other", TINY | {"layers": [{"type": "flatten"}, {"type": "dense", "units": 3}]})
    shutil.copy(other / "weights.safetensors", folder / "weights.safetensors")

    with pytest.raises(InvalidValue) as refused:
        load_model(folder)

    assert refused.value.field == "weights"


def test_what_was_measured_with_another_network_is_refused(tmp_path: Path) -> None:
    plain = {"layers": [{"type": "conv2d", "filters": 2, "activation": "relu"}, *TINY["layers"][-2:]]}
    folder = write_model(tmp_path / "plain", TINY | plain)
    other = write_model(tmp_path / "tiny", with_familiarity=True)
    shutil.copy(other / "familiarity.safetensors", folder / "familiarity.safetensors")

    with pytest.raises(InvalidValue):
        load_model(folder)


@pytest.mark.parametrize("broken", [b"", b"{", b"[1]", b"\xff\xfe", b"[" * 5000])
def test_a_card_that_is_no_card_is_not_listed(tmp_path: Path, broken: bytes) -> None:
    folder = write_model(tmp_path / "models" / "tiny")
    (folder / "card.json").write_bytes(broken)

    assert list_models((tmp_path / "models",)) == []
    with pytest.raises(InvalidValue):
        load_model(folder)
