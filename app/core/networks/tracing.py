"""What each layer is called and which shapes go in and out of it: the walk that reports, modules and programs share."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.core.networks.fields import Place
from app.core.networks.layers import Activation, Conv2d, Layer, Shape
from app.core.networks.residual import Residual


@dataclass(frozen=True, slots=True)
class Traced:
    """A layer in its network. `name` is what it is called inside its block; `inside` are a block's own layers."""

    name: str
    layer: Layer
    before: Shape
    after: Shape
    inside: tuple["Traced", ...] = ()
    projection: Conv2d | None = None


def trace(shape: Shape, layers: Sequence[Layer]) -> tuple[Traced, ...]:
    """The layers one after another, from an input of that shape; raises InvalidNetwork where one does not fit."""
    return tuple(_trace(shape, layers, Place(), Counter()))


def _trace(shape: Shape, layers: Sequence[Layer], place: Place, counts: Counter[str]) -> Iterator[Traced]:
    for index, layer in enumerate(layers):
        here = place.inner(index, layer.type)
        kind = layer.activation if isinstance(layer, Activation) else layer.type
        counts[kind] += 1
        name, after = f"{kind}_{counts[kind]}", layer.output_shape(shape, here)
        if isinstance(layer, Residual):
            inside = tuple(_trace(shape, layer.layers, here, counts))
            yield Traced(name, layer, shape, after, inside, layer.projection(shape, after, here))
        else:
            yield Traced(name, layer, shape, after)
        shape = after
