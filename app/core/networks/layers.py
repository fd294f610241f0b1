"""The layers of a network, a row each: frozen fields, the arithmetic, and what the page says of the type.

Fields, defaults and numbers are those of Keras: batch normalization has epsilon 0.001. How rows are worked out is for
`arithmetic`, how they are told for `telling`; those that move a window are in `window_layers`.
"""

from dataclasses import dataclass
from typing import ClassVar

from app.core.errors import N_
from app.core.networks.arithmetic import CLASSIFIERS, ROWS, STEADIERS, About, Arithmetic, Layer
from app.core.networks.fields import MAXIMUM_UNITS, RATE, RELU, Number, Whole, bias, function, setting
from app.core.networks.formulas import Formula

SHORT_TRAININGS = {"epsilon": 1e-5, "momentum": 0.9}  # PyTorch's: trainings here are short


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
