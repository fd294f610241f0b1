"""What may be asked of a run in each state, and what comes of it: at once where no trainer has it, else a request.

It does not know who asks.
"""

import time
from typing import Any

from sqlalchemy import Connection, RowMapping

from app.core.errors import N_, WrongState
from app.runs.store import event_log, reasons
from app.runs.store.schema import runs
from app.runs.store.states import FAILED, LONGEST_NAME, PAUSED, QUEUED, RUNNING, STOPPED, TERMINAL, Reason, Wish


def grant(connection: Connection, row: RowMapping, wish: Wish) -> None:
    """Writes what was asked for into the row. Raises WrongState."""
    if wish.learning_rate is not None:
        _ask_rate(connection, row, wish.learning_rate)
    if wish.state is not None and wish.state != row["state"]:
        _ask_state(connection, row, wish.state)
    elif wish.state == RUNNING and row["asked"] not in (None, QUEUED):
        change(connection, row["id"], asked=None)  # taken back before the trainer came to it
    if wish.name is not None:
        change(connection, row["id"], name=wish.name.strip()[:LONGEST_NAME])


def change(connection: Connection, run_id: str, **values: Any) -> None:
    """Sets columns of the row."""
    connection.execute(runs.update().where(runs.c.id == run_id).values(values))


def requeue(connection: Connection, row: RowMapping, asked: str | None = None) -> None:
    """Back into the queue, to go on from its checkpoint or to do there what is asked.

    In front if it has started and its turn is not over, or it will not take long.
    """
    has_turn = row["turn_from"] is not None or asked == STOPPED
    change(connection, row["id"], state=QUEUED, asked=asked, reason=None, ended_at=None, queued_at=time.time(),
           is_resumed=row["started_at"] is not None and has_turn, claim=None, process=None)  # fmt: skip
    log_state(connection, row, QUEUED)


def give_way(connection: Connection, row: RowMapping) -> None:
    """Out of the queue, for somebody who has less in it; nothing is lost."""
    change(connection, row["id"], state=PAUSED, asked=None, queued_at=None, reason=reasons.GAVE_WAY.to_dict())
    log_state(connection, row, PAUSED, reasons.GAVE_WAY)


def _ask_state(connection: Connection, row: RowMapping, state: str) -> None:
    has, run_id = row["state"], row["id"]
    goes_on = has == FAILED and state == RUNNING and row["step"]  # without a checkpoint it learns the same once more
    if has in TERMINAL and not goes_on:
        raise WrongState(N_("The run has ended; it cannot be changed any more. Start it anew instead."), field="state")
    if has == RUNNING:
        change(connection, run_id, asked=state)
    elif state == RUNNING and has == QUEUED:
        change(connection, run_id, asked=None)
    elif state == RUNNING:
        requeue(connection, row)
    elif state == PAUSED:
        change(connection, run_id, state=PAUSED, asked=None, queued_at=None, reason=None)
        log_state(connection, row, PAUSED)
    elif row["checkpoint"] and row["asked"] != STOPPED:
        requeue(connection, row, asked=STOPPED)  # a trainer looks at the test pictures; who asks again does not wait
    else:
        change(connection, run_id, state=STOPPED, asked=None, queued_at=None, reason=None, ended_at=time.time())
        log_state(connection, row, STOPPED)


def _ask_rate(connection: Connection, row: RowMapping, rate: float) -> None:
    if row["state"] in TERMINAL:
        raise WrongState(N_("The run has ended; it cannot be changed any more. Start it anew instead."),
                         field="learning_rate")  # fmt: skip
    change(connection, row["id"], asked_rate=rate)


def log_state(connection: Connection, row: RowMapping, state: str, reason: Reason | None = None) -> None:
    """Tells those who watch the run which state it has come into, and at which step."""
    event_log.append_state(connection, row["id"], state, reason, step=row["step"], epoch=row["epoch"],
                           learning_rate=row["learning_rate"])  # fmt: skip
