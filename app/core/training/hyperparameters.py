"""What a training can be told: one frozen `Training`, checked before anything is built.

It does not know how a training goes (training) or what its network is (networks). The defaults are those of
the lecture: Adam with rate 0.0001 and decay 0.000001, ten epochs in batches of 128.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

from app.core.errors import N_, InvalidValue

OptimizerName = Literal["sgd", "adam", "adamw", "rmsprop", "adagrad", "muon"]
Schedule = Literal["constant", "one-cycle", "cosine"]
Normalization = Literal["none", "unit", "center", "standardize"]
Statistics = Literal["training", "biased", "test"]
Initialization = Literal["default", "dirac"]
Precision = Literal["auto", "float32", "bfloat16"]

CHOICES: dict[str, tuple[str, ...]] = {
    "optimizer": get_args(OptimizerName),
    "schedule": get_args(Schedule),
    "normalization": get_args(Normalization),
    "statistics": get_args(Statistics),
    "initialization": get_args(Initialization),
    "precision": get_args(Precision),
}
AUGMENTATIONS = ("flip", "alternating-flip", "shift", "cutout", "noise", "brightness", "affine")
# field: lowest and highest value; None in the field itself is checked by its type
BOUNDS: dict[str, tuple[float, float]] = {
    "epochs": (1, 10_000), "batch_size": (1, 65_536), "learning_rate": (0, 1e4), "momentum": (0, 0.9999),
    "decay": (0, 1e3), "warm_up": (0, 1), "label_smoothing": (0, 0.99), "ema": (0, 0.999999),
    "weight_decay": (0, 1e3), "bias_learning_rate": (0, 1e4), "head_learning_rate": (0, 1e4),
    "l1": (0, 1e3), "l2": (0, 1e3), "max_norm": (1e-6, 1e6), "early_stopping": (1, 10_000),
    "seed": (0, 2**53), "validation_split": (0, 0.9), "train_limit": (1, 2**40), "shift": (0, 64),
    "cutout": (0, 256), "whiten": (0, 1),
}  # fmt: skip
# What changes neither how long a step takes nor how many an epoch has. All else does, a new field too until it is here.
STEADY = {
    "epochs", "learning_rate", "momentum", "nesterov", "decay", "schedule", "warm_up", "weight_decay",
    "bias_learning_rate", "head_learning_rate", "early_stopping", "seed", "shuffle", "statistics", "label_smoothing",
    "shift", "cutout", "stratify",
}  # fmt: skip
COUNTING = {"train_limit", "validation_split"}  # what changes how many steps an epoch has, not how long one takes


@dataclass(frozen=True, slots=True)
class Training:
    """Hyperparameters. Raises InvalidValue with the field at fault."""

    epochs: int = 10  # passes over the training pictures
    batch_size: int = 128  # pictures a step; an epoch's last batch may be smaller, as in Keras
    optimizer: OptimizerName = "adam"  # muon: kernels by Muon, biases and head by AdamW
    learning_rate: float = 1e-4  # at its highest
    momentum: float = 0.9  # of sgd and muon
    nesterov: bool = False  # sgd: look ahead along the momentum
    decay: float = 1e-6  # Keras' time-based decay: rate / (1 + decay * step)
    schedule: Schedule = "constant"  # one-cycle: up over warm_up, then straight to zero; cosine: down as a cosine
    warm_up: float = 0.0  # share of the steps over which one-cycle and cosine rise
    label_smoothing: float = 0.0  # this share of the target is spread over all classes
    ema: float = 0.0  # decay of the running mean of the weights, which is then what is evaluated; 0: none
    weight_decay: float = 0.0  # sgd, adamw: PyTorch's; muon: AdamW's, of the head
    bias_learning_rate: float | None = None  # muon: of what is no matrix; None: learning_rate
    head_learning_rate: float | None = None  # muon: of the last dense layer; None: learning_rate
    l1: float = 0.0  # lasso: l1 * sum |w| is added to the loss, over kernels
    l2: float = 0.0  # ridge: l2 * sum w^2, over kernels
    max_norm: float | None = None  # longest that a unit's incoming weights may be
    early_stopping: int | None = None  # epochs without a better validation loss until it ends; best weights are kept
    seed: int = 0  # of weights, order, augmentation, dropout and split
    shuffle: bool = True  # a new order every epoch
    validation_split: float = 0.1  # share of the training pictures put aside to choose by
    stratify: bool = True  # each class loses its share of them, at least one picture; False: whichever come
    train_limit: int | None = None  # only so many training pictures: overfitting on demand
    normalization: Normalization = "unit"  # levels as they are; 0..1; minus the mean; and by the deviation
    statistics: Statistics = "training"  # which pictures center and standardize measure; the others are traps to show
    augmentation: tuple[str, ...] = ()  # of AUGMENTATIONS, for training pictures alone
    shift: int = 2  # pixels, at most, of the augmentation `shift`
    cutout: int = 8  # side in pixels of the augmentation `cutout`
    initialization: Initialization = "default"  # dirac: convolutions start by passing their input on
    whiten: float = 0.0  # share of the steps in which a fixed, whitening first layer learns its bias; 0: none
    batch_norm_scale: bool = True  # False: batch normalization's factor stays one, only its offset learns
    mirror_test: bool = False  # a prediction is the mean of the picture's and its mirror's logits
    precision: Precision = "auto"  # auto: bfloat16 where the processor multiplies it, else float32

    def __post_init__(self) -> None:
        object.__setattr__(self, "augmentation", tuple(self.augmentation))
        _check_choices(self)
        for name in BOUNDS:
            if (value := getattr(self, name)) is not None:
                check_bounds(name, value)


def parse_training(description: Any) -> Training:
    """A `Training` of a JSON object; names it has not are refused, fields left out have their defaults."""
    if not isinstance(description, Mapping):
        raise InvalidValue(N_("A training is an object of named values."), field="training")
    known = {entry.name: entry for entry in fields(Training)}
    for name in description:
        if name not in known:
            raise InvalidValue(N_("A training has no such value; its values are %(names)s."), field="training",
                               names=", ".join(known))  # fmt: skip
    return Training(**{name: _typed(name, value) for name, value in description.items()})


def check_bounds(name: str, value: float) -> None:
    """Whether the field of that name may have that value; InvalidValue with the bound that it passes."""
    low, high = BOUNDS[name]
    if not low <= value <= high:
        raise InvalidValue(N_("%(name)s lies between %(low)s and %(high)s."), field=name, name=name, value=value,
                           low=_plain(low), high=_plain(high), limit=high if value > high else low)  # fmt: skip


def describe_training(training: Training) -> dict[str, Any]:
    """The JSON object that `parse_training` reads back: every value, so that no default is asked for what once was."""
    return asdict(training) | {"augmentation": list(training.augmentation)}


def tell_hyperparameters() -> list[dict[str, Any]]:
    """Every field as JSON, for the page: its kind, default and limits, and whether an epoch's time depends on it."""
    usual = describe_training(Training())
    return [
        {"name": name, "default": usual[name], "changes_pace": name not in STEADY} | _limits(name) for name in usual
    ]


def _limits(name: str) -> dict[str, Any]:
    if name in BOUNDS:
        low, high = BOUNDS[name]
        return {"kind": "whole" if name in _INTEGERS else "number", "low": low, "high": high}
    if name == "augmentation":
        return {"kind": "choices", "choices": list(AUGMENTATIONS)}
    return {"kind": "choice", "choices": list(CHOICES[name])} if name in CHOICES else {"kind": "flag"}


_HUGE = 1e300  # NaN, infinity and whole numbers past every float are on its other side
_INTEGERS = {"epochs", "batch_size", "seed", "train_limit", "early_stopping", "shift", "cutout"}
_BOOLEANS = {entry.name for entry in fields(Training) if entry.type == "bool" or entry.type is bool}
_NULLABLE = {entry.name for entry in fields(Training) if "None" in str(entry.type)}


def _typed(name: str, value: Any) -> Any:
    if name == "augmentation":
        if not isinstance(value, list | tuple) or not all(isinstance(entry, str) for entry in value):
            raise InvalidValue(N_("%(name)s is a list of names."), field=name, name=name)
        return tuple(value)
    if value is None and name in _NULLABLE:
        return None
    if name in _BOOLEANS:
        if not isinstance(value, bool):
            raise InvalidValue(N_("%(name)s is true or false."), field=name, name=name)
        return value
    return value if name in CHOICES else _number(name, value)


def _number(name: str, value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _HUGE:
        raise InvalidValue(N_("%(name)s is a number."), field=name, name=name)
    if name not in _INTEGERS:
        return float(value)
    if value != int(value):
        raise InvalidValue(N_("%(name)s is a whole number."), field=name, name=name)
    return int(value)


def _check_choices(training: Training) -> None:
    for name, choices in CHOICES.items():
        if getattr(training, name) not in choices:
            raise InvalidValue(N_("%(name)s is one of %(choices)s."), field=name, name=name, choices=", ".join(choices))
    for name in training.augmentation:
        if name not in AUGMENTATIONS:
            raise InvalidValue(N_("augmentation is made of %(choices)s."), field="augmentation",
                               choices=", ".join(AUGMENTATIONS))  # fmt: skip
    if len(set(training.augmentation)) < len(training.augmentation):
        raise InvalidValue(N_("augmentation names a change twice."), field="augmentation")


def _plain(number: float) -> str:
    """A bound as a person writes it."""
    return str(number) if isinstance(number, int) else f"{number:g}"
