"""Trainers that run but say nothing any more: stopped from outside, waiting for a dead disk, locked in each other.

Time is this process's own, from one look to the next: neither a clock that jumps nor a machine that sleeps ends one,
nor somebody else who keeps the database locked, in which heartbeats are written.
"""

import time

from sqlalchemy import Engine, RowMapping, select

from app.runs.executor.orphans import end_attempt, lose
from app.runs.store import processes, reasons
from app.runs.store.database import find_writer, reading, writing
from app.runs.store.schema import runs
from app.runs.store.states import RUNNING, STOPPED

HUNG_S = 60.0  # without a heartbeat, which comes every second
UNHEEDED_S = 10.0  # the same, after somebody has asked for a stop
_LOOK_S = 5.0  # what counts of the time between two looks, at most
_NEEDED = (runs.c.id, runs.c.claim, runs.c.process, runs.c.heartbeat, runs.c.asked)  # not the network, of any size


class Silences:
    """How long each running run's trainer has been silent; one is ended where that is too long."""

    def __init__(self) -> None:
        self._heard: dict[str, tuple[float, float]] = {}  # the last heartbeat, and the seconds since
        self._looked = time.monotonic()

    def look(self, engine: Engine) -> None:
        """To be called every few seconds."""
        with reading(engine) as connection:
            rows = connection.execute(select(*_NEEDED).where(runs.c.state == RUNNING)).mappings().all()
        passed = min(time.monotonic() - self._looked, _LOOK_S)
        self._looked, writer = time.monotonic(), find_writer(engine)
        self._heard = {row["id"]: self._since(row, passed, writer) for row in rows}
        for row in rows:
            silent = self._heard[row["id"]][1]
            is_unheeded = row["asked"] == STOPPED and silent > UNHEEDED_S
            if (is_unheeded or silent > HUNG_S) and processes.is_alive(row["process"]):
                _end(engine, row)

    def _since(self, row: RowMapping, passed: float, writer: int | None) -> tuple[float, float]:
        beat, silent = self._heard.get(row["id"], (None, 0.0))
        could_speak = writer is None or writer == processes.number(row["process"])
        return row["heartbeat"], silent + passed * could_speak if beat == row["heartbeat"] else 0.0


def _end(engine: Engine, row: RowMapping) -> None:
    """Its process, and its attempt, unless it has spoken in the meantime."""
    processes.end(row["process"])
    same = (runs.c.id == row["id"]) & (runs.c.claim == row["claim"]) & (runs.c.heartbeat == row["heartbeat"])
    with writing(engine) as connection:
        found = connection.execute(select(runs).where(same & (runs.c.state == RUNNING))).mappings().first()
        if found is None:
            return
        if found["asked"] == STOPPED:
            end_attempt(connection, found, STOPPED, reasons.UNHEEDED)
        else:
            lose(connection, found, reasons.HUNG)
