"""A network as a description: read and checked from JSON, and judged by arithmetic before anything is built.

What is PyTorch is left to `modules`. Names of layers count each type: conv2d_1, relu_1, ...; what is inside a residual
block has the block's name before it: residual_1/conv2d_2.
"""

from dataclasses import dataclass, fields, replace
from typing import Any

import torch

from app.core.errors import N_
from app.core.layer_fields import Place, is_whole, shape_text
from app.core.layers import (
    Activation,
    AveragePooling2d,
    BatchNormalization,
    Conv2d,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2d,
    GlobalMaxPooling2d,
    Layer,
    MaxPooling2d,
)
from app.core.modules import build_modules
from app.core.reports import Limits, Report, check_limits, write_report
from app.core.residual import Residual

MAXIMUM_LAYERS = 40
MAXIMUM_CHANNELS = 64
MAXIMUM_INPUT_SIDE = 1024
MAXIMUM_CLASSES = 1000

TYPES: dict[str, type[Layer]] = {
    kind.type: kind
    for kind in (
        Conv2d, MaxPooling2d, AveragePooling2d, GlobalAveragePooling2d, GlobalMaxPooling2d, BatchNormalization, Dropout,
        Flatten, Dense, Activation, Residual,
    )
}  # fmt: skip


@dataclass(frozen=True)
class Network:
    """A checked description. `input` is (channels, height, width), the last layer gives one logit for each class."""

    input: tuple[int, int, int]
    classes: int
    layers: tuple[Layer, ...]

    def describe(self) -> dict[str, Any]:
        """The JSON value that `parse_network` reads."""
        layers = [layer.describe() for layer in self.layers]
        return {"input": list(self.input), "classes": self.classes, "layers": layers}


def parse_network(description: Any, limits: Limits | None = None) -> Network:
    """The network of a JSON value; raises InvalidNetwork with the layer, the shapes and the rule."""
    top = Place()
    if not isinstance(description, dict):
        raise top.refuse(N_("A network is an object with 'input', 'classes' and 'layers'."))
    if set(description) != {"input", "classes", "layers"}:
        raise top.refuse(N_("A network has the fields 'input', 'classes' and 'layers', and no others."))
    network = Network(
        _parse_input(description["input"]), _parse_classes(description["classes"]), _parse_layers(description["layers"])
    )
    check_network(network, limits or Limits())
    return network


def check_network(network: Network, limits: Limits) -> None:
    """The shapes fit and end in one value a class, and nothing is larger than allowed; else InvalidNetwork."""
    check_softmax(network.layers[:-1])
    found = report(network)
    shape = found.layers[-1].output_shape
    if shape != (network.classes,):
        last = Place().inner(len(network.layers) - 1, network.layers[-1].type)
        raise last.refuse(
            N_("The last layer, %(layer)s (%(type)s), gives %(shape)s; it must give %(limit)d values, one for each "
               "class."), shape=shape_text(shape), limit=network.classes,
        )  # fmt: skip
    check_limits(found, limits)


def check_softmax(layers: tuple[Layer, ...], place: Place = Place()) -> None:  # noqa: B008 - frozen
    """None of these, which others follow, may be a softmax: it turns logits into probabilities, at the end."""
    for index, layer in enumerate(layers):
        here = place.inner(index, layer.type)
        if getattr(layer, "activation", "") == "softmax":
            raise here.refuse(N_("Layer %(layer)s (%(type)s): softmax may only be at the very end."), "activation")
        if isinstance(layer, Residual):
            check_softmax(layer.layers, here)


def report(network: Network) -> Report:
    """Shapes, parameters, receptive fields and multiply-adds of every layer, and the memory; arithmetic only."""
    return write_report(network.input, network.layers)


def expand(network: Network) -> Network:
    """Every activation as a layer of its own, and no softmax at the end: the last layer gives logits."""
    layers = _expand(network.layers)
    if layers and layers[-1] == Activation("softmax"):
        layers = layers[:-1]
    return replace(network, layers=layers)


def build(network: Network, seed: int = 0) -> torch.nn.Sequential:
    """The module of `expand(network)`: float32 N x C x H x W to logits N x classes; see `modules.build_modules`."""
    return build_modules(network.input, expand(network).layers, seed)


def _expand(layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
    expanded: list[Layer] = []
    for layer in layers:
        if isinstance(layer, Residual):
            layer = replace(layer, layers=_expand(layer.layers))
        if isinstance(layer, Conv2d | Dense | Residual) and layer.activation != "none":
            expanded += [replace(layer, activation="none"), Activation(layer.activation)]
        else:
            expanded.append(layer)
    return tuple(expanded)


def _parse_input(value: Any) -> tuple[int, int, int]:
    limits = (MAXIMUM_CHANNELS, MAXIMUM_INPUT_SIDE, MAXIMUM_INPUT_SIDE)
    if not isinstance(value, list | tuple) or len(value) != 3 or not all(map(is_whole, value, (1, 1, 1), limits)):
        raise Place().refuse(
            N_("'input' must be channels, height and width: three whole numbers, such as [3, 32, 32], with at most "
               "%(channels)d channels and %(limit)d pixels a side."),
            "input", channels=MAXIMUM_CHANNELS, limit=MAXIMUM_INPUT_SIDE,
        )  # fmt: skip
    return value[0], value[1], value[2]


def _parse_classes(value: Any) -> int:
    if not is_whole(value, 1, MAXIMUM_CLASSES):
        raise Place().refuse(
            N_("'classes' must be a whole number from 1 to %(limit)d."), "classes", limit=MAXIMUM_CLASSES
        )
    return int(value)


def _parse_layers(value: Any, place: Place = Place(), above: int = 0) -> tuple[Layer, ...]:  # noqa: B008 - frozen
    """`above` counts the layers that enclose these, so that deep nesting ends as soon as long lists do."""
    if not isinstance(value, list | tuple) or not value:
        raise place.refuse(N_("'layers' must be a list of at least one layer."), "layers")
    if len(value) + above > MAXIMUM_LAYERS:
        raise place.refuse(
            N_("A network may have %(limit)d layers, those inside blocks included."), limit=MAXIMUM_LAYERS
        )
    layers = tuple(_parse_layer(entry, place, index, above + 1) for index, entry in enumerate(value))
    if above == 0 and (count := sum(map(_count, layers))) > MAXIMUM_LAYERS:
        raise place.refuse(
            N_("The network has %(value)d layers, those inside blocks included; at most %(limit)d are allowed."),
            value=count, limit=MAXIMUM_LAYERS,
        )  # fmt: skip
    return layers


def _count(layer: Layer) -> int:
    return 1 + (sum(map(_count, layer.layers)) if isinstance(layer, Residual) else 0)


def _parse_layer(entry: Any, within: Place, index: int, above: int) -> Layer:
    name = entry.get("type") if isinstance(entry, dict) else None
    kind = TYPES.get(name) if isinstance(name, str) else None
    place = within.inner(index, kind.type if kind else "")
    if kind is None:
        raise place.refuse(
            N_("Layer %(layer)s must be an object whose 'type' is one of %(allowed)s."), allowed=", ".join(TYPES)
        )
    known = {item.name: item for item in fields(kind)}
    if not set(entry) <= {"type", *known}:
        raise place.refuse(
            N_("Layer %(layer)s (%(type)s) has a field that is not known; it may have %(allowed)s."),
            allowed=", ".join(known) or "-",
        )
    values = {key: _parse_field(place, known[key].metadata, key, value, above)
              for key, value in entry.items() if key != "type"}  # fmt: skip
    return _make(kind, values, place)


def _parse_field(place: Place, metadata: Any, name: str, value: Any, above: int) -> Any:
    if name == "layers":
        return _parse_layers(value, place, above)
    return metadata["check"](place, name, value)


def _make(kind: type[Layer], values: dict[str, Any], place: Place) -> Layer:
    try:
        return kind(**values)
    except TypeError:
        lacking = next(item.name for item in fields(kind) if item.name not in values)
        raise place.refuse(N_("Layer %(layer)s (%(type)s) needs '%(name)s'."), lacking) from None
