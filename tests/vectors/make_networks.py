"""Makes networks.json: what app/core/networks/reports says of networks of every kind, which the page must say too.

The Python arithmetic has independent tests of its own (Keras, PyTorch, gradients); here the page is held to it.
Run it from anywhere: python tests/vectors/make_networks.py
"""

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from app.core.errors import InvalidNetwork  # noqa: E402
from app.core.networks.networks import parse_network  # noqa: E402
from app.core.networks.presets import presets  # noqa: E402
from app.core.networks.reports import Limits  # noqa: E402

Json = dict[str, Any]
LIMITS = Limits()
CONV: Json = {"type": "conv2d", "filters": 4}
FLAT: Json = {"type": "flatten"}
OUT: Json = {"type": "dense", "units": 3}
POOL: Json = {"type": "max_pooling2d"}
NORM: Json = {"type": "batch_normalization"}


def network(*layers: Json, shape: tuple[int, int, int] = (3, 17, 23), classes: int = 3) -> Json:
    """The JSON of a network."""
    return {"input": list(shape), "classes": classes, "layers": list(layers)}


SOUND = {
    "stride and same padding": network(CONV | {"kernel_size": 4, "stride": 3, "padding": "same"}, FLAT, OUT),
    "sides that differ": network(CONV | {"kernel_size": [5, 2], "stride": [2, 1], "padding": [2, 1]}, FLAT, OUT),
    "numbers as padding": network(CONV | {"padding": 1}, CONV | {"kernel_size": 5, "padding": 4}, FLAT, OUT),
    "no bias, every norm": network(CONV | {"use_bias": False}, NORM, FLAT, OUT | {"use_bias": False}, NORM),
    "pools that overlap": network(POOL | {"pool_size": 3, "stride": 2}, CONV, {"type": "average_pooling2d"}, FLAT, OUT),
    "pools that leave out": network(POOL | {"pool_size": [2, 4], "stride": [5, 4]}, CONV | {"filters": 7}, FLAT, OUT),
    "padded pools": network(
        POOL | {"pool_size": 3, "stride": 2, "padding": "same"}, CONV,
        {"type": "average_pooling2d", "pool_size": [2, 3], "stride": 1, "padding": [1, 2]}, POOL | {"padding": "same"},
        FLAT, OUT,
    ),
    "each map by itself": network(
        {"type": "depthwise_conv2d", "stride": 2, "padding": "same", "depth_multiplier": 2, "activation": "relu"},
        {"type": "depthwise_conv2d", "kernel_size": [1, 3], "padding": [0, 2], "use_bias": False}, FLAT, OUT,
    ),
    "separable": network(
        {"type": "separable_conv2d", "filters": 6, "depth_multiplier": 3, "padding": 1}, NORM,
        {"type": "separable_conv2d", "filters": 4, "stride": 2, "use_bias": False, "activation": "elu"}, FLAT, OUT,
    ),
    "spread kernels of groups": network(
        CONV | {"filters": 6, "groups": 3, "dilation": 2}, CONV | {"groups": 2, "dilation": [1, 3], "padding": "same"},
        FLAT, OUT,
    ),
    "zeros around": network(
        {"type": "zero_padding2d"}, CONV, {"type": "zero_padding2d", "padding": [0, 3]}, POOL, FLAT, OUT
    ),
    "scaled, then leaky": network(
        {"type": "rescaling", "scale": 1 / 255, "offset": -0.5}, CONV | {"activation": "leaky_relu"},
        {"type": "activation", "activation": "leaky_relu"}, {"type": "spatial_dropout2d"}, FLAT, OUT,
    ),
    "the mean of each map": network(CONV | {"filters": 9}, {"type": "global_average_pooling2d"}, OUT),
    "the largest of each map": network(CONV | {"filters": 3}, {"type": "global_max_pooling2d"}),
    "activations count by name": network(
        CONV, {"type": "activation", "activation": "relu"}, {"type": "dropout", "rate": 0.25}, CONV,
        {"type": "activation", "activation": "gelu"}, {"type": "activation", "activation": "relu"}, FLAT, OUT,
        {"type": "activation", "activation": "softmax"},
    ),
    "a block in a block": network(
        {"type": "residual", "activation": "relu", "layers": [
            CONV | {"padding": "same", "stride": 2},
            {"type": "residual", "layers": [CONV | {"padding": "same"}, NORM]},
            {"type": "dropout"},
        ]}, FLAT, OUT,
    ),
    "one pixel": network(FLAT, {"type": "dense", "units": 2, "activation": "tanh"}, OUT, shape=(1, 1, 1)),
    "large": network(CONV | {"filters": 90, "stride": 3}, POOL, CONV | {"filters": 40}, FLAT, OUT, shape=(3, 224, 224)),
}  # fmt: skip

REFUSED = {
    "a window larger than its maps": network(CONV, CONV | {"kernel_size": 22}, FLAT, OUT),
    "dense on maps": network(CONV, OUT),
    "a convolution of a row": network(FLAT, CONV, OUT),
    "a pool of a row": network(FLAT, POOL, OUT),
    "another number of classes": network(FLAT, OUT | {"units": 4}),
    "maps at the end": network(CONV),
    "softmax inside": network(CONV, {"type": "activation", "activation": "softmax"}, FLAT, OUT),
    "a padding as wide as its kernel": network(CONV | {"kernel_size": 3, "padding": 3}, FLAT, OUT),
    "a pool's padding as wide as its window": network(POOL, POOL | {"padding": [0, 2]}, FLAT, OUT),
    "groups that do not divide the maps": network(CONV, CONV | {"groups": 3}, FLAT, OUT),
    "a step and a spacing": network(CONV | {"stride": 2, "dilation": 2}, FLAT, OUT),
    "a block that cannot be added": network({"type": "residual", "layers": [CONV | {"kernel_size": 9}]}, FLAT, OUT),
    "a fault inside a block": network({"type": "residual", "layers": [CONV, CONV | {"kernel_size": 16}]}, FLAT, OUT),
    "the softmax of one": network(FLAT, {"type": "dense", "units": 1, "activation": "softmax"}, classes=1),
    "too many parameters": network(FLAT, {"type": "dense", "units": 100_000}, OUT),
    "too much memory": network(*[CONV | {"filters": 64, "padding": "same"}] * 5, FLAT, OUT, shape=(3, 224, 224)),
    "too many layers": network(*[NORM] * 39, FLAT, OUT),
}


def told(description: Json) -> Json:
    """A sound network with its report."""
    checked = parse_network(description)
    return {"network": checked.describe(), "report": checked.report.describe()}


def place(description: Json) -> str | None:
    """The layer at fault, as in "layers.2", or None where it is the network as a whole."""
    try:
        parse_network(description)
    except InvalidNetwork as error:
        parts = (error.field or "").split(".")
        return ".".join(part for part in parts if part == "layers" or part.isdigit()) if len(parts) > 1 else None
    raise AssertionError("this network was to be refused")


def make() -> Json:
    """Everything that networks.json holds."""
    sound = {name: preset.network.describe() for name, preset in presets().items()} | SOUND
    return {
        "limits": {"parameters": LIMITS.parameters, "memory_mb": LIMITS.memory_mb},
        "cases": [{"name": name} | told(value) for name, value in sound.items()],
        "refused": [{"name": name, "network": value, "place": place(value)} for name, value in REFUSED.items()],
    }


if __name__ == "__main__":
    text = json.dumps(make(), separators=(",", ":"))
    (Path(__file__).parent / "networks.json").write_text(text + "\n", "utf-8")
