"""A ticket for whoever waits: the place in the queue, and the seconds until the run starts.

Found by playing the queue forward: each run takes its turn, a long one gives its place after a slice while others wait.
One that a cluster has no machine for has none, since nobody knows when one comes; those behind it wait for the places
that are taken now.
"""

import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from heapq import heappop, heappush
from threading import Lock

from sqlalchemy import Connection, Engine, select

from app.core.datasets.builtin import is_own
from app.runs.store.database import reading
from app.runs.store.durations import UNKNOWN, Length, measure
from app.runs.store.queue import QueueLimits, read_waiting
from app.runs.store.schema import runs
from app.runs.store.states import QUEUED, RUNNING, Values

FRESH_S = 1.0  # a forecast holds for so long: who waits counts down meanwhile


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
    """`room` for all, the seconds that one may train while others wait, and those that a turn costs beside."""

    room: int
    slice: float
    gap: float


@dataclass(frozen=True, slots=True)
class Stay:
    """What a run will take: seconds that are `left`, of its slice those `held` already, a part of the room."""

    left: float
    part: int = 1
    held: float = 0.0


def foresee(running: Sequence[Stay], queue: Mapping[str, Stay], rules: Rules) -> dict[str, float]:
    """Seconds until each of the queue starts; the queue in its order."""
    waiting: deque[tuple[str | None, Stay]] = deque(queue.items())
    ends: list[tuple[float, int]] = []
    starts: dict[str, float] = {}
    now, free = 0.0, rules.room

    def take(stay: Stay, until: float, share: float) -> None:
        heappush(ends, (until, stay.part))
        if share < stay.left:
            waiting.append((None, replace(stay, left=stay.left - share, held=0.0)))

    for stay in running:
        share = _share(stay, rules, bool(waiting))
        take(stay, share, share)
        free -= stay.part
    while waiting and len(starts) < len(queue):
        while free < waiting[0][1].part and ends:
            now, part = heappop(ends)
            free += part
        run_id, stay = waiting.popleft()
        if run_id is not None:
            starts[run_id] = now
        share = _share(stay, rules, bool(waiting))
        take(stay, now + rules.gap + share, share)
        free -= stay.part
    return starts


def _share(stay: Stay, rules: Rules, others_wait: bool) -> float:
    """What one turn gives of what is left."""
    return min(stay.left, max(rules.slice - stay.held, 0.0)) if others_wait else stay.left


class Tickets:
    """Those of all who wait, found anew at most once in FRESH_S. Safe from any thread."""

    def __init__(self, engine: Engine, limits: QueueLimits) -> None:
        self._engine = engine
        self._limits = limits
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
        queue = read_waiting(connection)
        if not queue:
            return {}
        lengths, gap = measure(connection)
        running = connection.execute(
            select(runs.c.id, runs.c.dataset, runs.c.threads).where(runs.c.state == RUNNING)
        ).all()
        stuck = set(connection.scalars(select(runs.c.id).where(runs.c.state == QUEUED, runs.c.reason.is_not(None))))
        if stuck and not running:
            return {}
        watch = next((row.id for row in running if not is_own(row.dataset)), None)
        on = [self._stay(lengths.get(row.id, UNKNOWN), shares=row.threads is not None) for row in running]
        asked = {run.id: self._stay(lengths.get(run.id, UNKNOWN), shares=run.may_share) for run in queue}
        room = sum(stay.part for stay in on) if stuck else max(self._limits.room, 1)
        starts = foresee(on, asked, Rules(room, self._limits.slice_s, gap))
        return {
            run.id: Ticket(place, len(queue), starts.get(run.id, 0.0), lengths.get(run.id, UNKNOWN).whole, watch)
            for place, run in enumerate(queue, 1)
            if run.id not in stuck
        }

    def _stay(self, length: Length, *, shares: bool) -> Stay:
        return Stay(length.left, 1 if shares else self._limits.small_at_once, length.held)
