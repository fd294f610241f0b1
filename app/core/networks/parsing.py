"""From JSON values to layers; every field is checked by its own rule. It does not know shapes (see `networks`)."""

from dataclasses import MISSING, fields
from typing import Any

from app.core.errors import N_
from app.core.networks import layers as rows
from app.core.networks.arithmetic import Layer
from app.core.networks.fields import Block, Kind, Place, kind_of
from app.core.networks.residual import Residual

MAXIMUM_LAYERS = 40
TOP = Place()

# Every row of `layers`, in the order in which the page offers them, and the block.
TYPES: dict[str, type[Layer]] = {
    kind.type: kind
    for kind in (*vars(rows).values(), Residual)
    if isinstance(kind, type) and issubclass(kind, Layer) and "type" in vars(kind)
}


def parse_layers(value: Any, place: Place = TOP, above: int = 0) -> tuple[Layer, ...]:
    """The layers of a JSON list; raises InvalidNetwork. `above` counts the blocks and layers that enclose them."""
    if not isinstance(value, list | tuple) or not value:
        raise place.refuse(N_("'layers' must be a list of at least one layer."), "layers")
    if len(value) + above > MAXIMUM_LAYERS:  # so that deep nesting ends as soon as long lists do
        raise place.refuse(
            N_("A network may have %(limit)d layers, those inside blocks included."), "layers", limit=MAXIMUM_LAYERS
        )
    found = tuple(parse_layer(entry, place, index, above + 1) for index, entry in enumerate(value))
    if place == TOP and (count := sum(map(_count, found))) > MAXIMUM_LAYERS:
        raise place.refuse(
            N_("The network has %(value)d layers, those inside blocks included; at most %(limit)d are allowed."),
            "layers", value=count, limit=MAXIMUM_LAYERS,
        )  # fmt: skip
    return found


def parse_layer(entry: Any, within: Place = TOP, index: int = 0, above: int = 0) -> Layer:
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
    values = {key: _value(kind_of(known[key]), key, entry[key], place, above) for key in entry if key != "type"}
    lacking = [name for name, item in known.items() if item.default is MISSING and name not in values]
    if lacking:
        raise place.refuse(N_("Layer %(layer)s (%(type)s) needs '%(name)s'."), lacking[0])
    return kind(**values)


def _value(kind: Kind, name: str, value: Any, place: Place, above: int) -> Any:
    return parse_layers(value, place, above) if isinstance(kind, Block) else kind.check(place, name, value)


def _count(layer: Layer) -> int:
    return 1 + (sum(map(_count, layer.layers)) if isinstance(layer, Residual) else 0)
