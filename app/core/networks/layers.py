"""The layers of a network, a row each: frozen fields, the arithmetic, and what the page says of the type.

Fields, defaults and numbers are those of Keras: a `stride` or size of two numbers is (height, width), batch
normalization has epsilon 0.001, padding "same" gives ceil(n / stride) and puts an odd cell at the right and below, as
TensorFlow does for every stride (PyTorch's own "same" knows stride 1 only). As in PyTorch, `padding` may also be a
number: so many cells on every side, zeros before a kernel and of no account to a pool. How rows are worked out is for
`arithmetic`, how they are told for `telling`.
"""

from dataclasses import dataclass
from typing import ClassVar

from app.core.errors import N_
from app.core.networks.arithmetic import SPREAD_OR_STEP, About, Arithmetic, Layer, Pair, Rule, Slides
from app.core.networks.fields import (
    BORDER,
    KERNEL,
    KERNELS_OF_EACH,
    MAXIMUM_SIDE,
    POOL_BORDER,
    RATE,
    SIDE,
    SIDES,
    SPREAD,
    STEP,
    Number,
    Sides,
    Whole,
    bias,
    function,
    setting,
)  # fmt: skip
from app.core.networks.formulas import Formula

MAXIMUM_UNITS = 1_000_000

PATTERNS, ROWS = N_("Find patterns"), N_("From maps to a row")
CLASSIFIERS, STEADIERS = N_("Classify"), N_("Steady and regularize")
RELU = {"activation": "relu"}
SHORT_TRAININGS = {"epsilon": 1e-5, "momentum": 0.9}  # PyTorch's: trainings here are short


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


@dataclass(frozen=True)
class Rescaling(Layer):
    """scale * x + offset: how programs bring levels to small numbers, as their first layer."""

    type: ClassVar[str] = "rescaling"
    role: ClassVar[str] = "scale"
    about: ClassVar[About] = About(
        title=N_("rescaling"),
        short=N_("scale"),
        sentence=N_("Multiplies every value by one number and adds another: how programs make levels small."),
        made=N_("every number before it times one factor, plus an offset"),
        group=STEADIERS,
        fresh={"scale": 1 / 255},
    )
    scale: float = setting(Number(-1e6, 1e6), N_("factor"), on_card=True)
    offset: float = setting(Number(-1e6, 1e6), N_("offset"), default=0.0, unusual="+ %(value)s")


@dataclass(frozen=True)
class Flatten(Layer):
    """All values in one row: channel by channel, row by row."""

    type: ClassVar[str] = "flatten"
    role: ClassVar[str] = "unroll"
    about: ClassVar[About] = About(
        short=N_("flatten"),
        sentence=N_("Lays all maps out in one row, for the classifier that follows."),
        made=N_("nothing is computed: the maps are laid out as one long row of numbers"),
        group=ROWS,
        family="row",
    )
    arithmetic: ClassVar[Arithmetic] = Arithmetic(gives=Formula("values"))


@dataclass(frozen=True)
class GlobalPooling(Layer):
    """One number for each channel (https://arxiv.org/abs/1312.4400)."""

    function: ClassVar[str]
    arithmetic: ClassVar[Arithmetic] = Arithmetic(takes="maps", gives=Formula("channels"), sees="all")


@dataclass(frozen=True)
class GlobalAveragePooling2d(GlobalPooling):
    """The mean of each map."""

    type: ClassVar[str] = "global_average_pooling2d"
    role: ClassVar[str] = "global_pool"
    function: ClassVar[str] = "mean"
    about: ClassVar[About] = About(
        title=N_("mean of each map"),
        short=N_("mean of map"),
        sentence=N_("One number for each map, its mean: nothing is left of where things are."),
        made=N_("one number: the mean of the whole map"),
        group=ROWS,
        family="row",
    )


@dataclass(frozen=True)
class GlobalMaxPooling2d(GlobalPooling):
    """The maximum of each map."""

    type: ClassVar[str] = "global_max_pooling2d"
    role: ClassVar[str] = "global_pool"
    function: ClassVar[str] = "maximum"
    about: ClassVar[About] = About(
        title=N_("largest of each map"),
        short=N_("largest of map"),
        sentence=N_("One number for each map, its largest value: is the pattern anywhere?"),
        made=N_("one number: the largest of the whole map"),
        group=ROWS,
        family="row",
    )


@dataclass(frozen=True)
class Dense(Layer):
    """A weighted sum of all inputs for each unit, plus a bias."""

    type: ClassVar[str] = "dense"
    role: ClassVar[str] = "weigh"
    about: ClassVar[About] = About(
        short=N_("dense"),
        sentence=N_("Each unit weighs all values of the row: the classifier."),
        made=N_("every number before it times its weight; then all are added, and the bias"),
        group=CLASSIFIERS,
        fresh={"units": 128} | RELU,
    )
    arithmetic: ClassVar[Arithmetic] = Arithmetic(
        takes="row",
        gives=Formula("units"),
        sees="all",
        parameters=Formula("units * (channels + use_bias)"),
        multiply_adds=Formula("units * channels"),
    )
    units: int = setting(Whole(1, MAXIMUM_UNITS), N_("units"), widest=2048, on_card=True)
    use_bias: bool = bias()
    activation: str = function("none")


@dataclass(frozen=True)
class BatchNormalization(Layer):
    """gamma * (x - mean) / sqrt(variance + epsilon) + beta, a channel or unit each (https://arxiv.org/abs/1502.03167).

    `momentum` is the share of the moving mean and variance that a step keeps, as in Keras (PyTorch's is 1 minus it).
    """

    type: ClassVar[str] = "batch_normalization"
    role: ClassVar[str] = "normalize"
    about: ClassVar[About] = About(
        title=N_("batch norm"),
        short=N_("norm"),
        sentence=N_(
            "Brings each map to mean 0 and deviation 1 over the batch, then scales and shifts it as learned."
        ),
        made=N_("the map before it, shifted and scaled so that over many pictures its values have mean 0 and deviation "
                "1, then scaled and shifted as learned"),
        group=STEADIERS,
        fresh=SHORT_TRAININGS,
    )  # fmt: skip
    arithmetic: ClassVar[Arithmetic] = Arithmetic(
        parameters=Formula("2 * channels"), statistics=Formula("2 * channels")
    )
    epsilon: float = setting(Number(1e-12, 1.0), default=1e-3)
    momentum: float = setting(
        Number(0.0, 1.0), N_("memory"), default=0.99, stops=(0, 0.5, 0.8, 0.9, 0.95, 0.99, 0.999), most=0.9999
    )


@dataclass(frozen=True)
class Dropout(Layer):
    """While training, each value is zero with probability `rate`, else divided by 1 - rate (Srivastava et al. 2014)."""

    type: ClassVar[str] = "dropout"
    role: ClassVar[str] = "pass"
    about: ClassVar[About] = About(
        short=N_("dropout"),
        sentence=N_("While it learns, sets this share of the values to zero at random: no unit can rely on another."),
        group=STEADIERS,
    )
    rate: float = setting(default=0.5, **RATE)


@dataclass(frozen=True)
class SpatialDropout2d(Layer):
    """Dropout of whole maps: neighbors say the same, so that a lone value dropped is no loss (Tompson et al. 2015)."""

    type: ClassVar[str] = "spatial_dropout2d"
    role: ClassVar[str] = "pass"
    about: ClassVar[About] = About(
        title=N_("spatial dropout"),
        short=N_("map dropout"),
        sentence=N_("While it learns, sets this share of the maps to zero at random, each as a whole: no map can rely "
                    "on another."),
        group=STEADIERS,
    )  # fmt: skip
    arithmetic: ClassVar[Arithmetic] = Arithmetic(takes="maps")
    rate: float = setting(default=0.5, **RATE)


@dataclass(frozen=True)
class Activation(Layer):
    """One function of each value; softmax, of all values of a row, may only be the last layer."""

    type: ClassVar[str] = "activation"
    role: ClassVar[str] = "function"
    about: ClassVar[About] = About(
        title=N_("activation"),
        short=N_("activation"),
        sentence=N_("A function of each value; without one, layers after each other are no more than one."),
        made=N_("every number goes by itself through the same bent curve; with ReLU negative ones become 0"),
        group=STEADIERS,
        fresh=RELU,
        named_by="activation",
    )
    activation: str = function()
