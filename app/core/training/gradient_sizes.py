"""How strongly each layer would learn at a moment, and which of its ReLUs are dead: on the same pictures every time.

One pass forward and back beside the training, which it leaves as it was: batch normalization takes the batch's own
mean, as while learning, dropout is off. It does not know runs or charts.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.functional import cross_entropy

from app.core.pictures.preparation import prepare_images
from app.core.training.training import Trainer

PICTURES = 128  # of the training pictures, evenly chosen


@dataclass(frozen=True, slots=True)
class GradientSize:
    """The root mean square of the loss's gradient over all that a convolution or dense layer learns: weights, biases.

    So layers of few and of many weights can be compared; it is no number once weights are none.
    """

    layer: str
    size: float


@dataclass(frozen=True, slots=True)
class DeadUnits:
    """How many `units` of a ReLU (maps, or units of a row) are `dead`: zero everywhere, for every one of the pictures.

    They pass no gradient on.
    """

    layer: str
    dead: int
    units: int


@dataclass(frozen=True, slots=True)
class Learning:
    """Both, in the order of the layers."""

    gradients: tuple[GradientSize, ...]
    relus: tuple[DeadUnits, ...]

    def describe(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "gradients": [asdict(found) for found in self.gradients],
            "relus": [asdict(found) for found in self.relus],
        }


def measure_learning(trainer: Trainer) -> Learning:
    """Of the module that learns, as it stands; its weights, statistics and modes stay as they are."""
    pictures, count = trainer.training_pictures, min(PICTURES, len(trainer.training_pictures))
    chosen = torch.linspace(0, len(pictures) - 1, count).long().to(pictures.labels.device)
    batch = prepare_images(pictures.levels[chosen].permute(0, 3, 1, 2), trainer.preparation)
    return measure_layers(trainer.module, batch, pictures.labels[chosen])


def measure_layers(module: nn.Module, batch: Tensor, labels: Tensor) -> Learning:
    """The same of cross-entropy for a batch, float32 B x C x H x W, and its labels, int64 B."""
    layers = {name: child for name, child in module.named_modules() if isinstance(child, nn.Conv2d | nn.Linear)}
    own = {f"{layer}.{name}": held.detach().requires_grad_()
           for layer, child in layers.items() for name, held in child.named_parameters()}  # fmt: skip
    buffers = {name: held.clone() for name, held in module.named_buffers()}
    with _as_learning(module), _watched_relus(module) as relus:
        loss = cross_entropy(functional_call(module, own | buffers, (batch,)), labels)
        gradients = dict(zip(own, torch.autograd.grad(loss, list(own.values())), strict=True))
    return Learning(
        tuple(GradientSize(layer.replace(".", "/"), _size(layer, child, gradients)) for layer, child in layers.items()),
        tuple(DeadUnits(name, int(dead.sum()), len(dead)) for name, dead in relus.items()),
    )


def _size(layer: str, child: nn.Module, gradients: Mapping[str, Tensor]) -> float:
    own = [gradients[f"{layer}.{name}"].flatten() for name, _ in child.named_parameters()]
    return float(torch.cat(own).square().mean().sqrt())


@contextmanager
def _as_learning(module: nn.Module) -> Iterator[None]:
    """Batch normalization in training mode, everything else not."""
    modes = {child: child.training for child in module.modules()}
    try:
        for child in modes:
            child.training = isinstance(child, nn.BatchNorm1d | nn.BatchNorm2d)
        yield
    finally:
        for child, mode in modes.items():
            child.training = mode


@contextmanager
def _watched_relus(module: nn.Module) -> Iterator[dict[str, Tensor]]:
    """By layer which units gave nothing but zeros, bool units; filled while inside."""
    found: dict[str, Tensor] = {}
    with ExitStack() as hooks:
        for name, child in module.named_modules():
            if isinstance(child, nn.ReLU | nn.ReLU6):
                handle = child.register_forward_hook(partial(_note_dead, found, name.replace(".", "/")))
                hooks.callback(handle.remove)
        yield found


def _note_dead(found: dict[str, Tensor], name: str, _module: nn.Module, _inputs: Any, output: Tensor) -> None:
    values = output.detach().flatten(2).amax((0, 2)) if output.ndim > 2 else output.detach().amax(0)
    found[name] = values == 0
