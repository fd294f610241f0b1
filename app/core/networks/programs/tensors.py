"""What is done to a tensor on its way through a network, as the layer that it is; data of known shape."""

import ast
from collections.abc import Mapping
from typing import Any

from app.core.networks.programs.builtins import Builtins
from app.core.networks.programs.values import NOT_WRITTEN, OUTSIDE, Array, Made, Sizes, Tensor, Unknown

Arguments = tuple[Any, ...]
Keywords = dict[str, Any]

# PyTorch's functions, a row each: its name, the layer that it is, the names of its arguments behind the tensor.
_FUNCTIONS = """
    relu ReLU inplace
    relu_ ReLU
    gelu GELU approximate
    silu SiLU inplace
    tanh Tanh
    sigmoid Sigmoid
    relu6 ReLU6 inplace
    elu ELU alpha inplace
    hardswish Hardswish inplace
    leaky_relu LeakyReLU negative_slope inplace
    softmax Softmax dim
    log_softmax LogSoftmax dim
    max_pool2d MaxPool2d kernel_size stride padding dilation ceil_mode return_indices
    avg_pool2d AvgPool2d kernel_size stride padding ceil_mode count_include_pad divisor_override
    adaptive_avg_pool2d AdaptiveAvgPool2d output_size
    adaptive_max_pool2d AdaptiveMaxPool2d output_size return_indices
    dropout Dropout p training inplace
    dropout2d Dropout2d p training inplace
    flatten Flatten start_dim end_dim
    pad ZeroPad2d padding mode value
    squeeze Squeeze dim
"""
FUNCTIONS: Mapping[tuple[str], tuple[str, list[str]]] = {
    (name,): (word, names) for name, word, *names in map(str.split, _FUNCTIONS.strip().splitlines())
}
SAME = {"contiguous", "clone", "to", "float", "cuda", "cpu", "type", "half", "double", "requires_grad_", "type_as"}
_POOLS = ("avg_pool2d", "max_pool2d")
_RANK = 4  # of pictures: count, channels, height, width


def made(
    machine: Builtins, line: int, path: str, before: Arguments, arguments: Arguments, keywords: Keywords
) -> Tensor | Unknown:
    """What a layer of that name gives; `path` begins with the library."""
    for one in before:
        if not isinstance(one, Tensor):
            why = one if isinstance(one, Unknown) else Unknown(NOT_WRITTEN, line)
            return Unknown(why.why, why.at, why.name, network=True)
    layer = Made(machine.tick(), line, path, path.partition(".")[0], arguments, keywords)
    return Tensor(line, layer, before)


def function(machine: Builtins, name: str, arguments: Arguments, keywords: Keywords, line: int) -> Any:
    """F.name(x, ...), torch.name(x, ...) or x.name(...) of PyTorch."""
    x, *rest = arguments
    if name in SAME:
        return x
    if name in ("view", "reshape"):
        return _reshape(machine, x, tuple(rest), line)
    if name in ("size", "dim"):
        found = sizes(x)
        return len(found) if name == "dim" else machine.subscript(found, rest[0], line) if rest else found
    if name in ("add", "add_") and len(rest) == 1 and not keywords:
        return arithmetic(machine, ast.Add, x, rest[0], line)
    if name == "mean" and _dimensions(machine, rest, keywords) in ((2, 3), (3, 2), (-1, -2), (-2, -1)):
        pooled = made(machine, line, "torch.nn.AdaptiveAvgPool2d", (x,), (1,), {})
        return made(machine, line, "torch.nn.Flatten", (pooled,), (), {})
    return _layer(machine, name, x, tuple(rest), keywords, line)


def _layer(machine: Builtins, name: str, x: Tensor, rest: Arguments, keywords: Keywords, line: int) -> Tensor | Unknown:
    if name in _POOLS and _is_whole_map(machine, x, (*rest, *keywords.values())):
        name, rest, keywords = f"adaptive_{name}", (1,), {}
    word, names = FUNCTIONS.get((name,), (name, []))
    bound = dict(zip(names, rest, strict=False)) | keywords
    if len(rest) > len(names) or word == name:
        return made(machine, line, f"torch.nn.{word}", (x,), rest, keywords)
    if bound.pop("training", True) is False:
        return x
    if word == "Flatten":
        bound.setdefault("start_dim", 0)
    if word == "ZeroPad2d" and (bound.pop("mode", "constant") != "constant" or bound.pop("value", 0) not in (0, None)):
        word = name
    bound.pop("_stacklevel", None)
    return made(machine, line, f"torch.nn.{word}", (x,), (), bound)


def _is_whole_map(machine: Builtins, x: Tensor, said: Arguments) -> bool:
    """Whether a pool's window is told as the sizes of what arrives: F.avg_pool2d(x, x.size()[2:])."""
    window = machine.plain(said[0]) if len(said) == 1 else None
    sides = window if isinstance(window, tuple) else (window,)
    return all(isinstance(side, Sizes) and side.of is x and side.axes <= {2, 3} for side in sides)


def _dimensions(machine: Builtins, rest: list[Any], keywords: Keywords) -> Any:
    given = machine.plain(rest[0] if rest else keywords.get("dim"))
    return tuple(rest) if len(rest) > 1 else given


def _reshape(machine: Builtins, x: Tensor, rest: Arguments, line: int) -> Any:
    target = machine.plain(rest[0]) if len(rest) == 1 and not isinstance(rest[0], int) else rest
    if isinstance(target, Unknown) or not isinstance(target, tuple) or len(target) < 2:
        return made(machine, line, "torch.nn.Reshape", (x,), (target,), {})
    return made(machine, line, "torch.nn.Reshape", (x,), (target[1:],), {})


def sizes(x: Tensor) -> tuple[Sizes, ...]:
    """The shape of a tensor, whatever it is: a row's has two, others four."""
    flat = _is_row(x)
    return tuple(Sizes(x, frozenset({axis})) for axis in range(2 if flat else _RANK))


def _is_row(x: Tensor) -> bool:
    while x.by is not None:
        word = x.by.word
        if word in ("Flatten", "Linear", "LazyLinear", "Dense", "BatchNorm1d") or word.startswith("Global"):
            return True
        if word == "Reshape":
            return not isinstance(x.by.arguments[0], tuple) or len(x.by.arguments[0]) == 1
        if not word[:1].isupper() or word in ("Conv2d", "Conv2D", "MaxPool2d", "BatchNorm2d") or not x.before:
            return False
        x = x.before[0]
    return False


def arithmetic(machine: Builtins, sign: type[ast.operator], left: Any, right: Any, line: int) -> Any:
    """left + right, ... where one is a tensor, a size of one, or data; NotImplemented where none is."""
    if isinstance(left, Array) or isinstance(right, Array):
        return left if isinstance(left, Array) else right
    if isinstance(left, Sizes) or isinstance(right, Sizes):
        return _of_sizes(sign, left, right, line)
    if isinstance(left, Tensor) and isinstance(right, Tensor):
        word = "Add" if sign is ast.Add else f"{sign.__name__} of two tensors"
        return made(machine, line, f"{library(left)}.{word}", (left, right), (), {})
    if not isinstance(left, Tensor | Unknown) and not isinstance(right, Tensor | Unknown):
        return NotImplemented
    if not isinstance(left, Tensor) and not isinstance(right, Tensor):
        return NotImplemented
    return _scaled(machine, sign, left, right, line)


def library(x: Tensor) -> str:
    """Of which library the tensor is."""
    while x.by is None or not x.by.library:
        if not x.before:
            return "torch"
        x = x.before[0]
    return x.by.library


def _scaled(machine: Builtins, sign: type[ast.operator], left: Any, right: Any, line: int) -> Any:
    tensor, number = (left, right) if isinstance(left, Tensor) else (right, left)
    if isinstance(number, Unknown):
        return Unknown(number.why, number.at, number.name, network=True)
    first = isinstance(left, Tensor)
    scales = {
        ast.Mult: lambda n: (n, 0.0), ast.Add: lambda n: (1.0, n), ast.Sub: lambda n: (1.0, -n) if first else (-1.0, n),
        ast.Div: lambda n: (1 / n, 0.0) if first else (None, None),
    }  # fmt: skip
    if not isinstance(number, int | float) or sign not in scales or (sign is ast.Div and not number):
        return Unknown(NOT_WRITTEN, line, network=True)
    scale, offset = scales[sign](number)
    if scale is None:
        return Unknown(NOT_WRITTEN, line, network=True)
    return made(machine, line, f"{library(tensor)}.Rescaling", (tensor,), (scale, offset), {})


def _of_sizes(sign: type[ast.operator], left: Any, right: Any, line: int) -> Any:
    if sign is ast.Mult:
        if left == 1 or right == 1:
            return right if left == 1 else left
        if isinstance(left, Sizes) and isinstance(right, Sizes) and left.of is right.of and not left.axes & right.axes:
            return Sizes(left.of, left.axes | right.axes)
    return Unknown(NOT_WRITTEN, line)


def shaped(machine: Builtins, shape: Any) -> Any:
    """Data of that shape; Unknown where it is not known."""
    found = machine.plain(shape)
    return Array(found) if isinstance(found, tuple) else Unknown(OUTSIDE, 0, "shape")


def array_method(machine: Builtins, of: Array, name: str, arguments: Arguments, keywords: Keywords, line: int) -> Any:
    """x.name(...) of data."""
    if name == "reshape":
        target = machine.plain(arguments[0] if len(arguments) == 1 else arguments)
        return Array(_filled(of.shape, target)) if isinstance(target, tuple) else Unknown(OUTSIDE, line, "reshape")
    if name in ("astype", "copy", *SAME):
        return of
    if name == "size" and arguments:
        return machine.subscript(of.shape, arguments[0], line)
    return of.shape if name == "size" else Unknown(OUTSIDE, line, name)


def _filled(before: Arguments, target: Arguments) -> Arguments:
    """A shape with its one -1 worked out."""
    if target.count(-1) != 1 or not all(type(size) is int for size in (*before, *target)):
        return target
    whole, known = 1, 1
    for size in before:
        whole *= size
    for size in target:
        known *= size if size != -1 else 1
    return tuple(whole // known if size == -1 and known else size for size in target)
