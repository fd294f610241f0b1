"""What the page is told of layers: every type and field, as they are checked; and enough to work the report out."""

import json
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest

from app.core.errors import InvalidNetwork
from app.core.networks.arithmetic import Layer
from app.core.networks.networks import TYPES, parse_layer
from app.core.networks.telling import tell_layers
from tests.vectors.make_told import make

TOLD = tell_layers(str)
ROWS = {row["type"]: row for row in TOLD["types"]}
FIELDS = [pytest.param(TYPES[row["type"]], field, id=f"{row['type']}.{field['name']}")
          for row in TOLD["types"] for field in row["fields"] if field["kind"] != "layers"]  # fmt: skip
BEYOND: dict[str, Any] = {
    "whole": lambda field: [field["low"] - 1, field["high"] + 1],
    "sides": lambda field: [field["low"] - 1, [field["low"], field["high"] + 1]],
    "padding": lambda field: [-1, field["high"] + 1, "full"],
    "number": lambda field: [field["below"]],
    "choice": lambda field: ["other"],
    "flag": lambda field: [1],
}
INSIDE: dict[str, Any] = {
    "whole": lambda field: [field["low"], field["high"]],
    "sides": lambda field: [field["low"], [field["low"], field["high"]]],
    "padding": lambda field: [*field["choices"], field["high"]],
    "number": lambda field: [field["low"]],
    "choice": lambda field: field["choices"],
    "flag": lambda field: [True, False],
}


def whole(kind: type[Layer], **values: Any) -> dict[str, Any]:
    """A layer of that type with what it needs."""
    needed = {"filters": 1, "units": 1, "scale": 1, "activation": "relu", "layers": [{"type": "flatten"}]}
    given = {item.name: needed[item.name] for item in fields(kind) if item.default is MISSING}
    return {"type": kind.type} | given | values


def test_every_type_is_told_with_every_field_and_its_default() -> None:
    assert list(ROWS) == list(TYPES)
    for name, kind in TYPES.items():
        defaults = {field["name"]: field.get("default", MISSING) for field in ROWS[name]["fields"]}
        written = {item.name: item.default for item in fields(kind)}
        assert list(defaults) == list(written)
        assert parse_layer(whole(kind)) == parse_layer(
            whole(kind) | {name: value for name, value in defaults.items() if value is not MISSING}
        )


@pytest.mark.parametrize(("kind", "field"), FIELDS)
def test_what_is_told_of_a_field_is_what_is_checked(kind: type[Layer], field: dict[str, Any]) -> None:
    for value in INSIDE[field["kind"]](field):
        parse_layer(whole(kind, **{field["name"]: value}))
    for value in BEYOND[field["kind"]](field):
        with pytest.raises(InvalidNetwork):
            parse_layer(whole(kind, **{field["name"]: value}))


def test_every_sentence_is_said() -> None:
    said: list[str] = []

    def say(sentence: str) -> str:
        said.append(sentence)
        return "·"

    told = tell_layers(say)

    assert {row[name] for row in told["types"] for name in ("short", "sentence", "group")} == {"·"}
    assert {row["made"] for row in told["types"]} <= {"·", ""}
    assert {row["title"] for row in told["types"]} <= {"·", *TYPES}
    assert "" not in said


def test_the_scripts_are_tested_with_what_is_told() -> None:
    vectors = json.loads((Path(__file__).parents[2] / "vectors" / "told.json").read_text("utf-8"))

    assert vectors == json.loads(json.dumps(make())), "python tests/vectors/make_told.py renews it"
