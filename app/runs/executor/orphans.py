"""What becomes of runs whose trainer is gone: failed where somebody saw it end, else back into the queue.

It does not start processes.
"""

import time

from sqlalchemy import Connection, Engine, RowMapping, select

from app.runs.store import event_log, processes, reasons
from app.runs.store.database import writing
from app.runs.store.queue import Claim
from app.runs.store.schema import runs
from app.runs.store.states import FAILED, INTERRUPTED, RUNNING, Reason
from app.runs.store.transitions import change, requeue

STALE_S = 6.0  # without a heartbeat, which comes every second
MOST_LOSSES = 3  # since the last checkpoint


def rescue(engine: Engine) -> None:
    """Puts interrupted runs back into the queue, and those that say they run, but whose process is gone."""
    with writing(engine) as connection:
        for row in connection.execute(select(runs).where(runs.c.state.in_((RUNNING, INTERRUPTED)))).mappings().all():
            if row["state"] == INTERRUPTED:
                requeue(connection, row, row["asked"])
            elif row["heartbeat"] < time.time() - STALE_S and not processes.is_alive(row["process"]):
                _lose(connection, row)


def close(engine: Engine, claim: Claim, state: str, reason: Reason) -> bool:
    """Gives a run that its trainer has left as running another state; False where the trainer had done so."""
    with writing(engine) as connection:
        mine = (runs.c.id == claim.run_id) & (runs.c.claim == claim.token) & (runs.c.state == RUNNING)
        row = connection.execute(select(runs).where(mine)).mappings().first()
        if row is not None:
            _end(connection, row, state, reason)
    return row is not None


def _lose(connection: Connection, row: RowMapping) -> None:
    if row["losses"] + 1 >= MOST_LOSSES:
        _end(connection, row, FAILED, reasons.LOST_AGAIN)
        return
    _end(connection, row, INTERRUPTED, reasons.LOST)
    change(connection, row["id"], losses=row["losses"] + 1)
    requeue(connection, row, row["asked"])


def _end(connection: Connection, row: RowMapping, state: str, reason: Reason) -> None:
    has_failed = state == FAILED
    change(connection, row["id"], state=state, reason=reason.to_dict(), asked=None if has_failed else row["asked"],
           claim=None, process=None, ended_at=time.time() if has_failed else None)  # fmt: skip
    event_log.append_state(connection, row["id"], state, reason, step=row["step"], epoch=row["epoch"],
                           learning_rate=row["learning_rate"])  # fmt: skip
