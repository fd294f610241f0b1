"""The program for Keras, on any backend, and its weights from those of the PyTorch module.

Keras has the channels last, so a flattened map's values come in another order: `arrange_weights` turns the rows of
the next dense layer accordingly.
"""

from collections.abc import Iterator, Mapping

import numpy as np
from torch import Tensor

from app.core.networks.fields import shape_text
from app.core.networks.layers import (
    Activation,
    BatchNormalization,
    Conv2d,
    Dense,
    Dropout,
    Flatten,
    Layer,
    Pair,
    Pooling,
)
from app.core.networks.networks import Network, expand
from app.core.networks.residual import Residual
from app.core.networks.tracing import Traced

NAMES = {
    "max_pooling2d": "MaxPooling2D", "average_pooling2d": "AveragePooling2D",
    "global_average_pooling2d": "GlobalAveragePooling2D", "global_max_pooling2d": "GlobalMaxPooling2D",
    "flatten": "Flatten",
}  # fmt: skip
RESIDUAL = '''\
class Residual(layers.Layer):
    """The output of its layers plus its input, fitted by a 1 x 1 convolution where their shapes differ."""

    def __init__(self, block, projection=None, activation=None):
        super().__init__()
        self.block = keras.Sequential(block)
        self.projection = projection
        self.activation = keras.activations.get(activation)

    def build(self, shape):
        self.block.build(shape)
        if self.projection is not None:
            self.projection.build(shape)

    def call(self, x, training=None):
        shortcut = x if self.projection is None else self.projection(x)
        return self.activation(self.block(x, training=training) + shortcut)

    def compute_output_shape(self, shape):
        return self.block.compute_output_shape(shape)
'''


def write(network: Network) -> str:
    """The whole program."""
    channels, height, width = network.input
    traced = network.traced
    block = ["", "", *RESIDUAL.splitlines(), ""] if any(item.inside for item in traced) else []
    body = [line for item in traced for line in _lines(item, "    ")]
    return "\n".join([
        "import math", "", "import keras", "from keras import layers", *block, "",
        "model = keras.Sequential([",
        f"    layers.Input(shape=({height}, {width}, {channels})),  # height, width, channels",
        *body, "])", "",
        'print(f"{sum(math.prod(weights.shape) for weights in model.trainable_weights):,} parameters")',
        "model.summary()", "",
    ])  # fmt: skip


def arrange_weights(network: Network, tensors: Mapping[str, Tensor]) -> list[np.ndarray]:
    """What `model.set_weights` of the Keras program takes, from a state of `build(network)`."""
    arranged: list[np.ndarray] = []
    order: np.ndarray | None = None
    for item in expand(network).traced:
        if isinstance(item.layer, Flatten) and len(item.before) == 3:
            order = np.arange(item.after[0]).reshape(item.before).transpose(1, 2, 0).ravel()
        arranged += _arrange(item, "", tensors, order)
        if isinstance(item.layer, Dense):
            order = None
    return arranged


def _arrange(
    item: Traced, within: str, tensors: Mapping[str, Tensor], order: np.ndarray | None
) -> Iterator[np.ndarray]:
    place = within + item.name
    for inner in item.inside:
        yield from _arrange(inner, f"{place}.", tensors, None)
    if item.projection is not None:
        yield _numbers(tensors[f"{place}.projection.weight"]).transpose(2, 3, 1, 0)
    if isinstance(item.layer, BatchNormalization):
        for name in ("weight", "bias", "running_mean", "running_var"):
            values = _numbers(tensors[f"{place}.{name}"])
            yield values if order is None else values[order]
    elif isinstance(item.layer, Conv2d):
        yield _numbers(tensors[f"{place}.weight"]).transpose(2, 3, 1, 0)
    elif isinstance(item.layer, Dense):
        rows = _numbers(tensors[f"{place}.weight"]).T
        yield rows if order is None else rows[order]
    if isinstance(item.layer, Conv2d | Dense) and item.layer.use_bias:
        yield _numbers(tensors[f"{place}.bias"])


def _numbers(tensor: Tensor) -> np.ndarray:
    return tensor.detach().cpu().float().numpy()


def _lines(item: Traced, indent: str) -> Iterator[str]:
    if isinstance(item.layer, Residual):
        yield f"{indent}Residual(["
        for inner in item.inside:
            yield from _lines(inner, indent + "    ")
        projection = f", projection={_convolution(item.projection)}" if item.projection else ""
        yield f"{indent}]{projection}{_activation(item.layer.activation)}),{_note(item)}"
        return
    if isinstance(item.layer, Conv2d) and not isinstance(item.layer.padding, str):
        yield f"{indent}layers.ZeroPadding2D({_size(item.layer.padding)}),"
    yield f"{indent}{_layer(item.layer)},{_note(item)}"


def _note(item: Traced) -> str:
    if item.after == item.before:
        return ""
    return f"  # {shape_text((*item.after[1:], item.after[0]))}"


def _layer(layer: Layer) -> str:
    match layer:
        case Conv2d():
            return _convolution(layer)
        case Dense():
            return f"layers.Dense({layer.units}{_bias(layer.use_bias)}{_activation(layer.activation)})"
        case BatchNormalization():
            set_fields = {name: value for name, value in layer.describe().items() if name != "type"}
            return f"layers.BatchNormalization({', '.join(f'{name}={value!r}' for name, value in set_fields.items())})"
        case Dropout():
            return f"layers.Dropout({layer.rate!r})"
        case Activation():
            return f'layers.Activation("{layer.activation}")'
        case Pooling():
            stride = f", strides={_size(layer.stride)}" if layer.stride else ""
            return f"layers.{NAMES[layer.type]}({_size(layer.pool_size)}{stride})"
        case _:
            return f"layers.{NAMES[layer.type]}()"


def _convolution(layer: Conv2d) -> str:
    stride = f", strides={_size(layer.stride)}" if layer.stride != (1, 1) else ""
    same = ', padding="same"' if layer.padding == "same" else ""
    options = f"{stride}{same}{_bias(layer.use_bias)}{_activation(layer.activation)}"
    return f"layers.Conv2D({layer.filters}, {_size(layer.kernel_size)}{options})"


def _bias(used: bool) -> str:
    return "" if used else ", use_bias=False"


def _activation(name: str) -> str:
    return "" if name == "none" else f', activation="{name}"'


def _size(pair: Pair) -> str:
    return str(pair[0]) if pair[0] == pair[1] else str(pair)
