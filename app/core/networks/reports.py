"""What a network costs and sees, layer by layer, and the limits it must keep; arithmetic only."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from app.core.errors import N_, InvalidNetwork, InvalidValue
from app.core.networks import receptive_fields as fields
from app.core.networks.arithmetic import Layer, Shape, Traced
from app.core.networks.fields import Place
from app.core.networks.formulas import Formula
from app.core.networks.receptive_fields import Views

MEBIBYTE = 1024 * 1024
FLOAT_BYTES = 4
BATCH = 128
# Bytes to train: of each weight Adam has four copies (itself, its gradient, two moments), of each output two (itself,
# its gradient) for each picture of the batch.
MEMORY = Formula(f"{FLOAT_BYTES} * (4 * parameters + statistics + 2 * batch * outputs)")
INPUT = "input"
MAXIMUM_LAYERS = 40


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest network of a visitor; the lecture's has 88,914,698 parameters and takes some 1,700 MB."""

    parameters: int = 100_000_000
    memory_mb: int = 4096
    layers: int = MAXIMUM_LAYERS


ANY_SIZE = Limits(2**60, 2**60, 1000)  # of a network that was judged when it came, or is shipped


@dataclass(frozen=True, slots=True)
class Source:
    """What a layer reads: a layer's name, or "input", and what its units see."""

    name: str
    views: Views


@dataclass(frozen=True, slots=True)
class LayerReport:
    """One layer. `sources` are the layers that it reads, or "input"; a block's sum reads two.

    `parameters` are those that are learned, `statistics` the moving ones of batch normalization.
    """

    name: str
    type: str
    layer: Layer
    sources: tuple[str, ...]
    input_shape: Shape
    output_shape: Shape
    parameters: int
    statistics: int
    multiply_adds: int
    views: Views

    @property
    def role(self) -> str:
        """What the layer does; see `arithmetic.ROLES`."""
        return self.layer.role

    @property
    def receptive_field(self) -> int | list[int]:
        """Side in input pixels of what one unit sees at most, inside the input; [height, width] where they differ."""
        height, width = fields.largest(self.views)
        return height if height == width else [height, width]

    def window(self, x: int = 0, y: int = 0) -> tuple[int, int, int, int]:
        """(x, y, width, height) of the input pixels that the unit at column x, row y sees, cut off at the border."""
        rows, columns = self.views
        (left, right), (top, bottom) = columns[x], rows[y]
        return left, top, right - left + 1, bottom - top + 1

    def describe(self) -> dict[str, Any]:
        """As JSON: the layer's own fields, and what was worked out."""
        own = {name: value for name, value in self.layer.describe().items() if name != "layers"}
        return own | {
            "name": self.name,
            "type": self.type,
            "from": list(self.sources),
            "output_shape": list(self.output_shape),
            "parameters": self.parameters,
            "receptive_field": self.receptive_field,
            "multiply_adds": self.multiply_adds,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """All layers in the order in which they compute; a block's own come before the block's sum."""

    layers: tuple[LayerReport, ...]

    @property
    def parameters(self) -> int:
        """Numbers that are learned."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def statistics(self) -> int:
        """Moving means and variances of batch normalization; Keras' total holds them, PyTorch calls them buffers."""
        return sum(layer.statistics for layer in self.layers)

    @property
    def multiply_adds(self) -> int:
        """For one picture."""
        return sum(layer.multiply_adds for layer in self.layers)

    @property
    def memory_mb(self) -> float:
        """MiB to train on batches of 128."""
        return self.memory_for(BATCH)

    def memory_for(self, batch: int) -> float:
        """MiB to train on such batches in float32."""
        outputs = sum(math.prod(layer.output_shape) for layer in self.layers)
        counts = {"parameters": self.parameters, "statistics": self.statistics, "batch": batch, "outputs": outputs}
        return round(MEMORY(counts) / MEBIBYTE, 1)

    def describe(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "layers": [layer.describe() for layer in self.layers],
            "parameters": self.parameters,
            "statistics": self.statistics,
            "multiply_adds": self.multiply_adds,
            "memory_mb": self.memory_mb,
        }


def write_report(shape: Shape, layers: Iterable[Traced]) -> Report:
    """The report of layers on an input of (channels, height, width)."""
    rows: list[LayerReport] = []
    source = Source(INPUT, fields.start(shape))
    for traced in layers:
        rows += _report(traced, source)
        source = Source(rows[-1].name, rows[-1].views)
    return Report(tuple(rows))


def check_limits(report: Report, limits: Limits) -> None:
    """InvalidNetwork for more parameters or memory than allowed."""
    for value, limit, message in (
        (report.parameters, limits.parameters,
         N_("The network has %(value)d parameters; at most %(limit)d are allowed here.")),
        (report.memory_mb, limits.memory_mb,
         N_("Training the network would take about %(value)d MB; at most %(limit)d MB are allowed here.")),
    ):  # fmt: skip
        if value > limit:
            raise InvalidNetwork(message, field="layers", value=value, limit=limit)


def check_memory(report: Report, batch: int, limits: Limits) -> None:
    """InvalidValue where batches of this size would take more memory than allowed; smaller ones may do."""
    memory = report.memory_for(batch)
    if memory > limits.memory_mb:
        raise InvalidValue(
            N_("Batches of %(batch)d pictures would take about %(value)d MB; at most %(limit)d MB are allowed here."),
            field="batch_size", batch=batch, value=memory, limit=limits.memory_mb,
        )  # fmt: skip


def _report(traced: Traced, source: Source, within: str = "") -> Iterator[LayerReport]:
    if not traced.inside:
        yield _row(within + traced.name, traced.layer, traced.before, source)
        return
    block = f"{within}{traced.name}/"
    seen, shortcut = source, source
    for inner in traced.inside:
        for row in _report(inner, seen, block):
            yield row
            seen = Source(row.name, row.views)
    if traced.projection is not None:
        row = _row(f"{block}projection", traced.projection, traced.before, source)
        yield row
        shortcut = Source(row.name, row.views)
    yield _sum(traced, within + traced.name, seen, shortcut)


def _sum(traced: Traced, name: str, seen: Source, shortcut: Source) -> LayerReport:
    return LayerReport(
        name=name,
        type=traced.layer.type,
        layer=traced.layer,
        sources=(seen.name, shortcut.name),
        input_shape=traced.before,
        output_shape=traced.after,
        parameters=0,
        statistics=0,
        multiply_adds=0,
        views=fields.join(seen.views, shortcut.views),
    )


def _row(name: str, layer: Layer, before: Shape, source: Source) -> LayerReport:
    after = layer.output_shape(before, Place(kind=layer.type))
    return LayerReport(
        name=name,
        type=layer.type,
        layer=layer,
        sources=(source.name,),
        input_shape=before,
        output_shape=after,
        parameters=layer.parameters(before),
        statistics=layer.statistics(before),
        multiply_adds=layer.multiply_adds(before),
        views=fields.look(source.views, layer, before, after),
    )
