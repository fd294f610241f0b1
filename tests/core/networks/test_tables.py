"""Every table that decides by a layer's type has a row for each type, and what is not in one is refused by name."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest
import torch

import app.core
from app.core.classification.activations import record
from app.core.classification.anatomy import Anatomy
from app.core.classification.inspection.units import EXPLANATIONS, explain_unit
from app.core.errors import InvalidNetwork
from app.core.networks import modules
from app.core.networks.arithmetic import ROLES, Layer
from app.core.networks.code import write_network
from app.core.networks.fields import ACTIVATIONS
from app.core.networks.layers import Dense, Flatten, GlobalAveragePooling2d
from app.core.networks.libraries import keras, pytorch
from app.core.networks.modules import MODULES, build
from app.core.networks.networks import TYPES, Network, parse_layer
from app.core.networks.window_layers import Conv2d
from tests.core.networks import drawn_networks

APP = Path(app.core.__file__).parents[1]
# Where a type may be called by its name: its row, its tables, and networks that are written out.
NAMED = {
    "core/networks/layers.py", "core/networks/window_layers.py", "core/networks/residual.py",
    "core/networks/modules.py", "core/networks/libraries/keras.py", "core/networks/libraries/pytorch.py",
    "core/networks/libraries/onnx.py", "core/networks/presets.py", "core/training/recipes.py",
    "web/training/networks.py",
}  # fmt: skip
TELLING = set(TYPES) - {"activation"}  # which is a field too


@dataclass(frozen=True)
class Planted(Layer):
    """A type of layer that no table knows."""

    type: ClassVar[str] = "planted"
    role: ClassVar[str] = "pass"


def tables() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every mapping at the top of a module of the core that is keyed by some type of layer."""
    for found in pkgutil.walk_packages(app.core.__path__, "app.core."):
        for name, value in vars(importlib.import_module(found.name)).items():
            if isinstance(value, Mapping) and TELLING & {key for key in value if isinstance(key, str)}:
                yield f"{found.name}.{name}", value


def lacking(types: Mapping[str, Any]) -> list[str]:
    """What each table has too little or too much."""
    return [f"{name}: {set(types) ^ set(table)}" for name, table in tables() if set(table) != set(types)]


def named_elsewhere(root: Path, types: set[str]) -> list[str]:
    """Files that decide by a type's name without a table."""
    return [
        f"{path.relative_to(root)} names {sorted(found)}"
        for path in sorted(root.rglob("*.py"))
        if path.relative_to(root).as_posix() not in NAMED
        and (found := types & {node.value for node in ast.walk(ast.parse(path.read_text()))
                               if isinstance(node, ast.Constant) and isinstance(node.value, str)})
    ]  # fmt: skip


def planted_network(*before: Layer) -> Network:
    return Network((3, 8, 8), 2, (*before, Planted(), Flatten(), Dense(2)))


def test_every_table_by_type_has_exactly_the_types() -> None:
    assert lacking(TYPES) == []
    assert {name for name, _ in tables()} >= {
        "app.core.networks.modules.MODULES",
        "app.core.networks.libraries.keras.LAYERS",
        "app.core.networks.libraries.pytorch.LAYERS",
    }


def test_a_planted_type_is_noticed_in_every_table() -> None:
    found = lacking(TYPES | {"planted": Planted})

    assert len(found) == len(list(tables())) > 3
    assert all("planted" in sentence for sentence in found)


def test_no_other_file_decides_by_a_types_name(tmp_path: Path) -> None:
    (tmp_path / "planted.py").write_text('if row.type == "batch_normalization":\n    pass\n')

    assert named_elsewhere(APP, TELLING) == []
    assert named_elsewhere(tmp_path, TELLING) == ["planted.py names ['batch_normalization']"]


def test_every_type_has_a_role_and_every_role_an_explanation() -> None:
    assert {kind.role for kind in TYPES.values()} <= set(ROLES)
    assert set(EXPLANATIONS) == {*ROLES, "input", "softmax"}
    with pytest.raises(TypeError, match="'nameless' must be one of kernels"):
        type("Nameless", (Layer,), {"type": "nameless"})


def test_every_activation_is_known_by_module_and_program() -> None:
    assert set(pytorch.ACTIVATIONS) == set(ACTIVATIONS)
    assert set(modules.ACTIVATION_MODULES) == set(ACTIVATIONS) - {"softmax"}
    assert set(drawn_networks.ACTIVATIONS) == {*ACTIVATIONS, "none"} - {"softmax"}


def test_an_unknown_type_is_refused_by_name_and_never_built_as_something_else() -> None:
    for work in (build, write_network, keras.write):
        with pytest.raises(InvalidNetwork) as caught:
            work(planted_network(Conv2d(4)))

        assert caught.value.values["type"] == "planted"
    with pytest.raises(InvalidNetwork, match="must be an object whose 'type' is one of"):
        parse_layer({"type": "planted"})


def test_with_its_rows_a_new_type_is_built_written_and_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MODULES, "planted", lambda layer, item: torch.nn.Identity())
    monkeypatch.setitem(keras.LAYERS, "planted", keras.Word("Identity"))
    monkeypatch.setitem(pytorch.LAYERS, "planted", pytorch.Word(lambda layer, before: "nn.Identity()"))
    network = Network((3, 8, 8), 3, (Planted(), GlobalAveragePooling2d()))

    recording = record(Anatomy(network, build(network).eval()), torch.rand(3, 8, 8))

    assert explain_unit(recording, "planted_1", 1, 2, 3).value == float(recording.values["input"][1, 3, 2])
    code = write_network(network)
    assert '("planted_1", nn.Identity()),' in code["pytorch"]
    assert "    layers.Identity()," in code["keras"]
