"""Figures of pictures and kernels: the numbers of the convolution room. It does not know where they are written."""

from functools import cache
from typing import Any

import torch
from torch import Tensor

from app.core.convolution.arithmetic import PixelArithmetic, explain
from app.core.convolution.chains import apply, multiply_adds, output_size
from app.core.convolution.fitting import Fit, fit
from app.core.convolution.kernels import find_kernel
from app.core.convolution.steps import Convolution, Pool, Step
from app.core.lessons.figures.kinds import Worked
from app.core.pictures.images import open_sample
from app.core.pictures.preparation import match_channels


def pixel(sample: str, kernel: str, x: int, y: int, border: str = "zero") -> float:
    """The result at column x, row y of a gray sample under a classic kernel."""
    return _explain(sample, _step(kernel, border=border), x, y).value


def terms(sample: str, kernel: str, x: int, y: int) -> Worked:
    """The products of the kernel's cells that are not zero, as a sum that is written out."""
    pairs = _met(_explain(sample, _step(kernel), x, y))
    return Worked(tuple(part for pair in pairs for part in (" + ", pair[0], " · ", pair[1]))[1:])


def hits(sample: str, kernel: str, x: int, y: int) -> int:
    """How many of the kernel's cells that are not zero meet a pixel that is not zero either."""
    return sum(level != 0 for _, level in _met(_explain(sample, _step(kernel), x, y)))


def cells(kernel: str) -> int:
    """The kernel's cells that are not zero."""
    return sum(weight != 0 for row in find_kernel(kernel).matrix for weight in row)


def weight(kernel: str, of: str = "largest") -> float:
    """The largest or the smallest number of the kernel."""
    numbers = [number for row in find_kernel(kernel).matrix for number in row]
    return max(numbers) if of == "largest" else min(numbers)


def divisor(kernel: str) -> float:
    """What the kernel's sum is divided by."""
    return find_kernel(kernel).divisor


def total(kernel: str) -> float:
    """The sum of the kernel's weights over its divisor: what it makes of a flat area of level 1."""
    found = find_kernel(kernel)
    return sum(map(sum, found.matrix)) / found.divisor


def side(kernel: str) -> str:
    """The kernel's size."""
    rows, columns = _step(kernel).side
    return f"{columns} × {rows}"


def picture(sample: str) -> str:
    """The sample's size in pixels."""
    height, width, _ = open_sample(sample).shape
    return f"{width} × {height}"


def numbers(sample: str) -> int:
    """How many levels the sample holds, all channels together."""
    return open_sample(sample).numel()


def lightest(sample: str) -> int:
    """The sample's highest level."""
    return int(open_sample(sample).max())


def largest(sample: str, kernel: str) -> float:
    """The largest number in the result of a gray sample."""
    return float(apply(_gray(sample), [_step(kernel)]).max())


def smallest(sample: str, kernel: str) -> float:
    """The smallest one."""
    return float(apply(_gray(sample), [_step(kernel)]).min())


def worked_size(n: int, k: int, padding: int = 0, stride: int = 1) -> Worked:
    """The side of the result of a picture n pixels wide, a kernel k wide, with how it comes about."""
    step = Convolution(((1.0,) * k,) * k, padding=padding, stride=stride)
    signs = ("⌊(", n, " + 2 · ", padding, " − ", k, ") / ", stride, "⌋ + 1 = ")
    return Worked((*signs, step.output_size(n, n)[1]))


def stride(stride: int) -> int:
    """That of the state."""
    return stride


def result(sample: str, kernel: str, border: str = "zero", stride: int = 1) -> str:
    """The size of a sample's result."""
    height, width, _ = open_sample(sample).shape
    rows, columns = output_size(height, width, [_step(kernel, border=border, stride=stride)])
    return f"{columns} × {rows}"


def pooled(n: int, pool: int = 2) -> int:
    """The side of a map n wide after pooling."""
    return Pool("max_pool", pool).output_size(n, n)[0]


def products(sample: str, kernel: str) -> int:
    """Multiply-adds of a sample's gray result."""
    height, width, _ = open_sample(sample).shape
    return multiply_adds(height, width, 1, [_step(kernel)])


def error(sample: str, kernel: str, at: str = "first") -> float:
    """The mean squared error, in levels² and to thousandths, when a kernel begins to be learned, or at the end."""
    frames = _fit(sample, kernel).frames
    return round(frames[0 if at == "first" else -1].loss, 3)


def _step(kernel: str, **others: Any) -> Convolution:
    found = find_kernel(kernel)
    return Convolution(found.matrix, found.divisor, **others)


def _explain(sample: str, step: Step, x: int, y: int) -> PixelArithmetic:
    return explain(_gray(sample), [step], x, y, 0, "signed")


def _met(found: PixelArithmetic) -> list[tuple[float, float]]:
    """Each of the kernel's numbers that is not zero, and the level under it, in reading order."""
    assert found.kernel
    rows = zip(found.kernel, found.patch, strict=True)
    return [pair for row in rows for pair in zip(*row, strict=True) if pair[0]]


def _gray(sample: str) -> Tensor:
    """uint8 H x W x 1, as the room reads a sample in gray."""
    levels = open_sample(sample).permute(2, 0, 1)[None]
    return match_channels(levels, 1)[0].permute(1, 2, 0).to(torch.uint8)


@cache
def _fit(sample: str, kernel: str) -> Fit:
    gray = _gray(sample)
    return fit(gray, apply(gray, [_step(kernel)]), _step(kernel).side, start="random")
