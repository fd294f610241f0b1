"""The program for PyTorch: an `nn.Sequential` whose children, and so the keys of whose weights, are named as here."""

from collections.abc import Iterator, Sequence

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
    Shape,
)
from app.core.networks.networks import Network
from app.core.networks.tracing import Traced, trace

Lines = list[str]

ACTIVATIONS = {
    "relu": "nn.ReLU()", "gelu": "nn.GELU()", "silu": "nn.SiLU()", "tanh": "nn.Tanh()", "sigmoid": "nn.Sigmoid()",
    "softmax": "nn.Softmax(dim=1)",
}  # fmt: skip
POOLINGS = {
    "max_pooling2d": "nn.MaxPool2d",
    "average_pooling2d": "nn.AvgPool2d",
    "global_average_pooling2d": "nn.AdaptiveAvgPool2d",
    "global_max_pooling2d": "nn.AdaptiveMaxPool2d",
}
RESIDUAL = '''\
class Residual(nn.Sequential):
    """The output of its layers plus its input, fitted by a 1 x 1 convolution where their shapes differ."""

    def forward(self, x):
        layers = dict(self.named_children())
        shortcut = layers.pop("projection", nn.Identity())(x)
        for layer in layers.values():
            x = layer(x)
        return x + shortcut
'''
_SOFTMAX = "  # probabilities; leave it out to train with nn.CrossEntropyLoss"


def write(network: Network, layers: Sequence[Layer]) -> str:
    """The whole program for `network`, whose expanded layers are `layers`, a softmax at the end included."""
    traced = trace(network.input, layers)
    block = ["", "", *RESIDUAL.splitlines(), ""] if any(item.inside for item in traced) else []
    body = [line for item in traced for line in _lines(item, "    ")]
    sizes = ", ".join(map(str, network.input))
    return "\n".join([
        "from collections import OrderedDict", "", "import torch", "from torch import nn", *block, "",
        "model = nn.Sequential(OrderedDict([", *body, "]))", "",
        'print(f"{sum(weights.numel() for weights in model.parameters()):,} parameters")',
        "model.eval()  # as it is used; model.train() before it learns",
        f"x = torch.rand(1, {sizes})  # pictures x channels x height x width",
        "print(model(x).shape)", "",
    ])  # fmt: skip


def _lines(item: Traced, indent: str) -> Iterator[str]:
    if item.inside:
        yield f'{indent}("{item.name}", Residual(OrderedDict(['
        for inner in item.inside:
            yield from _lines(inner, indent + "    ")
        if item.projection is not None:
            yield f'{indent}    ("projection", {_convolution(item.projection, item.before)}),'
        yield f"{indent}]))),  # {shape_text(item.after)}"
        return
    if isinstance(item.layer, Conv2d) and (sides := _uneven(item.layer, item.before)):
        number = item.name.rpartition("_")[2]
        yield f'{indent}("zero_padding2d_{number}", nn.ZeroPad2d({sides})),  # left, right, top, bottom'
    note = _SOFTMAX if item.layer == Activation("softmax") else ""
    shape = f"  # {shape_text(item.after)}" if item.after != item.before else note
    yield f'{indent}("{item.name}", {_module(item.layer, item.before)}),{shape}'


def _module(layer: Layer, before: Shape) -> str:
    match layer:
        case Conv2d():
            return _convolution(layer, before)
        case Dense(units=units, use_bias=use_bias):
            return f"nn.Linear({before[0]}, {units}{'' if use_bias else ', bias=False'})"
        case BatchNormalization(epsilon=epsilon, momentum=momentum):
            dimensions = 2 if len(before) == 3 else 1
            return f"nn.BatchNorm{dimensions}d({before[0]}, eps={epsilon!r}, momentum={round(1 - momentum, 12)!r})"
        case Dropout(rate=rate):
            return f"nn.Dropout({rate!r})"
        case Flatten():
            return "nn.Flatten()"
        case Activation(activation=function):
            return ACTIVATIONS[function]
        case Pooling(pool_size=size, stride=stride):
            return f"{POOLINGS[layer.type]}({_size(size)}{f', stride={_size(stride)}' if stride else ''})"
        case _:
            return f"nn.Sequential({POOLINGS[layer.type]}(1), nn.Flatten())"


def _convolution(layer: Conv2d, before: Shape) -> str:
    top, bottom, left, right = layer.margins(before)
    options = [f"stride={_size(layer.stride)}"] * (layer.stride != (1, 1))
    if layer.padding == "same" and layer.stride == (1, 1) and (top, left) == (bottom, right):
        options.append('padding="same"')
    elif (top, left) == (bottom, right) != (0, 0):
        options.append(f"padding={_size((top, left))}")
    options += ["bias=False"] * (not layer.use_bias)
    return f"nn.Conv2d({', '.join([str(before[0]), str(layer.filters), _size(layer.kernel_size), *options])})"


def _uneven(layer: Conv2d, before: Shape) -> str:
    """The sides to be padded before, where `nn.Conv2d` cannot: it pads both sides alike."""
    top, bottom, left, right = layer.margins(before)
    return "" if (top, left) == (bottom, right) else f"({left}, {right}, {top}, {bottom})"


def _size(pair: Pair) -> str:
    return str(pair[0]) if pair[0] == pair[1] else str(pair)
