"""The residual block: layers, and around them their input, which is added to what they give."""

import math
from dataclasses import dataclass, field
from typing import Any, ClassVar

from app.core.errors import N_
from app.core.networks.fields import Place, choice, shape_text
from app.core.networks.layers import ACTIVATIONS, Conv2d, Layer, Shape, need_maps


@dataclass(frozen=True)
class Residual(Layer):
    """F(x) + x (He et al. 2015, https://arxiv.org/abs/1512.03385), on maps.

    Where channels or size differ, x goes through a 1 x 1 convolution without bias: the projection, whose stride is the
    smallest that gives the size of F(x).
    """

    type: ClassVar[str] = "residual"
    role: ClassVar[str] = "sum"
    layers: tuple[Layer, ...]
    activation: str = field(default="none", metadata={"check": choice("none", *ACTIVATIONS)})

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


def _stride(before: int, after: int) -> int:
    """The smallest stride with ceil(before / stride) = after; 0 if there is none."""
    stride = max(1, math.ceil(before / after))
    return stride if math.ceil(before / stride) == after else 0
