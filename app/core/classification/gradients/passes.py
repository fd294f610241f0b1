"""One picture through the rest of a network in float64, from a layer on: forward to the loss, backward to the deltas.

The loss is that of training, cross-entropy with a label: temperature 1, no mirror image, batch normalization with its
moving statistics, dropout off. Where a weight is changed that rest is run once more; what comes before the layer is
computed once. The model's own float32 weights stay as they are.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.functional import cross_entropy

from app.core.classification.activations import hooked
from app.core.classification.anatomy import Anatomy


@dataclass(frozen=True, eq=False)
class Flow:
    """What one pass there and back gave, float64: by layer its `values` and `deltas`, dLoss / dvalue, C x H x W or N.

    `probabilities` are softmax(logits), as the loss takes them.
    """

    loss: float
    probabilities: Tensor
    values: dict[str, Tensor]
    deltas: dict[str, Tensor]


@dataclass(frozen=True, eq=False)
class Rest:
    """A network from one of its outermost layers on: its `modules`, and `entering`, float64 1 x ..., goes into them.

    `state` is a float64 copy of their weights and statistics, by PyTorch's names.
    """

    anatomy: Anatomy
    modules: nn.Sequential
    state: dict[str, Tensor]
    entering: Tensor
    label: int

    def loss(self, changes: Mapping[str, Tensor] | None = None) -> float:
        """In nats; `changes` are tensors that take the place of those of `state`."""
        with torch.no_grad():
            return float(self._loss(self.entering, changes or {})[0])

    @cached_property
    def flow(self) -> Flow:
        """The values and deltas of all these layers, by one pass forward and one backward."""
        tops = dict(self.modules.named_children())
        names = [name for name in self.anatomy.rows if name.partition("/")[0] in tops]
        with hooked(self.modules, names) as values:
            loss, logits = self._loss(self.entering.detach().requires_grad_(), {})
        deltas = torch.autograd.grad(loss, [values[name] for name in names])
        return Flow(
            loss=float(loss.detach()),
            probabilities=logits.detach()[0].softmax(0),
            values={name: values[name].detach()[0] for name in names},
            deltas={name: delta[0] for name, delta in zip(names, deltas, strict=True)},
        )

    def before(self, layer: str) -> Tensor:
        """What goes into a layer (not a sum), without the batch's dimension."""
        return self.flow.values.get(self.anatomy.sources[layer][0], self.entering[0])

    def met(self, layer: str, parameter: str, index: tuple[int, ...]) -> Tensor:
        """What one of a layer's own numbers is multiplied by at each of its outputs.

        Every layer is linear in its own numbers: with this one 1 and all others 0 it gives just that.
        """
        own, module = self.own(layer), self.anatomy.submodule(layer)
        alone = {name: torch.zeros_like(own[name]) for name, _ in module.named_parameters()}
        alone[parameter][index] = 1.0
        with torch.no_grad():
            found: Tensor = functional_call(module, own | alone, (self.before(layer)[None],))
        return found[0]

    def own(self, layer: str) -> dict[str, Tensor]:
        """A layer's own part of `state`, by the names of its module."""
        prefix = state_name(layer, "")
        return {name.removeprefix(prefix): held for name, held in self.state.items() if name.startswith(prefix)}

    def _loss(self, entering: Tensor, changes: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        logits = functional_call(self.modules, self.state | dict(changes), (entering,))
        return cross_entropy(logits, torch.tensor([self.label])), logits


def rest_from(anatomy: Anatomy, layer: str, prepared: Tensor, label: int) -> Rest:
    """From the outermost layer that holds `layer` on, for one prepared picture, 1 x C x H x W or C x H x W."""
    children = list(anatomy.module.named_children())
    start = [name for name, _ in children].index(layer.partition("/")[0])
    head, rest = (nn.Sequential(OrderedDict(part)) for part in (children[:start], children[start:]))
    picture = prepared.reshape(1, *anatomy.network.input).double()
    with torch.no_grad():
        entering = functional_call(head, _in_float64(head), (picture,))
    return Rest(anatomy, rest, _in_float64(rest), entering, label)


def state_name(layer: str, parameter: str) -> str:
    """What PyTorch calls a layer's tensor."""
    return f"{layer.replace('/', '.')}.{parameter}"


def _in_float64(module: nn.Module) -> dict[str, Tensor]:
    tensors = module.state_dict()
    return {name: held.double() if held.is_floating_point() else held for name, held in tensors.items()}
