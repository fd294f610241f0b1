"""A picture made to excite one channel as much as it can, by gradient ascent (Erhan et al. 2009).

The picture is a spectrum, in which coarse shapes and lightness come more easily than fine noise and color, as in
photographs; its contrast is fixed, and it is shifted a little each step, so that what is found does not hang on exact
places (https://distill.pub/2017/feature-visualization). It knows no data.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from app.core.classification.activations import head_of, hooked
from app.core.classification.anatomy import SOFTMAX, Anatomy, check_index

STEPS, FEWEST_STEPS = 64, 24
_MULTIPLY_ADDS = 4e10  # of all steps, if these are not too few: two seconds on a core
_BACK = 3  # what a step costs beside a look at the picture, there and back
_JITTER = 16  # pixels of a side, of which one is the most that a picture is shifted
_RATE = 6.4  # of all steps together
_CONTRAST = 1.0  # standard deviation of what sigmoid turns into levels: most stay between 0.1 and 0.9
# Lightness, red against green, and both against blue, with about the shares that photographs have of each.
_COLORS = torch.tensor([[1.0, 1.0, 1.0], [1.0, -1.0, 0.0], [1.0, 1.0, -2.0]])
_SHARES = torch.tensor([1.0, 0.3, 0.4])


@dataclass(frozen=True, eq=False)
class Maximized:
    """`picture` is uint8 C x H x W; the channel's mean value went from `start`, for plain gray, to `end`."""

    picture: Tensor
    start: float
    end: float
    steps: int


def multiply_adds(anatomy: Anatomy, layer: str) -> float:
    """What a picture for a channel of that layer takes."""
    return _steps(anatomy, layer) * _BACK * _cost(anatomy, layer)


def maximize(anatomy: Anatomy, layer: str, channel: int, seed: int = 0, steps: int | None = None) -> Maximized:
    """Raises the mean of one map, or one unit or, of layer "softmax", one logit; the same picture for a seed.

    In STEPS steps, or, of a large network, in fewer and longer ones.
    """
    target = _target(anatomy, layer)
    check_index("channel", channel, anatomy.row(target).output_shape[0])
    steps = steps or _steps(anatomy, layer)
    generator = torch.Generator().manual_seed(seed)
    channels, height, width = anatomy.network.input
    spectrum = torch.randn(channels, height, width // 2 + 1, 2, generator=generator).requires_grad_()
    optimizer = torch.optim.Adam([spectrum], lr=_RATE / steps)
    jitter = max(2, min(height, width) // _JITTER)
    for _ in range(steps):
        shift = torch.randint(-jitter, jitter + 1, (2,), generator=generator).tolist()
        shifted = _levels(spectrum, width).roll(shift, (1, 2))
        (gradient,) = torch.autograd.grad(-_value(anatomy, shifted, target, channel), spectrum)
        spectrum.grad = gradient
        optimizer.step()
    with torch.no_grad():
        levels = _levels(spectrum, width)
        start, end = (float(_value(anatomy, each, target, channel)) for each in (torch.full_like(levels, 0.5), levels))
    return Maximized(levels.mul(255).round().to(torch.uint8), start, end, steps)


def _target(anatomy: Anatomy, layer: str) -> str:
    return next(reversed(anatomy.rows)) if layer == SOFTMAX else anatomy.row(layer).name


def _steps(anatomy: Anatomy, layer: str) -> int:
    return round(min(max(_MULTIPLY_ADDS / _BACK / max(_cost(anatomy, layer), 1), FEWEST_STEPS), STEPS))


def _cost(anatomy: Anatomy, layer: str) -> int:
    """Multiply-adds of the network up to the layer."""
    names = list(anatomy.rows)
    return sum(anatomy.rows[name].multiply_adds for name in names[: names.index(_target(anatomy, layer)) + 1])


def _levels(spectrum: Tensor, width: int) -> Tensor:
    """Levels 0..1, C x H x W. Each frequency is divided by its size, as it is in photographs."""
    height = spectrum.shape[1]
    down, across = torch.fft.fftfreq(height).unsqueeze(1), torch.fft.rfftfreq(width)
    sizes = (down.square() + across.square()).sqrt().clamp_min(1 / max(height, width))
    waves = torch.fft.irfft2(torch.view_as_complex(spectrum) / sizes, s=(height, width))
    if len(waves) == 3:
        colors = torch.nn.functional.normalize(_COLORS, dim=1) * _SHARES.unsqueeze(1)
        waves = torch.einsum("chw,cr->rhw", waves, colors)
    return (waves / waves.std(correction=0).clamp_min(1e-12) * _CONTRAST).sigmoid()


def _value(anatomy: Anatomy, levels: Tensor, target: str, channel: int) -> Tensor:
    prepared = levels.unsqueeze(0)
    if anatomy.preparation is not None:
        mean, std = (torch.tensor(v).view(-1, 1, 1) for v in (anatomy.preparation.mean, anatomy.preparation.std))
        prepared = (prepared - mean) / std
    head = head_of(anatomy.module, target)
    with hooked(head, [target]) as found:
        head(prepared)
    return found[target][0, channel].mean()
