"""Who is next: of the address served longest ago its visitor served longest ago, and of theirs the first that came.

What was running before goes first. Where the queue is full, whoever has most in it makes place for who has less.

It does not know processes. A claim is one transaction of the only writer, so two servers never take the same place.
"""

import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, case, func, select

from app.core.shares import Holder, Holdings, household
from app.runs.store import event_log
from app.runs.store.schema import runs, visitors
from app.runs.store.states import QUEUED, RUNNING


@dataclass(frozen=True, slots=True)
class QueueLimits:
    """How many runs train at once, wait, belong to one visitor, and are kept; and what all of them may weigh.

    After `slice_s` seconds of training a run gives its place while others wait.
    """

    at_once: int = 1
    queued: int = 60
    per_visitor: int = 3
    kept: int = 120
    bytes: int = 8 * 1024**3
    slice_s: float = 120.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """A run in the queue."""

    id: str
    visitor: str
    queued_at: float
    is_resumed: bool
    address: str = ""

    @property
    def holder(self) -> Holder:
        """Whose share of the queue it takes."""
        return Holder(household(self.address), self.visitor)


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to write of a run, until somebody else gets it."""

    run_id: str
    token: str


def in_turn(waiting: Iterable[Waiting], served: Mapping[str, float]) -> list[str]:
    """The ids in the order in which they will be taken; `served` says when each visitor, and address, had a turn."""
    left, turns, order = list(waiting), dict(served), []

    def rank(run: Waiting) -> tuple[bool, float, float, float, str]:
        at, by = (turns.get(name, 0.0) for name in turn_names(run.holder))
        return not run.is_resumed, at, by, run.queued_at, run.id

    while left:
        chosen = min(left, key=rank)
        left.remove(chosen)
        order.append(chosen.id)
        turns |= dict.fromkeys(turn_names(chosen.holder), max(turns.values(), default=0.0) + 1.0)
    return order


def turn_names(holder: Holder) -> tuple[str, str]:
    """By what the turns of an address, and of a visitor, are remembered."""
    return f"@{holder.address}", holder.visitor


def read_queue(connection: Connection) -> list[str]:
    """The ids of the queued runs in turn."""
    waiting = _read(connection, QUEUED)
    if len(waiting) < 2:
        return [run.id for run in waiting]
    names = {name for run in waiting for name in turn_names(run.holder)}
    rows = connection.execute(select(visitors.c.visitor, visitors.c.served_at).where(visitors.c.visitor.in_(names)))
    return in_turn(waiting, {row.visitor: row.served_at for row in rows})


def who_gives_way(connection: Connection, asking: Holder) -> str | None:
    """The run that makes place for another of who asks: the last in turn of whoever has most; None if nobody owes."""
    waiting = {run.id: run.holder for run in _read(connection, QUEUED)}
    holdings = Holdings([*waiting.values(), *(run.holder for run in _read(connection, RUNNING))])
    owing = [run_id for run_id in reversed(read_queue(connection)) if holdings.owes(waiting[run_id], asking)]
    return max(owing, key=lambda run_id: holdings.of(waiting[run_id]), default=None)


def _read(connection: Connection, state: str) -> list[Waiting]:
    columns = (runs.c.id, runs.c.visitor, runs.c.queued_at, runs.c.is_resumed, runs.c.address)
    return [Waiting(*row) for row in connection.execute(select(*columns).where(runs.c.state == state))]


def count(connection: Connection, *states: str) -> int:
    """Runs in these states."""
    return connection.scalar(select(func.count()).select_from(runs).where(runs.c.state.in_(states))) or 0


def has_place(connection: Connection, at_once: int) -> bool:
    """Whether a run waits that could start."""
    return count(connection, QUEUED) > 0 and count(connection, RUNNING) < at_once


def claim_next(connection: Connection, at_once: int, process: str | None = None) -> Claim | None:
    """Takes the next run for that process, if a place is free: it is `running` from now on."""
    if not has_place(connection, at_once):
        return None
    waiting = read_queue(connection)
    claim, now = Claim(waiting[0], secrets.token_hex(8)), time.time()
    row = connection.execute(
        runs.update()
        .where(runs.c.id == claim.run_id)
        .values(state=RUNNING, claim=claim.token, heartbeat=now, process=process, queued_at=None, reason=None,
                ended_at=None, started_at=func.coalesce(runs.c.started_at, now),
                turn_from=case((runs.c.is_resumed, func.coalesce(runs.c.turn_from, runs.c.seconds)),
                               else_=runs.c.seconds))
        .returning(runs.c.visitor, runs.c.address, runs.c.step, runs.c.epoch, runs.c.learning_rate)
    ).one()  # fmt: skip
    for name in turn_names(Holder(household(row.address), row.visitor)):
        _remember_turn(connection, name, now)
    told = {"step": row.step, "epoch": row.epoch, "learning_rate": row.learning_rate}
    event_log.append_state(connection, claim.run_id, RUNNING, **told)
    return claim


def _remember_turn(connection: Connection, name: str, now: float) -> None:
    connection.execute(visitors.delete().where((visitors.c.visitor == name) | (visitors.c.served_at < now - 86400)))
    connection.execute(visitors.insert().values(visitor=name, served_at=now))
