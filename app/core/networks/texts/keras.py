"""What Keras calls a layer, in `Sequential([...])` or by `model.add(...)`; old spellings included."""

from typing import Any

from app.core.errors import N_
from app.core.networks.texts.forms import ONE, Form
from app.core.networks.texts.syntax import Call, Program, refuse

LAST = (None, "channels_last")
INPUTS = ("input_shape", "batch_input_shape", "input_dim", "batch_size", "batch_shape")

FORMS = {
    "Conv2D": Form(
        "conv2d", "filters! kernel_size! strides:stride padding data_format dilation_rate groups activation use_bias",
        {"data_format": LAST, "dilation_rate": ONE, "groups": (1,)},
    ),
    "MaxPooling2D": Form("max_pooling2d", "pool_size strides:stride padding data_format", {"data_format": LAST}),
    "AveragePooling2D": Form("average_pooling2d", "pool_size strides:stride padding data_format",
                             {"data_format": LAST}),
    "GlobalAveragePooling2D": Form("global_average_pooling2d", "data_format keepdims",
                                   {"data_format": LAST, "keepdims": (False,)}),
    "GlobalMaxPooling2D": Form("global_max_pooling2d", "data_format keepdims",
                               {"data_format": LAST, "keepdims": (False,)}),
    "BatchNormalization": Form("batch_normalization", "axis momentum epsilon center scale",
                               {"axis": (-1, 3), "center": (True,), "scale": (True,)}),
    "Dropout": Form("dropout", "rate! noise_shape", {"noise_shape": (None,)}),
    "Flatten": Form("flatten", "data_format", {"data_format": LAST}),
    "Dense": Form("dense", "units! activation use_bias"),
    "Activation": Form("activation", "activation!"),
    "ReLU": Form("activation", "max_value negative_slope threshold",
                 {"max_value": (None,), "negative_slope": (0,), "threshold": (0,)}, {"activation": "relu"}),
    "Softmax": Form("activation", "axis", {"axis": (-1,)}, {"activation": "softmax"}),
    "ZeroPadding2D": Form("padding", "padding data_format", {"data_format": LAST}),
    "Residual": Form("residual", "activation", extras=("projection",)),
    "Input": Form("input", "shape", extras=("batch_size",)),
    "InputLayer": Form("input", "shape", extras=INPUTS),
}  # fmt: skip
FORMS |= {
    "Convolution2D": FORMS["Conv2D"],
    "MaxPool2D": FORMS["MaxPooling2D"],
    "AvgPool2D": FORMS["AveragePooling2D"],
    "GlobalAvgPool2D": FORMS["GlobalAveragePooling2D"],
    "GlobalMaxPool2D": FORMS["GlobalMaxPooling2D"],
}
_SPELLINGS = {"swish": "silu", None: "none"}


def read(call: Call, program: Program) -> dict[str, Any]:
    """The call as a JSON object; type "padding" holds `sides`, "input" the shape. Raises InvalidNetwork."""
    form = FORMS[call.name]
    if call.keywords.keys() & set(INPUTS):
        form = Form(form.type, form.names, form.fixed, form.implied, (*form.extras, *INPUTS))
    entry = form.read(call, program)
    if "activation" in entry:
        entry["activation"] = _SPELLINGS.get(entry["activation"], entry["activation"])
    if isinstance(padding := entry.get("padding"), str):
        entry["padding"] = padding.lower()
    if entry["type"] == "padding":
        entry = {"type": "padding", "sides": _sides(call, entry.get("padding", 1))}
    return entry


def find_input(calls: list[Call], program: Program) -> tuple[int, ...] | None:
    """(channels, height, width) as the first layer says it; None where it does not. Raises InvalidNetwork."""
    first = calls[0]
    for name in ("shape", "input_shape", "batch_input_shape", "batch_shape"):
        node = first.keywords.get(name)
        if node is None and name == "shape" and first.name in ("Input", "InputLayer") and first.arguments:
            node = first.arguments[0]
        if node is not None:
            shape = program.literal(node)
            return _channels_first(first, shape[1:] if name.startswith("batch") and shape else shape)
    return None


def _channels_first(call: Call, shape: Any) -> tuple[int, ...]:
    if not isinstance(shape, tuple) or len(shape) not in (2, 3):
        raise refuse(call.line, N_("Line %(line)d: the input's shape must be height, width and channels."))
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
