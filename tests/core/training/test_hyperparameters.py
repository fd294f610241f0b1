import dataclasses
import inspect
import json
import re
from pathlib import Path

import pytest

from app.core.errors import InvalidValue
from app.core.training import hyperparameters
from app.core.training.hyperparameters import BOUNDS, CHOICES, Training, describe_training, parse_training

CONTRACT = {
    "epochs": 10, "batch_size": 128, "optimizer": "adam", "learning_rate": 0.0001, "decay": 0.000001, "shuffle": True,
    "seed": 0, "validation_split": 0.1, "train_limit": None, "normalization": "standardize",
    "augmentation": ["flip", "shift"], "l1": 0, "l2": 0, "max_norm": None, "early_stopping": None,
}  # fmt: skip


def test_the_designs_training_is_read() -> None:
    training = parse_training(CONTRACT)

    assert training == Training(normalization="standardize", augmentation=("flip", "shift"))


def test_what_is_described_is_read_back() -> None:
    training = Training(epochs=3, optimizer="muon", augmentation=("cutout",), max_norm=2.0, batch_norm_scale=False)

    assert parse_training(describe_training(training)) == training


def test_what_is_described_is_whole() -> None:
    assert set(describe_training(Training())) == {entry.name for entry in dataclasses.fields(Training)}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("epochs", 0), ("epochs", 1.5), ("epochs", True), ("epochs", None), ("epochs", "3"), ("batch_size", 0),
        ("learning_rate", float("nan")), ("learning_rate", -1), ("learning_rate", float("inf")), ("optimizer", "lion"),
        ("optimizer", ["adam"]), ("schedule", None), ("normalization", "0-1"), ("validation_split", 1),
        ("augmentation", "flip"), ("augmentation", ["rotate"]), ("augmentation", [1]), ("max_norm", 0),
        ("early_stopping", 0), ("seed", -1), ("seed", 10**30), ("shuffle", 1), ("ema", 1), ("label_smoothing", 1),
        ("whiten", 1.1), ("train_limit", 0), ("momentum", 1), ("precision", "int8"), ("l1", -0.1),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_by_its_field(field: str, value: object) -> None:
    with pytest.raises(InvalidValue) as refusal:
        parse_training({field: value})

    assert refusal.value.field == field


@pytest.mark.parametrize("value", [[], "adam", None, 3])
def test_only_an_object_is_a_training(value: object) -> None:
    with pytest.raises(InvalidValue):
        parse_training(value)


def test_a_name_that_is_none_is_refused_without_repeating_it() -> None:
    with pytest.raises(InvalidValue) as refusal:
        parse_training({"learningrate<script>": 1})

    assert "script" not in str(refusal.value)
    assert "learning_rate" in str(refusal.value)


def test_every_number_has_bounds() -> None:
    fields = {entry.name: str(entry.type) for entry in dataclasses.fields(Training) if entry.name not in CHOICES}

    numbers = {name for name, kind in fields.items() if "int" in kind or "float" in kind}

    assert numbers == set(BOUNDS)


def test_every_field_has_a_comment() -> None:
    lines = inspect.getsource(hyperparameters.Training).splitlines()

    bare = [line for line in lines if line.startswith("    ") and ": " in line and " = " in line and "#" not in line
            and not line.startswith("     ")]  # fmt: skip

    assert not bare


def test_every_value_is_in_the_guide_with_its_default() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "training.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (\S+) \|", guide, re.MULTILINE)

    documented = {name: value.strip("`") for name, value in rows}

    assert list(documented) == [entry.name for entry in dataclasses.fields(Training)]
    for name, value in documented.items():
        default = getattr(Training(), name)
        expected = list(default) if isinstance(default, tuple) else default
        assert (value if name in CHOICES else json.loads(value)) == expected
