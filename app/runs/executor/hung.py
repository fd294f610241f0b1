"""Trainers that run but say nothing any more: stopped from outside, waiting for a dead disk, locked in each other.

Time is this process's own, from one look to the next, and no clock of another machine is compared with it: whether a
heartbeat is another one than before is all that counts. So neither a clock that jumps nor a machine that sleeps ends
one, nor somebody else who keeps the database locked, in which heartbeats are written.
"""

import time
from collections.abc import Callable

from sqlalchemy import Engine, RowMapping, select

from app.runs.executor.orphans import end_attempt, lose
from app.runs.store import processes, reasons
from app.runs.store.database import find_held_up, reading, writing
from app.runs.store.schema import runs
from app.runs.store.states import RUNNING, STOPPED

HUNG_S = 60.0  # without a heartbeat, which comes every second; of one elsewhere that nobody knows anything of, too
GONE_S = 6.0  # the same, where it is known that the process is gone
UNHEEDED_S = 10.0  # the same, after somebody has asked for a stop
_LOOK_S = 5.0  # what counts of the time between two looks, at most
_NEEDED = (runs.c.id, runs.c.claim, runs.c.process, runs.c.heartbeat, runs.c.asked)  # not the network, of any size


class Silences:
    """How long each running run's trainer has been silent; one is ended where that is too long.

    `is_gone` tells of a process elsewhere what is known of it there; `end` ends one.
    """

    def __init__(
        self, is_gone: Callable[[str], bool] = lambda process: False, end: Callable[[str], None] | None = None
    ) -> None:
        self._is_gone = is_gone
        self._end_process = end
        self._heard: dict[str, tuple[float, float]] = {}  # the last heartbeat, and the seconds since
        self._looked = time.monotonic()

    def look(self, engine: Engine) -> None:
        """To be called every few seconds."""
        with reading(engine) as connection:
            rows = connection.execute(select(*_NEEDED).where(runs.c.state == RUNNING)).mappings().all()
        passed = min(time.monotonic() - self._looked, _LOOK_S)
        self._looked, held_up = time.monotonic(), find_held_up(engine, [row["process"] for row in rows])
        self._heard = {row["id"]: self._since(row, passed * (row["process"] not in held_up)) for row in rows}
        for row in rows:
            if self._is_too_long(row, self._heard[row["id"]][1]):
                self._end(engine, row)

    def _is_too_long(self, row: RowMapping, silent: float) -> bool:
        """Of a process here that has ended not: it is noticed sooner, without a count."""
        if processes.is_here(row["process"]) and not processes.is_alive(row["process"]):
            return False
        is_unheeded = row["asked"] == STOPPED and silent > UNHEEDED_S
        return is_unheeded or silent > HUNG_S or (silent > GONE_S and self._is_gone(row["process"]))

    def _since(self, row: RowMapping, passed: float) -> tuple[float, float]:
        beat, silent = self._heard.get(row["id"], (None, 0.0))
        return row["heartbeat"], silent + passed if beat == row["heartbeat"] else 0.0

    def _end(self, engine: Engine, row: RowMapping) -> None:
        """Its process, and its attempt, unless it has spoken in the meantime: of two who look at once, one does it."""
        process = row["process"]
        is_known = processes.is_here(process) or processes.placed_name(process) is not None
        hangs = is_known and not self._is_gone(process)
        (self._end_process or processes.end)(process)
        same = (runs.c.id == row["id"]) & (runs.c.claim == row["claim"]) & (runs.c.heartbeat == row["heartbeat"])
        with writing(engine) as connection:
            chosen = select(runs).where(same & (runs.c.state == RUNNING)).with_for_update()
            found = connection.execute(chosen).mappings().first()
            if found is None:
                return
            if found["asked"] == STOPPED:
                end_attempt(connection, found, STOPPED, reasons.UNHEEDED)
            else:
                lose(connection, found, reasons.HUNG if hangs else reasons.LOST)
