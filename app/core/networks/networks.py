"""A network as a description: read and checked from JSON, and judged by arithmetic before anything is built.

What is PyTorch is left to `modules`. Names of layers count each type: conv2d_1, relu_1, ...; what is inside a residual
block has the block's name before it: residual_1/conv2d_2.
"""

from dataclasses import MISSING, dataclass, fields, replace
from functools import cached_property
from typing import Any

from app.core.errors import N_
from app.core.networks import layers, window_layers
from app.core.networks.arithmetic import Layer, Traced
from app.core.networks.fields import Block, Kind, Place, is_whole, kind_of, shape_text
from app.core.networks.layers import Activation
from app.core.networks.reports import MAXIMUM_LAYERS, Limits, Report, check_limits, write_report
from app.core.networks.residual import Residual, trace

TOP = Place()

# Every row of `layers`, in the order in which the page offers them, and the block.
TYPES: dict[str, type[Layer]] = {
    kind.type: kind
    for kind in (*vars(window_layers).values(), *vars(layers).values(), Residual)
    if isinstance(kind, type) and issubclass(kind, Layer) and "type" in vars(kind)
}
MAXIMUM_CHANNELS = 64
MAXIMUM_INPUT_SIDE = 1024
MAXIMUM_CLASSES = 1000


@dataclass(frozen=True)
class Network:
    """A checked description. `input` is (channels, height, width), the last layer gives one logit for each class.

    What is worked out of it is worked out once, and goes with it to other processes.
    """

    input: tuple[int, int, int]
    classes: int
    layers: tuple[Layer, ...]

    def describe(self) -> dict[str, Any]:
        """The JSON value that `parse_network` reads."""
        layers = [layer.describe() for layer in self.layers]
        return {"input": list(self.input), "classes": self.classes, "layers": layers}

    @cached_property
    def traced(self) -> tuple[Traced, ...]:
        """What each layer is called and which shapes go in and out; raises InvalidNetwork where one does not fit."""
        return trace(self.input, self.layers)

    @cached_property
    def report(self) -> Report:
        """Shapes, parameters, receptive fields and multiply-adds of every layer, and the memory; arithmetic only."""
        return write_report(self.input, self.traced)


def parse_network(description: Any, limits: Limits | None = None) -> Network:
    """The network of a JSON value; raises InvalidNetwork with the layer, the shapes and the rule."""
    top = TOP
    if not isinstance(description, dict):
        raise top.refuse(N_("A network is an object with 'input', 'classes' and 'layers'."))
    if set(description) != {"input", "classes", "layers"}:
        raise top.refuse(N_("A network has the fields 'input', 'classes' and 'layers', and no others."))
    limits = limits or Limits()
    network = Network(
        parse_input(description["input"]),
        _parse_classes(description["classes"]),
        parse_layers(description["layers"], most=limits.layers),
    )
    check_network(network, limits)
    return network


def check_network(network: Network, limits: Limits) -> None:
    """The shapes fit and end in one value a class, and nothing is larger than allowed; else InvalidNetwork."""
    check_softmax(network.layers[:-1])
    shape = network.report.layers[-1].output_shape
    if shape != (network.classes,):
        last = TOP.inner(len(network.layers) - 1, network.layers[-1].type)
        raise last.refuse(
            N_("The last layer, %(layer)s (%(type)s), gives %(shape)s; it must give %(limit)d values, one for each "
               "class."), shape=shape_text(shape), limit=network.classes,
        )  # fmt: skip
    if network.classes == 1 and getattr(network.layers[-1], "activation", "") == "softmax":
        raise TOP.inner(len(network.layers) - 1, network.layers[-1].type).refuse(
            N_("Layer %(layer)s (%(type)s): the softmax of a single value is always 1; give it two or use a sigmoid."),
            "activation",
        )
    check_limits(network.report, limits)


def check_softmax(layers: tuple[Layer, ...], place: Place = TOP) -> None:
    """None of these, which others follow, may be a softmax: it turns logits into probabilities, at the end."""
    for index, layer in enumerate(layers):
        here = place.inner(index, layer.type)
        if getattr(layer, "activation", "") == "softmax":
            raise here.refuse(N_("Layer %(layer)s (%(type)s): softmax may only be at the very end."), "activation")
        if isinstance(layer, Residual):
            check_softmax(layer.layers, here)


def expand(network: Network) -> Network:
    """Every activation and every part as a layer of its own, and no softmax at the end: the last gives logits."""
    layers = _expand(network.layers)
    if layers and layers[-1] == Activation("softmax"):
        layers = layers[:-1]
    return replace(network, layers=layers)


def _expand(layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
    expanded: list[Layer] = []
    for layer in (part for whole in layers for part in whole.parts()):
        if isinstance(layer, Residual):
            layer = replace(layer, layers=_expand(layer.layers))
        after = "none" if layer.role == "function" else getattr(layer, "activation", "none")
        if after == "none":
            expanded.append(layer)
        else:
            expanded += [layer.but(activation="none"), Activation(after)]
    return tuple(expanded)


def parse_input(value: Any) -> tuple[int, int, int]:
    """Channels, height and width of a JSON value; raises InvalidNetwork."""
    limits = (MAXIMUM_CHANNELS, MAXIMUM_INPUT_SIDE, MAXIMUM_INPUT_SIDE)
    if not isinstance(value, list | tuple) or len(value) != 3 or not all(map(is_whole, value, (1, 1, 1), limits)):
        raise TOP.refuse(
            N_("'input' must be channels, height and width: three whole numbers, such as [3, 32, 32], with at most "
               "%(channels)d channels and %(limit)d pixels a side."),
            "input", channels=MAXIMUM_CHANNELS, limit=MAXIMUM_INPUT_SIDE,
        )  # fmt: skip
    return value[0], value[1], value[2]


def _parse_classes(value: Any) -> int:
    if not is_whole(value, 1, MAXIMUM_CLASSES):
        raise TOP.refuse(N_("'classes' must be a whole number from 1 to %(limit)d."), "classes", limit=MAXIMUM_CLASSES)
    return int(value)


def parse_layers(value: Any, place: Place = TOP, above: int = 0, most: int = MAXIMUM_LAYERS) -> tuple[Layer, ...]:
    """The layers of a JSON list, `most` of them; raises InvalidNetwork. `above` counts the blocks and layers that
    enclose them."""
    if not isinstance(value, list | tuple) or not value:
        raise place.refuse(N_("'layers' must be a list of at least one layer."), "layers")
    if len(value) + above > most:  # so that deep nesting ends as soon as long lists do
        raise place.refuse(
            N_("A network may have %(limit)d layers, those inside blocks included."), "layers", limit=most
        )
    found = tuple(parse_layer(entry, place, index, above + 1, most) for index, entry in enumerate(value))
    if place == TOP and (count := sum(map(_count, found))) > most:
        raise place.refuse(
            N_("The network has %(value)d layers, those inside blocks included; at most %(limit)d are allowed."),
            "layers", value=count, limit=most,
        )  # fmt: skip
    return found


def parse_layer(entry: Any, within: Place = TOP, index: int = 0, above: int = 0, most: int = MAXIMUM_LAYERS) -> Layer:
    """The layer of a JSON object, which is the `index`-th of the list at `within`; raises InvalidNetwork."""
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
            N_("Layer %(layer)s (%(type)s) has a field that is not known; it may have: %(allowed)s."),
            allowed=", ".join(known) or "type",
        )
    values = {key: _value(kind_of(known[key]), key, entry[key], place, above, most) for key in entry if key != "type"}
    lacking = [name for name, item in known.items() if item.default is MISSING and name not in values]
    if lacking:
        raise place.refuse(N_("Layer %(layer)s (%(type)s) needs '%(name)s'."), lacking[0])
    return kind(**values)


def _value(kind: Kind, name: str, value: Any, place: Place, above: int, most: int) -> Any:
    return parse_layers(value, place, above, most) if isinstance(kind, Block) else kind.check(place, name, value)


def _count(layer: Layer) -> int:
    return 1 + (sum(map(_count, layer.layers)) if isinstance(layer, Residual) else 0)
