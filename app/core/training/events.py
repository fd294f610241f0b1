"""What a training tells, one event after the other. They hold plain values; only the last one holds the network."""

from dataclasses import dataclass

from torch import nn

from app.core.pictures.preparation import Preparation


@dataclass(frozen=True, slots=True)
class Step:
    """One batch was learned. `step` counts from 1 to `steps`, `epoch` from 1; loss as trained, with its smoothing."""

    step: int
    steps: int
    epoch: int
    images: int
    loss: float
    accuracy: float
    learning_rate: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Epoch:
    """A row of the history; validation values are None where no pictures are put aside."""

    epoch: int
    train_loss: float
    train_accuracy: float
    validation_loss: float | None
    validation_accuracy: float | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Diverged:
    """The loss of a step is no number any more; nothing follows."""

    step: int
    epoch: int
    loss: float


@dataclass(frozen=True, slots=True)
class Finished:
    """The last event. `module` is in eval mode, with the averaged or the best weights where they were asked for."""

    epochs: int
    stopped_early: bool
    module: nn.Module
    preparation: Preparation


Event = Step | Epoch | Diverged | Finished
