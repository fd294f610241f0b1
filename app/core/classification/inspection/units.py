"""How one number inside a network was made, from the numbers of the layer before; one function for what a layer does.

All arithmetic is read again from weights and recorded values, in float64: it agrees with the recorded value to about
1e-4 because it is the same sum, not because it was copied. In a row of values, `channel` is the unit and x = y = 0.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import torch
from torch import Tensor

from app.core.classification.activations import Recording
from app.core.classification.anatomy import INPUT, SOFTMAX, check_index
from app.core.classification.inspection.convolution_units import Convolved, explain_convolution
from app.core.classification.inspection.dense_units import (
    Exponentials,
    Flattened,
    Weighted,
    explain_dense,
    explain_flatten,
    explain_softmax,
)
from app.core.classification.inspection.pooling_units import Pooled, explain_global_pooling, explain_pooling
from app.core.classification.inspection.single_units import (
    Added,
    Framed,
    Given,
    Normalized,
    Passed,
    Read,
    Scaled,
    explain_activation,
    explain_batch_normalization,
    explain_framed,
    explain_input,
    explain_passed,
    explain_scaled,
    explain_sum,
)
from app.core.classification.receptive_fields import Field, field_of, views_of
from app.core.networks.receptive_fields import Views

Arithmetic = (
    Convolved
    | Pooled
    | Normalized
    | Given
    | Scaled
    | Framed
    | Passed
    | Flattened
    | Weighted
    | Exponentials
    | Added
    | Read
)


@dataclass(frozen=True, slots=True)
class Unit:
    """One number and its arithmetic. `sources` names the layers that feed it; `field` is what it sees of the input,
    `views` what every row and column of its map sees, None in a row of values."""

    layer: str
    type: str
    role: str
    channel: int
    x: int
    y: int
    value: float
    sources: tuple[str, ...]
    field: Field
    views: Views | None
    arithmetic: Arithmetic

    def describe(self) -> dict[str, Any]:
        """As JSON: `from` is the name of the feeding layer, a list of two for a sum, a place for a flattened value."""
        names = self.sources[0] if len(self.sources) == 1 else list(self.sources)
        views = self.views and {"rows": [*map(list, self.views[0])], "columns": [*map(list, self.views[1])]}
        return {
            "layer": self.layer, "type": self.type, "role": self.role, "channel": self.channel,
            "x": self.x, "y": self.y, "value": self.value, "receptive_field": _json(self.field), "views": views,
            "from": names,
        } | _json(self.arithmetic)  # fmt: skip


EXPLANATIONS: dict[str, Callable[[Recording, str, int, int, int], Arithmetic]] = {  # by what a layer does
    INPUT: explain_input,
    "kernels": explain_convolution,
    "pool": explain_pooling,
    "global_pool": explain_global_pooling,
    "normalize": explain_batch_normalization,
    "function": explain_activation,
    "scale": explain_scaled,
    "pad": explain_framed,
    "pass": explain_passed,
    "unroll": explain_flatten,
    "weigh": explain_dense,
    "sum": explain_sum,
    SOFTMAX: explain_softmax,
}


@torch.no_grad()
def explain_unit(recording: Recording, layer: str, channel: int, x: int, y: int) -> Unit:
    """The arithmetic of one number; InvalidValue where there is no such layer, channel or place."""
    role = recording.anatomy.role_of(layer)
    values = as_maps(recording.values[layer])
    for field, place, size in zip(("channel", "y", "x"), (channel, y, x), values.shape, strict=True):
        check_index(field, place, size)
    return Unit(
        layer=layer,
        type=recording.anatomy.type_of(layer),
        role=role,
        channel=channel,
        x=x,
        y=y,
        value=float(values[channel, y, x]),
        sources=() if layer == INPUT else recording.anatomy.sources[layer],
        field=field_of(recording.anatomy, layer, channel, x, y),
        views=views_of(recording.anatomy, layer),
        arithmetic=EXPLANATIONS[role](recording, layer, channel, x, y),
    )


def as_maps(values: Tensor) -> Tensor:
    """C x H x W; a row of N units becomes N x 1 x 1."""
    return values if values.ndim == 3 else values.reshape(-1, 1, 1)


def _json(value: Any) -> Any:
    """Dataclasses become objects: `source` is called `from`, a name Python does not allow; None is left out."""
    if is_dataclass(value):
        values = ((item.name, getattr(value, item.name)) for item in fields(value))
        return {"from" if name == "source" else name: _json(inner) for name, inner in values if inner is not None}
    if isinstance(value, tuple):
        return list(value) if value and isinstance(value[0], float) else [_json(item) for item in value]
    return value
