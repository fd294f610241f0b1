"""A trained network as it is inspected: its layers by name, what feeds each, and the module that computes them.

Names are those of the report: "conv2d_1", or "residual_1/conv2d_2" inside a block; "input" is what goes in, "softmax"
the probabilities at the end. It does not know pictures or where a network comes from.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from torch import nn

from app.core.errors import N_, InvalidValue
from app.core.networks.arithmetic import Traced
from app.core.networks.networks import Network, expand
from app.core.networks.reports import LayerReport
from app.core.pictures.preparation import Preparation

INPUT, SOFTMAX = "input", "softmax"
_CHANNELS_STAY = {
    "pool",
    "normalize",
    "function",
    "scale",
    "pad",
    "pass",
}  # roles: each map of theirs is made of one map


@dataclass(frozen=True, eq=False)
class Anatomy:
    """`module` is that of `networks.build(network)`, in eval mode; its logits are divided by `temperature`.

    `preparation` says how levels became the input, where that is known. One `for_once` is not worth being made lean.
    """

    network: Network
    module: nn.Module
    temperature: float = 1.0
    preparation: Preparation | None = None
    for_once: bool = False

    @cached_property
    def rows(self) -> dict[str, LayerReport]:
        """The report of every layer by name, in the order in which they compute; a block's own before its sum."""
        return {row.name: row for row in expand(self.network).report.layers}

    @cached_property
    def sources(self) -> dict[str, tuple[str, ...]]:
        """The names of what feeds each layer: one, or for a residual block's sum two; softmax included."""
        network = expand(self.network)
        feeding = dict(_sources(network.traced, INPUT))
        return feeding | {SOFTMAX: (next(reversed(self.rows)),)}

    @cached_property
    def convolutions(self) -> tuple[str, ...]:
        """The names of all layers with kernels, projections of residual blocks included."""
        return tuple(name for name, row in self.rows.items() if row.role == "kernels")

    def row(self, name: str) -> LayerReport:
        """The layer of that name; InvalidValue if there is none."""
        if name not in self.rows:
            raise InvalidValue(N_("The network has no layer of that name; its layers are %(allowed)s."),
                               field="layer", allowed=", ".join(self.rows))  # fmt: skip
        return self.rows[name]

    def known(self, name: str) -> str:
        """The name, if it is that of a layer, "input" or "softmax"; else InvalidValue."""
        return name if name in (INPUT, SOFTMAX) else self.row(name).name

    def type_of(self, name: str) -> str:
        """conv2d, max_pooling2d ...; input and softmax are types of their own."""
        return name if name in (INPUT, SOFTMAX) else self.row(name).type

    def role_of(self, name: str) -> str:
        """What the layer does, as in `layers.ROLES`; input and softmax are roles of their own."""
        return name if name in (INPUT, SOFTMAX) else self.row(name).role

    def convolution(self, name: str) -> nn.Conv2d:
        """The convolution of that name; InvalidValue if there is none or it has no kernels."""
        if self.row(name).role != "kernels":
            raise InvalidValue(N_("That layer has no kernels; those that have are %(allowed)s."),
                               field="layer", allowed=", ".join(self.convolutions))  # fmt: skip
        found = self.submodule(name)
        assert isinstance(found, nn.Conv2d)
        return found

    @cached_property
    def makers(self) -> tuple[str, ...]:
        """The layers that make channels: convolutions, and the sums that end residual blocks."""
        return tuple(name for name, row in self.rows.items() if row.role in ("kernels", "sum"))

    def activity(self, name: str) -> str:
        """Where a maker's channels have got their activation: that layer, or the last before channels mix or are added.

        Pooling and batch normalization may lie between; inside a residual block it may be the convolution itself.
        """
        while self.rows[name].role != "function":
            after = [layer for layer, sources in self.sources.items() if name in sources and layer in self.rows]
            if len(after) != 1 or self.rows[after[0]].role not in _CHANNELS_STAY:
                break
            name = after[0]
        return name

    def maker(self, name: str) -> str:
        """Which of `makers` made a layer's channels; InvalidValue for units and for the picture's own channels."""
        layer = self.row(name).name
        while self.rows[layer].role in _CHANNELS_STAY and self.sources[layer][0] in self.rows:
            layer = self.sources[layer][0]
        if layer not in self.makers:
            raise InvalidValue(N_("That layer has no maps made by kernels; those that have are %(allowed)s."),
                               field="layer", allowed=", ".join(self.makers))  # fmt: skip
        return layer

    def submodule(self, name: str) -> nn.Module:
        """What computes the layer of that name."""
        return submodule(self.module, self.row(name).name)


def submodule(module: nn.Module, name: str) -> nn.Module:
    """The child called so in a report, where / stands for torch's dot."""
    return module.get_submodule(name.replace("/", "."))


def first_input(module: nn.Conv2d, channel: int) -> int:
    """The first input map that an output channel of a convolution sees: that of its group."""
    group = channel * module.groups // module.out_channels
    return group * module.in_channels // module.groups


def check_index(field: str, value: int, size: int) -> None:
    """InvalidValue where `value` is not from 0 to `size` - 1."""
    if not 0 <= value < size:
        raise InvalidValue(
            N_("'%(name)s' is %(value)d; it must be from 0 to %(limit)d."),
            field=field, name=field, value=value, limit=size - 1,
        )  # fmt: skip


def _sources(layers: Sequence[Traced], before: str, within: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    for item in layers:
        name = within + item.name
        if item.inside:
            yield from _sources(item.inside, before, f"{name}/")
            shortcut = before
            if item.projection is not None:
                shortcut = f"{name}/projection"
                yield shortcut, (before,)
            yield name, (f"{name}/{item.inside[-1].name}", shortcut)
        else:
            yield name, (before,)
        before = name
