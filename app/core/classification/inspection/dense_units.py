"""One number of the classifier: where a flattened value came from, a weighted sum, and softmax."""

from dataclasses import dataclass

import torch

from app.core.classification.activations import Recording
from app.core.classification.receptive_fields import unflatten

TERMS = 64  # of a dense unit's sum that are written out, the largest in size
_INDEX_STAYS = {"function", "normalize", "scale", "pass"}  # roles of layers
_FROM_MAPS = {"unroll", "global_pool"}


@dataclass(frozen=True, slots=True)
class Origin:
    """A place on a map of an earlier layer; without x and y the whole map."""

    layer: str
    channel: int
    x: int | None = None
    y: int | None = None


@dataclass(frozen=True, slots=True)
class Flattened:
    """The value itself, from its place on a map."""

    source: Origin


@dataclass(frozen=True, slots=True)
class Product:
    """product = input * weight; `source` is the input's place on the map where one was flattened or pooled."""

    index: int
    input: float
    weight: float
    product: float
    source: Origin | None


@dataclass(frozen=True, slots=True)
class Weighted:
    """total = the products of `inputs`, the largest in size first, + others_sum of `others` more + bias."""

    inputs: tuple[Product, ...]
    others: int
    others_sum: float
    bias: float
    total: float


@dataclass(frozen=True, slots=True)
class Exponentials:
    """result = exponential / sum, with exponentials exp((logit - largest) / temperature), so that none overflows."""

    logits: tuple[float, ...]
    exponentials: tuple[float, ...]
    sum: float
    temperature: float
    result: float


def explain_flatten(recording: Recording, layer: str, channel: int, x: int, y: int) -> Flattened:
    """Flattening goes channel by channel, row by row."""
    origin = _origin(recording, layer, channel)
    assert origin is not None
    return Flattened(origin)


def explain_dense(recording: Recording, layer: str, channel: int, x: int, y: int) -> Weighted:
    """The weighted sum of all inputs."""
    module = recording.anatomy.submodule(layer)
    assert isinstance(module, torch.nn.Linear)
    inputs, weights = recording.before(layer).double(), module.weight[channel].detach().double()
    products = inputs * weights
    order = products.abs().argsort(descending=True, stable=True).tolist()
    before = recording.anatomy.sources[layer][0]
    written = tuple(
        Product(i, float(inputs[i]), float(weights[i]), float(products[i]), _origin(recording, before, i))
        for i in order[:TERMS]
    )
    bias = 0.0 if module.bias is None else float(module.bias[channel])
    others = float(products[order[TERMS:]].sum())
    return Weighted(written, len(order[TERMS:]), others, bias, float(products.sum()) + bias)


def explain_softmax(recording: Recording, layer: str, channel: int, x: int, y: int) -> Exponentials:
    """The share of one logit's exponential."""
    temperature = recording.anatomy.temperature
    logits = recording.before(layer).double()
    exponentials = ((logits - logits.max()) / temperature).exp()
    total = float(exponentials.sum())
    result = float(exponentials[channel]) / total
    return Exponentials(tuple(logits.tolist()), tuple(exponentials.tolist()), total, temperature, result)


def _origin(recording: Recording, layer: str, index: int) -> Origin | None:
    """Where value `index` of a row lay on the maps that were flattened or pooled; None where a dense layer made it."""
    while recording.anatomy.role_of(layer) in _INDEX_STAYS:
        layer = recording.anatomy.sources[layer][0]
    role = recording.anatomy.role_of(layer)
    if role not in _FROM_MAPS:
        return None
    source = recording.anatomy.sources[layer][0]
    if role != "unroll":
        return Origin(source, index)
    maps = recording.values[source]
    channel, row, column = unflatten(index, (maps.shape[1], maps.shape[2]) if maps.ndim == 3 else (1, 1))
    return Origin(source, channel, column, row)
