"""Hypothesis draws valid networks of every type of layer, small enough to build and run in milliseconds."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from app.core.errors import InvalidNetwork
from app.core.networks.fields import Place
from app.core.networks.networks import Network, parse_layer, parse_network

Entry = dict[str, Any]
Draw = Callable[[st.SearchStrategy[Any]], Any]

SMOOTH = ("gelu", "silu", "tanh", "sigmoid")
ACTIVATIONS = ("none", "relu", "leaky_relu", "elu", "relu6", "hard_swish", *SMOOTH)

sizes = st.integers(1, 4) | st.lists(st.integers(1, 4), min_size=2, max_size=2)
strides = st.integers(1, 3) | st.lists(st.integers(1, 3), min_size=2, max_size=2)
functions = st.sampled_from(ACTIVATIONS[1:])

convolutions = st.fixed_dictionaries(
    {"type": st.just("conv2d"), "filters": st.integers(1, 4), "kernel_size": sizes},
    optional={
        "stride": strides,
        "padding": st.sampled_from(["valid", "same", "same", 1, [0, 2]]),
        "dilation": st.integers(1, 2) | st.sampled_from([[1, 3], [2, 1]]),
        "groups": st.integers(1, 3),
        "use_bias": st.booleans(),
        "activation": st.sampled_from(ACTIVATIONS),
    },
)
depthwise = st.fixed_dictionaries(
    {"type": st.just("depthwise_conv2d"), "kernel_size": sizes},
    optional={
        "stride": strides,
        "padding": st.sampled_from(["valid", "same", "same", 1, [0, 2]]),
        "dilation": st.integers(1, 2) | st.sampled_from([[1, 3], [2, 1]]),
        "depth_multiplier": st.integers(1, 3),
        "use_bias": st.booleans(),
        "activation": st.sampled_from(ACTIVATIONS),
    },
)
separable = st.builds(
    lambda entry, filters: entry | {"type": "separable_conv2d", "filters": filters}, depthwise, st.integers(1, 4)
)
kernels = st.one_of(convolutions, convolutions, depthwise, separable)
poolings = st.fixed_dictionaries(
    {"type": st.sampled_from(["max_pooling2d", "average_pooling2d"])},
    optional={
        "pool_size": sizes,
        "stride": strides | st.none(),
        "padding": st.sampled_from(["valid", "same", "same", 1, [0, 2], [2, 1], 3]),
    },
)
around = st.fixed_dictionaries(
    {"type": st.just("zero_padding2d")}, optional={"padding": st.integers(0, 2) | st.just([0, 3])}
)
plain = st.one_of(
    st.fixed_dictionaries(
        {"type": st.just("rescaling"), "scale": st.sampled_from([1 / 255, 0.5, 2.0])},
        optional={"offset": st.sampled_from([-1.0, 0.25])},
    ),
    st.fixed_dictionaries(
        {"type": st.just("batch_normalization")},
        optional={"epsilon": st.sampled_from([1e-3, 1e-5, 0.1]), "momentum": st.sampled_from([0.99, 0.9, 0.6])},
    ),
    st.fixed_dictionaries({"type": st.just("spatial_dropout2d")}, optional={"rate": st.sampled_from([0.0, 0.25, 0.5])}),
    st.fixed_dictionaries({"type": st.just("dropout")}, optional={"rate": st.sampled_from([0.0, 0.25, 0.5])}),
    st.fixed_dictionaries({"type": st.just("activation"), "activation": functions}),
)
dense = st.fixed_dictionaries(
    {"type": st.just("dense"), "units": st.integers(1, 6)},
    optional={"use_bias": st.booleans(), "activation": st.sampled_from(ACTIVATIONS)},
)
inner = st.one_of(kernels.map(lambda entry: entry | {"padding": "same"}), plain)
blocks = st.fixed_dictionaries(
    {"type": st.just("residual"), "layers": st.lists(inner, min_size=1, max_size=3)},
    optional={"activation": st.sampled_from(ACTIVATIONS)},
)
to_rows = st.sampled_from(["flatten", "global_average_pooling2d", "global_max_pooling2d"]).map(
    lambda kind: {"type": kind}
)


@st.composite
def networks(draw: Draw, kinds: st.SearchStrategy[Entry] | None = None, most: int = 5) -> Network:
    """A network whose layers fit each other: what does not fit is left out."""
    shape = tuple(draw(st.tuples(st.integers(1, 3), st.integers(4, 13), st.integers(4, 13))))
    wanted = draw(st.lists(kinds or st.one_of(kernels, poolings, around, plain, blocks), max_size=most))
    wanted += [draw(to_rows), *draw(st.lists(plain | dense, max_size=2)), draw(dense)]
    layers, current = [], shape
    for entry in wanted:
        try:
            current = parse_layer(entry).output_shape(current, Place())
        except InvalidNetwork:
            continue
        layers.append(entry)
    if current[0] > 1 and draw(st.booleans()):
        layers[-1] = layers[-1] | {"activation": "softmax"}
    return parse_network({"input": list(shape), "classes": current[0], "layers": layers})
