"""A picture made to excite one channel as much as it can, by gradient ascent (Erhan et al. 2009).

The picture is a spectrum, in which coarse shapes are as easily found as fine noise; it is shifted a little each step,
so that what is found does not hang on exact places (https://distill.pub/2017/feature-visualization). It knows no data.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from app.core.inspection.activations import head_of, hooked
from app.core.inspection.anatomy import SOFTMAX, Anatomy, check_index

STEPS = 64
_JITTER = 2  # pixels, at most
_RATE = 0.1
_CONTRAST = 0.1  # standard deviation of the first picture, before sigmoid makes levels of it


@dataclass(frozen=True, eq=False)
class Maximized:
    """`picture` is uint8 C x H x W; the channel's mean value went from `start`, for plain gray, to `end`."""

    picture: Tensor
    start: float
    end: float


def maximize(anatomy: Anatomy, layer: str, channel: int, seed: int = 0, steps: int = STEPS) -> Maximized:
    """Raises the mean of one map, or one unit or, of layer "softmax", one logit; the same picture for a seed."""
    target = next(reversed(anatomy.rows)) if layer == SOFTMAX else anatomy.row(layer).name
    check_index("channel", channel, anatomy.row(target).output_shape[0])
    generator = torch.Generator().manual_seed(seed)
    channels, height, width = anatomy.network.input
    spectrum = torch.randn(channels, height, width // 2 + 1, 2, generator=generator).mul_(_CONTRAST).requires_grad_()
    optimizer = torch.optim.Adam([spectrum], lr=_RATE)
    for _ in range(steps):
        shift = torch.randint(-_JITTER, _JITTER + 1, (2,), generator=generator).tolist()
        shifted = _levels(spectrum, width).roll(shift, (1, 2))
        (gradient,) = torch.autograd.grad(-_value(anatomy, shifted, target, channel), spectrum)
        spectrum.grad = gradient
        optimizer.step()
    with torch.no_grad():
        gray = torch.zeros_like(spectrum)
        start, end = (float(_value(anatomy, _levels(each, width), target, channel)) for each in (gray, spectrum))
        picture = _levels(spectrum, width).mul(255).round().to(torch.uint8)
    return Maximized(picture, start, end)


def _levels(spectrum: Tensor, width: int) -> Tensor:
    """Levels 0..1, C x H x W. Each frequency is divided by its size, as it is in photographs."""
    height = spectrum.shape[1]
    down, across = torch.fft.fftfreq(height).unsqueeze(1), torch.fft.rfftfreq(width)
    sizes = (down.square() + across.square()).sqrt().clamp_min(1 / max(height, width))
    scaled = torch.view_as_complex(spectrum) / sizes
    return torch.fft.irfft2(scaled, s=(height, width), norm="ortho").sigmoid()


def _value(anatomy: Anatomy, levels: Tensor, target: str, channel: int) -> Tensor:
    prepared = levels.unsqueeze(0)
    if anatomy.preparation is not None:
        mean, std = (torch.tensor(v).view(-1, 1, 1) for v in (anatomy.preparation.mean, anatomy.preparation.std))
        prepared = (prepared - mean) / std
    head = head_of(anatomy, target)
    with hooked(head, [target]) as found:
        head(prepared)
    return found[target][0, channel].mean()
