"""What was ordered, and the run as it stands: plain values, in which a network and a training are described."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.networks.networks import Network, parse_network
from app.core.networks.reports import ANY_SIZE
from app.core.training.hyperparameters import Training, parse_training
from app.runs.store.states import Reason, Values, Visitor

if TYPE_CHECKING:
    import numpy as np  # slow to import, and no page needs it


@dataclass(frozen=True, slots=True)
class Order:
    """What to train. `photo` is uint8 H x W x C, which snapshots watch; `pair` the id of the run to compare with.

    `effort` is what an epoch costs, `is_small` whether a core is enough (`core.training.effort`).
    """

    dataset: str
    network: Network
    training: Training
    name: str | None = None
    photo: "np.ndarray | None" = None
    sample: str | None = None
    pair: str | None = None
    classes: tuple[str, ...] = ()
    effort: float | None = None
    is_small: bool = False


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run as it stands. Times are seconds since 1970 (UTC), `seconds` those that it trained; rates are the highest.

    `asked` is the state that was asked for and is not reached yet; `last` the newest row of the history.
    """

    id: str
    name: str
    state: str
    asked: str | None
    reason: Reason | None
    dataset: str
    network: Values
    training: Values
    parameters: int
    classes: tuple[str, ...]
    sample: str | None
    pair: str | None
    visitor: Visitor
    created_at: float
    started_at: float | None
    ended_at: float | None
    epoch: int
    step: int
    steps: int | None
    seconds: float
    images_per_second: float | None
    learning_rate: float
    test_loss: float | None
    test_accuracy: float | None
    last: Values | None
    has_checkpoint: bool
    queue_position: int | None

    @property
    def epochs(self) -> int:
        """Those that were ordered."""
        return self.read_training().epochs

    def read_network(self) -> Network:
        """The network as an object."""
        return parse_stored(self.network, self.training)[0]

    def read_training(self) -> Training:
        """The hyperparameters as an object."""
        return parse_training(self.training)


def parse_stored(network: Values, training: Values) -> tuple[Network, Training]:
    """The objects of what a row holds; sizes were judged when the order came."""
    return parse_network(network, ANY_SIZE), parse_training(training)
