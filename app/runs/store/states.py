"""The states of a run, why it has one, who asked for it and what is asked of it: plain values. It knows no SQL."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.core.errors import N_, InvalidValue
from app.core.shares import BEHIND, Holder, household
from app.core.training.hyperparameters import check_bounds

QUEUED, RUNNING, PAUSED = "queued", "running", "paused"
FINISHED, STOPPED, DIVERGED, FAILED, INTERRUPTED = "finished", "stopped", "diverged", "failed", "interrupted"
STATES = (QUEUED, RUNNING, PAUSED, FINISHED, STOPPED, DIVERGED, FAILED, INTERRUPTED)
TERMINAL = frozenset({FINISHED, STOPPED, DIVERGED, FAILED})  # a failed run that had begun may be set to go on
LONGEST_NAME = 80
ASKABLE = (PAUSED, RUNNING, STOPPED)

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who calls, or started a run: their cookie, where there is one, and their address, or BEHIND and a proxy's.

    The teacher may change every run.
    """

    cookie: str | None
    address: str
    is_teacher: bool = False

    @property
    def key(self) -> str:
        """What tells visitors apart in the queue."""
        return self.cookie or self.address

    @property
    def holder(self) -> Holder:
        """Whose share it is that this one takes."""
        return Holder(household(self.address), self.key)

    def owns(self, other: "Visitor") -> bool:
        """Whether what `other` started may be changed by this one: the same cookie, or the teacher.

        The same address suffices where `other` had no cookie (curl); behind a router or a container's port a whole
        class has one address, and who leaves the cookie away is not everybody. Behind a proxy it says nothing.
        """
        if self.is_teacher or other.cookie:
            return self.is_teacher or self.cookie == other.cookie
        return self.address == other.address and not self.address.startswith(BEHIND) and self.address != ""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of a run, from the route to its trainer; None is left as it is. Raises InvalidValue.

    `learning_rate` is the highest one, from the next step on.
    """

    state: str | None = None
    learning_rate: float | None = None
    name: str | None = None

    def __post_init__(self) -> None:
        if self.state not in (None, QUEUED):  # which the server asks by itself: to give the place to others
            check_askable(self.state)
        if self.learning_rate is not None:
            check_bounds("learning_rate", self.learning_rate)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a run is as it is: an English sentence with places, and the values for them; the web translates it."""

    message: str
    values: Values = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message % self.values

    def to_dict(self) -> Values:
        """As it is stored in rows and events."""
        return {"message": self.message, "values": self.values}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any] | None) -> "Reason | None":
        """Of what `to_dict` gave, or of nothing."""
        return cls(stored["message"], dict(stored["values"])) if stored else None


def check_askable(state: object) -> None:
    """Whether a run may be asked for that state; InvalidValue else."""
    if state not in ASKABLE:
        raise InvalidValue(N_("state is one of %(choices)s."), field="state", choices=", ".join(ASKABLE))
