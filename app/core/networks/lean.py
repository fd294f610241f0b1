"""The function of a trained network in fewer steps, for whoever asks for logits and not for every layer between.

A convolution takes over the batch normalization and the activation behind it and is one call of oneDNN, whose kernels
are laid out once (the graph optimizations of https://arxiv.org/abs/1712.05877, section 3.2, and of any runtime for
inference). What it gives is that of the last of them, and it is called so: steps that are left are found by the names
of the report. Sums are rounded in another order, by 1e-5 of the values. It does not know pictures.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from app.core.networks.arithmetic import Shape
from app.core.networks.modules import PaddedConv2d, ResidualBlock, fuse
from app.core.networks.networks import Network

# What oneDNN calls an activation, its numbers, and how it is worked out.
_AFTER: dict[type[nn.Module], tuple[str, list[float], str]] = {
    nn.ReLU: ("relu", [], ""),
    nn.ReLU6: ("hardtanh", [0.0, 6.0], ""),
    nn.GELU: ("gelu", [], "none"),
}
_NOTHING: tuple[str, list[float], str] = ("none", [], "")


class Lean(nn.Sequential):
    """Steps one after another, on channels-last maps: what oneDNN is fastest on."""

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - torch's name
        """float32 N x C x H x W to logits N x classes."""
        return super().forward(input.contiguous(memory_format=torch.channels_last))

    def has(self, layers: Iterable[str]) -> bool:
        """Whether the values of all these layers, by the names of the report, are values of its steps."""
        steps = {name.replace(".", "/") for name, _ in self.named_modules()}
        return steps.issuperset(layers)


class Step(nn.Module):
    """A convolution with what follows it, its kernels laid out for maps N x C x H x W of such a `shape`."""

    def __init__(self, like: nn.Conv2d, following: Sequence[nn.Module], shape: Shape) -> None:
        super().__init__()
        weight, bias, self._after = like.weight, like.bias, _NOTHING
        for layer in following:
            if isinstance(layer, nn.BatchNorm2d):
                weight, bias = fuse(like, layer)
            else:
                self._after = _AFTER[type(layer)]
        weight, padding = _with_even_sides(weight.detach(), like)
        self._window = (padding, list(like.stride), list(like.dilation), like.groups)
        reorder: Any = torch._C._nn.mkldnn_reorder_conv2d_weight  # its stub knows no shape
        self._weight = reorder(weight.to_mkldnn(), *self._window, list(shape))
        self._bias = None if bias is None else bias.detach()

    def forward(self, x: Tensor) -> Tensor:
        """N x C x H x W to N x filters x rows x columns."""
        found: Tensor = torch.ops.mkldnn._convolution_pointwise(
            x, self._weight, self._bias, *self._window, *self._after
        )
        return found


@torch.no_grad()
def make_lean(module: nn.Module, network: Network, pictures: int) -> Lean | None:
    """The module of an expanded network in fewer steps, fastest for so many pictures; weights that stay are shared.

    None where this PyTorch has no oneDNN, or where there is no normalization to be saved.
    """
    if not torch.backends.mkldnn.is_available() or not any(isinstance(one, nn.BatchNorm2d) for one in module.modules()):
        return None
    shapes = {row.name: (pictures, *row.input_shape) for row in network.report.layers}
    return Lean(_shortened(module, shapes))


def _shortened(module: nn.Module, shapes: Mapping[str, Shape], within: str = "") -> "OrderedDict[str, nn.Module]":
    """The children, those that belong together as one by the last one's name; `shapes` are of what goes in."""
    found: OrderedDict[str, nn.Module] = OrderedDict()
    children = list(module.named_children())
    while children:
        name, child = children.pop(0)
        if isinstance(child, ResidualBlock):
            child = ResidualBlock(_shortened(child, shapes, f"{within}{name}/"))
        elif isinstance(child, nn.Conv2d) and not (isinstance(child, PaddedConv2d) and max(child.dilation) > 1):
            taken = 0 if name == "projection" else _count_taken([layer for _, layer in children])
            child = Step(child, [layer for _, layer in children[:taken]], shapes[within + name])
            name = children[taken - 1][0] if taken else name
            del children[:taken]
        found[name] = child
    return found


def _count_taken(following: Sequence[nn.Module]) -> int:
    """How many of the layers behind a convolution it takes over: a normalization, an activation, or both."""
    taken = 1 if following and isinstance(following[0], nn.BatchNorm2d) else 0
    return taken + (len(following) > taken and type(following[taken]) in _AFTER)


def _with_even_sides(weight: Tensor, like: nn.Conv2d) -> tuple[Tensor, list[Any]]:
    """Kernels and the border of all sides alike; where it is not, zeros in front of a kernel make up for the cell more.

    It saves writing all maps anew with their border.
    """
    if not isinstance(like, PaddedConv2d):
        return weight, list(like.padding)
    left, right, top, bottom = like.sides
    return F.pad(weight, (right - left, 0, bottom - top, 0)), [bottom, right]
