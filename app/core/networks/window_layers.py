"""The layers that move a window over maps, convolutions and pools, and the zeros around: a row each.

A `stride` or size of two numbers is (height, width); padding "same" gives ceil(n / stride) and puts an odd cell at the
right and below, as TensorFlow does for every stride (PyTorch's own "same" knows stride 1 only). As in PyTorch,
`padding` may also be a number: so many cells on every side, zeros before a kernel and of no account to a pool. What
holds for all rows is in `layers`.
"""

from dataclasses import dataclass
from typing import ClassVar

from app.core.errors import N_
from app.core.networks.arithmetic import PATTERNS, SPREAD_OR_STEP, About, Arithmetic, Layer, Pair, Rule, Slides
from app.core.networks.fields import (
    BORDER,
    KERNEL,
    KERNELS_OF_EACH,
    MAXIMUM_SIDE,
    MAXIMUM_UNITS,
    POOL_BORDER,
    RELU,
    SIDE,
    SIDES,
    SPREAD,
    STEP,
    Sides,
    Whole,
    bias,
    function,
    setting,
)
from app.core.networks.formulas import Formula


@dataclass(frozen=True)
class Conv2d(Layer):
    """Cross-correlation with `filters` kernels over all channels, plus a bias (https://arxiv.org/abs/1603.07285).

    A kernel's cells are `dilation` apart; with `groups`, filters and channels are divided into as many equal parts, and
    a filter sees the channels of its own part only.
    """

    type: ClassVar[str] = "conv2d"
    role: ClassVar[str] = "kernels"
    about: ClassVar[About] = About(
        short=N_("conv"),
        sentence=N_("Slides small kernels over all maps; each kernel gives one map of where its pattern is."),
        made=N_("each map before it, convolved with its own kernel; then all are added, and the bias"),
        group=PATTERNS,
        fresh={"filters": Formula("width")} | RELU,
    )
    arithmetic: ClassVar[Arithmetic] = Arithmetic(
        takes="maps",
        slides=Slides("kernel_size", "stride", "padding", "dilation"),
        gives=Formula("filters"),
        rules=(
            Rule(Formula("channels % groups"), "groups",
                 N_("Layer %(layer)s (%(type)s): %(channels)s maps cannot be divided into %(groups)s equal groups.")),
            Rule(Formula("filters % groups"), "groups",
                 N_("Layer %(layer)s (%(type)s): %(filters)s kernels cannot be divided into %(groups)s equal groups.")),
            SPREAD_OR_STEP,
        ),
        parameters=Formula("filters * (prod(kernel_size) * (channels // groups) + use_bias)"),
        multiply_adds=Formula("places * filters * (channels // groups) * prod(kernel_size)"),
    )  # fmt: skip
    filters: int = setting(Whole(1, MAXIMUM_UNITS), N_("kernels"), widest=512, on_card=True)
    kernel_size: Pair = setting(default=(3, 3), **KERNEL)
    stride: Pair = setting(default=(1, 1), **STEP)
    padding: str | Pair = setting(default="valid", **BORDER)
    dilation: Pair = setting(default=(1, 1), **SPREAD)
    groups: int = setting(
        Whole(1, MAXIMUM_UNITS), N_("groups"), default=1, widest=512, unusual=N_("%(value)s groups of maps")
    )
    use_bias: bool = bias()
    activation: str = function("none")


@dataclass(frozen=True)
class DepthwiseConv2d(Layer):
    """Each map by itself through `depth_multiplier` kernels (https://arxiv.org/abs/1704.04861); those of one map give
    neighbors."""

    type: ClassVar[str] = "depthwise_conv2d"
    role: ClassVar[str] = "kernels"
    about: ClassVar[About] = About(
        title=N_("depthwise conv"),
        short=N_("conv of each"),
        sentence=N_("One kernel for each map, or a few: each map is filtered by itself, and none are mixed."),
        made=N_("one map before it, convolved with its own kernel; then the bias is added"),
        group=PATTERNS,
        fresh={"padding": "same"} | RELU,
    )
    arithmetic: ClassVar[Arithmetic] = Arithmetic(
        takes="maps",
        slides=Slides("kernel_size", "stride", "padding", "dilation"),
        gives=Formula("channels * depth_multiplier"),
        rules=(SPREAD_OR_STEP,),
        parameters=Formula("channels * depth_multiplier * (prod(kernel_size) + use_bias)"),
        multiply_adds=Formula("places * channels * depth_multiplier * prod(kernel_size)"),
    )
    kernel_size: Pair = setting(default=(3, 3), **KERNEL)
    stride: Pair = setting(default=(1, 1), **STEP)
    padding: str | Pair = setting(default="valid", **BORDER)
    dilation: Pair = setting(default=(1, 1), **SPREAD)
    depth_multiplier: int = setting(default=1, **KERNELS_OF_EACH)
    use_bias: bool = bias()
    activation: str = function("none")


@dataclass(frozen=True)
class SeparableConv2d(Layer):
    """A depthwise convolution without bias, then one of 1 x 1 over all its maps (https://arxiv.org/abs/1610.02357)."""

    type: ClassVar[str] = "separable_conv2d"
    role: ClassVar[str] = "kernels"
    about: ClassVar[About] = About(
        title=N_("separable conv"),
        short=N_("separable conv"),
        sentence=N_(
            "Filters each map by itself, then mixes the maps pixel by pixel: far fewer weights than a convolution."
        ),
        group=PATTERNS,
        fresh={"filters": Formula("width")} | RELU,
    )
    arithmetic: ClassVar[Arithmetic] = Arithmetic(
        takes="maps",
        slides=Slides("kernel_size", "stride", "padding", "dilation"),
        gives=Formula("filters"),
        rules=(SPREAD_OR_STEP,),
        parameters=Formula("channels * depth_multiplier * (prod(kernel_size) + filters) + filters * use_bias"),
        multiply_adds=Formula("places * channels * depth_multiplier * (prod(kernel_size) + filters)"),
    )
    filters: int = setting(Whole(1, MAXIMUM_UNITS), N_("kernels"), widest=512, on_card=True)
    kernel_size: Pair = setting(default=(3, 3), **KERNEL)
    stride: Pair = setting(default=(1, 1), **STEP)
    padding: str | Pair = setting(default="valid", **BORDER)
    dilation: Pair = setting(default=(1, 1), **SPREAD)
    depth_multiplier: int = setting(default=1, **KERNELS_OF_EACH)
    use_bias: bool = bias()
    activation: str = function("none")

    def parts(self) -> tuple[Layer, ...]:
        """The two convolutions."""
        names = ("kernel_size", "stride", "padding", "dilation", "depth_multiplier")
        each = DepthwiseConv2d(**{name: getattr(self, name) for name in names}, use_bias=False)
        return each, Conv2d(self.filters, (1, 1), use_bias=self.use_bias, activation=self.activation)


@dataclass(frozen=True)
class ZeroPadding2d(Layer):
    """Rows and columns of zeros around each map."""

    type: ClassVar[str] = "zero_padding2d"
    role: ClassVar[str] = "pad"
    about: ClassVar[About] = About(
        title=N_("zero padding"),
        short=N_("zeros around"),
        sentence=N_("Puts rows and columns of zeros around each map."),
        made=N_("the map before it with zeros around"),
        group=PATTERNS,
    )
    arithmetic: ClassVar[Arithmetic] = Arithmetic(takes="maps", slides=Slides(padding="padding"))
    padding: Pair = setting(Sides(0, MAXIMUM_SIDE), N_("zeros"), default=(1, 1), stops=(0, 1, 2, 3), on_card=True)


@dataclass(frozen=True)
class Pooling(Layer):
    """The maximum or mean of windows, `stride` apart (default: their size); what is left over is dropped.

    Padding never counts: a window that reaches over the border gives the maximum or mean of its cells inside, as in
    Keras (https://keras.io/api/layers/pooling_layers) and PyTorch's `count_include_pad=False`.
    """

    function: ClassVar[str]
    arithmetic: ClassVar[Arithmetic] = Arithmetic(takes="maps", slides=Slides("pool_size", "stride", "padding"))
    pool_size: Pair = setting(SIDE, N_("window"), default=(2, 2), stops=SIDES[1:], typed=True, on_card=True)
    stride: Pair | None = setting(default=None, **STEP | {"kind": Sides(1, MAXIMUM_SIDE, otherwise="pool_size")})
    padding: str | Pair = setting(default="valid", **POOL_BORDER)


@dataclass(frozen=True)
class MaxPooling2d(Pooling):
    """The maximum of each window."""

    type: ClassVar[str] = "max_pooling2d"
    role: ClassVar[str] = "pool"
    function: ClassVar[str] = "maximum"
    about: ClassVar[About] = About(
        title=N_("max pooling"),
        short=N_("pool"),
        sentence=N_("Keeps the largest value of each window: smaller maps, and a pattern may move a little."),
        made=N_("of each window of the map before it only the largest value stays"),
        group=PATTERNS,
        family="pooling",
    )


@dataclass(frozen=True)
class AveragePooling2d(Pooling):
    """The mean of each window."""

    type: ClassVar[str] = "average_pooling2d"
    role: ClassVar[str] = "pool"
    function: ClassVar[str] = "mean"
    about: ClassVar[About] = About(
        title=N_("mean pooling"),
        short=N_("mean pool"),
        sentence=N_("Keeps the mean of each window: smaller maps, and less detail."),
        made=N_("the mean of each window of the map before it"),
        group=PATTERNS,
        family="pooling",
    )
