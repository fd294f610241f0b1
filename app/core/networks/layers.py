"""The layers of a network as frozen descriptions, and their arithmetic: shapes, parameters, multiply-adds.

Nothing is built here, and nothing is known of PyTorch (see `modules`) or of the layers before (see `networks`).
A shape is (channels, height, width) or (units,). Fields, defaults and numbers are those of Keras: a `stride` or size of
two numbers is (height, width), batch normalization has epsilon 0.001, padding "same" gives ceil(n / stride) and puts an
odd cell at the right and below, as TensorFlow does for every stride (PyTorch's own "same" knows stride 1 only). As in
PyTorch, `padding` may also be a number: so many zeros on every side.
"""

import math
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, ClassVar, TypeVar

from app.core.errors import N_, InvalidNetwork
from app.core.networks.fields import Place, choice, flag, number, optional, pad, pair, shape_text, whole

Shape = tuple[int, ...]
Pair = tuple[int, int]
Entry = TypeVar("Entry")

# What a layer does, as far as whoever looks into a network must know it: "kernels" weigh windows, "pool" and
# "global_pool" take their largest or mean, "normalize" and "function" change each value, "pass" none once trained,
# "unroll" lays maps out, "weigh" weighs all values, "sum" adds two ways.
ROLES = ("kernels", "pool", "global_pool", "normalize", "function", "pass", "unroll", "weigh", "sum")
ACTIVATIONS = ("relu", "gelu", "silu", "tanh", "sigmoid", "softmax")
MAXIMUM_UNITS = 1_000_000
MAXIMUM_SIDE = 63


_activation = choice("none", *ACTIVATIONS)
_side = pair(1, MAXIMUM_SIDE)


@dataclass(frozen=True)
class Window:
    """What one unit looks at: `size` cells from `stride` * its own place minus `before`; (height, width) each."""

    size: Pair
    stride: Pair = (1, 1)
    before: Pair = (0, 0)


@dataclass(frozen=True)
class Layer:
    """The base: a layer that leaves the shape as it is and learns nothing."""

    type: ClassVar[str]
    role: ClassVar[str]

    def __init_subclass__(cls) -> None:
        if "type" in vars(cls) and getattr(cls, "role", None) not in ROLES:
            raise TypeError(f"The role of '{cls.type}' must be one of {', '.join(ROLES)}.")

    def output_shape(self, shape: Shape, place: Place) -> Shape:
        """The shape that comes out; raises InvalidNetwork where `shape` cannot go in."""
        return shape

    def parameters(self, shape: Shape) -> int:
        """Numbers that are learned, for an input of that shape."""
        return 0

    def statistics(self, shape: Shape) -> int:
        """Numbers that are measured while training, not learned."""
        return 0

    def multiply_adds(self, shape: Shape) -> int:
        """Products of a weight and an input value, for one picture; adding biases and comparing is not counted."""
        return 0

    def window(self, shape: Shape) -> Window | None:
        """What a unit of the output sees of the input; None where it sees all, a lone cell where only its own place."""
        return Window((1, 1))

    def describe(self) -> dict[str, Any]:
        """The JSON value it is read from; fields that hold their default are left out."""
        values = {item.name: getattr(self, item.name) for item in fields(self) if _is_set(self, item)}
        return {"type": self.type} | {name: _json(value) for name, value in values.items()}


@dataclass(frozen=True)
class Conv2d(Layer):
    """Cross-correlation with `filters` kernels over all channels, plus a bias (https://arxiv.org/abs/1603.07285)."""

    type: ClassVar[str] = "conv2d"
    role: ClassVar[str] = "kernels"
    filters: int = field(metadata={"check": whole(1, MAXIMUM_UNITS)})
    kernel_size: Pair = field(default=(3, 3), metadata={"check": _side})
    stride: Pair = field(default=(1, 1), metadata={"check": _side})
    padding: str | Pair = field(default="valid", metadata={"check": pad(MAXIMUM_SIDE)})
    use_bias: bool = field(default=True, metadata={"check": flag})
    activation: str = field(default="none", metadata={"check": _activation})

    def output_shape(self, shape: Shape, place: Place) -> Shape:
        """(filters, height, width): floor((n + zeros - kernel_size) / stride) + 1, or ceil(n / stride) for "same"."""
        need_maps(shape, place)
        top, bottom, left, right = self.margins(shape)
        if max(top - self.kernel_size[0], left - self.kernel_size[1]) >= 0:
            raise place.refuse(
                N_("Layer %(layer)s (%(type)s) has a padding of %(padding)s; it must be less than the kernel's "
                   "%(window)s, or windows would see nothing but zeros."),
                "padding", padding=shape_text((top, left)), window=shape_text(self.kernel_size),
            )  # fmt: skip
        padded = (shape[0], shape[1] + top + bottom, shape[2] + left + right)
        return self.filters, *slide(padded, self.kernel_size, self.stride, place, "kernel_size")

    def margins(self, shape: Shape) -> tuple[int, int, int, int]:
        """Zeros at the top, bottom, left and right of an input of that shape."""
        if self.padding != "same":
            vertical, horizontal = (0, 0) if isinstance(self.padding, str) else self.padding
            return vertical, vertical, horizontal, horizontal
        rows, columns = map(same_margins, shape[1:], self.kernel_size, self.stride)
        return *rows, *columns

    def parameters(self, shape: Shape) -> int:
        """filters * (channels * kernel height * kernel width + bias)."""
        return self.filters * (shape[0] * math.prod(self.kernel_size) + self.use_bias)

    def multiply_adds(self, shape: Shape) -> int:
        """The weights, once for every place of the output."""
        places = math.prod(self.output_shape(shape, Place())[1:])
        return places * self.filters * shape[0] * math.prod(self.kernel_size)

    def window(self, shape: Shape) -> Window:
        """The kernel's."""
        top, _, left, _ = self.margins(shape)
        return Window(self.kernel_size, self.stride, (top, left))


@dataclass(frozen=True)
class Pooling(Layer):
    """The maximum or mean of windows, `stride` apart (default: their size); what is left over is dropped."""

    function: ClassVar[str]
    pool_size: Pair = field(default=(2, 2), metadata={"check": _side})
    stride: Pair | None = field(default=None, metadata={"check": optional(_side)})

    @property
    def step(self) -> Pair:
        """Cells between two windows."""
        return self.stride or self.pool_size

    def output_shape(self, shape: Shape, place: Place) -> Shape:
        """(channels, height, width): floor((n - pool_size) / stride) + 1."""
        need_maps(shape, place)
        return shape[0], *slide(shape, self.pool_size, self.step, place, "pool_size")

    def window(self, shape: Shape) -> Window:
        """The pool's."""
        return Window(self.pool_size, self.step)


@dataclass(frozen=True)
class MaxPooling2d(Pooling):
    """The maximum of each window."""

    type: ClassVar[str] = "max_pooling2d"
    role: ClassVar[str] = "pool"
    function: ClassVar[str] = "maximum"


@dataclass(frozen=True)
class AveragePooling2d(Pooling):
    """The mean of each window."""

    type: ClassVar[str] = "average_pooling2d"
    role: ClassVar[str] = "pool"
    function: ClassVar[str] = "mean"


@dataclass(frozen=True)
class GlobalPooling(Layer):
    """One number for each channel (https://arxiv.org/abs/1312.4400)."""

    function: ClassVar[str]

    def output_shape(self, shape: Shape, place: Place) -> Shape:
        """(channels,)."""
        need_maps(shape, place)
        return (shape[0],)

    def window(self, shape: Shape) -> None:
        """It sees all."""


@dataclass(frozen=True)
class GlobalAveragePooling2d(GlobalPooling):
    """The mean of each map."""

    type: ClassVar[str] = "global_average_pooling2d"
    role: ClassVar[str] = "global_pool"
    function: ClassVar[str] = "mean"


@dataclass(frozen=True)
class GlobalMaxPooling2d(GlobalPooling):
    """The maximum of each map."""

    type: ClassVar[str] = "global_max_pooling2d"
    role: ClassVar[str] = "global_pool"
    function: ClassVar[str] = "maximum"


@dataclass(frozen=True)
class BatchNormalization(Layer):
    """gamma * (x - mean) / sqrt(variance + epsilon) + beta, a channel or unit each (https://arxiv.org/abs/1502.03167).

    `momentum` is the share of the moving mean and variance that a step keeps, as in Keras (PyTorch's is 1 minus it).
    """

    type: ClassVar[str] = "batch_normalization"
    role: ClassVar[str] = "normalize"
    epsilon: float = field(default=1e-3, metadata={"check": number(1e-12, 1.0)})
    momentum: float = field(default=0.99, metadata={"check": number(0.0, 1.0)})

    def parameters(self, shape: Shape) -> int:
        """gamma and beta; the moving mean and variance are measured, not learned (Keras' total counts them too)."""
        return 2 * shape[0]

    def statistics(self, shape: Shape) -> int:
        """The moving mean and variance."""
        return 2 * shape[0]


@dataclass(frozen=True)
class Dropout(Layer):
    """While training, each value is zero with probability `rate`, else divided by 1 - rate (Srivastava et al. 2014)."""

    type: ClassVar[str] = "dropout"
    role: ClassVar[str] = "pass"
    rate: float = field(default=0.5, metadata={"check": number(0.0, 1.0)})


@dataclass(frozen=True)
class Flatten(Layer):
    """All values in one row: channel by channel, row by row."""

    type: ClassVar[str] = "flatten"
    role: ClassVar[str] = "unroll"

    def output_shape(self, shape: Shape, place: Place) -> Shape:
        """(channels * height * width,)."""
        return (math.prod(shape),)


@dataclass(frozen=True)
class Dense(Layer):
    """A weighted sum of all inputs for each unit, plus a bias."""

    type: ClassVar[str] = "dense"
    role: ClassVar[str] = "weigh"
    units: int = field(metadata={"check": whole(1, MAXIMUM_UNITS)})
    use_bias: bool = field(default=True, metadata={"check": flag})
    activation: str = field(default="none", metadata={"check": _activation})

    def output_shape(self, shape: Shape, place: Place) -> Shape:
        """(units,)."""
        if len(shape) != 1:
            raise place.refuse(
                N_("Layer %(layer)s (%(type)s) gets maps of %(shape)s; it needs one row of values: put a flatten or a "
                   "global pooling before it."), shape=shape_text(shape),
            )  # fmt: skip
        return (self.units,)

    def parameters(self, shape: Shape) -> int:
        """units * (inputs + bias)."""
        return self.units * (shape[0] + self.use_bias)

    def multiply_adds(self, shape: Shape) -> int:
        """units * inputs."""
        return self.units * shape[0]

    def window(self, shape: Shape) -> None:
        """It sees all."""


@dataclass(frozen=True)
class Activation(Layer):
    """One function of each value; softmax, of all values of a row, may only be the last layer."""

    type: ClassVar[str] = "activation"
    role: ClassVar[str] = "function"
    activation: str = field(metadata={"check": choice(*ACTIVATIONS)})


def entry_of(table: Mapping[str, Entry], layer: Layer) -> Entry:
    """What a table has for the layer's type; raises InvalidNetwork, naming the type, where it has nothing."""
    if layer.type not in table:
        raise InvalidNetwork(N_("Layers of type '%(type)s' are not known here."), field="layers", type=layer.type)
    return table[layer.type]


def slide(shape: Shape, size: Pair, stride: Pair, place: Place, name: str) -> Pair:
    """Height and width of the windows' places without padding; refuses a window larger than its map."""
    if size[0] > shape[1] or size[1] > shape[2]:
        raise place.refuse(
            N_("Layer %(layer)s (%(type)s) gets maps of %(shape)s; its window of %(window)s does not fit."),
            name, shape=shape_text(shape), window=shape_text(size),
        )  # fmt: skip
    return (shape[1] - size[0]) // stride[0] + 1, (shape[2] - size[1]) // stride[1] + 1


def need_maps(shape: Shape, place: Place) -> None:
    """Refuses a row of values where channels x height x width are needed."""
    if len(shape) != 3:
        raise place.refuse(
            N_("Layer %(layer)s (%(type)s) gets a row of %(shape)s values; it needs maps: channels x height x width."),
            shape=shape_text(shape),
        )


def same_margins(length: int, size: int, stride: int) -> Pair:
    """As TensorFlow pads: the fewest zeros for ceil(n / stride) places, the odd one behind."""
    total = max((math.ceil(length / stride) - 1) * stride + size - length, 0)
    return total // 2, total - total // 2


def _is_set(layer: Layer, item: "Field[Any]") -> bool:
    return item.default is MISSING or getattr(layer, item.name) != item.default


def _json(value: Any) -> Any:
    """A pair of equal numbers is written as one."""
    if isinstance(value, tuple) and value and isinstance(value[0], int):
        return value[0] if value[0] == value[1] else list(value)
    return value
