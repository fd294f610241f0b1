"""Keras, on any backend: its word for each type of layer, by which programs are written and read, and its weights.

Keras has the channels last, so a flattened map's values come in another order: `arrange_weights` turns the rows of
the next dense layer accordingly. It also reads old spellings, in `Sequential([...])` or by `model.add(...)`.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from app.core.errors import N_
from app.core.networks.arithmetic import Layer, Shape, Traced, entry_of
from app.core.networks.fields import shape_text
from app.core.networks.libraries.calls import Call, literal
from app.core.networks.libraries.forms import Form, argument_text, define
from app.core.networks.networks import Network, expand
from app.core.networks.programs.values import refuse
from app.core.networks.window_layers import DepthwiseConv2d, Pooling

Order = np.ndarray | None  # of the values of a flattened map, channels last
Arrange = Callable[[np.ndarray, Order, Any], np.ndarray]  # of a layer

LAST = (None, "channels_last")
_SIZES = N_("Line %(line)d: the input's shape must be height, width and channels.")
INPUTS = ("input_shape", "batch_input_shape", "input_dim", "batch_size", "batch_shape", "sparse")


OWN_CLASSES = {
    "Residual": '''\
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
''',
    "PaddedMaxPooling2D": '''\
class PaddedMaxPooling2D(layers.Layer):
    """The maximum over a border that never counts: cells above and below, at the left and right."""

    def __init__(self, pool_size, strides=None, padding=((0, 0), (0, 0))):
        super().__init__()
        self.pool_size, self.strides, self.padding = pool_size, strides, padding

    def call(self, x):
        padded = keras.ops.pad(x, ((0, 0), *self.padding, (0, 0)), constant_values=float("-inf"))
        return keras.ops.max_pool(padded, self.pool_size, self.strides, data_format="channels_last")
''',
    "PaddedAveragePooling2D": '''\
class PaddedAveragePooling2D(layers.Layer):
    """The mean over a border that never counts: cells above and below, at the left and right."""

    def __init__(self, pool_size, strides=None, padding=((0, 0), (0, 0))):
        super().__init__()
        self.pool_size, self.strides, self.padding = pool_size, strides, padding

    def call(self, x):
        return self.mean(x) / self.mean(keras.ops.ones_like(x))  # of all cells, by the share of those inside

    def mean(self, x):
        padded = keras.ops.pad(x, ((0, 0), *self.padding, (0, 0)))
        return keras.ops.average_pool(padded, self.pool_size, self.strides, data_format="channels_last")
''',
}  # that Keras lacks and a program defines, so and not otherwise


def _plain(values: np.ndarray, order: Order, layer: Layer) -> np.ndarray:
    return values


def _each_value(values: np.ndarray, order: Order, layer: Layer) -> np.ndarray:
    return values if order is None else values[order]


def _rows(values: np.ndarray, order: Order, layer: Layer) -> np.ndarray:
    return _each_value(values.T, order, layer)


def _kernels(values: np.ndarray, order: Order, layer: Layer) -> np.ndarray:
    """Filters x channels x height x width to height x width x channels x filters."""
    return values.transpose(2, 3, 1, 0)


def _depthwise(values: np.ndarray, order: Order, layer: DepthwiseConv2d) -> np.ndarray:
    """Filters x 1 x height x width to height x width x channels x filters of each."""
    return values.transpose(2, 3, 0, 1).reshape(*layer.kernel_size, -1, layer.depth_multiplier)


@dataclass(frozen=True)
class Word(Form):
    """`weights` are the names in the state of our module, in Keras' order, and how Keras lays each out."""

    weights: Sequence[tuple[str, Arrange]] = ()


LAYERS = {
    "conv2d": Word(
        "Conv2D", "filters! kernel_size! strides:stride padding data_format dilation_rate:dilation groups activation "
        "use_bias",
        {"data_format": LAST},
        leading=2, weights=(("weight", _kernels), ("bias", _plain)),
    ),
    "depthwise_conv2d": Word(
        "DepthwiseConv2D",
        "kernel_size! strides:stride padding depth_multiplier data_format dilation_rate:dilation activation use_bias",
        {"data_format": LAST},
        leading=1, weights=(("weight", _depthwise), ("bias", _plain)),
    ),
    "separable_conv2d": Word(  # its weights are those of its parts
        "SeparableConv2D", "filters! kernel_size! strides:stride padding data_format dilation_rate:dilation "
        "depth_multiplier activation use_bias",
        {"data_format": LAST}, leading=2,
    ),
    "zero_padding2d": Word("ZeroPadding2D", "padding data_format", {"data_format": LAST}, leading=1),
    "max_pooling2d": Word("MaxPooling2D", "pool_size strides:stride padding data_format", {"data_format": LAST},
                          leading=1),
    "average_pooling2d": Word("AveragePooling2D", "pool_size strides:stride padding data_format",
                              {"data_format": LAST}, leading=1),
    "global_average_pooling2d": Word("GlobalAveragePooling2D", "data_format keepdims",
                                     {"data_format": LAST, "keepdims": (False,)}),
    "global_max_pooling2d": Word("GlobalMaxPooling2D", "data_format keepdims",
                                 {"data_format": LAST, "keepdims": (False,)}),
    "batch_normalization": Word(
        "BatchNormalization", "axis momentum epsilon center scale",
        {"axis": (-1, 3), "center": (True,), "scale": (True,)},
        weights=tuple((name, _each_value) for name in ("weight", "bias", "running_mean", "running_var")),
    ),
    "dropout": Word("Dropout", "rate! noise_shape", {"noise_shape": (None,)}, leading=1),
    "spatial_dropout2d": Word("SpatialDropout2D", "rate! data_format", {"data_format": LAST}, leading=1),
    "rescaling": Word("Rescaling", "scale! offset", leading=1),
    "flatten": Word("Flatten", "data_format", {"data_format": LAST}),
    "dense": Word("Dense", "units! activation use_bias", leading=1, weights=(("weight", _rows), ("bias", _plain))),
    "activation": Word("Activation", "activation!", leading=1),
    "residual": Word("Residual", "activation", extras=("projection",)),
}  # fmt: skip
_PADDED = "pool_size! strides:stride padding:sides!"
_ALSO_READ = [
    ("max_pooling2d", Form("PaddedMaxPooling2D", _PADDED, leading=1)),
    ("average_pooling2d", Form("PaddedAveragePooling2D", _PADDED, leading=1)),
    ("activation", Form("ReLU", "max_value negative_slope threshold",
                        {"negative_slope": (0,), "threshold": (0,)}, {"activation": "relu"})),
    ("activation", Form("LeakyReLU", "negative_slope!", {"negative_slope": (0.2,)}, {"activation": "leaky_relu"})),
    ("activation", Form("ELU", "alpha", {"alpha": (1,)}, {"activation": "elu"})),
    ("activation", Form("Softmax", "axis", {"axis": (-1,)}, {"activation": "softmax"})),
    ("input", Form("Input", "shape", extras=("batch_size",))),
    ("input", Form("InputLayer", "shape", extras=INPUTS)),
]  # fmt: skip
FORMS: dict[str, tuple[str, Form]] = {
    form.name: (kind, form) for kind, form in [*LAYERS.items(), *_ALSO_READ]
}  # of every call that is read, with our type
FORMS |= {
    "Convolution2D": FORMS["Conv2D"],
    "MaxPool2D": FORMS["MaxPooling2D"],
    "AvgPool2D": FORMS["AveragePooling2D"],
    "GlobalAvgPool2D": FORMS["GlobalAveragePooling2D"],
    "GlobalMaxPool2D": FORMS["GlobalMaxPooling2D"],
}
SPATIAL = {name for name, (_, form) in FORMS.items() if "data_format" in form.arguments}
_SPELLINGS = {"swish": "silu", "hard_silu": "hard_swish", None: "none"}


def write(network: Network) -> str:
    """The whole program."""
    return "\n".join([
        "import math", "", "import keras", "from keras import layers", *declare(network), "",
        'print(f"{sum(math.prod(weights.shape) for weights in model.trainable_weights):,} parameters")',
        "model.summary()", "",
    ])  # fmt: skip


def declare(network: Network) -> list[str]:
    """The lines that define `model`, and what it needs beside keras and its layers."""
    channels, height, width = network.input
    body = [line for item in network.traced for line in _lines(item, "    ")]
    return [
        *define(OWN_CLASSES, body), "", "model = keras.Sequential([",
        f"    layers.Input(shape=({height}, {width}, {channels})),  # height, width, channels", *body, "])",
    ]  # fmt: skip


def arrange_weights(network: Network, tensors: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """What `model.set_weights` of the Keras program takes, from a state of `build(network)`."""
    arranged: list[np.ndarray] = []
    order: Order = None
    for item in expand(network).traced:
        if item.layer.role == "unroll" and len(item.before) == 3:
            order = np.arange(item.after[0]).reshape(item.before).transpose(1, 2, 0).ravel()
        arranged += _arrange(item, "", tensors, order)
        if item.layer.role == "weigh":
            order = None
    return arranged


def _arrange(item: Traced, within: str, tensors: Mapping[str, np.ndarray], order: Order) -> Iterator[np.ndarray]:
    place = within + item.name
    for inner in item.inside:
        yield from _arrange(inner, f"{place}.", tensors, None)
    if item.projection is not None:
        yield from _weights(item.projection, f"{place}.projection", tensors, None)
    yield from _weights(item.layer, place, tensors, order)


def _weights(layer: Layer, place: str, tensors: Mapping[str, np.ndarray], order: Order) -> Iterator[np.ndarray]:
    for name, arrange in entry_of(LAYERS, layer).weights:
        if f"{place}.{name}" in tensors:  # a bias may not be
            yield arrange(tensors[f"{place}.{name}"], order, layer)


def _lines(item: Traced, indent: str) -> Iterator[str]:
    if item.inside:
        yield f"{indent}Residual(["
        for inner in item.inside:
            yield from _lines(inner, indent + "    ")
        options = _call(item.layer).removeprefix("layers.Residual(").removesuffix(")")
        projection = f"projection={_call(item.projection)}" if item.projection else ""
        yield f"{indent}{', '.join(filter(None, [']', projection, options]))}),{_note(item)}"
        return
    if item.layer.role == "kernels" and isinstance(zeros := getattr(item.layer, "padding", "valid"), tuple):
        yield f"{indent}layers.ZeroPadding2D({argument_text(zeros)}),"
    call = _padded_pool(item.layer, item.before) if isinstance(item.layer, Pooling) else ""
    yield f"{indent}{call or _call(item.layer)},{_note(item)}"


def _padded_pool(layer: Pooling, before: Shape) -> str:
    """A call of the program's own class where Keras lacks the padding: of numbers, and of a mean whose sides differ,
    for which Keras on PyTorch repeats the border's cells (on TensorFlow it does not)."""
    top, bottom, left, right = layer.margins(before)
    if isinstance(layer.padding, str) and (layer.function == "maximum" or (top, left) == (bottom, right)):
        return ""
    values = {name: value for name, value in vars(layer).items() if name != "padding" and value is not None}
    _, form = FORMS[f"Padded{entry_of(LAYERS, layer).name}"]
    return form.write(values | {"sides": ((top, bottom), (left, right))})


def _note(item: Traced) -> str:
    if item.after == item.before:
        return ""
    return f"  # {shape_text((*item.after[1:], item.after[0]))}"


def _call(layer: Layer) -> str:
    """With the leading fields, and others that do not hold their default."""
    form = entry_of(LAYERS, layer)
    values = {item.name: getattr(layer, item.name) for item in fields(layer) if item.name != "layers"}
    kept = {
        name: value
        for place, (name, value) in enumerate(values.items())
        if place < form.leading
        or (name in layer.describe() and not (layer.role != "pad" and name == "padding" and isinstance(value, tuple)))
    }
    return f"layers.{form.write(kept)}"


def read(call: Call) -> dict[str, Any]:
    """The call as a JSON object; what is padded side by side holds `sides`, "input" the shape.

    Raises InvalidNetwork.
    """
    kind, form = FORMS[call.name]
    if call.keywords.keys() & set(INPUTS):
        form = replace(form, extras=(*form.extras, *INPUTS))
    entry = {"type": kind, **form.read(call)}
    if (most := entry.pop("max_value", None)) is not None:
        if most != 6:
            raise refuse(call.line, N_("Line %(line)d: '%(name)s' can only be %(allowed)s here."),
                         name="max_value", allowed=6)  # fmt: skip
        entry["activation"] = "relu6"
    if "activation" in entry:
        entry["activation"] = _SPELLINGS.get(entry["activation"], entry["activation"])
    if isinstance(padding := entry.get("padding"), str):
        entry["padding"] = padding.lower()
    if form is LAYERS["zero_padding2d"]:
        entry = {"type": kind, "sides": entry.get("padding", 1)}
    if "sides" in entry:
        entry["sides"] = _sides(call, entry["sides"])
    return entry


def find_input(calls: Sequence[Call], first: bool) -> tuple[list[Call], Shape | None]:
    """The calls without a Reshape at the start that makes pictures, and (channels, height, width) as they say it; None
    where they do not. Where they say a row, a Flatten makes it of pictures. `first`: the channels are.

    Raises InvalidNetwork.
    """
    start = next((place for place, call in enumerate(calls) if call.name not in ("Input", "InputLayer")), 0)
    begin = calls[start]
    if begin.name == "Reshape":
        target = literal([*begin.arguments, begin.keywords.get("target_shape", ())][0], begin.line)
        if len(target) == 3 and -1 not in target:
            return [*calls[:start], *calls[start + 1 :]], _channels_first(begin, target, first)
    for call in calls[: start + 1]:
        if (shape := _said(call)) is not None:
            if isinstance(shape, tuple) and len(shape) == 1 and begin.name in SPATIAL:
                raise refuse(call.line, _SIZES)
            rows = [Call(call.line, "Flatten")] if isinstance(shape, tuple) and len(shape) == 1 else []
            return [*calls[:start], *rows, *calls[start:]], _channels_first(call, shape, first)
    return list(calls), None


def built_shape(shape: Any, first: bool) -> Shape | None:
    """Of the batches that `model.build` is told; None where they are not known."""
    if not isinstance(shape, tuple) or len(shape) != 4 or not all(type(size) is int for size in shape[1:]):
        return None
    return _channels_first(Call(1, "Input"), shape[1:], first)


def _said(call: Call) -> Any:
    """The input's shape as a layer says it."""
    for name in ("shape", "input_shape", "batch_input_shape", "batch_shape", "input_dim"):
        said = call.keywords.get(name)
        if said is None and name == "shape" and call.name in ("Input", "InputLayer") and call.arguments:
            said = call.arguments[0]
        if said is not None:
            shape = literal(said, call.line)
            if name == "input_dim":
                return (shape,)
            return shape[1:] if name.startswith("batch") and shape else shape
    return None


def _channels_first(call: Call, shape: Any, first: bool) -> Shape:
    if isinstance(shape, tuple) and len(shape) == 1 and type(shape[0]) is int:
        for channels in (1, 3):  # a picture laid out as a row
            side = math.isqrt(max(0, shape[0]) // channels)
            if channels * side * side == shape[0] > 0:
                return channels, side, side
    if not isinstance(shape, tuple) or len(shape) not in (2, 3):
        raise refuse(call.line, _SIZES)
    if first and len(shape) == 3:
        return shape
    height, width, channels = (*shape, 1)[:3]
    return channels, height, width


def _sides(call: Call, padding: Any) -> tuple[int, ...]:
    """Top, bottom, left, right of 1, (1, 2) or ((1, 1), (2, 2))."""
    rows, columns = padding if isinstance(padding, tuple) and len(padding) == 2 else (padding, padding)
    sides = [*(rows if isinstance(rows, tuple) else (rows, rows))]
    sides += [*(columns if isinstance(columns, tuple) else (columns, columns))]
    if len(sides) != 4 or not all(type(side) is int and side >= 0 for side in sides):
        raise refuse(call.line, N_("Line %(line)d: the padding must be whole numbers, one, two or two pairs."))
    return tuple(sides)
