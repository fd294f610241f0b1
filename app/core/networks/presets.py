"""Networks to start from: the lecture's, and those that people expect beside it. Titles are to be translated."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from app.core.errors import N_, InvalidValue
from app.core.networks.networks import Network, parse_network

Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Preset:
    """A named network; `description` says what it is known for."""

    name: str
    title: str
    description: str
    network: Network


def conv(filters: int, size: int = 3, **others: Any) -> Entry:
    """A convolution's description."""
    return {"type": "conv2d", "filters": filters, "kernel_size": size, **others}


def dense(units: int, activation: str = "none") -> Entry:
    """A dense layer's description."""
    return {"type": "dense", "units": units, "activation": activation}


POOL: Entry = {"type": "max_pooling2d", "pool_size": 2}
NORM: Entry = {"type": "batch_normalization", "epsilon": 1e-5, "momentum": 0.9}  # as in PyTorch: for short trainings
GELU: Entry = {"type": "activation", "activation": "gelu"}
FLATTEN: Entry = {"type": "flatten"}
CIFAR = (3, 32, 32)


def _lecture(filters: int, units: int) -> list[Entry]:
    """Three convolutions, flatten, two dense layers."""
    return [*[conv(filters, activation="relu")] * 3, FLATTEN, dense(units, "relu"), dense(10, "softmax")]


def _lenet() -> list[Entry]:
    """LeCun et al. 1998, as it is taught today: every map of C3 sees all of S2, and the last layer is plain."""
    pool = {"type": "average_pooling2d", "pool_size": 2}
    return [
        conv(6, 5, padding="same", activation="tanh"), pool, conv(16, 5, activation="tanh"), pool, FLATTEN,
        dense(120, "tanh"), dense(84, "tanh"), dense(10),
    ]  # fmt: skip


def _tiny_vgg() -> list[Entry]:
    """Two blocks of two convolutions and a pooling, ten channels each, as CNN Explainer has it."""
    block = [conv(10, activation="relu"), conv(10, activation="relu"), POOL]
    return [*block, *block, FLATTEN, dense(10)]


def _residual() -> list[Entry]:
    """ResNet (He et al. 2015) for small pictures: three pairs of convolutions with a way around each."""

    def block(filters: int, stride: int) -> Entry:
        first = [conv(filters, stride=stride, padding="same", use_bias=False), NORM,
                 {"type": "activation", "activation": "relu"}]  # fmt: skip
        second = [conv(filters, padding="same", use_bias=False), NORM]
        return {"type": "residual", "layers": [*first, *second], "activation": "relu"}

    stem = [conv(16, padding="same", use_bias=False), NORM, {"type": "activation", "activation": "relu"}]
    return [*stem, block(16, 1), block(32, 2), block(64, 2), {"type": "global_average_pooling2d"}, dense(10)]


def _strong() -> list[Entry]:
    """In the style of airbench94 (Jordan 2024, https://arxiv.org/abs/2404.00498)."""

    def block(filters: int) -> list[Entry]:
        convolution, norm = conv(filters, padding="same", use_bias=False), NORM | {"momentum": 0.6}
        return [convolution, POOL, norm, GELU, convolution, norm, GELU]

    stem = conv(24, 2, activation="gelu")
    head = dense(10) | {"use_bias": False}
    return [stem, *block(64), *block(256), *block(256), {"type": "global_max_pooling2d"}, head]


_CATALOG = (
    ("lecture", N_("The lecture's network"), CIFAR, _lecture(128, 1024),
     N_("Three convolutions of 128 kernels and a dense layer of 1,024 units: 88,914,698 parameters, nearly all of them "
        "in the first dense layer.")),
    ("lecture-light", N_("The lecture's network, light"), CIFAR, _lecture(16, 128),
     N_("The same with 16 kernels a layer and 128 units: it trains in minutes.")),
    ("lenet-5", N_("LeNet-5"), (1, 28, 28), _lenet(),
     N_("The network of 1998 that read the digits on checks.")),
    ("tiny-vgg", N_("Tiny VGG"), CIFAR, _tiny_vgg(),
     N_("Ten channels a layer, so that all its maps fit on one screen.")),
    ("residual", N_("Residual network"), CIFAR, _residual(),
     N_("Each block adds what it finds to what it got, which lets deep networks learn.")),
    ("strong", N_("Strong small network"), CIFAR, _strong(),
     N_("Three blocks with batch normalization and 1.97 million parameters, as good on small pictures as much larger "
        "networks.")),
)  # fmt: skip


@cache
def presets() -> dict[str, Preset]:
    """All of them, by name."""
    return {
        name: Preset(name, title, description, parse_network({"input": list(size), "classes": 10, "layers": layers}))
        for name, title, size, layers, description in _CATALOG
    }


def find_preset(name: str) -> Preset:
    """The preset of that name; InvalidValue if there is none."""
    try:
        return presets()[name]
    except KeyError:
        raise InvalidValue(
            N_("There is no network of that name; GET /api/networks lists all %(limit)d."),
            field="network", limit=len(presets()),
        ) from None  # fmt: skip
