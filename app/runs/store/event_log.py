"""The event log: the only channel from a trainer to whoever watches. Sequence numbers count from 1 without a gap.

It does not know who writes or reads; a connection's transaction decides what is seen together.
"""

import json
import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from app.core.finite_json import to_json
from app.runs.store.changes import QUEUE
from app.runs.store.database import tell
from app.runs.store.schema import events
from app.runs.store.states import Reason, Values

STEP, EPOCH, SNAPSHOT, STATE = "step", "epoch", "snapshot", "state"


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """`payload` is JSON text; in a `state` event its `reason` is {message, values} or null, to be translated."""

    sequence: int
    kind: str
    payload: str
    written_at: float


def append(connection: Connection, run_id: str, entries: list[tuple[str, Values]], last: int | None = None) -> int:
    """Writes (kind, payload) pairs in their order, behind number `last`; the number of the last of them."""
    last = newest(connection, run_id) if last is None else last
    now = time.time()
    rows = [
        {
            "run_id": run_id,
            "sequence": number,
            "kind": kind,
            "payload": to_json(payload, separators=(",", ":")),
            "written_at": now,
        }
        for number, (kind, payload) in enumerate(entries, last + 1)
    ]
    if rows:
        connection.execute(events.insert(), rows)
        tell(connection, run_id)
        if any(kind == STATE for kind, _ in entries):
            tell(connection, QUEUE)
    return last + len(rows)


def append_state(connection: Connection, run_id: str, state: str, reason: Reason | None = None, **values: Any) -> int:
    """Writes that a run has a state from now on; `values` are those of its row that count there."""
    payload = {"state": state, "reason": reason.to_dict() if reason else None, **values}
    return append(connection, run_id, [(STATE, payload)])


def newest(connection: Connection, run_id: str) -> int:
    """The sequence number of the newest event; 0 if there is none."""
    return connection.scalar(select(func.max(events.c.sequence)).where(events.c.run_id == run_id)) or 0


def read(connection: Connection, run_id: str, after: int, limit: int) -> list[LoggedEvent]:
    """The events that follow number `after`, at most `limit` of them."""
    columns = (events.c.sequence, events.c.kind, events.c.payload, events.c.written_at)
    found = select(*columns).where(events.c.run_id == run_id, events.c.sequence > after)
    return [LoggedEvent(*row) for row in connection.execute(found.order_by(events.c.sequence).limit(limit))]


def read_kind(connection: Connection, run_id: str, kind: str) -> list[Values]:
    """The payloads of all events of a kind, oldest first."""
    found = select(events.c.payload).where(events.c.run_id == run_id, events.c.kind == kind)
    return [json.loads(payload) for payload in connection.scalars(found.order_by(events.c.sequence))]


def read_nth(connection: Connection, run_id: str, kind: str, number: int) -> Values | None:
    """The payload of one event of a kind, counted from 0; None if there is none."""
    found = select(events.c.payload).where(events.c.run_id == run_id, events.c.kind == kind)
    payload = connection.scalar(found.order_by(events.c.sequence).offset(number).limit(1))
    return None if payload is None else json.loads(payload)
