"""How long runs last: by what they have trained so far, else by what alike ones needed, else by arithmetic.

Runs of the same effort an epoch are taken for alike: the same network learns the same pictures. It does not know the
queue.
"""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from app.core.training.hyperparameters import parse_training
from app.runs.store.schema import runs
from app.runs.store.states import QUEUED, RUNNING, Values

LATEST = 40  # runs that the machine's pace is known by
ALIKE = 3  # newest ones of the same effort that a run's own is known by
USUAL_GAP_S, LONGEST_GAP_S = 1.5, 20.0  # from a claim to the first step and from the last to the end; more was a wait
_UNKNOWN_S = 60.0  # of a run from before efforts were known
_TRUST_S = 2.0  # of training that the arithmetic counts for before the first step
SETTLED = 0.2  # of a run


@dataclass(frozen=True, slots=True)
class Length:
    """`left` is what is left of a run's training, in seconds; `whole` all of it; `held` what its turn has had."""

    left: float
    whole: float
    held: float = 0.0


UNKNOWN = Length(_UNKNOWN_S, _UNKNOWN_S)  # of a run that came while the others were looked at


@dataclass(frozen=True, slots=True)
class _Seen:
    """A run as far as it has come."""

    id: str
    state: str
    effort: float | None
    epochs: int
    done: float  # of the epochs, as a part of them
    seconds: float
    gap: float | None
    held: float

    @property
    def is_settled(self) -> bool:
        """Whether it has come so far that its own pace tells the rest: the first steps are slow."""
        return self.done >= SETTLED

    @property
    def ratio(self) -> float | None:
        """Seconds that it takes for one nominal; until it is settled the arithmetic counts, too."""
        if not (self.done and self.effort):
            return None
        trust = _TRUST_S * max(1 - self.done / SETTLED, 0.0)
        return (self.seconds + trust) / (self.done * self.epochs * self.effort + trust)


def measure(connection: Connection) -> tuple[dict[str, Length], float]:
    """What is known of the runs that train or wait, by id, and the seconds that each turn costs beside training."""
    seen = _read(connection)
    pace = _Pace(seen)
    lengths = {run.id: pace.length(run) for run in seen if run.state in (QUEUED, RUNNING)}
    gaps = [run.gap for run in seen if run.gap is not None][:ALIKE]
    return lengths, statistics.median(gaps) if gaps else USUAL_GAP_S


class _Pace:
    """How fast this machine is, by its newest runs."""

    def __init__(self, seen: Sequence[_Seen]) -> None:
        self._alike: dict[float, list[float]] = {}
        for run in sorted(seen, key=lambda run: not run.is_settled):
            if run.effort and run.ratio is not None:
                self._alike.setdefault(run.effort, []).append(run.ratio)
        self._usual = statistics.median(mean(some) for some in self._alike.values()) if self._alike else 1.0

    def length(self, run: _Seen) -> Length:
        """What is known of it."""
        if run.is_settled:
            whole = run.seconds / run.done
        elif run.effort is None:
            whole = max(_UNKNOWN_S, run.seconds)
        else:
            ratio = mean(self._alike[run.effort]) if run.effort in self._alike else self._usual
            whole = ratio * run.effort * run.epochs
        return Length(whole * (1 - run.done), whole, run.held)


def mean(newest_first: Iterable[float]) -> float:
    """Of the newest."""
    return statistics.mean(list(newest_first)[:ALIKE])


def _read(connection: Connection) -> list[_Seen]:
    """Those that train or wait, and the newest of the others; the newest first."""
    columns = (runs.c.id, runs.c.state, runs.c.effort, runs.c.training, runs.c.step, runs.c.steps, runs.c.seconds,
               runs.c.started_at, runs.c.ended_at, runs.c.turn_from)  # fmt: skip
    newest = select(*columns).order_by(runs.c.started_at.desc().nulls_last())
    live = runs.c.state.in_((QUEUED, RUNNING))
    rows = connection.execute(newest.where(live)).mappings().all()
    ended = select(*columns).where(~live, runs.c.step > 0, runs.c.started_at.is_not(None))
    others = connection.execute(ended.order_by(runs.c.started_at.desc()).limit(LATEST)).mappings().all()
    return [_seen(dict(row)) for row in (*rows, *others)]


def _seen(row: Values) -> _Seen:
    gap = None
    if row["ended_at"] and row["started_at"]:
        passed = row["ended_at"] - row["started_at"] - row["seconds"]
        gap = passed if 0 <= passed <= LONGEST_GAP_S else None
    done = row["step"] / row["steps"] if row["steps"] else 0.0
    held = row["seconds"] - row["turn_from"] if row["turn_from"] is not None else 0.0
    epochs = parse_training(row["training"]).epochs
    return _Seen(row["id"], row["state"], row["effort"], epochs, done, row["seconds"], gap, held)
