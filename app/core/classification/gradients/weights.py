"""Which number of a network is asked about, by what its layer does, and where its gradient's products lie.

A layer's own numbers are its module's parameters; each belongs to one channel (or unit) of the layer's output.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from torch import Tensor, nn

from app.core.classification.anatomy import Anatomy, check_index, first_input
from app.core.classification.questions import Weight
from app.core.errors import N_, InvalidValue

PARAMETERS: dict[str, Mapping[str, str]] = {  # by role of the layer: what they are called here, and in PyTorch
    "kernels": {"weight": "weight", "bias": "bias"},
    "weigh": {"weight": "weight", "bias": "bias"},
    "normalize": {"gamma": "weight", "beta": "bias"},
}


HIGHEST_RATE = 1000


@dataclass(frozen=True, eq=False)
class Located:
    """The weight with its `source` known; its tensor is `name` of `module`, and there it is number `index`."""

    weight: Weight
    module: nn.Module
    name: str
    index: tuple[int, ...]

    @property
    def value(self) -> float:
        """As the network has it."""
        tensor: Tensor = getattr(self.module, self.name)
        return float(tensor.detach()[self.index])


def learning_layers(anatomy: Anatomy) -> tuple[str, ...]:
    """The names of all layers that have numbers to learn."""
    return tuple(name for name, row in anatomy.rows.items() if row.role in PARAMETERS and row.parameters)


def locate(anatomy: Anatomy, weight: Weight) -> Located:
    """Where the weight is; InvalidValue where the network has no such layer, parameter or index."""
    role = anatomy.row(weight.layer).role
    if weight.layer not in learning_layers(anatomy):
        raise InvalidValue(
            N_("That layer has nothing to learn; those that have are %(allowed)s."),
            field="layer", allowed=", ".join(learning_layers(anatomy)),
        )  # fmt: skip
    module = anatomy.submodule(weight.layer)
    names = [name for name, inner in PARAMETERS[role].items() if getattr(module, inner, None) is not None]
    if weight.parameter not in names:
        raise InvalidValue(
            N_("That layer has no parameter of that name; it has %(allowed)s."),
            field="parameter", allowed=", ".join(names),
        )  # fmt: skip
    name = PARAMETERS[role][weight.parameter]
    tensor: Tensor = getattr(module, name)
    check_index("channel", weight.channel, len(tensor))
    if tensor.ndim == 1:
        return Located(replace(weight, source=None), module, name, (weight.channel,))
    first = first_input(module, weight.channel) if isinstance(module, nn.Conv2d) else 0
    source = first if weight.source is None else weight.source
    _check_source(source, first, tensor.shape[1])
    index: tuple[int, ...] = (weight.channel, source - first)
    if tensor.ndim == 4:
        check_index("y", weight.y, tensor.shape[2])
        check_index("x", weight.x, tensor.shape[3])
        index += (weight.y, weight.x)
    return Located(replace(weight, source=source), module, name, index)


def check_rate(rate: float) -> None:
    """InvalidValue where a learning rate is not above 0, or so high that nothing could be read from the step."""
    if not 0 < rate <= HIGHEST_RATE:
        raise InvalidValue(
            N_("'learning_rate' must be above 0 and at most %(limit)d."), field="learning_rate", limit=HIGHEST_RATE
        )


def _check_source(source: int, first: int, count: int) -> None:
    if not first <= source < first + count:
        raise InvalidValue(
            N_("'source' is %(value)d; that channel sees the maps from %(first)d to %(last)d."),
            field="source", value=source, first=first, last=first + count - 1,
        )  # fmt: skip
