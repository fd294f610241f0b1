"""One weight's gradient for one picture as the sum of its products, a step of gradient descent, a finite difference.

gradient = sum over the weight's output places of delta * met, where delta is dLoss / doutput and `met` what the weight
is multiplied by there: the value before it, the normalized value for gamma, 1 for a bias. All in float64.
"""

import sys
from dataclasses import dataclass

from torch import Tensor

from app.core.classification.anatomy import Anatomy
from app.core.classification.gradients.chains import Link, follow
from app.core.classification.gradients.passes import Rest, rest_from, state_name
from app.core.classification.gradients.slopes import as_maps
from app.core.classification.gradients.weights import Located, locate
from app.core.classification.questions import Weight

TERMS = 12  # products that are written out; the others are added up


@dataclass(frozen=True, slots=True)
class Met:
    """Where the value that a weight was multiplied by lay: channel, column and row of a layer's output."""

    layer: str
    channel: int
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Product:
    """product = delta * met at one output place; `source` is None for a bias, and in the zeros around a map."""

    x: int
    y: int
    delta: float
    met: float
    product: float
    source: Met | None


@dataclass(frozen=True, slots=True)
class Step:
    """weight <- weight - learning_rate * gradient; `foreseen` = -learning_rate * gradient ** 2, by the tangent."""

    learning_rate: float
    weight: float
    before: float
    after: float
    foreseen: float


@dataclass(frozen=True, slots=True)
class Difference:
    """estimate = (plus - minus) / (2 h), the losses at weight + h and weight - h; error = estimate - gradient.

    h is the cube root of float64's epsilon times max(1, |weight|), where rounding and curvature cost about the same.
    """

    h: float
    plus: float
    minus: float
    estimate: float
    error: float


@dataclass(frozen=True, eq=False)
class Gradient:
    """`gradient` = the sum of the products of `products`, the largest first, and `others_sum`, that of `others` more.

    `deltas`, `met` and `all_products` are H x W, all of the output map in reading order. `chain` tells where the delta
    of the first product comes from.
    """

    weight: Weight
    value: float
    loss: float
    probability: float
    gradient: float
    products: tuple[Product, ...]
    others: int
    others_sum: float
    deltas: Tensor
    met: Tensor
    all_products: Tensor
    chain: tuple[Link, ...]
    step: Step
    difference: Difference


def explain_gradient(anatomy: Anatomy, prepared: Tensor, label: int, weight: Weight, learning_rate: float) -> Gradient:
    """Of cross-entropy with class `label` for one prepared picture, 1 x C x H x W; InvalidValue for no such weight."""
    located = locate(anatomy, weight)
    weight = located.weight
    rest = rest_from(anatomy, weight.layer, prepared, label)
    deltas = as_maps(rest.flow.deltas[weight.layer])[weight.channel]
    met = _met(rest, located)
    products = deltas * met
    gradient = float(products.sum())
    order = products.abs().flatten().argsort(descending=True, stable=True)
    places = [divmod(number, products.shape[1]) for number in order[:TERMS].tolist()]
    return Gradient(
        weight=weight,
        value=located.value,
        loss=rest.flow.loss,
        probability=float(rest.flow.probabilities[label]),
        gradient=gradient,
        products=tuple(_product(anatomy, weight, place, deltas, met) for place in places),
        others=len(order[TERMS:]),
        others_sum=float(products.flatten()[order[TERMS:]].sum()),
        deltas=deltas,
        met=met,
        all_products=products,
        chain=follow(rest, weight.layer, (weight.channel, *places[0])),
        step=_step(rest, located, gradient, learning_rate),
        difference=_difference(rest, located, gradient),
    )


def _met(rest: Rest, located: Located) -> Tensor:
    """H x W: what the weight is multiplied by at each place of its output map; 1 x 1 for a unit of a row."""
    layer = located.weight.layer
    return as_maps(rest.met(layer, located.name, located.index))[located.weight.channel]


def _product(anatomy: Anatomy, weight: Weight, place: tuple[int, int], deltas: Tensor, met: Tensor) -> Product:
    y, x = place
    delta, value = float(deltas[place]), float(met[place])
    return Product(x, y, delta, value, float(deltas[place] * met[place]), _source(anatomy, weight, y, x))


def _source(anatomy: Anatomy, weight: Weight, y: int, x: int) -> Met | None:
    """Which value of the layer before a product's `met` was, or was made of."""
    row = anatomy.row(weight.layer)
    before = anatomy.sources[weight.layer][0]
    if weight.parameter == "gamma":
        return Met(before, weight.channel, x, y)
    if weight.source is None:
        return None
    if len(row.input_shape) == 1:
        return Met(before, weight.source, 0, 0)
    top, _, left, _ = row.layer.margins(row.input_shape)
    down = y * row.layer.step[0] + weight.y * row.layer.spread[0] - top
    across = x * row.layer.step[1] + weight.x * row.layer.spread[1] - left
    is_inside = 0 <= down < row.input_shape[1] and 0 <= across < row.input_shape[2]
    return Met(before, weight.source, across, down) if is_inside else None


def _step(rest: Rest, located: Located, gradient: float, rate: float) -> Step:
    moved = -rate * gradient
    return Step(rate, located.value + moved, rest.flow.loss, _loss_at(rest, located, moved), moved * gradient)


def _difference(rest: Rest, located: Located, gradient: float) -> Difference:
    h = sys.float_info.epsilon ** (1 / 3) * max(1.0, abs(located.value))
    plus, minus = _loss_at(rest, located, h), _loss_at(rest, located, -h)
    estimate = (plus - minus) / (2 * h)
    return Difference(h, plus, minus, estimate, estimate - gradient)


def _loss_at(rest: Rest, located: Located, change: float) -> float:
    """The loss with the weight changed by so much."""
    name = state_name(located.weight.layer, located.name)
    changed = rest.state[name].clone()
    changed[located.index] += change
    return rest.loss({name: changed})
