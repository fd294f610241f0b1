"""The learned kernels, and the first layer's as steps of the convolution room.

There, levels 0..255 are filtered; here, prepared values (level / 255 - mean) / std. Both are the same arithmetic: the
preparation can be moved into the kernel's divisor and offset,

    sum(K * (patch / 255 - mean) / std) = sum(patch * K) / (255 * std) - mean / std * sum(K)

It does not know the picture.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from app.core.classification.anatomy import INPUT, Anatomy, check_index, first_input
from app.core.convolution.steps import Convolution
from app.core.errors import N_, InvalidValue


@dataclass(frozen=True, eq=False)
class Kernels:
    """`weights` are filters x input channels x height x width, `bias` filters; `strengths` each kernel's sum."""

    layer: str
    weights: Tensor
    bias: Tensor | None
    strengths: Tensor
    minimum: float
    maximum: float


def kernels_of(anatomy: Anatomy, layer: str) -> Kernels:
    """All kernels of a layer; InvalidValue if it has none."""
    module = anatomy.convolution(layer)
    weights = module.weight.detach()
    bias = None if module.bias is None else module.bias.detach()
    return Kernels(layer, weights, bias, weights.sum((2, 3)), float(weights.min()), float(weights.max()))


@dataclass(frozen=True, slots=True)
class LearnedKernel:
    """A learned kernel for the convolution room. `step` gives, of levels 0..255, what the network computes.

    With `source` it is one input channel's share of the map, without the bias, for that channel of the picture;
    without, it is the whole map, with the bias, of a picture whose channels are all equal: of a gray one. The network
    pads with its zero, which is `padding_level` in the picture (None: a level of its own for each channel), so that
    `step` has border `valid` and agrees wherever the window lies inside.
    """

    step: Convolution
    source: int | None
    padding_level: float | None


def learned_kernel(anatomy: Anatomy, layer: str, channel: int, source: int | None = None) -> LearnedKernel:
    """The kernel of one output channel of a layer that sees the picture itself; InvalidValue for deeper ones."""
    module = _first_layer(anatomy, layer)
    preparation = anatomy.preparation
    assert preparation is not None
    check_index("channel", channel, len(module.weight))
    kernels, first = spread(module.weight[channel].detach().double(), module.dilation), first_input(module, channel)
    seen = slice(first, first + len(kernels))
    means, deviations = (
        torch.tensor(values[seen], dtype=torch.float64) for values in (preparation.mean, preparation.std)
    )
    offsets = -means / deviations * kernels.sum((1, 2))
    levels = sorted({255 * mean for mean in preparation.mean[seen]})
    if source is not None:
        check_index("source", source - first, len(kernels))
        kernel, offset = kernels[source - first], float(offsets[source - first])
        divisor = 255 * preparation.std[source]
        levels = [255 * preparation.mean[source]]
    else:
        kernel, divisor = (kernels / deviations[:, None, None]).sum(0), 255.0
        offset = float(offsets.sum()) + (0.0 if module.bias is None else float(module.bias[channel].detach()))
    matrix = tuple(tuple(row) for row in kernel.tolist())
    step = Convolution(matrix, divisor, offset, stride=module.stride[0], border="valid")
    return LearnedKernel(step, source, levels[0] if len(levels) == 1 else None)


def spread(kernels: Tensor, dilation: tuple[int, ...]) -> Tensor:
    """Kernels ... x height x width with the zeros that dilation leaves between their cells written out."""
    height, width = ((size - 1) * step + 1 for size, step in zip(kernels.shape[-2:], dilation, strict=True))
    spaced = kernels.new_zeros(*kernels.shape[:-2], height, width)
    spaced[..., :: dilation[0], :: dilation[1]] = kernels
    return spaced


def _first_layer(anatomy: Anatomy, layer: str) -> torch.nn.Conv2d:
    module = anatomy.convolution(layer)
    if anatomy.sources[layer] != (INPUT,):
        raise InvalidValue(
            N_("Only kernels that see the picture itself can be used on it; %(layer)s sees other maps."),
            field="layer", layer=layer,
        )  # fmt: skip
    if module.stride[0] != module.stride[1]:
        raise InvalidValue(
            N_("The kernel moves by different steps across and down; the convolution page has one stride."),
            field="layer",
        )
    return module
