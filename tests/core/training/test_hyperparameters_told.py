"""What the page is told of a training's fields is what is checked, and which of them an epoch's time depends on."""

from dataclasses import fields
from typing import Any

import pytest

from app.core.errors import InvalidValue
from app.core.training.hyperparameters import COUNTING, STEADY, Training, parse_training, tell_hyperparameters

TOLD = tell_hyperparameters()
INSIDE: dict[str, Any] = {
    "number": lambda field: [field["low"], field["high"]],
    "whole": lambda field: [field["low"], field["high"]],
    "choice": lambda field: field["choices"],
    "choices": lambda field: [[], field["choices"]],
    "flag": lambda field: [True, False],
}
BEYOND: dict[str, Any] = {
    "number": lambda field: [field["low"] - 1e-9, field["high"] * 1.001],
    "whole": lambda field: [field["low"] - 1, field["high"] + 1, field["low"] + 0.5],
    "choice": lambda field: ["evil", None],
    "choices": lambda field: [["evil"]],
    "flag": lambda field: [1],
}


def test_every_field_is_told_with_its_default() -> None:
    assert [field["name"] for field in TOLD] == [entry.name for entry in fields(Training)]
    assert parse_training({field["name"]: field["default"] for field in TOLD}) == Training()


@pytest.mark.parametrize("field", TOLD, ids=lambda field: field["name"])
def test_what_is_told_of_a_field_is_what_is_checked(field: dict[str, Any]) -> None:
    for value in INSIDE[field["kind"]](field):
        parse_training({field["name"]: value})
    for value in BEYOND[field["kind"]](field):
        with pytest.raises(InvalidValue):
            parse_training({field["name"]: value})


def test_a_field_changes_an_epochs_time_until_it_is_said_not_to() -> None:
    names = {entry.name for entry in fields(Training)}

    assert names >= STEADY | COUNTING
    assert not STEADY & COUNTING
    assert {field["name"] for field in TOLD if field["changes_pace"]} == names - STEADY
    assert {"mirror_test", "batch_norm_scale", "whiten", "normalization"} <= names - STEADY
