"""What PyTorch calls a layer of `nn.Sequential`, and the shapes that it says beside."""

import ast
from collections.abc import Iterator
from typing import Any

from app.core.errors import N_
from app.core.networks.fields import shape_text
from app.core.networks.layers import Shape
from app.core.networks.texts.forms import ONE, Form
from app.core.networks.texts.syntax import Call, Program, refuse

NONE = (0, (0, 0))
_POOL = "kernel_size:pool_size! stride padding"

FORMS = {
    "Conv2d": Form(
        "conv2d",
        "in_channels! out_channels:filters! kernel_size! stride padding dilation groups bias:use_bias padding_mode",
        {"dilation": ONE, "groups": (1,), "padding_mode": ("zeros",)},
    ),
    "MaxPool2d": Form("max_pooling2d", f"{_POOL} dilation return_indices ceil_mode",
                      {"padding": NONE, "dilation": ONE, "return_indices": (False,), "ceil_mode": (False,)}),
    "AvgPool2d": Form("average_pooling2d", f"{_POOL} ceil_mode count_include_pad divisor_override",
                      {"padding": NONE, "ceil_mode": (False,), "count_include_pad": (True, False),
                       "divisor_override": (None,)}),
    "AdaptiveAvgPool2d": Form("global_average_pooling2d", "output_size!", {"output_size": ONE}),
    "AdaptiveMaxPool2d": Form("global_max_pooling2d", "output_size! return_indices",
                              {"output_size": ONE, "return_indices": (False,)}),
    "BatchNorm2d": Form("batch_normalization", "num_features! eps:epsilon momentum affine track_running_stats",
                        {"affine": (True,), "track_running_stats": (True,)}, {"epsilon": 1e-5, "momentum": 0.1}),
    "Dropout": Form("dropout", "p:rate inplace"),
    "Flatten": Form("flatten", "start_dim end_dim", {"start_dim": (1,), "end_dim": (-1,)}),
    "Linear": Form("dense", "in_features! out_features:units! bias:use_bias"),
    "ReLU": Form("activation", "inplace", implied={"activation": "relu"}),
    "GELU": Form("activation", "approximate", {"approximate": ("none",)}, {"activation": "gelu"}),
    "SiLU": Form("activation", "inplace", implied={"activation": "silu"}),
    "Tanh": Form("activation", implied={"activation": "tanh"}),
    "Sigmoid": Form("activation", implied={"activation": "sigmoid"}),
    "Softmax": Form("activation", "dim", {"dim": (1, -1)}, {"activation": "softmax"}),
    "ZeroPad2d": Form("padding", "padding!"),
    "Residual": Form("residual"),
    "Identity": Form("identity"),
}  # fmt: skip
FORMS["BatchNorm1d"] = FORMS["BatchNorm2d"]
_INPUT_FIELDS = ("in_channels", "in_features", "num_features")
_EXAMPLES = ("zeros", "ones", "rand", "randn", "empty", "summary")
_USUAL_SIDES = (32, 28, 64, 96, 128, 160, 192, 224, 227, 256, 299)


def read(call: Call, program: Program, before: Shape) -> dict[str, Any]:
    """The call as a JSON object; type "padding" holds `sides`. Raises InvalidNetwork, also for a wrong input size."""
    entry = FORMS[call.name].read(call, program)
    for name in _INPUT_FIELDS:
        said = entry.pop(name, before[0])
        if said != before[0]:
            raise refuse(
                call.line, N_("Line %(line)d: '%(name)s' must be %(limit)d, as %(shape)s arrives there."),
                name=name, shape=shape_text(before), limit=before[0],
            )  # fmt: skip
    if entry["type"] == "batch_normalization":
        momentum = entry["momentum"]
        entry["momentum"] = round(1 - momentum, 12) if isinstance(momentum, int | float) else momentum
    if entry["type"] == "padding":
        entry = {"type": "padding", "sides": _sides(call, entry.get("padding"))}
    return entry


def find_inputs(calls: list[Call], program: Program, tree: ast.Module) -> Iterator[Shape]:
    """The shapes of input that the text may mean, likely ones first; an example, torch.rand(1, 3, 32, 32), decides."""
    if (example := _find_example(program, tree)) is not None:
        yield example
        return
    channels = _channels(calls, program)
    sides = [*_USUAL_SIDES, *(side for side in range(1, 513) if side not in _USUAL_SIDES)]
    for side in sides:
        for count in [channels] if channels else [3, 1]:
            yield count, side, side


def _find_example(program: Program, tree: ast.Module) -> Shape | None:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in _EXAMPLES:
            sizes = [item.value for part in node.args for item in getattr(part, "elts", [part])
                     if isinstance(item, ast.Constant) and type(item.value) is int]  # fmt: skip
            if len(sizes) in (3, 4) and min(sizes) > 0:
                return tuple(sizes[-3:])
    return None


def _channels(calls: list[Call], program: Program) -> int | None:
    """Of the first layer that says them, unless a flatten came before."""
    for call in calls:
        if call.name == "Flatten":
            return None
        if call.inside:
            return _channels(list(call.inside), program)
        if call.name in ("Conv2d", "BatchNorm2d"):
            entry = FORMS[call.name].read(call, program)
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
