"""Which run is taken home, as it goes to a worker."""

from dataclasses import dataclass

from app.core.networks.networks import Network
from app.core.training.hyperparameters import Training
from app.core.training.programs.cells import Library
from app.runs.store.folders import RunFolder


@dataclass(frozen=True, slots=True)
class Taken:
    """A run, and the library that it is written in; `title` is what its visitor may know it by."""

    folder: RunFolder
    dataset: str
    network: Network
    training: Training
    title: str
    library: Library
