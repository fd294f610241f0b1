"""A ticket for whoever waits: the place in the queue, and the seconds until the run starts.

Found by playing the queue forward: each run takes its turn, a long one gives its place after a slice while others wait.
"""

import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from heapq import heapify, heappop, heappush
from threading import Lock

from sqlalchemy import Connection, Engine, select

from app.core.datasets.builtin import is_own
from app.runs.store.database import reading
from app.runs.store.durations import Length, measure
from app.runs.store.queue import read_queue
from app.runs.store.schema import runs
from app.runs.store.states import RUNNING, Values

FRESH_S = 1.0  # a forecast holds for so long: who waits counts down meanwhile
_MOST_TURNS = 10_000  # of a queue that is played forward


@dataclass(frozen=True, slots=True)
class Ticket:
    """`place` 1 is the next of `waiting`; it starts in `seconds` and trains for `lasts`. `watch` is one that is on."""

    place: int
    waiting: int
    seconds: float
    lasts: float
    watch: str | None = None

    def describe(self) -> Values:
        """As it is told: rounded to tenths of a second."""
        return asdict(self) | {"seconds": round(self.seconds, 1), "lasts": round(self.lasts, 1)}


@dataclass(frozen=True, slots=True)
class Rules:
    """How many runs train at once, the seconds that one may while others wait, and those that a turn costs beside."""

    at_once: int
    slice: float
    gap: float


def foresee(running: Sequence[Length], queue: Mapping[str, Length], rules: Rules) -> dict[str, float]:
    """Seconds until each of the queue starts; the queue in its order."""
    waiting: deque[tuple[str | None, float]] = deque((run_id, length.left) for run_id, length in queue.items())
    starts: dict[str, float] = {}
    free = [0.0] * max(rules.at_once - len(running), 0)
    for length in running:
        share = _share(length.left, max(rules.slice - length.held, 0.0), bool(waiting))
        free.append(share)
        if share < length.left:
            waiting.append((None, length.left - share))
    heapify(free)
    for _ in range(_MOST_TURNS):
        if len(starts) == len(queue) or not free:
            break
        now = heappop(free)
        run_id, left = waiting.popleft()
        if run_id is not None:
            starts[run_id] = now
        share = _share(left, rules.slice, bool(waiting))
        if share < left:
            waiting.append((None, left - share))
        heappush(free, now + rules.gap + share)
    return starts


def _share(left: float, slice_s: float, others_wait: bool) -> float:
    """What one turn gives of what is left."""
    return min(left, slice_s) if others_wait else left


class Tickets:
    """Those of all who wait, found anew at most once in FRESH_S. Safe from any thread."""

    def __init__(self, engine: Engine, at_once: int, slice_s: float) -> None:
        self._engine = engine
        self._rules = Rules(max(at_once, 1), slice_s, 0.0)
        self._found: dict[str, Ticket] = {}
        self._at = -FRESH_S
        self._lock = Lock()

    @property
    def are_old(self) -> bool:
        """Whether `glance` would tell of more than FRESH_S ago."""
        return time.monotonic() - self._at >= FRESH_S

    def renew(self) -> None:
        """Finds them anew, unless somebody has just done so."""
        with self._lock:
            if self.are_old:
                with reading(self._engine) as connection:
                    self._found, self._at = self._read(connection), time.monotonic()

    def glance(self, run_id: str) -> Ticket | None:
        """The run's as it was found last, counted down to now; None where it did not wait then."""
        found = self._found.get(run_id)
        return replace(found, seconds=max(found.seconds - (time.monotonic() - self._at), 0.0)) if found else None

    def find(self, run_id: str) -> Ticket | None:
        """That of a run which waits, known even where it came a moment ago."""
        if run_id not in self._found:
            self._at = -FRESH_S
        self.renew()
        return self.glance(run_id)

    def _read(self, connection: Connection) -> dict[str, Ticket]:
        queue = read_queue(connection)
        if not queue:
            return {}
        lengths, gap = measure(connection)
        running = connection.execute(select(runs.c.id, runs.c.dataset).where(runs.c.state == RUNNING)).all()
        watch = next((row.id for row in running if not is_own(row.dataset)), None)
        rules = replace(self._rules, gap=gap)
        starts = foresee([lengths[row.id] for row in running], {run_id: lengths[run_id] for run_id in queue}, rules)
        return {
            run_id: Ticket(place, len(queue), starts.get(run_id, 0.0), lengths[run_id].whole, watch)
            for place, run_id in enumerate(queue, 1)
        }
