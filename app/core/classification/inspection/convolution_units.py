"""One number of a convolution: for each input map a patch, a kernel, their products and sum; then the bias.

`contributions` is the same for a whole map. Zeros beyond the map's border are the network's own padding.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from app.core.classification.activations import Recording
from app.core.classification.anatomy import Anatomy, check_index, first_input
from app.core.convolution.steps import Matrix


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one input map gives: sum = sum(patch * kernel)."""

    channel: int
    kernel: Matrix
    patch: Matrix
    products: Matrix
    sum: float


@dataclass(frozen=True, slots=True)
class Convolved:
    """total = bias + the sums of `inputs`. The window begins at `left`, `top` of the input maps, -1 in the padding.

    `stride` is (height, width), `padding` the zeros at the top, bottom, left and right; `dilation`, (height, width), is
    the way from one cell of a patch to the next, None where they touch.
    """

    inputs: tuple[Contribution, ...]
    bias: float
    total: float
    left: int
    top: int
    stride: tuple[int, int]
    padding: tuple[int, int, int, int]
    dilation: tuple[int, int] | None


def explain_convolution(recording: Recording, layer: str, channel: int, x: int, y: int) -> Convolved:
    """The arithmetic at column x, row y of one output map."""
    module, margins = recording.anatomy.convolution(layer), _margins(recording.anatomy, layer)
    (down, across), (rows, columns) = module.stride, module.dilation
    weights = module.weight[channel].detach().double()
    first = first_input(module, channel)
    padded = _pad(recording.before(layer)[first : first + len(weights)].double(), margins)
    height, width = weights.shape[1:]
    patches = padded[
        :,
        y * down : y * down + (height - 1) * rows + 1 : rows,
        x * across : x * across + (width - 1) * columns + 1 : columns,
    ]
    products = patches * weights
    sums = products.sum((1, 2))
    bias = 0.0 if module.bias is None else float(module.bias[channel])
    numbers = zip(weights.tolist(), patches.tolist(), products.tolist(), sums.tolist(), strict=True)
    inputs = tuple(
        Contribution(first + index, _matrix(kernel), _matrix(patch), _matrix(terms), total)
        for index, (kernel, patch, terms, total) in enumerate(numbers)
    )
    return Convolved(
        inputs=inputs,
        bias=bias,
        total=float(sums.sum()) + bias,
        left=x * across - margins[2],
        top=y * down - margins[0],
        stride=(down, across),
        padding=margins,
        dilation=None if module.dilation == (1, 1) else (rows, columns),
    )


@torch.inference_mode()
def contributions(recording: Recording, layer: str, channel: int) -> Tensor:
    """Each input map of the channel's group convolved with its kernel, inputs x H' x W': their sum and the bias is the
    output map."""
    module = recording.anatomy.convolution(layer)
    check_index("channel", channel, len(module.weight))
    kernels, first = module.weight[channel], first_input(module, channel)
    maps = recording.before(layer)[first : first + len(kernels)]
    padded = _pad(maps, _margins(recording.anatomy, layer)).unsqueeze(0)
    return F.conv2d(padded, kernels.unsqueeze(1), stride=module.stride, dilation=module.dilation, groups=len(kernels))[
        0
    ]


def _margins(anatomy: Anatomy, layer: str) -> tuple[int, int, int, int]:
    row = anatomy.row(layer)
    return row.layer.margins(row.input_shape)


def _pad(maps: Tensor, margins: tuple[int, int, int, int]) -> Tensor:
    top, bottom, left, right = margins
    return F.pad(maps, (left, right, top, bottom))


def _matrix(rows: list[list[float]]) -> Matrix:
    return tuple(map(tuple, rows))
