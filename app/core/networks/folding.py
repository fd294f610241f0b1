"""Batch normalization folded into the convolution before it: the same function with one layer less.

After training its mean, variance, scale and offset are constants, so that it is a product and a sum, which the
convolution's kernels and bias can take over. It does not know training.
"""

from collections.abc import Sequence
from dataclasses import replace

from torch import Tensor, nn

from app.core.networks.arithmetic import Layer
from app.core.networks.modules import ResidualBlock, build, fuse
from app.core.networks.networks import Network, expand
from app.core.networks.residual import Residual


def fold(network: Network, module: nn.Module) -> tuple[Network, nn.Sequential]:
    """The expanded network without the batch normalizations that follow a convolution, and its module.

    w' = w · γ / √(σ² + ε), b' = (b - μ) · γ / √(σ² + ε) + β (Jacob et al. 2018, arXiv 1712.05877, section 3.2). The
    logits are those of `module` in eval mode but for rounding. Other layers and their weights stay.
    """
    folded = replace(network, layers=_without(expand(network).layers))
    lean = build(folded).eval()
    _copy(module, lean)
    return folded, lean


def _without(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    kept: list[Layer] = []
    for layer in layers:
        if layer.role == "normalize" and kept and kept[-1].role == "kernels":
            kept[-1] = kept[-1].but(use_bias=True)
        elif isinstance(layer, Residual):
            kept.append(replace(layer, layers=_without(layer.layers)))
        else:
            kept.append(layer)
    return tuple(kept)


def _copy(module: nn.Module, lean: nn.Module) -> None:
    """Gives each layer of `lean` the weights of its twin in `module`, with those of a normalization worked in."""
    twins: list[dict[str, Tensor]] = []
    for name, child in module.named_children():
        if isinstance(child, ResidualBlock):
            _copy(child, lean.get_submodule(_names(lean)[len(twins)]))
            twins.append({})
        elif isinstance(child, nn.BatchNorm2d) and isinstance(previous := _previous(module, name), nn.Conv2d):
            twins[-1] = dict(zip(("weight", "bias"), fuse(previous, child), strict=True))
        else:
            twins.append(child.state_dict())
    for name, twin in zip(_names(lean), twins, strict=True):
        if twin:
            lean.get_submodule(name).load_state_dict(twin)


def _names(module: nn.Module) -> list[str]:
    return [name for name, _ in module.named_children()]


def _previous(module: nn.Module, name: str) -> nn.Module | None:
    """The layer before the child `name`; a block's projection is before none."""
    names = [other for other in _names(module) if other != "projection"]
    index = names.index(name)
    return module.get_submodule(names[index - 1]) if index else None
