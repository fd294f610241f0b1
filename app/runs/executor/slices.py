"""Sets a run aside that has had its slice while others wait: it keeps a checkpoint and goes on in its turn.

It only asks; the trainer comes to it between two steps.
"""

from sqlalchemy import Connection, Engine, RowMapping, select

from app.runs.store.database import reading, writing
from app.runs.store.queue import QueueLimits, has_place
from app.runs.store.reasons import NO_MACHINE
from app.runs.store.schema import runs
from app.runs.store.states import QUEUED, RUNNING

WORTH = 0.25  # of a slice: what has less left is let to its end, which costs the others less than another turn


def set_aside(engine: Engine, limits: QueueLimits) -> None:
    """Asks the runs that have had their slice to give their place, as long as somebody else waits for one."""
    with reading(engine) as connection:
        due = _find_due(connection, limits)
    if not due:
        return
    with writing(engine) as connection:
        free_of_wishes = (runs.c.state == RUNNING) & runs.c.asked.is_(None)
        connection.execute(runs.update().where(runs.c.id.in_(due), free_of_wishes).values(asked=QUEUED))


def _find_due(connection: Connection, limits: QueueLimits) -> list[str]:
    queued = connection.execute(select(runs.c.visitor, runs.c.reason).where(runs.c.state == QUEUED)).all()
    waiting = {run.visitor for run in queued}
    is_full = any(run.reason == NO_MACHINE.to_dict() for run in queued)  # the cluster, before its limit is reached
    if not waiting or (not is_full and has_place(connection, limits)):
        return []
    columns = (runs.c.id, runs.c.visitor, runs.c.seconds, runs.c.turn_from, runs.c.step, runs.c.steps)
    running = connection.execute(select(*columns).where(runs.c.state == RUNNING, runs.c.asked.is_(None))).mappings()
    return [row["id"] for row in running if waiting - {row["visitor"]} and _is_due(row, limits.slice_s)]


def _is_due(row: RowMapping, slice_s: float) -> bool:
    """Whether it has had its slice, and much is left."""
    if not row["step"] or not row["steps"] or row["turn_from"] is None:
        return False
    left = row["seconds"] / row["step"] * (row["steps"] - row["step"])
    return row["seconds"] - row["turn_from"] >= slice_s and left > WORTH * slice_s
