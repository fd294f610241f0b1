"""What a training tells, made into events for the log: steps put together, a row for each epoch.

It does not write them; and what the log has already, after a run went on from a checkpoint, it leaves out.
"""

import time
from dataclasses import asdict, dataclass

from sqlalchemy import RowMapping

from app.core.training.events import Epoch, Step
from app.runs.store.event_log import EPOCH, STEP
from app.runs.store.states import Values

_SMOOTHING = 0.95  # of the loss, a step
_SHORTEST_S, _USUAL_S, _LONGEST_S = 0.1, 0.5, 1.0  # between two `step` events
_GROWTH, _SLOW_GROWTH = 1 / 40, 1 / 600  # of that time with the time trained, until it is usual and until it is longest


@dataclass(slots=True)
class Tally:
    """What has to outlive the process; it goes into checkpoints."""

    smoothed: float = 0.0  # sum of losses, the older ones faded
    weight: float = 0.0  # sum of what the losses are faded by
    images: int = 0  # of this epoch
    seconds: float = 0.0  # that these took, by the clock


class Journal:
    """Events that wait to be written. `logged` is the run's row as the log has it."""

    def __init__(self, logged: RowMapping, tally: Values | None) -> None:
        self._step: int = logged["step"]
        self._epoch: int = logged["last"]["epoch"] if logged["last"] else 0
        self._trained: float = logged["seconds"]
        self._tally = Tally(**tally or {})
        self._since = self._written = self._told = time.monotonic()
        self._steps: list[Step] = []
        self._entries: list[tuple[str, Values]] = []
        self._columns: Values = {}

    @property
    def seconds(self) -> float:
        """Those trained so far; what is done again after a checkpoint counts once."""
        return self._trained

    def has_caught_up(self, step: int) -> bool:
        """Whether the log knows nothing past this step: what is done again after a checkpoint is to stay as it was."""
        return step >= self._step

    def tally(self) -> Values:
        """For the checkpoint."""
        return asdict(self._tally)

    def step(self, event: Step) -> bool:
        """One step more; whether it is new to the log."""
        now = time.monotonic()
        passed, self._since = now - self._since, now
        tally = self._tally
        tally.smoothed = _SMOOTHING * tally.smoothed + event.loss
        tally.weight = _SMOOTHING * tally.weight + 1
        tally.images += event.images
        tally.seconds += passed
        if event.step <= self._step:
            self._told = now  # the rate of the first new steps does not count the time of these
            return False
        self._trained += passed
        self._steps.append(event)
        return True

    def epoch(self, event: Epoch, step: int) -> bool:
        """An epoch's end; whether it is new to the log."""
        now = time.monotonic()
        passed, self._since = now - self._since, now
        images_per_second = self._tally.images / self._tally.seconds if self._tally.seconds else None
        self._tally.images, self._tally.seconds = 0, 0.0
        if event.epoch <= self._epoch:
            return False
        self._trained += passed
        self._tell_steps()
        row = asdict(event) | {"images_per_second": images_per_second, "step": step}
        self._entries.append((EPOCH, row))
        self._columns |= {"last": row}
        self._epoch = event.epoch
        return True

    def is_due(self) -> bool:
        """Whether something waits, and the last writing was long enough ago."""
        soon, late = min(self._trained * _GROWTH, _USUAL_S), min(self._trained * _SLOW_GROWTH, _LONGEST_S)
        interval = max(soon, late, _SHORTEST_S)
        return bool(self._steps or self._entries) and time.monotonic() - self._written >= interval

    def take(self) -> tuple[list[tuple[str, Values]], Values]:
        """The events that wait, and the columns of the row that go with them."""
        self._tell_steps()
        entries, columns = self._entries, self._columns | {"seconds": self._trained}
        self._entries, self._columns = [], {}
        self._written = self._told = time.monotonic()
        return entries, columns

    def _tell_steps(self) -> None:
        if not self._steps:
            return
        steps, last, tally = self._steps, self._steps[-1], self._tally
        images = sum(step.images for step in steps)
        now = time.monotonic()
        passed, self._told = now - self._told, now
        rate = images / passed if passed > 0 else None
        payload = {
            "step": last.step, "steps": last.steps, "epoch": last.epoch, "loss": last.loss,
            "smoothed": tally.smoothed / tally.weight, "learning_rate": last.learning_rate,
            "accuracy": sum(step.accuracy * step.images for step in steps) / images,
            "images_per_second": rate, "seconds": self._trained,
        }  # fmt: skip
        self._entries.append((STEP, payload))
        self._columns |= {"step": last.step, "steps": last.steps, "epoch": last.epoch, "images_per_second": rate}
        self._step, self._steps = last.step, []
