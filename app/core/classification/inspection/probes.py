"""What is known of the classes at each layer: a linear classifier, a probe, on what the layer gives.

The network stands still while its probes learn (Alain and Bengio 2016, arXiv 1610.01644); fitting is `probe_fitting`.
A probe says what can be read off a layer by weighing and adding alone, not what the network makes of it.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from app.core.checkpoints import digest_of, read_metadata, read_weights, save_weights
from app.core.classification.activations import record_batch
from app.core.classification.anatomy import INPUT, Anatomy
from app.core.classification.folders import PROBES, WEIGHTS
from app.core.errors import N_, InvalidValue, NoProbes
from app.core.networks.reports import LayerReport

METHOD = "multinomial logistic regression on each layer's maps, averaged over up to 4 x 4 cells"
MOST_VALUES = 512  # that a probe weighs: more would take megabytes, and learn pictures by heart
_CELLS = (4, 2, 1)  # along a side: the most that keep within it
_MAKERS = ("kernels", "weigh", "sum")  # roles whose numbers mostly wait for a function, which belongs to them
_CHOOSERS = ("function", "pool", "global_pool")  # roles that lose something on purpose; others only prepare the next
_DIGEST = "weights"


@dataclass(frozen=True, eq=False)
class Probe:
    """Logits of a layer's outputs: `weight` is classes x values, `bias` one number a class."""

    layer: str
    weight: Tensor
    bias: Tensor

    def logits(self, outputs: Tensor) -> Tensor:
        """N x classes of the layer's outputs, N x C x H x W or N x units."""
        return values_of(outputs) @ self.weight.T + self.bias


def values_of(outputs: Tensor) -> Tensor:
    """N x `count_values` of N x C x H x W maps, averaged over cells, or of N x units as they are.

    Of more channels or units than may be weighed every second, third ... counts.
    """
    chosen = outputs[:, :: _stride(outputs.shape[1])]
    if chosen.ndim == 2:
        return chosen
    return adaptive_avg_pool2d(chosen, _cells(outputs.shape[1:])).flatten(1)


def count_values(shape: tuple[int, ...]) -> int:
    """How many values a probe weighs of outputs C x H x W, or of a row of units."""
    channels = math.ceil(shape[0] / _stride(shape[0]))
    return channels if len(shape) == 1 else channels * math.prod(_cells(shape))


def probed_layers(anatomy: Anatomy) -> dict[str, tuple[int, ...]]:
    """The layers that have probes, with the shapes of what they give, in computing order.

    The input, activations, pools, and what makes channels or sums where no activation follows. What is inside residual
    blocks has none (their sums hold it all), nor have the logits, which are the network's own answer.
    """
    logits = next(reversed(anatomy.rows))
    rows = [row for row in anatomy.rows.values() if row.name != logits and _is_probed(anatomy, row)]
    return {INPUT: anatomy.network.input} | {row.name: row.output_shape for row in rows}


def _is_probed(anatomy: Anatomy, row: LayerReport) -> bool:
    if "/" in row.name or row.role not in _MAKERS:
        return "/" not in row.name and row.role in _CHOOSERS
    return anatomy.row(anatomy.activity(row.name)).role != "function"


def save_probes(folder: Path, probes: tuple[Probe, ...]) -> None:
    """Writes the model folder's probes, for the weights that lie there; float16, which `round_probe` makes exact."""
    tensors: dict[str, Tensor] = {}
    for probe in probes:
        tensors |= {f"{probe.layer}:weight": probe.weight.half(), f"{probe.layer}:bias": probe.bias}
    save_weights(folder / PROBES, tensors, {_DIGEST: digest_of(folder / WEIGHTS)})


def round_probe(probe: Probe) -> Probe:
    """The same as it is read back."""
    return Probe(probe.layer, probe.weight.half().float(), probe.bias)


def read_probes(folder: Path, anatomy: Anatomy) -> tuple[Probe, ...]:
    """The probes of a model folder, in computing order.

    Raises NoProbes where none were fitted, InvalidValue where they are damaged or were fitted for other weights.
    """
    path = folder / PROBES
    if not path.is_file():
        raise NoProbes(N_("No probes were fitted for this network; the cards say which have some."))
    layers, classes = probed_layers(anatomy), anatomy.network.classes
    shapes = {f"{name}:weight": (classes, count_values(shape)) for name, shape in layers.items()}
    tensors = read_weights(path, shapes | {f"{name}:bias": (classes,) for name in layers})
    if read_metadata(path).get(_DIGEST) != digest_of(folder / WEIGHTS):
        raise InvalidValue(N_("The model's probes were fitted for other weights; fit them anew."), field="probes")
    return tuple(Probe(name, tensors[f"{name}:weight"], tensors[f"{name}:bias"]) for name in layers)


def outputs_of(anatomy: Anatomy, prepared: Tensor) -> dict[str, Tensor]:
    """What the layers with probes give for prepared pictures, float32 N x C x H x W."""
    names = [name for name in probed_layers(anatomy) if name != INPUT]
    return {INPUT: prepared} | record_batch(anatomy, prepared, names)


def _stride(count: int) -> int:
    return math.ceil(count / MOST_VALUES)


def _cells(shape: tuple[int, ...] | torch.Size) -> tuple[int, int]:
    """Rows and columns of cells that C x H x W maps are averaged over."""
    channels, height, width = shape
    side = next(side for side in _CELLS if math.ceil(channels / _stride(channels)) * side * side <= MOST_VALUES)
    return min(side, height), min(side, width)
