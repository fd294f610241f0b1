"""From a checked description to a PyTorch module. It does not know JSON, limits or training.

Names of children are those of the report: row "residual_1/conv2d_2" is `get_submodule("residual_1.conv2d_2")`.
"""

import math
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn
from torch.nn.utils import fuse_conv_bn_weights

from app.core.networks.arithmetic import Layer, Shape, Traced, entry_of
from app.core.networks.fields import Place
from app.core.networks.layers import BatchNormalization, Dense
from app.core.networks.networks import Network, expand
from app.core.networks.residual import Residual, trace
from app.core.networks.window_layers import DepthwiseConv2d, Pooling

ACTIVATION_MODULES: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU, "gelu": nn.GELU, "silu": nn.SiLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid,
    "leaky_relu": partial(nn.LeakyReLU, 0.2), "elu": nn.ELU, "relu6": nn.ReLU6, "hard_swish": nn.Hardswish,
}  # fmt: skip


class PaddedConv2d(nn.Conv2d):
    """A convolution with `sides` zeros at the left, right, top and bottom, where they are not even."""

    sides: tuple[int, int, int, int] = (0, 0, 0, 0)

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - torch's name
        """N x C x H x W to N x filters x ceil(H / stride) x ceil(W / stride)."""
        return super().forward(F.pad(input, self.sides))


class PaddedMaxPool2d(nn.MaxPool2d):
    """The largest value of windows over a border, of `sides` cells as in `PaddedConv2d`, that never is the largest."""

    sides: tuple[int, int, int, int] = (0, 0, 0, 0)

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - torch's name
        """N x C x H x W to N x C x places down x places across."""
        return super().forward(F.pad(input, self.sides, value=-math.inf))


class PaddedAvgPool2d(nn.AvgPool2d):
    """The mean of the cells inside the map, of windows over a border of `sides` cells; made to give sums."""

    sides: tuple[int, int, int, int] = (0, 0, 0, 0)

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - torch's name
        """N x C x H x W to N x C x places down x places across."""
        counts = super().forward(F.pad(torch.ones_like(input[:1, :1]), self.sides))
        return super().forward(F.pad(input, self.sides)) / counts


class GlobalMaxPool2d(nn.AdaptiveMaxPool2d):
    """The largest value of each map: N x C x H x W to N x C."""

    def __init__(self) -> None:
        super().__init__(1)

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - torch's name
        """`amax` shares a gradient among equal maxima, as Keras does."""
        return input.amax((2, 3))


class GlobalAveragePool2d(nn.Module):
    """The mean of each map: N x C x H x W to N x C."""

    def forward(self, x: Tensor) -> Tensor:
        """Over height and width."""
        return x.mean((2, 3))


class Rescaling(nn.Module):
    """scale * x + offset."""

    def __init__(self, scale: float, offset: float) -> None:
        super().__init__()
        self.scale, self.offset = scale, offset

    def forward(self, x: Tensor) -> Tensor:
        """Of every value."""
        return self.scale * x + self.offset


class ResidualBlock(nn.Sequential):
    """The output of its layers plus its input, which goes through the child `projection` where there is one."""

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - torch's name
        """F(x) + x."""
        layers = dict(self.named_children())
        projection = layers.pop("projection", None)
        x = input
        for layer in layers.values():
            x = layer(x)
        return x + (input if projection is None else projection(input))


def build(network: Network, seed: int = 0) -> nn.Sequential:
    """The module of `expand(network)`: float32 N x C x H x W to logits N x classes; see `build_modules`."""
    return build_modules(network.input, expand(network).layers, seed)


def build_modules(shape: Shape, layers: Sequence[Layer], seed: int = 0) -> nn.Sequential:
    """The module of layers with activations of their own: float32 N x C x H x W to logits, in training mode.

    Weights start as in Keras: uniform within sqrt(6 / (fan in + fan out)) (Glorot and Bengio 2010), biases zero; the
    same for the same `seed`.
    """
    with torch.device("meta"):
        module = nn.Sequential(_children(trace(shape, layers)))
    _allocate(module)
    _initialize(module, torch.Generator().manual_seed(seed))
    return module


def fuse(convolution: nn.Conv2d, normalization: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """Kernels and bias of the convolution that gives what the two give one after the other."""
    mean, variance = normalization.running_mean, normalization.running_var
    assert mean is not None
    assert variance is not None
    weight, bias = fuse_conv_bn_weights(
        convolution.weight, convolution.bias, mean, variance, normalization.eps,
        normalization.weight, normalization.bias,
    )  # fmt: skip
    return weight.detach(), bias.detach()


def _children(traced: Sequence[Traced]) -> OrderedDict[str, nn.Module]:
    return OrderedDict((item.name, _build(item)) for item in traced)


def _build(item: Traced) -> nn.Module:
    return entry_of(MODULES, item.layer)(item.layer, item)


def _dense(layer: Dense, item: Traced) -> nn.Module:
    return nn.Linear(item.before[0], layer.units, bias=layer.use_bias)


def _batch_normalization(layer: BatchNormalization, item: Traced) -> nn.Module:
    kind = nn.BatchNorm2d if len(item.before) == 3 else nn.BatchNorm1d
    return kind(item.before[0], eps=layer.epsilon, momentum=round(1 - layer.momentum, 12))


def _convolution(layer: Any, before: Shape, groups: int = 1) -> nn.Conv2d:
    """Of a layer with kernels, whose `groups` see so many equal parts of the maps."""
    top, bottom, left, right = layer.margins(before)
    even, filters = (top, left) == (bottom, right), layer.output_shape(before, Place())[0]
    module = (nn.Conv2d if even else PaddedConv2d)(
        before[0], filters, layer.cells, layer.step, (top, left) if even else 0, layer.spread, groups, layer.use_bias
    )
    if isinstance(module, PaddedConv2d):
        module.sides = (left, right, top, bottom)
    return module


def _depthwise(layer: DepthwiseConv2d, item: Traced) -> nn.Conv2d:
    module = _convolution(layer, item.before, groups=item.before[0])
    cells = math.prod(layer.kernel_size)
    module.fans = (item.before[0] * cells, layer.depth_multiplier * cells)  # type: ignore[assignment]
    return module


def _pooling(
    plain: Callable[..., nn.Module], padded: Callable[..., PaddedMaxPool2d | PaddedAvgPool2d]
) -> Callable[[Pooling, Traced], nn.Module]:
    """Of a pool: `plain` where PyTorch knows such a border, else `padded`."""

    def make(layer: Pooling, item: Traced) -> nn.Module:
        if (even := layer.even_margins(item.before)) is not None:
            return plain(layer.pool_size, layer.step, even)
        module = padded(layer.pool_size, layer.step)
        top, bottom, left, right = layer.margins(item.before)
        module.sides = (left, right, top, bottom)
        return module

    return make


def _residual(layer: Residual, item: Traced) -> ResidualBlock:
    block = ResidualBlock(_children(item.inside))
    if item.projection is not None:
        block.add_module("projection", _convolution(item.projection, item.before))
    return block


MODULES: dict[str, Callable[[Any, Traced], nn.Module]] = {
    "conv2d": lambda layer, item: _convolution(layer, item.before, layer.groups),
    "depthwise_conv2d": _depthwise,
    "separable_conv2d": lambda layer, item: nn.Sequential(_children(trace(item.before, layer.parts()))),
    "zero_padding2d": lambda layer, item: nn.ZeroPad2d((layer.padding[1],) * 2 + (layer.padding[0],) * 2),
    "max_pooling2d": _pooling(nn.MaxPool2d, PaddedMaxPool2d),
    "average_pooling2d": _pooling(
        partial(nn.AvgPool2d, count_include_pad=False), partial(PaddedAvgPool2d, divisor_override=1)
    ),
    "global_average_pooling2d": lambda layer, item: GlobalAveragePool2d(),
    "global_max_pooling2d": lambda layer, item: GlobalMaxPool2d(),
    "batch_normalization": _batch_normalization,
    "dropout": lambda layer, item: nn.Dropout(layer.rate),
    "spatial_dropout2d": lambda layer, item: nn.Dropout2d(layer.rate),
    "rescaling": lambda layer, item: Rescaling(layer.scale, layer.offset),
    "flatten": lambda layer, item: nn.Flatten(),
    "dense": _dense,
    "activation": lambda layer, item: ACTIVATION_MODULES[layer.activation](),
    "residual": _residual,
}


def _allocate(module: nn.Module) -> None:
    """As `to_empty`, which would import sympy first: four seconds that a first request waits."""
    for child in module.modules():
        for name, parameter in child.named_parameters(recurse=False):
            child.register_parameter(name, nn.Parameter(torch.empty(parameter.shape)))
        for name, buffer in child.named_buffers(recurse=False):
            child.register_buffer(name, torch.empty(buffer.shape, dtype=buffer.dtype))


def _initialize(module: nn.Module, generator: torch.Generator) -> None:
    for child in module.modules():
        if isinstance(child, nn.Conv2d | nn.Linear):
            _spread_evenly(child, generator)
            if child.bias is not None:
                nn.init.zeros_(child.bias)
        elif isinstance(child, nn.BatchNorm1d | nn.BatchNorm2d):
            child.reset_parameters()


def _spread_evenly(child: nn.Conv2d | nn.Linear, generator: torch.Generator) -> None:
    """Glorot's start; a depthwise convolution has its `fans` from Keras, which counts them by the kernels' sides."""
    if fans := getattr(child, "fans", None):
        bound = math.sqrt(6 / sum(fans))
        nn.init.uniform_(child.weight, -bound, bound, generator)
    else:
        nn.init.xavier_uniform_(child.weight, generator=generator)
