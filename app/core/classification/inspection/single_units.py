"""Numbers that come from one number at the same place (two for a sum): normalization, activation, residual sum."""

import math
from dataclasses import dataclass
from typing import Any

import torch

from app.core.classification.activations import Recording
from app.core.networks.layers import Activation
from app.core.networks.modules import ACTIVATION_MODULES


@dataclass(frozen=True, slots=True)
class Read:
    """An input value: (level / 255 - mean) / std. Without a preparation only the value is known."""

    level: float | None = None
    mean: float | None = None
    std: float | None = None


@dataclass(frozen=True, slots=True)
class Normalized:
    """result = gamma * normalized + beta, with normalized = (input - mean) / sqrt(variance + epsilon)."""

    input: float
    mean: float
    variance: float
    epsilon: float
    gamma: float
    beta: float
    normalized: float
    result: float


@dataclass(frozen=True, slots=True)
class Given:
    """result = function(input)."""

    function: str
    input: float
    result: float


@dataclass(frozen=True, slots=True)
class Scaled:
    """result = scale * input + offset."""

    input: float
    scale: float
    offset: float
    result: float


@dataclass(frozen=True, slots=True)
class Framed:
    """The input at `left`, `top` of the map before, as it is; 0 where that lies beyond its border, in the zeros."""

    left: int
    top: int
    width: int
    height: int
    result: float


@dataclass(frozen=True, slots=True)
class Passed:
    """What does nothing after training: the input itself, and a dropout's `rate`."""

    input: float
    rate: float | None


@dataclass(frozen=True, slots=True)
class Term:
    """One of the numbers that are added."""

    layer: str
    value: float


@dataclass(frozen=True, slots=True)
class Added:
    """The end of a residual block: total = what its layers give + its input, or the input's projection."""

    terms: tuple[Term, ...]
    total: float


def explain_input(recording: Recording, layer: str, channel: int, x: int, y: int) -> Read:
    """Which level of the picture the value was."""
    preparation = recording.anatomy.preparation
    if preparation is None:
        return Read()
    mean, std = preparation.mean[channel], preparation.std[channel]
    level = (float(recording.values[layer][channel, y, x]) * std + mean) * 255
    return Read(round(level, 3), mean, std)


def explain_batch_normalization(recording: Recording, layer: str, channel: int, x: int, y: int) -> Normalized:
    """With the mean and variance that were measured while training."""
    module = recording.anatomy.submodule(layer)
    assert isinstance(module, torch.nn.BatchNorm1d | torch.nn.BatchNorm2d)
    assert module.running_mean is not None
    assert module.running_var is not None
    mean, variance = float(module.running_mean[channel]), float(module.running_var[channel])
    gamma, beta = (float(module.weight[channel]), float(module.bias[channel])) if module.affine else (1.0, 0.0)
    value = _before(recording, layer, channel, x, y)
    normalized = (value - mean) / math.sqrt(variance + module.eps)
    return Normalized(value, mean, variance, module.eps, gamma, beta, normalized, gamma * normalized + beta)


def explain_activation(recording: Recording, layer: str, channel: int, x: int, y: int) -> Given:
    """The function of the number before."""
    described = recording.anatomy.row(layer).layer
    assert isinstance(described, Activation)
    value = _before(recording, layer, channel, x, y)
    result = ACTIVATION_MODULES[described.activation]()(torch.tensor(value, dtype=torch.float64))
    return Given(described.activation, value, float(result))


def explain_scaled(recording: Recording, layer: str, channel: int, x: int, y: int) -> Scaled:
    """The number before, times the layer's `scale`, and its `offset`."""
    described: Any = recording.anatomy.row(layer).layer
    value = _before(recording, layer, channel, x, y)
    return Scaled(value, described.scale, described.offset, described.scale * value + described.offset)


def explain_framed(recording: Recording, layer: str, channel: int, x: int, y: int) -> Framed:
    """The number that was there, or a zero around it."""
    row, maps = recording.anatomy.row(layer), recording.before(layer)
    top, _, left, _ = row.layer.margins(row.input_shape)
    place = (channel, y - top, x - left)
    inside = all(0 <= at < size for at, size in zip(place, maps.shape, strict=True))
    return Framed(x - left, y - top, 1, 1, float(maps[place]) if inside else 0.0)


def explain_passed(recording: Recording, layer: str, channel: int, x: int, y: int) -> Passed:
    """It only does something while training."""
    rate = getattr(recording.anatomy.row(layer).layer, "rate", None)
    return Passed(_before(recording, layer, channel, x, y), rate)


def explain_sum(recording: Recording, layer: str, channel: int, x: int, y: int) -> Added:
    """Both ways through the block."""
    sources = recording.anatomy.sources[layer]
    terms = tuple(Term(name, float(recording.values[name][channel, y, x])) for name in sources)
    return Added(terms, sum(term.value for term in terms))


def _before(recording: Recording, layer: str, channel: int, x: int, y: int) -> float:
    values = recording.before(layer)
    return float(values[channel, y, x] if values.ndim == 3 else values[channel])
