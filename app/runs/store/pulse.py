"""How the runs stand as a whole: how many are in each state, how long one waits, how fast the log grows.

Of the database, and so the same from whatever server. It looks at what waits and trains, never at the whole log.
"""

import time
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from app.runs.store.schema import events, runs
from app.runs.store.states import QUEUED, RUNNING

RECENT_S = 10.0
MOST_RECENT = 200  # events of one run that are looked at; a trainer writes some ten a second at most


@dataclass(frozen=True, slots=True)
class Pulse:
    """`oldest_s` is how long the run has waited that waits longest; `events_per_s` is the mean of RECENT_S."""

    states: dict[str, int]
    oldest_s: float
    events_per_s: float


def feel_pulse(connection: Connection) -> Pulse:
    """As it is now."""
    now = time.time()
    since = connection.scalar(select(func.min(runs.c.queued_at)).where(runs.c.state == QUEUED))
    return Pulse(count_states(connection), max(now - since, 0.0) if since else 0.0, _recent(connection, now) / RECENT_S)


def count_states(connection: Connection) -> dict[str, int]:
    """How many runs are in each state that any is in."""
    counted = select(runs.c.state, func.count()).group_by(runs.c.state)
    return {row[0]: row[1] for row in connection.execute(counted)}


def _recent(connection: Connection, now: float) -> int:
    """Events of the last seconds; of runs that train, since others write none."""
    newest = select(func.max(events.c.sequence)).where(events.c.run_id == runs.c.id).scalar_subquery()
    training = select(runs.c.id, newest.label("newest")).where(runs.c.state == RUNNING).subquery()
    counted = select(func.count()).where(
        events.c.run_id == training.c.id,
        events.c.sequence > training.c.newest - MOST_RECENT,
        events.c.written_at > now - RECENT_S,
    )
    return connection.scalar(counted) or 0
