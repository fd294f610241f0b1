"""A classic or hand-made kernel put into a network in place of a learned one. The original's weights stay as they are.

The implanted network shares all other weights with the original and costs no copy of them.
"""

import copy
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from app.core.classification.anatomy import Anatomy, check_index, submodule
from app.core.classification.questions import Implant
from app.core.convolution.windows import center
from app.core.errors import N_, InvalidValue


@dataclass(frozen=True, eq=False)
class Implanted:
    """`anatomy` is the changed network; `kernel` what its channel has now, `scale` * matrix / divisor a channel."""

    anatomy: Anatomy
    kernel: Tensor
    scale: float


def implant(anatomy: Anatomy, wish: Implant) -> Implanted:
    """The network with that kernel, as strong as the one it replaces (equal Euclidean norm over all input channels).

    A smaller matrix sits in the middle, zeros around; one of zeros, or so small that its norm is zero, switches the
    channel's sum off (scale 1). The bias stays. Raises InvalidValue where there is no such channel or the matrix is too
    large.
    """
    module = anatomy.convolution(wish.layer)
    check_index("channel", wish.channel, len(module.weight))
    rows, columns = module.kernel_size
    if len(wish.matrix) > rows or len(wish.matrix[0]) > columns:
        raise InvalidValue(
            N_("The layer's kernels have %(rows)d rows and %(columns)d columns; the matrix must not be larger."),
            field="matrix", rows=rows, columns=columns,
        )  # fmt: skip
    single = center(torch.tensor(wish.matrix, dtype=torch.float64) / wish.divisor, rows, columns)
    kernel = single.expand(module.weight.shape[1], -1, -1)
    learned = module.weight[wish.channel].detach().double()
    strength = float(kernel.norm())
    scale = float(learned.norm()) / strength if strength else 1.0
    weight = module.weight.detach().clone()
    weight[wish.channel] = (kernel * scale).to(weight.dtype)
    changed = replace(anatomy, module=_with_weight(anatomy.module, wish.layer, weight), for_once=True)
    return Implanted(changed, weight[wish.channel], scale)


def _with_weight(module: nn.Module, layer: str, weight: Tensor) -> nn.Module:
    """The module with another weight in one layer; all other tensors are shared."""
    tensors = [*module.parameters(), *module.buffers()]
    shared: dict[int, Any] = {id(tensor): tensor for tensor in tensors}
    twin = copy.deepcopy(module, shared)
    submodule(twin, layer).weight = nn.Parameter(weight, requires_grad=False)
    return twin
