"""How often a trainer does what is beside the training, so that it costs little of the time."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Pace:
    """Every `shortest` seconds at first, rarer as `growth` of the time passed, never more than `share` of the time."""

    def __init__(self, shortest: float, growth: float = 0.0, *, share: float) -> None:
        self._shortest, self._growth, self._share = shortest, growth, share
        self._next = 0.0

    def is_due(self) -> bool:
        """Whether it is time again."""
        return time.monotonic() >= self._next

    def again(self, seconds: float) -> None:
        """It did not come about: another try in so long."""
        self._next = time.monotonic() + seconds

    @contextmanager
    def spent(self, passed: float, *, warms_up: bool = False) -> Iterator[None]:
        """Around the work itself, `passed` seconds after the run's start. What `warms_up` is no measure of the next."""
        started = time.monotonic()
        yield
        now = time.monotonic()
        cost = 0.0 if warms_up else now - started
        self._next = now + max(self._shortest, passed * self._growth, cost / self._share)
