"""PyTorch: its words for each type of layer, by which programs are written and read, and the shapes that texts say.

A program is an `nn.Sequential` whose children, and so the keys of whose weights, are named as in a report.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.core.errors import N_
from app.core.networks.arithmetic import Layer, Shape, Traced, entry_of
from app.core.networks.fields import Place, shape_text
from app.core.networks.layers import Activation, BatchNormalization, Dense
from app.core.networks.libraries.calls import Call, literal
from app.core.networks.libraries.forms import ONE, Form, argument_text, define
from app.core.networks.networks import Network
from app.core.networks.programs.values import Items, Sizes, refuse
from app.core.networks.residual import trace
from app.core.networks.window_layers import Pooling, ZeroPadding2d

_POOL = "kernel_size:pool_size! stride"
_SOFTMAX = "  # probabilities; leave it out to train with nn.CrossEntropyLoss"


OWN_CLASSES = {
    "Residual": '''\
class Residual(nn.Sequential):
    """The output of its layers plus its input, fitted by a 1 x 1 convolution where their shapes differ."""

    def forward(self, x):
        layers = dict(self.named_children())
        shortcut = layers.pop("projection", nn.Identity())(x)
        for layer in layers.values():
            x = layer(x)
        return x + shortcut
''',
    "Rescaling": '''\
class Rescaling(nn.Module):
    """scale * x + offset."""

    def __init__(self, scale, offset=0.0):
        super().__init__()
        self.scale, self.offset = scale, offset

    def forward(self, x):
        return self.scale * x + self.offset
''',
    "PaddedMaxPool2d": '''\
class PaddedMaxPool2d(nn.MaxPool2d):
    """The maximum over a border that never counts: `sides` cells at the left, right, top and bottom."""

    def __init__(self, kernel_size, stride=None, sides=(0, 0, 0, 0)):
        super().__init__(kernel_size, stride)
        self.sides = sides

    def forward(self, x):
        return super().forward(nn.functional.pad(x, self.sides, value=float("-inf")))
''',
    "PaddedAvgPool2d": '''\
class PaddedAvgPool2d(nn.AvgPool2d):
    """The mean over a border that never counts: `sides` cells at the left, right, top and bottom."""

    def __init__(self, kernel_size, stride=None, sides=(0, 0, 0, 0)):
        super().__init__(kernel_size, stride, divisor_override=1)
        self.sides = sides

    def forward(self, x):
        counts = super().forward(nn.functional.pad(torch.ones_like(x[:1, :1]), self.sides))
        return super().forward(nn.functional.pad(x, self.sides)) / counts
''',
}  # that PyTorch lacks and a program defines, so and not otherwise


@dataclass(frozen=True)
class Word:
    """`write` gives a layer's call for an input of that shape; `forms` are the calls that are read."""

    write: Callable[[Any, Shape], str]
    forms: Sequence[Form] = ()


def _convolution(layer: Any, before: Shape, groups: int) -> str:
    top, bottom, left, right = layer.margins(before)
    options = [f"stride={argument_text(layer.stride)}"] * (layer.stride != (1, 1))
    if layer.padding == "same" and layer.stride == (1, 1) and (top, left) == (bottom, right):
        options.append('padding="same"')
    elif (top, left) == (bottom, right) != (0, 0):
        options.append(f"padding={argument_text((top, left))}")
    options += [f"dilation={argument_text(layer.dilation)}"] * (layer.dilation != (1, 1))
    options += [f"groups={groups}"] * (groups > 1)
    options += ["bias=False"] * (not layer.use_bias)
    filters = layer.output_shape(before, Place())[0]
    return f"nn.Conv2d({', '.join([str(before[0]), str(filters), argument_text(layer.kernel_size), *options])})"


def _uneven(layer: Layer, before: Shape) -> str:
    """The sides to be padded before, where `nn.Conv2d` cannot: it pads both sides alike."""
    top, bottom, left, right = layer.margins(before)
    return "" if (top, left) == (bottom, right) else f"({left}, {right}, {top}, {bottom})"


def _in_parts(layer: Layer, before: Shape) -> str:
    return f"nn.Sequential({', '.join(_call(part.layer, part.before) for part in trace(before, layer.parts()))})"


def _zeros(layer: ZeroPadding2d, before: Shape) -> str:
    vertical, horizontal = layer.padding
    sides = vertical if vertical == horizontal else (horizontal, horizontal, vertical, vertical)
    return f"nn.ZeroPad2d({sides})"


def _linear(layer: Dense, before: Shape) -> str:
    return f"nn.Linear({before[0]}, {layer.units}{'' if layer.use_bias else ', bias=False'})"


def _batch_normalization(layer: BatchNormalization, before: Shape) -> str:
    dimensions, momentum = 2 if len(before) == 3 else 1, round(1 - layer.momentum, 12)
    return f"nn.BatchNorm{dimensions}d({before[0]}, eps={layer.epsilon!r}, momentum={momentum!r})"


def _pooling(name: str, without: str = "") -> Callable[[Pooling, Shape], str]:
    """`without` is the argument by which padding does not count."""

    def write(layer: Pooling, before: Shape) -> str:
        options = [f"stride={argument_text(layer.stride)}"] * (layer.stride is not None)
        even = layer.even_margins(before)
        if even is None:
            top, bottom, left, right = layer.margins(before)
            options.append(f"sides={(left, right, top, bottom)}")
        elif any(even):
            options += [f"padding={argument_text(even)}", *filter(None, [without])]
        called = f"Padded{name}" if even is None else f"nn.{name}"
        return f"{called}({', '.join([argument_text(layer.pool_size), *options])})"

    return write


def _activation(layer: Activation, before: Shape) -> str:
    return ACTIVATIONS[layer.activation][0]


ACTIVATIONS = {
    "relu": ("nn.ReLU()", Form("ReLU", "inplace")),
    "gelu": ("nn.GELU()", Form("GELU", "approximate", {"approximate": ("none",)})),
    "silu": ("nn.SiLU()", Form("SiLU", "inplace")),
    "tanh": ("nn.Tanh()", Form("Tanh")),
    "sigmoid": ("nn.Sigmoid()", Form("Sigmoid")),
    "leaky_relu": ("nn.LeakyReLU(0.2)", Form("LeakyReLU", "negative_slope! inplace", {"negative_slope": (0.2,)})),
    "elu": ("nn.ELU()", Form("ELU", "alpha inplace", {"alpha": (1,)})),
    "relu6": ("nn.ReLU6()", Form("ReLU6", "inplace")),
    "hard_swish": ("nn.Hardswish()", Form("Hardswish", "inplace")),
    "softmax": ("nn.Softmax(dim=1)", Form("Softmax", "dim", {"dim": (1, -1)})),
}
_NORM = "num_features! eps:epsilon momentum affine track_running_stats"
_NORM_FIXED = {"affine": (True,), "track_running_stats": (True,)}
_NORM_IMPLIED = {"epsilon": 1e-5, "momentum": 0.1}

LAYERS = {
    "conv2d": Word(lambda layer, before: _convolution(layer, before, layer.groups), [Form(
        "Conv2d",
        "in_channels! out_channels:filters! kernel_size! stride padding dilation groups bias:use_bias padding_mode",
        {"padding_mode": ("zeros",)},
    ), Form(
        "LazyConv2d",
        "out_channels:filters! kernel_size! stride padding dilation groups bias:use_bias padding_mode",
        {"padding_mode": ("zeros",)},
    )]),
    "depthwise_conv2d": Word(lambda layer, before: _convolution(layer, before, before[0])),  # is read as a Conv2d
    "separable_conv2d": Word(_in_parts),  # is read as its parts
    "zero_padding2d": Word(_zeros, [Form("ZeroPad2d", "padding!")]),
    "max_pooling2d": Word(_pooling("MaxPool2d"), [Form(
        "MaxPool2d", f"{_POOL} padding dilation return_indices ceil_mode",
        {"dilation": ONE, "return_indices": (False,), "ceil_mode": (False,)},
    ), Form("PaddedMaxPool2d", f"{_POOL} sides!")]),
    "average_pooling2d": Word(_pooling("AvgPool2d", "count_include_pad=False"), [Form(
        "AvgPool2d", f"{_POOL} padding ceil_mode count_include_pad divisor_override",
        {"ceil_mode": (False,), "divisor_override": (None,)},
    ), Form("PaddedAvgPool2d", f"{_POOL} sides!")]),
    "global_average_pooling2d": Word(
        lambda layer, before: "nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())",
        [Form("AdaptiveAvgPool2d", "output_size!", {"output_size": ONE})],
    ),
    "global_max_pooling2d": Word(
        lambda layer, before: "nn.Sequential(nn.AdaptiveMaxPool2d(1), nn.Flatten())",
        [Form("AdaptiveMaxPool2d", "output_size! return_indices", {"output_size": ONE, "return_indices": (False,)})],
    ),
    "batch_normalization": Word(
        _batch_normalization,
        [Form(name, _NORM, _NORM_FIXED, _NORM_IMPLIED) for name in ("BatchNorm2d", "BatchNorm1d")]
        + [Form(name, _NORM.partition(" ")[2], _NORM_FIXED, _NORM_IMPLIED)
           for name in ("LazyBatchNorm2d", "LazyBatchNorm1d")],
    ),
    "dropout": Word(lambda layer, before: f"nn.Dropout({layer.rate!r})", [Form("Dropout", "p:rate inplace")]),
    "spatial_dropout2d": Word(
        lambda layer, before: f"nn.Dropout2d({layer.rate!r})", [Form("Dropout2d", "p:rate inplace")]
    ),
    "rescaling": Word(
        lambda layer, before: f"Rescaling({layer.scale!r}, {layer.offset!r})", [Form("Rescaling", "scale! offset")]
    ),
    "flatten": Word(
        lambda layer, before: "nn.Flatten()",
        [Form("Flatten", "start_dim end_dim", {"start_dim": (1,), "end_dim": (-1,)})],
    ),
    "dense": Word(_linear, [
        Form("Linear", "in_features! out_features:units! bias:use_bias"),
        Form("LazyLinear", "out_features:units! bias:use_bias"),
    ]),
    "activation": Word(
        _activation,
        [replace(form, implied={"activation": name}) for name, (_, form) in ACTIVATIONS.items()]
        + [Form("LogSoftmax", "dim", {"dim": (1, -1)}, {"activation": "softmax"})],
    ),
    "residual": Word(lambda layer, before: "Residual", [Form("Residual")]),
}  # fmt: skip
FORMS: dict[str, tuple[str, Form]] = {
    form.name: (kind, form) for kind, word in LAYERS.items() for form in word.forms
} | {
    "Identity": ("identity", Form("Identity")),
}  # of every call that is read, with our type
_INPUT_FIELDS = ("in_channels", "in_features", "num_features")
_USUAL_SIDES = (32, 28, 64, 96, 128, 160, 192, 224, 227, 256, 299)


def write(network: Network, layers: Sequence[Layer]) -> str:
    """The whole program for `network`, whose expanded layers are `layers`, a softmax at the end included."""
    sizes = ", ".join(map(str, network.input))
    return "\n".join([
        "from collections import OrderedDict", "", "import torch", "from torch import nn", *declare(network, layers),
        "",
        'print(f"{sum(weights.numel() for weights in model.parameters()):,} parameters")',
        "model.eval()  # as it is used; model.train() before it learns",
        f"x = torch.rand(1, {sizes})  # pictures x channels x height x width",
        "print(model(x).shape)", "",
    ])  # fmt: skip


def declare(network: Network, layers: Sequence[Layer]) -> list[str]:
    """The lines that define `model` of those layers, and what it needs beside OrderedDict, torch and nn."""
    body = [line for item in trace(network.input, layers) for line in _lines(item, "    ")]
    return [*define(OWN_CLASSES, body), "", "model = nn.Sequential(OrderedDict([", *body, "]))"]


def _lines(item: Traced, indent: str) -> Iterator[str]:
    if item.inside:
        yield f'{indent}("{item.name}", Residual(OrderedDict(['
        for inner in item.inside:
            yield from _lines(inner, indent + "    ")
        if item.projection is not None:
            yield f'{indent}    ("projection", {_call(item.projection, item.before)}),'
        yield f"{indent}]))),  # {shape_text(item.after)}"
        return
    if item.layer.role == "kernels" and (sides := _uneven(item.layer, item.before)):
        yield f'{indent}("{item.name}_padding", nn.ZeroPad2d({sides})),  # left, right, top, bottom'
    note = _SOFTMAX if item.layer == Activation("softmax") else ""
    shape = f"  # {shape_text(item.after)}" if item.after != item.before else note
    yield f'{indent}("{item.name}", {_call(item.layer, item.before)}),{shape}'


def _call(layer: Layer, before: Shape) -> str:
    return entry_of(LAYERS, layer).write(layer, before)


def read(call: Call, before: Shape) -> dict[str, Any]:
    """The call as a JSON object; what is padded side by side holds `sides`.

    Raises InvalidNetwork, also for a wrong input size.
    """
    kind, form = FORMS[call.name]
    entry = {"type": kind, **form.read(call)}
    for name in _INPUT_FIELDS:
        said = entry.pop(name, before[0])
        if said != before[0]:
            raise refuse(
                call.line, N_("Line %(line)d: '%(name)s' must be %(limit)d, as %(shape)s arrives there."),
                name=name, shape=shape_text(before), limit=before[0],
            )  # fmt: skip
    if "momentum" in entry:
        momentum = entry["momentum"]
        entry["momentum"] = round(1 - momentum, 12) if isinstance(momentum, int | float) else momentum
    if kind == "conv2d" and type(groups := entry.get("groups")) is int and groups == before[0] > 1:
        entry = _depthwise(entry, groups)
    if kind == "zero_padding2d":
        entry = {"type": kind, "sides": _sides(call, entry.get("padding"))}
    if "sides" in form.arguments:
        entry["sides"] = _sides(call, entry["sides"])
    if "padding" in form.arguments and entry.get("pool_size"):
        _check_pool(call, entry)
    return entry


def _check_pool(call: Call, entry: dict[str, Any]) -> None:
    """What PyTorch's pools refuse, and padding that counts as zeros, which no layer here does."""
    padding = entry.get("padding", 0)
    sizes, sides = (value if isinstance(value, tuple) else (value,) * 2 for value in (entry["pool_size"], padding))
    if not all(type(side) is int for side in sides) or any(
        isinstance(size, int) and 2 * side > size for size, side in zip(sizes, sides, strict=False)
    ):
        raise refuse(call.line, N_("Line %(line)d: the padding of PyTorch's pools must be whole numbers, at most half "
                                   "of the window."))  # fmt: skip
    allowed = (False,) if any(sides) else (True, False)
    if call.name == "AvgPool2d" and entry.pop("count_include_pad", True) not in allowed:
        raise refuse(call.line, N_("Line %(line)d: '%(name)s' can only be %(allowed)s here."),
                     name="count_include_pad", allowed=allowed[0])  # fmt: skip


def _depthwise(entry: dict[str, Any], channels: int) -> dict[str, Any]:
    """A convolution whose every group is one map, as the layer that is made for it; another where it is none."""
    filters = entry["filters"]
    if type(filters) is not int or filters % channels:
        return entry
    kept = {name: value for name, value in entry.items() if name not in ("filters", "groups")}
    return kept | {"type": "depthwise_conv2d", "depth_multiplier": filters // channels}


def without_unflatten(calls: Sequence[Call]) -> tuple[list[Call], Shape | None]:
    """The calls without one at the start that makes pictures of rows, and the shape that it says."""
    begin = calls[0]
    found = (*begin.arguments, *begin.keywords.values())[-1:] if begin.name in ("Unflatten", "Reshape") else ()
    target = literal(found[0], begin.line) if found and _is_plain(found[0]) else ()
    if len(target) == 3 and all(type(size) is int and size > 0 for size in target):
        return list(calls[1:]), target
    return list(calls), None


def _is_plain(value: Any) -> bool:
    return isinstance(value, Items) or (isinstance(value, tuple) and not any(isinstance(one, Sizes) for one in value))


def find_inputs(calls: Sequence[Call], examples: Sequence[Shape]) -> Iterator[Shape]:
    """The shapes of input that the text may mean, likely ones first: those of its examples, then usual ones."""
    yield from examples
    channels = _channels(calls)
    sides = [*_USUAL_SIDES, *(side for side in range(1, 513) if side not in _USUAL_SIDES)]
    for side in sides:
        for count in [channels] if channels else [3, 1]:
            yield count, side, side


def _channels(calls: Sequence[Call]) -> int | None:
    """Of the first layer that says them, unless a flatten came before."""
    for call in calls:
        if call.name in ("Flatten", "Reshape", "Linear"):
            return None
        if call.inside:
            return _channels(call.inside)
        if call.name in ("Conv2d", "BatchNorm2d"):
            entry = FORMS[call.name][1].read(call)
            said = entry.get("in_channels", entry.get("num_features"))
            return said if type(said) is int else None
    return None


def _sides(call: Call, padding: Any) -> tuple[int, ...]:
    """Top, bottom, left, right, of one number or of left, right, top, bottom."""
    left, right, top, bottom = padding if isinstance(padding, tuple) and len(padding) == 4 else (padding,) * 4
    sides = (top, bottom, left, right)
    if not all(type(side) is int and side >= 0 for side in sides):
        raise refuse(call.line, N_("Line %(line)d: the padding must be one whole number, or four."))
    return sides
