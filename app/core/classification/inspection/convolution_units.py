"""One number of a convolution: for each input map a patch, a kernel, their products and sum; then the bias.

`contributions` is the same for a whole map. Zeros beyond the map's border are the network's own padding.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from app.core.classification.activations import Recording
from app.core.classification.anatomy import Anatomy, check_index
from app.core.convolution.steps import Matrix
from app.core.networks.layers import Conv2d


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

    `stride` is (height, width), `padding` the zeros at the top, bottom, left and right.
    """

    inputs: tuple[Contribution, ...]
    bias: float
    total: float
    left: int
    top: int
    stride: tuple[int, int]
    padding: tuple[int, int, int, int]


def explain_convolution(recording: Recording, layer: str, channel: int, x: int, y: int) -> Convolved:
    """The arithmetic at column x, row y of one output map."""
    described, margins = _description(recording.anatomy, layer)
    module = recording.anatomy.convolution(layer)
    top = y * described.stride[0] - margins[0]
    left = x * described.stride[1] - margins[2]
    weights = module.weight[channel].detach().double()
    padded = _pad(recording.before(layer).double(), margins)
    rows, columns = weights.shape[1:]
    first_row, first_column = top + margins[0], left + margins[2]
    patches = padded[:, first_row : first_row + rows, first_column : first_column + columns]
    products = patches * weights
    sums = products.sum((1, 2))
    bias = 0.0 if module.bias is None else float(module.bias[channel])
    numbers = zip(weights.tolist(), patches.tolist(), products.tolist(), sums.tolist(), strict=True)
    inputs = tuple(
        Contribution(index, _matrix(kernel), _matrix(patch), _matrix(terms), total)
        for index, (kernel, patch, terms, total) in enumerate(numbers)
    )
    return Convolved(inputs, bias, float(sums.sum()) + bias, left, top, described.stride, margins)


@torch.inference_mode()
def contributions(recording: Recording, layer: str, channel: int) -> Tensor:
    """Each input map convolved with its kernel, C_in x H' x W': their sum and the bias is the output map."""
    described, margins = _description(recording.anatomy, layer)
    weight = recording.anatomy.convolution(layer).weight
    check_index("channel", channel, len(weight))
    padded = _pad(recording.before(layer), margins).unsqueeze(0)
    return F.conv2d(padded, weight[channel].unsqueeze(1), stride=described.stride, groups=weight.shape[1])[0]


def _description(anatomy: Anatomy, layer: str) -> tuple[Conv2d, tuple[int, int, int, int]]:
    row = anatomy.row(layer)
    assert isinstance(row.layer, Conv2d)
    return row.layer, row.layer.margins(row.input_shape)


def _pad(maps: Tensor, margins: tuple[int, int, int, int]) -> Tensor:
    top, bottom, left, right = margins
    return F.pad(maps, (left, right, top, bottom))


def _matrix(rows: list[list[float]]) -> Matrix:
    return tuple(map(tuple, rows))
