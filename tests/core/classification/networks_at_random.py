"""Small networks of every type of layer, with random weights and statistics, and pictures for them."""

from typing import Any

import torch
from hypothesis import reject
from hypothesis import strategies as st

from app.core.classification.anatomy import Anatomy
from app.core.errors import InvalidNetwork
from app.core.networks.modules import build
from app.core.networks.networks import parse_network
from app.core.pictures.preparation import Preparation, prepare_images

SIZE = (10, 9)
MEAN, STD = (0.5, 0.4, 0.45), (0.25, 0.2, 0.22)
RESIDUAL: dict[str, Any] = {
    "type": "residual",
    "activation": "relu",
    "layers": [
        {"type": "conv2d", "filters": 5, "padding": "same", "stride": 2, "activation": "tanh"},
        {"type": "batch_normalization"},
        {"type": "conv2d", "filters": 5, "padding": "same", "use_bias": False},
    ],
}
SLIDING = [
    {"stride": 1},
    {"stride": 2},
    {"stride": [1, 2]},
    {"stride": 1, "dilation": 2},
    {"stride": 1, "dilation": [1, 2]},
]
CONVOLUTIONS = st.builds(
    lambda filters, size, sliding, groups, padding, bias: {
        "type": "conv2d", "filters": filters * groups, "kernel_size": size, "padding": padding, "groups": groups,
        "use_bias": bias, **sliding,
    },
    st.integers(1, 4), st.sampled_from([1, 2, 3, [3, 2]]), st.sampled_from(SLIDING),
    st.sampled_from([1, 1, 1, 3]), st.sampled_from(["same", "same", "valid"]), st.booleans(),
)  # fmt: skip
DEPTHWISE: dict[str, Any] = {"type": "depthwise_conv2d", "padding": "same"}
SAME_SIZE = st.one_of(
    CONVOLUTIONS,
    st.builds(
        lambda multiplier, sliding, separable: DEPTHWISE | {"depth_multiplier": multiplier} | sliding | separable,
        st.integers(1, 2),
        st.sampled_from(SLIDING),
        st.sampled_from([{}, {"type": "separable_conv2d", "filters": 3}]),
    ),
    st.just({"type": "batch_normalization"}),
    st.builds(
        lambda name: {"type": "activation", "activation": name},
        st.sampled_from(["relu", "gelu", "silu", "tanh", "leaky_relu", "elu", "relu6", "hard_swish"]),
    ),
    st.just({"type": "dropout"}),
    st.just({"type": "spatial_dropout2d"}),
    st.just({"type": "rescaling", "scale": 0.5, "offset": -1}),
    st.just({"type": "zero_padding2d", "padding": [2, 1]}),
)
POOLS = st.sampled_from([
    {"type": "max_pooling2d"}, {"type": "average_pooling2d", "pool_size": 2, "stride": 1},
    {"type": "max_pooling2d", "pool_size": 3, "stride": 2, "padding": "same"},
    {"type": "average_pooling2d", "pool_size": [4, 3], "stride": 2, "padding": [3, 1]},
])  # fmt: skip
ENDS = st.sampled_from([
    [{"type": "flatten"}],
    [{"type": "global_average_pooling2d"}],
    [{"type": "global_max_pooling2d"}, {"type": "batch_normalization"}],
    [{"type": "flatten"}, {"type": "dropout"}, {"type": "dense", "units": 5, "activation": "relu"}],
])  # fmt: skip


@st.composite
def anatomies(draw: st.DrawFn) -> Anatomy:
    """Convolutions and what goes with them, a pool, perhaps a residual block, and a classifier."""
    first, second = draw(st.lists(SAME_SIZE, min_size=1, max_size=2)), draw(st.lists(SAME_SIZE, max_size=1))
    block = draw(st.sampled_from([[], [RESIDUAL]]))
    layers = [*first, draw(POOLS), *block, *second, *draw(ENDS)]
    try:
        return make_anatomy(layers, seed=draw(st.integers(0, 99)))
    except InvalidNetwork:  # a window that does not fit
        reject()


def make_anatomy(layers: list[dict[str, Any]], seed: int = 0, size: tuple[int, int] = SIZE) -> Anatomy:
    """The network of these layers and a last dense one of three classes, on color pictures."""
    network = parse_network({"input": [3, *size], "classes": 3, "layers": [*layers, {"type": "dense", "units": 3}]})
    module = build(network, seed).eval()
    generator = torch.Generator().manual_seed(seed)
    for name, tensor in module.state_dict().items():
        if name.endswith("running_var"):
            tensor.copy_(torch.rand(tensor.shape, generator=generator) + 0.5)
        elif tensor.is_floating_point() and tensor.ndim == 1:
            tensor.copy_(torch.randn(tensor.shape, generator=generator) * 0.5 + 0.3)
    return Anatomy(network, module, temperature=1.7, preparation=Preparation(size, 3, MEAN, STD))


def prepared_picture(anatomy: Anatomy, seed: int = 0) -> torch.Tensor:
    """1 x C x H x W."""
    levels = torch.randint(0, 256, (1, *anatomy.network.input), generator=torch.Generator().manual_seed(seed))
    assert anatomy.preparation is not None
    return prepare_images(levels.to(torch.uint8), anatomy.preparation)
