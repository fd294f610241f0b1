"""Where a delta comes from: the layer above, its deltas times what passes between, added; and so on up to the loss.

The chain rule in numbers: delta = sum over all outputs that this number goes into of their delta times doutput / dthis.
At each link the largest product is followed.
"""

from dataclasses import dataclass

from app.core.classification.gradients.passes import Rest
from app.core.classification.gradients.slopes import as_maps, slopes_of

TERMS = 6  # products that a link writes out; the others are added up


@dataclass(frozen=True, slots=True)
class Passed:
    """product = delta * slope: what comes back from one output of a layer above."""

    layer: str
    channel: int
    x: int
    y: int
    delta: float
    slope: float
    product: float


@dataclass(frozen=True, slots=True)
class Link:
    """One number's delta = the sum of the products of `terms` and `others_sum`, that of `others` more.

    `size` is the root mean square of the deltas of the whole layer. The last link is a logit: its delta is
    `probability` - `target`, and it has no terms.
    """

    layer: str
    channel: int
    x: int
    y: int
    value: float
    delta: float
    size: float
    terms: tuple[Passed, ...]
    others: int
    others_sum: float
    probability: float | None = None
    target: float | None = None


def follow(rest: Rest, layer: str, place: tuple[int, int, int]) -> tuple[Link, ...]:
    """The links from the number at `place` (channel, row, column) of a layer's output to the loss.

    They end early where nothing comes back: where no output changes with the number.
    """
    links = [_link(rest, layer, place)]
    while terms := links[-1].terms:
        first = terms[0]
        links.append(_link(rest, first.layer, (first.channel, first.y, first.x)))
    return tuple(links)


def _link(rest: Rest, layer: str, place: tuple[int, int, int]) -> Link:
    channel, y, x = place
    deltas = rest.flow.deltas[layer]
    readers = [name for name, sources in rest.anatomy.sources.items() if layer in sources and name in rest.anatomy.rows]
    parts = [_come_back(rest, reader, layer, place) for reader in readers]
    terms = sorted((term for part in parts for term in part.terms), key=lambda term: -abs(term.product))
    delta, written = float(as_maps(deltas)[place]), terms[:TERMS]
    others = sum(part.count for part in parts) - len(written)
    return Link(
        layer=layer,
        channel=channel,
        x=x,
        y=y,
        value=float(as_maps(rest.flow.values[layer])[place]),
        delta=delta,
        size=float(deltas.square().mean().sqrt()),
        terms=tuple(written),
        others=others,
        others_sum=sum(part.total for part in parts) - sum(term.product for term in written) if others else 0.0,
        probability=None if readers else float(rest.flow.probabilities[channel]),
        target=None if readers else float(channel == rest.label),
    )


@dataclass(frozen=True, slots=True)
class _Back:
    """From one layer: the largest TERMS products, how many there are, and their sum."""

    terms: list[Passed]
    count: int
    total: float


def _come_back(rest: Rest, reader: str, layer: str, place: tuple[int, int, int]) -> _Back:
    slopes, deltas = slopes_of(rest, reader, layer, place), as_maps(rest.flow.deltas[reader])
    places = slopes.nonzero()
    came, slope = (values[places.unbind(1)] for values in (deltas, slopes))
    products = came * slope
    terms = [
        Passed(reader, channel, x, y, float(came[k]), float(slope[k]), float(products[k]))
        for k in products.abs().argsort(descending=True, stable=True)[:TERMS].tolist()
        for channel, y, x in (places[k].tolist(),)
    ]
    return _Back(terms, len(products), float(products.sum()))
