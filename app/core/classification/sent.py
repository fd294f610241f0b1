"""What comes with weights that are sent in, and what they may cost: plain values, small enough for another process."""

from dataclasses import dataclass
from typing import Any

from app.core.networks.reports import Limits


@dataclass(frozen=True, slots=True)
class ModelLimits:
    """How large a network and the file of its weights may be, and how many such models are kept."""

    network: Limits
    bytes: int
    kept: int


@dataclass(frozen=True, slots=True)
class Described:
    """What is said of the weights: JSON values of whoever sends them. `classes`, `mean` and `std` may be None."""

    network: Any
    title: str | None = None
    classes: Any = None
    mean: Any = None
    std: Any = None
