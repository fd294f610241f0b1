"""What is asked of both apps, as data: a call's answer must be the same, but for what every run of it changes.

`{run}` in an address is the id of the small run that both have trained before.
"""

import io
import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from PIL import Image

from scripts.compare.states import OVERFITTED, TRAINED

# Fields that differ from one answer to the next, in JSON and in a stream's events; so do dates, whatever their name.
VOLATILE = {
    "milliseconds", "seconds", "seconds_left", "seconds_an_epoch",
    "images_per_second", "minutes", "request_id", "busy",
}  # fmt: skip
BOTH = ("en", "es")
_MODELS = ("explain", "best", "digits")


@dataclass(frozen=True)
class Call:
    """A request: a `form` or a `body` makes it a POST."""

    path: str
    form: dict[str, str] | None = None
    body: Any = None
    files: dict[str, bytes] = field(default_factory=dict)
    languages: tuple[str, ...] = ("en",)
    accept: str = "application/json"

    @property
    def method(self) -> str:
        """GET, or POST where something is sent."""
        return "GET" if self.form is None and self.body is None else "POST"


@cache
def photo() -> bytes:
    """A PNG that no sample is."""
    levels = np.random.default_rng(9).integers(0, 256, (40, 56, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(levels).save(file, "PNG")
    return file.getvalue()


def calls(models: dict[str, list[str]]) -> list[Call]:
    """All of them; `models` are the names of each model's layers."""
    asked = [Call(path, languages=BOTH) for path in GETS]
    asked += [Call(f"/api/samples/{name}") for name in ("mouse", "cat", "none-such")]
    asked += [Call("/api/convolutions", form, accept="*/*") for form in CONVOLUTIONS]
    asked += [Call("/api/convolutions", form, languages=BOTH) for form in (*CONVOLUTIONS[:3], *REFUSED_CONVOLUTIONS)]
    asked += [Call("/api/convolutions", {"kernel": "sharpen"}, files={"image": data}) for data in (photo(), b"none")]
    asked += [Call("/api/convolutions/pixel", form | place) for form in CONVOLUTIONS for place in PLACES]
    asked += [Call("/api/convolutions/code", form) for form in CONVOLUTIONS]
    asked += [Call("/api/kernel-fits", form, languages=BOTH) for form in FITS]
    asked += [Call("/api/networks", body=body, languages=BOTH) for body in (*NETWORKS, *TEXTS)]
    asked += [Call("/api/runs", body=order, languages=BOTH) for order in REFUSED_ORDERS]
    asked += [Call("/api/runs/preview", body=order) for order in PREVIEWS]
    asked += [Call("/api/networks/timings", body=order) for order in REFUSED_TIMINGS]
    for name, layers in models.items():
        asked += _of_model(name, layers)
    return asked


def presets(networks: list[dict[str, Any]]) -> list[Call]:
    """Each prepared network, as an object and fitted to other pictures."""
    return [Call("/api/networks", body=preset["network"]) for preset in networks]


def _of_model(name: str, layers: list[str]) -> list[Call]:
    home = f"/api/models/{name}"
    asked = [Call(home, languages=BOTH), Call(f"{home}/weights"), Call(f"{home}/selectivity")]
    asked += [Call(f"{home}/filters/{layer}") for layer in layers[:4]]
    asked += [Call(f"{home}/channels/{layer}/1") for layer in layers[:3]]
    asked += [Call(f"{home}/classifications", form, languages=BOTH) for form in QUESTIONS]
    asked += [Call(f"{home}/classifications", {}, files={"image": photo()})]
    asked += [Call(f"{home}/activations", {"sample": "cat"})]
    asked += [Call(f"{home}/activations", {"sample": "cat", "layer": layers[0], "format": "npy"}, accept="*/*")]
    asked += [Call(f"{home}/explanations", {"sample": "cat", "layer": layer} | UNIT) for layer in (*layers, "softmax")]
    asked += [Call(f"{home}/attributions", {"sample": "cat", "method": method}) for method in METHODS]
    return asked


GETS = (
    "/api/kernels", "/api/samples", "/api/networks", "/api/models", "/api/datasets", "/api/datasets/digits",
    "/api/datasets/shapes", "/api/datasets/cifar10", "/api/datasets/none", "/api/models/none", "/api/recipes",
    "/api/limits", "/api/problems", "/api/openapi.json", "/healthz", "/readyz", "/api/none", "/api/runs",
    "/api/runs/0123456789abcdef", "/api/runs/{run}", "/api/runs/{run}/events", "/api/runs/{run}/metrics.csv",
    "/api/runs/{run}/snapshots/0", "/api/runs/{run}/snapshots/999",
    "/api/runs/{run}/confusion", "/api/runs/{run}/confusion?epoch=1", "/api/runs/{run}/confusion/8/1",
    "/api/runs/{run}/photo", "/api/models/run-{run}",
)  # fmt: skip
METHODS = ("grad-cam", "saliency", "integrated-gradients", "occlusion", "none")
UNIT = {"channel": "1", "x": "0", "y": "0"}
PLACES = ({"x": "0", "y": "0"}, {"x": "7", "y": "3", "channel": "1", "at": "0"}, {"x": "99999", "y": "0"})
_CHAIN = [{"kernel": "sobel-x", "stride": 2}, {"type": "relu"}, {"type": "max_pool", "size": 2}, {"kernel": "box-blur"}]
CONVOLUTIONS: tuple[dict[str, str], ...] = (
    {"sample": "mouse", "kernel": "curve"},
    {"sample": "coffee", "kernel": "sobel-x", "display": "signed", "color": "gray"},
    {"sample": "coffee", "steps": json.dumps(_CHAIN), "format": "webp"},
    {"sample": "cat", "kernel": "gaussian-blur-7", "format": "npy", "border": "wrap", "max_side": "90"},
    {"sample": "cat", "matrix": "[[1,2],[0,-3]]", "divisor": "2", "offset": "40", "stride": "3", "dilation": "2"},
    {"sample": "cat", "kernel": "emboss", "flip": "true", "border": "valid", "format": "jpeg", "display": "rescale"},
    {"sample": "cat", "kernel": "emboss", "border": "reflect", "display": "absolute"},
)
REFUSED_CONVOLUTIONS: tuple[dict[str, str], ...] = (
    {"sample": "mouse", "matrix": "[[1,2],[3]]"},
    {"sample": "mouse", "kernel": "none-such"},
    {"sample": "mouse", "kernel": "curve", "stride": "65"},
    {"sample": "mouse", "kernel": "curve", "border": "none-such"},
    {"sample": "mouse", "steps": '[{"type": "none-such"}]'},
    {"sample": "mouse", "kernel": "curve", "other": "1"},
    {"sample": "none-such", "kernel": "curve"},
    {"kernel": "curve"},
)
FITS: tuple[dict[str, str], ...] = (
    {"sample": "coffee", "kernel": "sobel-x", "max_side": "120"},
    {"sample": "impulse", "matrix": "[[1,2,1],[2,4,2],[1,2,1]]", "divisor": "16", "size": "5"},
    {"sample": "coffee"},
)
QUESTIONS: tuple[dict[str, str], ...] = (
    {"sample": "cat"},
    {"sample": "rocket", "change": '{"angle": 20, "noise": 15, "cover": [8, 8, 4], "shift": [1, 2], "blur": 1}'},
    {"sample": "cat", "implant": '{"layer": "conv2d_1", "channel": 0, "matrix": [[1,2,1],[0,0,0],[-1,-2,-1]]}'},
    {"sample": "cat", "implant": '{"layer": "none-such", "channel": 0, "matrix": [[1]]}'},
)


def _network(*layers: dict[str, Any], size: int = 12, classes: int = 10) -> dict[str, Any]:
    return {"input": [3, size, size], "classes": classes, "layers": list(layers)}


_CONV = {"type": "conv2d", "filters": 6, "activation": "relu"}
_FLAT, _OUT = {"type": "flatten"}, {"type": "dense", "units": 10}
NETWORKS: tuple[Any, ...] = (
    _network(_CONV, _FLAT, _OUT),
    _network(_CONV | {"kernel_size": [3, 1], "stride": [2, 1], "padding": "same", "use_bias": False}, _FLAT, _OUT),
    _network(_CONV | {"padding": 2, "activation": "gelu"}, {"type": "max_pooling2d", "pool_size": 3}, _FLAT, _OUT),
    _network(
        _CONV, {"type": "batch_normalization", "epsilon": 1e-4, "momentum": 0.9}, {"type": "average_pooling2d"},
        {"type": "dropout", "rate": 0.3}, {"type": "global_average_pooling2d"}, _OUT,
    ),
    _network(
        _CONV, {"type": "residual", "layers": [_CONV | {"padding": "same", "filters": 8}], "activation": "silu"},
        {"type": "global_max_pooling2d"}, _OUT, {"type": "activation", "activation": "softmax"},
    ),
    _network(_CONV, _OUT),
    _network(_CONV | {"kernel_size": 13}, _FLAT, _OUT),
    _network(_CONV | {"filters": 0}, _FLAT, _OUT),
    _network(_CONV | {"filters": 10**9}, _FLAT, _OUT),
    _network(_CONV | {"activation": "none-such"}, _FLAT, _OUT),
    _network(_CONV | {"other": 1}, _FLAT, _OUT),
    _network({"type": "conv2d"}, _FLAT, _OUT),
    _network({"type": "none-such"}),
    _network(_CONV, _FLAT, {"type": "dense", "units": 9}),
    _network({"type": "dropout", "rate": 1.5}, _FLAT, _OUT),
    _network({"type": "max_pooling2d", "pool_size": 20}, _FLAT, _OUT),
    _network({"type": "residual", "layers": []}, _FLAT, _OUT),
    _network(*[_CONV | {"padding": "same"}] * 41, _FLAT, _OUT),
    _network(_FLAT, {"type": "dense", "units": 10**6}, {"type": "dense", "units": 10**6}, _OUT),
    _network(size=0),
    {"layers": []},
    {},
    [],
    "text",
)  # fmt: skip
TEXTS = (
    {"text": "model = Sequential()\nmodel.add(Conv2D(16, (3, 3), activation='relu', input_shape=(32, 32, 3)))\n"
             "model.add(MaxPooling2D())\nmodel.add(Flatten())\nmodel.add(Dense(10, activation='softmax'))"},
    {"text": "nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), "
             "nn.Linear(2048, 10))"},
    {"text": "nn.Sequential(nn.Conv2d(3, 8, 3), nn.NoneSuch())"},
    {"text": "model.add(Conv2D(16, (3, 3), none_such=1))"},
    {"text": "for"},
    {"text": "", "input": [1, 8, 8]},
    {"text": "import os", "other": 1},
)  # fmt: skip
REFUSED_ORDERS: tuple[Any, ...] = (
    {"dataset": "none-such"},
    {"dataset": "cifar10"},
    {"dataset": "digits", "network": "none-such"},
    {"dataset": "digits", "network": _network(_CONV, _FLAT, _OUT)},
    {"dataset": "digits", "training": {"epochs": 0}},
    {"dataset": "digits", "training": {"optimizer": "none-such"}},
    {"dataset": "digits", "training": {"none_such": 1}},
    {"dataset": "digits", "other": 1},
    {},
    [],
)
REFUSED_TIMINGS: tuple[Any, ...] = ({"dataset": "none-such"}, {"dataset": "digits", "training": {"batch_size": -1}}, [])
PREVIEWS: tuple[Any, ...] = (
    {"dataset": "digits", "training": {"normalization": "standardize", "augmentation": ["shift"]}},
    {"dataset": "shapes", "training": {"augmentation": ["flip", "cutout"], "seed": 4}},
    {"dataset": "shapes", "training": {"augmentation": ["none-such"]}},
)
ORDERS = (TRAINED, OVERFITTED)
