"""Chains of steps, as in a small CNN: convolutions, ReLU and pooling, one after the other.

It knows what a chain costs before anything is computed; it does not know which limit is right.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from app.core.convolution.convolution import convolve
from app.core.convolution.steps import MAXIMUM_STEPS, Convolution, Pool, Relu, Step
from app.core.errors import N_, InvalidValue, TooMuchWork


def apply(picture: Tensor, steps: Sequence[Step]) -> Tensor:
    """float32 H' x W' x C after all steps on an H x W x C picture (uint8 or float32, levels 0..255).

    Raises InvalidValue where a window has no room, or where the numbers grow past float32.
    """
    values = picture
    for step in steps:
        values = _take(values, step)
        if not all(math.isfinite(end) for end in torch.aminmax(values)):
            raise InvalidValue(
                N_("The result holds numbers too large to write down; use smaller weights or a larger divisor."),
                field="matrix",
            )
    return picture.float().clone() if values is picture else values


def output_size(height: int, width: int, steps: Sequence[Step]) -> tuple[int, int]:
    """Height and width after all steps; raises InvalidValue where a window has no room."""
    for step in steps:
        height, width = step.output_size(height, width)
    return height, width


def multiply_adds(height: int, width: int, channels: int, steps: Sequence[Step]) -> int:
    """The textbook's count: each value of each step costs its window's cells, zeros included; ReLU costs one."""
    total = 0
    for step in steps:
        height, width = step.output_size(height, width)
        total += height * width * channels * _cells(step)
    return total


def check_work(height: int, width: int, channels: int, steps: Sequence[Step], limit: int) -> None:
    """Raises TooMuchWork (values: estimate, limit) past `limit` multiply-adds, InvalidValue past 16 steps."""
    if len(steps) > MAXIMUM_STEPS:
        raise InvalidValue(
            N_("A chain has at most %(limit)d steps; this one has %(value)d."),
            field="steps", value=len(steps), limit=MAXIMUM_STEPS,
        )  # fmt: skip
    estimate = multiply_adds(height, width, channels, steps)
    if estimate > limit:
        raise TooMuchWork(
            N_("This needs %(estimate)d multiply-adds; at most %(limit)d are allowed. "
               "Use a smaller picture or kernel."),
            estimate=estimate, limit=limit,
        )  # fmt: skip


def check_growth(height: int, width: int, steps: Sequence[Step], limit: int) -> None:
    """Raises TooMuchWork (values: estimate, limit) where padding makes some result larger than `limit` pixels."""
    for step in steps:
        height, width = step.output_size(height, width)
        if height * width > limit:
            raise TooMuchWork(
                N_("With its padding a result has %(estimate)d pixels; at most %(limit)d are allowed. "
                   "Use a smaller picture or less padding."),
                field="padding", estimate=height * width, limit=limit,
            )  # fmt: skip


def _cells(step: Step) -> int:
    match step:
        case Convolution():
            return step.side[0] * step.side[1]
        case Pool():
            return step.size * step.size
        case Relu():
            return 1


def _take(values: Tensor, step: Step) -> Tensor:
    match step:
        case Convolution():
            return convolve(values, step)
        case Relu():
            return values.float().clamp(min=0)
        case Pool():
            return _pool(values, step)


def _pool(values: Tensor, step: Pool) -> Tensor:
    step.output_size(*values.shape[:2])
    windows = values.unfold(0, step.size, step.step).unfold(1, step.size, step.step)
    if step.kind == "max_pool":
        return windows.amax((-1, -2)).float()
    return windows.double().mean((-1, -2)).float()
