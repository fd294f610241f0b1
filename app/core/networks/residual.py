"""The residual block, and the walk through layers and blocks: what each is called, which shapes go in and out of it.

Reports, modules and programs share that walk.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from app.core.errors import N_
from app.core.networks.arithmetic import PATTERNS, About, Arithmetic, Layer, Shape, Traced, need_maps
from app.core.networks.fields import RELU, Block, Place, function, setting, shape_text
from app.core.networks.formulas import Formula
from app.core.networks.layers import SHORT_TRAININGS, Activation, BatchNormalization
from app.core.networks.window_layers import Conv2d

_SAME = {"type": Conv2d.type, "filters": Formula("channels"), "padding": "same", "use_bias": False}
_NORM = {"type": BatchNormalization.type} | SHORT_TRAININGS
_BETWEEN = {"type": Activation.type} | RELU


@dataclass(frozen=True)
class Residual(Layer):
    """F(x) + x (He et al. 2015, https://arxiv.org/abs/1512.03385), on maps.

    Where channels or size differ, x goes through a 1 x 1 convolution without bias: the projection, whose stride is the
    smallest that gives the size of F(x).
    """

    type: ClassVar[str] = "residual"
    role: ClassVar[str] = "sum"
    about: ClassVar[About] = About(
        title=N_("residual block"),
        short=N_("block"),
        sentence=N_("Adds its input to what its layers give, so that deep networks learn."),
        made=N_("two maps added: the block's result and what went into the block"),
        group=PATTERNS,
        fresh={"layers": [_SAME, _NORM, _BETWEEN, _SAME, _NORM]} | RELU,
    )
    arithmetic: ClassVar[Arithmetic] = Arithmetic(takes="maps")
    layers: tuple[Layer, ...] = setting(Block())
    activation: str = function("none")

    def output_shape(self, shape: Shape, place: Place) -> Shape:
        """That of F(x)."""
        need_maps(shape, place)
        inside = shape
        for index, layer in enumerate(self.layers):
            inside = layer.output_shape(inside, place.inner(index, layer.type))
        self.projection(shape, inside, place)
        return inside

    def projection(self, shape: Shape, inside: Shape, place: Place) -> Conv2d | None:
        """What x of `shape` needs to be added to `inside`; None where they agree; InvalidNetwork if nothing helps."""
        if inside == shape:
            return None
        stride = (_stride(shape[1], inside[1]), _stride(shape[2], inside[2])) if len(inside) == 3 else (0, 0)
        if 0 in stride:
            raise place.refuse(
                N_("Layer %(layer)s (%(type)s) gets %(shape)s and its layers give %(inside)s; to be added, the sizes "
                   "must agree, or be divided by a stride: use padding 'same'."),
                shape=shape_text(shape), inside=shape_text(inside),
            )  # fmt: skip
        return Conv2d(filters=inside[0], kernel_size=(1, 1), stride=stride, use_bias=False)

    def describe(self) -> dict[str, Any]:
        """With the descriptions of its layers."""
        return super().describe() | {"layers": [layer.describe() for layer in self.layers]}


def trace(shape: Shape, layers: Sequence[Layer]) -> tuple[Traced, ...]:
    """The layers one after another, from an input of that shape; raises InvalidNetwork where one does not fit."""
    return tuple(_trace(shape, layers, Place(), Counter()))


def _trace(shape: Shape, layers: Sequence[Layer], place: Place, counts: Counter[str]) -> Iterator[Traced]:
    for index, layer in enumerate(layers):
        here = place.inner(index, layer.type)
        counts[layer.stem] += 1
        name, after = f"{layer.stem}_{counts[layer.stem]}", layer.output_shape(shape, here)
        if isinstance(layer, Residual):
            inside = tuple(_trace(shape, layer.layers, here, counts))
            yield Traced(name, layer, shape, after, inside, layer.projection(shape, after, here))
        else:
            yield Traced(name, layer, shape, after)
        shape = after


def _stride(before: int, after: int) -> int:
    """The smallest stride with ceil(before / stride) = after; 0 if there is none."""
    stride = max(1, math.ceil(before / after))
    return stride if math.ceil(before / stride) == after else 0
