"""What becomes of runs whose trainer is gone: failed where somebody saw it end, else back into the queue.

It does not start processes.
"""

import time

from sqlalchemy import Connection, Engine, RowMapping, select

from app.runs.store import counts, processes, reasons
from app.runs.store.database import writing
from app.runs.store.queue import Claim
from app.runs.store.schema import runs
from app.runs.store.states import FAILED, INTERRUPTED, RUNNING, TERMINAL, Reason
from app.runs.store.transitions import change, log_state, requeue

STALE_S = 6.0  # without a heartbeat, which comes every second
MOST_LOSSES = 3  # since the last checkpoint


def rescue(engine: Engine) -> None:
    """Puts interrupted runs back into the queue, and those that say they run, but whose process is gone."""
    with writing(engine) as connection:
        silent = (runs.c.state == RUNNING) & (runs.c.heartbeat < time.time() - STALE_S)
        found = select(runs).where(silent | (runs.c.state == INTERRUPTED)).with_for_update(skip_locked=True)
        for row in connection.execute(found).mappings().all():
            if row["state"] == INTERRUPTED:
                requeue(connection, row, row["asked"])
            elif _is_gone(connection, row["process"]):
                lose(connection, row, reasons.LOST)


def close(engine: Engine, claim: Claim, state: str, reason: Reason) -> bool:
    """Gives a run that its trainer has left as running another state; False where the trainer had done so."""
    with writing(engine) as connection:
        mine = (runs.c.id == claim.run_id) & (runs.c.claim == claim.token) & (runs.c.state == RUNNING)
        row = connection.execute(select(runs).where(mine).with_for_update()).mappings().first()
        if row is not None and reason in (reasons.AWAY, reasons.LOST):
            lose(connection, row, reason)
        elif row is not None:
            end_attempt(connection, row, state, reason)
    return row is not None


def _is_gone(connection: Connection, process: str | None) -> bool:
    """Whether that is known here. Who works on one SQLite is on one machine, if not always in one of its starts.

    Of processes elsewhere nothing but their silence tells (`hung`), and a cluster's own word.
    """
    is_ours = processes.is_here(process) or connection.dialect.name == "sqlite"
    return is_ours and processes.placed_name(process) is None and not processes.is_alive(process)


def lose(connection: Connection, row: RowMapping, reason: Reason) -> None:
    """Puts a run whose process is gone back into the queue; not for ever, where it never comes any further."""
    counts.TRAINERS_LOST.inc()
    if row["losses"] + 1 >= MOST_LOSSES:
        end_attempt(connection, row, FAILED, reasons.LOST_AGAIN)
        return
    end_attempt(connection, row, INTERRUPTED, reason)
    change(connection, row["id"], losses=row["losses"] + 1)
    requeue(connection, row, row["asked"])


def end_attempt(connection: Connection, row: RowMapping, state: str, reason: Reason) -> None:
    """In the trainer's place."""
    is_over = state in TERMINAL
    change(connection, row["id"], state=state, reason=reason.to_dict(), asked=None if is_over else row["asked"],
           claim=None, process=None, ended_at=time.time() if is_over else None)  # fmt: skip
    log_state(connection, row, state, reason)
