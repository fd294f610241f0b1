"""What every layer gives for a picture, by hooks that live in a context manager and so cannot leak.

It does not know how a number came about (see `units`) or how maps are drawn (see `sprites`).
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from app.core.classification.anatomy import INPUT, SOFTMAX, Anatomy, submodule


@dataclass(frozen=True, eq=False)
class Recording:
    """The values of one picture by layer, in computing order: "input" first, "softmax" last.

    Each is float32 C x H x W, or N for a row of units.
    """

    anatomy: Anatomy
    values: dict[str, Tensor]

    def before(self, name: str) -> Tensor:
        """What went into a layer: the (first) source's values."""
        return self.values[self.anatomy.sources[name][0]]


@contextmanager
def hooked(module: nn.Module, names: Iterable[str]) -> Iterator[dict[str, Tensor]]:
    """While inside, the outputs of the layers called so, N x ..., are put into the dict; at its end the hooks go."""
    found: dict[str, Tensor] = {}
    with ExitStack() as hooks:
        for name in names:
            handle = submodule(module, name).register_forward_hook(partial(_keep, found, name))
            hooks.callback(handle.remove)
        yield found


@torch.inference_mode()
def record(anatomy: Anatomy, prepared: Tensor) -> Recording:
    """Every layer's values for one prepared picture, float32 1 x C x H x W or C x H x W."""
    batch = prepared.reshape(1, *prepared.shape[-3:])
    with hooked(anatomy.module, anatomy.rows) as found:
        logits = anatomy.module(batch)
    values = {INPUT: batch[0]} | {name: found[name][0] for name in anatomy.rows}
    return Recording(anatomy, values | {SOFTMAX: (logits[0] / anatomy.temperature).softmax(0)})


@torch.inference_mode()
def record_batch(anatomy: Anatomy, prepared: Tensor, names: Iterable[str]) -> dict[str, Tensor]:
    """The values of some layers for many pictures, N x C x H x W or N x units each."""
    with hooked(anatomy.module, names) as found:
        anatomy.module(prepared)
    return found


def head_of(module: nn.Module, layer: str) -> nn.Module:
    """The network up to a layer (to the end of the block that holds it): what follows need not be computed."""
    top = layer.partition("/")[0]
    children = dict(module.named_children())
    names = list(children)
    kept = OrderedDict((name, children[name]) for name in names[: names.index(top) + 1])
    return type(module)(kept)


def _keep(found: dict[str, Tensor], name: str, _module: nn.Module, _inputs: Any, output: Tensor) -> Tensor:
    """A dropout that does nothing gives its input itself, which others may read too: a gradient tells views apart."""
    found[name] = output.view_as(output)
    return found[name]
