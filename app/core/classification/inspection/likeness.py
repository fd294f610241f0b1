"""How much learned kernels of the first layer look like classic ones, beside kernels drawn at random.

A kernel is compared as it acts on a gray picture: the mean of its input channels. (The best of three channels would
find more likeness, in random kernels too, and in kernels that a gray picture does not excite at all.) Its color is told
by `gray_share`. Both are centered in a window that holds them; the likeness is the cosine of the angle between them,
-1 for a classic kernel turned negative, which finds the same thing with the other sign.

With so many classics some likeness is luck: hence `beats`, the share of random kernels that are less alike.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from app.core.classification.anatomy import Anatomy
from app.core.convolution.kernels import KERNELS, NamedKernel
from app.core.convolution.windows import center

_RANDOM_KERNELS = 2000


@dataclass(frozen=True, slots=True)
class Nearest:
    """The classic kernel most like an output channel's, by size of `similarity`, -1..1.

    `gray_share` is the part of the kernel's energy that a gray picture meets: 1 where all channels are equal.
    """

    channel: int
    kernel: str
    similarity: float
    gray_share: float
    beats: float


@dataclass(frozen=True, slots=True)
class Likeness:
    """`mean` and `random_mean` are of the sizes of the similarities; `random_sd` is their standard deviation."""

    nearest: tuple[Nearest, ...]
    mean: float
    random_mean: float
    random_sd: float


def likeness_to_classics(anatomy: Anatomy, layer: str, seed: int = 0) -> Likeness:
    """For each output channel of a layer; the random kernels are Gaussian, of the same shape."""
    weights = anatomy.convolution(layer).weight.detach().double()
    found, names = _compare(weights.mean(1))
    generator = torch.Generator().manual_seed(seed)
    random = torch.randn(_RANDOM_KERNELS, *weights.shape[1:], generator=generator, dtype=torch.float64)
    luck = _compare(random.mean(1))[0].abs()
    energy = weights.square().sum((1, 2, 3))
    shares = weights.shape[1] * weights.mean(1).square().sum((1, 2)) / energy.clamp_min(torch.finfo(energy.dtype).tiny)
    nearest = tuple(
        Nearest(index, name, float(value), float(share), float((luck < value.abs()).double().mean()))
        for index, (name, value, share) in enumerate(zip(names, found, shares, strict=True))
    )
    return Likeness(nearest, float(found.abs().mean()), float(luck.mean()), float(luck.std()))


def candidates(side: int) -> list[NamedKernel]:
    """The classics that are no larger than a kernel of that side (3 x 3 for smaller ones), each matrix once."""
    fitting = [kernel for kernel in KERNELS.values() if len(kernel.matrix) <= max(side, 3)]
    return list({kernel.matrix: kernel for kernel in reversed(fitting)}.values())[::-1]


def _compare(kernels: Tensor) -> tuple[Tensor, list[str]]:
    """The similarity and the name of the nearest classic for each of N x height x width."""
    classics = candidates(max(kernels.shape[1:]))
    side = max(*kernels.shape[1:], *(len(classic.matrix) for classic in classics))
    matrices = [center(torch.tensor(classic.matrix, dtype=torch.float64), side) for classic in classics]
    directions = F.normalize(torch.stack(matrices).flatten(1), dim=1)
    similarities = F.normalize(center(kernels, side).flatten(1), dim=1) @ directions.T
    best = similarities.abs().argmax(1)
    return similarities.gather(1, best.unsqueeze(1)).squeeze(1), [classics[index].name for index in best.tolist()]
