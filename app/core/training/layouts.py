"""How activations lie in memory while a network learns. It changes speed, never a value.

Convolutions run with the channels of a pixel side by side (channels last), a flattened map does not. The gradient
that comes back through a flattening then lies the other way than the map it belongs to, and the layer before,
an activation or a pooling, walks two orders at once: five to ten times slower than putting the gradient right first.
"""

from typing import Any

import torch
from torch import Tensor, nn


class _Flatten(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, maps: Tensor) -> Tensor:
        ctx.shape = maps.shape
        return maps.flatten(1)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        return gradients[0].view(ctx.shape).contiguous(memory_format=torch.channels_last)


class ChannelsLastFlatten(nn.Flatten):
    """`nn.Flatten` whose gradient has the layout of the maps."""

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - torch's name
        return _Flatten.apply(input) if input.ndim == 4 else super().forward(input)


def lay_out(module: nn.Module) -> nn.Module:
    """The same module with its weights channels last, and flattenings that keep gradients so."""
    for name, child in list(module.named_modules()):
        if type(child) is nn.Flatten:
            parent, _, own = name.rpartition(".")
            setattr(module.get_submodule(parent), own, ChannelsLastFlatten())
    return module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
