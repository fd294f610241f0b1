"""ONNX: a trained network as one graph, from levels to probabilities, its nodes by type of layer.

The graph is written from the network's own description by onnx's helpers; PyTorch's exporter would want twice as much
installed, and to trace what is known here: docs/decisions/0018-taking-home.md.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from app.core.networks.arithmetic import Layer, Traced, entry_of
from app.core.networks.layers import Activation, BatchNormalization, Dense, Rescaling
from app.core.networks.networks import Network, expand
from app.core.networks.window_layers import Pooling, ZeroPadding2d

OPSET, IR_VERSION = 20, 10  # of 2023: Gelu is in it, and whoever reads ONNX today reads it
LEVELS, LOGITS, PROBABILITIES = "levels", "logits", "probabilities"


@dataclass
class Graph:
    """What has been written so far. `tensors` are the state of `build(network)`, by name."""

    tensors: Mapping[str, np.ndarray]
    nodes: list[Any] = field(default_factory=list)
    kept: dict[str, np.ndarray] = field(default_factory=dict)

    def add(self, operation: str, *inputs: str, to: str = "", **attributes: Any) -> str:
        """A node; the name of its output."""
        from onnx import helper

        name = to or f"{operation.lower()}_{len(self.nodes) + 1}"
        self.nodes.append(helper.make_node(operation, inputs, [name], name, **attributes))
        return name

    def weights(self, place: str, *names: str) -> list[str]:
        """Those of a layer that has them; a bias may not be."""
        found = [f"{place}.{name}" for name in names if f"{place}.{name}" in self.tensors]
        self.kept |= {name: self.tensors[name] for name in found}
        return found

    def constant(self, values: Any, dtype: type = np.float32) -> str:
        """Numbers, by a name."""
        name = f"constant_{len(self.kept) + 1}"
        self.kept[name] = np.asarray(values, dtype)
        return name


Write = Callable[[Graph, Any, Traced, str, str], str]  # graph, layer, item, place of its weights, input: the output


def write_onnx(
    target: Path | BinaryIO, network: Network, tensors: Mapping[str, np.ndarray],
    mean: Sequence[float], std: Sequence[float],
    temperature: float, mirror: bool, about: Mapping[str, str],
) -> None:  # fmt: skip
    """The file: float32 N x C x H x W levels 0..255 to logits and probabilities, both N x classes.

    Preparation, mirroring and temperature are part of the graph; `about` are its metadata.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    graph = Graph(tensors)
    _from_levels(graph, network, mean, std, mirror)
    _to_probabilities(graph, network.classes, _sequence(graph, expand(network).traced, "", graph.nodes[-1].output[0]),
                      temperature, mirror)  # fmt: skip
    size: list[str | int | None] = ["pictures", *network.input]
    shape: list[str | int | None] = ["pictures", network.classes]
    given = helper.make_tensor_value_info(LEVELS, TensorProto.FLOAT, size)
    told = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in (LOGITS, PROBABILITIES)]
    kept = [numpy_helper.from_array(np.ascontiguousarray(values), name) for name, values in graph.kept.items()]
    model = helper.make_model(
        helper.make_graph(graph.nodes, "network", [given], told, kept),
        opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION, producer_name="convolution-playground",
    )  # fmt: skip
    helper.set_model_props(model, dict(about))
    onnx.save(model, target)


def _from_levels(graph: Graph, network: Network, mean: Sequence[float], std: Sequence[float], mirror: bool) -> None:
    """(levels / 255 - mean) / std; with `mirror` the mirrored pictures follow the others."""
    channels = np.asarray(std, np.float32).reshape(1, -1, 1, 1)
    scaled = graph.add("Mul", LEVELS, graph.constant(1 / (255 * channels)))
    prepared = graph.add("Sub", scaled, graph.constant(np.asarray(mean, np.float32).reshape(channels.shape) / channels))
    if mirror:
        ends = [graph.constant(value, np.int64) for value in ([-1], [-(2**31)], [3], [-1])]
        graph.add("Concat", prepared, graph.add("Slice", prepared, *ends), axis=0)


def _to_probabilities(graph: Graph, classes: int, found: str, temperature: float, mirror: bool) -> None:
    if mirror:
        sides = graph.add("Reshape", found, graph.constant([2, -1, classes], np.int64))
        graph.add("ReduceMean", sides, graph.constant([0], np.int64), to=LOGITS, keepdims=0)
    else:
        graph.add("Identity", found, to=LOGITS)
    cooled = graph.add("Div", LOGITS, graph.constant(temperature))
    graph.add("Softmax", cooled, to=PROBABILITIES, axis=1)


def _sequence(graph: Graph, items: Sequence[Traced], within: str, x: str) -> str:
    for item in items:
        x = entry_of(LAYERS, item.layer)(graph, item.layer, item, within + item.name, x)
    return x


def _padded(graph: Graph, x: str, margins: Sequence[int], value: float = 0.0) -> str:
    """The maps with so many cells above, below, at the left and right."""
    if not any(margins):
        return x
    top, bottom, left, right = margins
    sides = graph.constant([0, 0, top, left, 0, 0, bottom, right], np.int64)
    return graph.add("Pad", x, sides, graph.constant(value))


def _convolution(graph: Graph, layer: Any, item: Traced, place: str, x: str) -> str:
    top, bottom, left, right = layer.margins(item.before)
    weights = graph.weights(place, "weight", "bias")
    seen = graph.kept[weights[0]].shape[1]
    return graph.add(
        "Conv", x, *weights, kernel_shape=layer.cells, strides=layer.step, dilations=layer.spread,
        group=item.before[0] // seen, pads=[top, left, bottom, right],
    )  # fmt: skip


def _max_pooling(graph: Graph, layer: Pooling, item: Traced, place: str, x: str) -> str:
    padded = _padded(graph, x, layer.margins(item.before), -np.inf)
    return graph.add("MaxPool", padded, kernel_shape=layer.pool_size, strides=layer.step)


def _average_pooling(graph: Graph, layer: Pooling, item: Traced, place: str, x: str) -> str:
    """The mean of all cells, by the share of those that are inside."""
    margins = layer.margins(item.before)
    window: dict[str, Any] = {"kernel_shape": layer.pool_size, "strides": layer.step}
    mean = graph.add("AveragePool", _padded(graph, x, margins), **window)
    if not any(margins):
        return mean
    ones = graph.constant(np.ones((1, 1, *item.before[1:])))
    return graph.add("Div", mean, graph.add("AveragePool", _padded(graph, ones, margins), **window))


def _globally(operation: str) -> Write:
    return lambda graph, layer, item, place, x: graph.add("Flatten", graph.add(operation, x), axis=1)


def _batch_normalization(graph: Graph, layer: BatchNormalization, item: Traced, place: str, x: str) -> str:
    weights = graph.weights(place, "weight", "bias", "running_mean", "running_var")
    return graph.add("BatchNormalization", x, *weights, epsilon=layer.epsilon)


def _rescaling(graph: Graph, layer: Rescaling, item: Traced, place: str, x: str) -> str:
    return graph.add("Add", graph.add("Mul", x, graph.constant(layer.scale)), graph.constant(layer.offset))


def _zeros(graph: Graph, layer: ZeroPadding2d, item: Traced, place: str, x: str) -> str:
    (vertical, horizontal) = layer.padding
    return _padded(graph, x, (vertical, vertical, horizontal, horizontal))


def _dense(graph: Graph, layer: Dense, item: Traced, place: str, x: str) -> str:
    return graph.add("Gemm", x, *graph.weights(place, "weight", "bias"), transB=1)


def _activation(graph: Graph, layer: Activation, item: Traced, place: str, x: str) -> str:
    return ACTIVATIONS[layer.activation](graph, x)


def _residual(graph: Graph, layer: Layer, item: Traced, place: str, x: str) -> str:
    shortcut = x
    if item.projection is not None:
        shortcut = _convolution(graph, item.projection, item, f"{place}.projection", x)
    return graph.add("Add", _sequence(graph, item.inside, f"{place}.", x), shortcut)


def _parts(graph: Graph, layer: Layer, item: Traced, place: str, x: str) -> str:
    raise AssertionError("expanded: its parts are layers of their own")


def _pass(graph: Graph, layer: Layer, item: Traced, place: str, x: str) -> str:
    return x


ACTIVATIONS: dict[str, Callable[[Graph, str], str]] = {
    "relu": lambda graph, x: graph.add("Relu", x),
    "gelu": lambda graph, x: graph.add("Gelu", x),
    "silu": lambda graph, x: graph.add("Mul", x, graph.add("Sigmoid", x)),
    "tanh": lambda graph, x: graph.add("Tanh", x),
    "sigmoid": lambda graph, x: graph.add("Sigmoid", x),
    "leaky_relu": lambda graph, x: graph.add("LeakyRelu", x, alpha=0.2),
    "elu": lambda graph, x: graph.add("Elu", x),
    "relu6": lambda graph, x: graph.add("Clip", x, graph.constant(0.0), graph.constant(6.0)),
    "hard_swish": lambda graph, x: graph.add("HardSwish", x),
    "softmax": lambda graph, x: graph.add("Softmax", x, axis=1),
}
LAYERS: dict[str, Write] = {
    "conv2d": _convolution,
    "depthwise_conv2d": _convolution,
    "separable_conv2d": _parts,
    "zero_padding2d": _zeros,
    "max_pooling2d": _max_pooling,
    "average_pooling2d": _average_pooling,
    "global_average_pooling2d": _globally("GlobalAveragePool"),
    "global_max_pooling2d": _globally("GlobalMaxPool"),
    "batch_normalization": _batch_normalization,
    "dropout": _pass,
    "spatial_dropout2d": _pass,
    "rescaling": _rescaling,
    "flatten": lambda graph, layer, item, place, x: graph.add("Flatten", x, axis=1),
    "dense": _dense,
    "activation": _activation,
    "residual": _residual,
}
