"""A trainer's right to write of its run, as long as nobody else has the run: every write asks whether it still has it.

So a trainer that was thought dead, and wakes up, changes nothing. A write waits for a database that is away, and one
that is done twice, for want of an answer, is done once. It does not know what it writes.
"""

import os
import time
from itertools import count
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, case, select

from app.runs.store import event_log
from app.runs.store.database import insist, reading
from app.runs.store.processes import identify
from app.runs.store.queue import Claim
from app.runs.store.schema import events, runs
from app.runs.store.states import INTERRUPTED, Reason, Values, Wish

Entries = list[tuple[str, Values]]


class Lost(Exception):
    """The run is somebody else's now, or gone."""


class Lease:
    """The row of a run and its log, for whoever has the claim. Raises Lost, or DiskFull."""

    def __init__(self, engine: Engine, claim: Claim, process: str | None = None) -> None:
        """`process` is the word for this one, where /proc's does not tell who asks whether it lives."""
        self._engine = engine
        self._claim = claim
        self._process = process
        self._mine = (runs.c.id == claim.run_id) & (runs.c.claim == claim.token)
        self._newest = 0
        self.written = 0.0  # when, by the monotonic clock
        self.is_given_back = False

    def take(self) -> RowMapping:
        """Says that this process has the run from now on; the row as it stands."""

        def work(connection: Connection) -> RowMapping | None:
            values = {"process": self._process or identify(os.getpid()), "heartbeat": time.time()}
            taken = runs.update().where(self._mine).values(values).returning(*runs.c)
            row = connection.execute(taken).mappings().first()
            self._newest = event_log.newest(connection, self._claim.run_id)
            return row

        if (row := insist(self._engine, work)) is None:
            raise Lost
        return row

    def count(self, kind: str) -> int:
        """How many events of a kind are logged."""
        with reading(self._engine) as connection:
            chosen = select(events.c.sequence).where(events.c.run_id == self._claim.run_id, events.c.kind == kind)
            return len(connection.execute(chosen).all())

    def write(self, entries: Entries, *, done_rate: float | None = None, **columns: Any) -> Wish:
        """Logs events and sets columns of the row, all or nothing; what is asked of the run.

        With `done_rate` the request for that rate is done, but not one that came since.
        """
        if done_rate is not None:
            left = case((runs.c.asked_rate == done_rate, None), else_=runs.c.asked_rate)
            columns |= {"learning_rate": done_rate, "asked_rate": left}
        before, last, tries = self._newest, self._newest + len(entries), count()

        def work(connection: Connection) -> Wish:
            columns["heartbeat"] = time.time()
            changed = runs.update().where(self._mine).values(columns).returning(runs.c.asked, runs.c.asked_rate)
            row = connection.execute(changed).first()
            if row is None:
                raise Lost
            if next(tries) == 0 or event_log.newest(connection, self._claim.run_id) != last:
                event_log.append(connection, self._claim.run_id, entries, before)
            return Wish(*row)

        wish = insist(self._engine, work)
        if entries:  # of them only the thread that trains has some
            self._newest = last
        self.written = time.monotonic()
        return wish

    def look(self) -> Wish:
        """What is asked of the run and not done yet."""
        with reading(self._engine) as connection:
            row = connection.execute(select(runs.c.asked, runs.c.asked_rate).where(self._mine)).first()
        if row is None:
            raise Lost
        return Wish(*row)

    def beat(self) -> Wish:
        """Alive; what is asked of the run."""
        return self.write([])

    def end(self, state: str, reason: Reason | None, *, asked: str | None = None, **columns: Any) -> bool:
        """Gives the run back in its new state. With `asked` only if that is still asked for; else False."""
        payload = {"state": state, "reason": reason.to_dict() if reason else None}
        told = ("step", "epoch", "learning_rate", "test_loss", "test_accuracy")
        mine = self._mine if asked is None else self._mine & (runs.c.asked == asked)

        def work(connection: Connection) -> bool:
            left = runs.c.asked if state == INTERRUPTED else None  # it goes on, and does then what is asked
            values = {"state": state, "reason": payload["reason"], "asked": left, "claim": None, "process": None}
            changed = runs.update().where(mine).values(values | columns).returning(*(runs.c[name] for name in told))
            row = connection.execute(changed).mappings().first()
            if row is None:
                if connection.execute(select(runs.c.id).where(self._mine)).first() is None:
                    raise Lost
                return False
            test = {"loss": row["test_loss"], "accuracy": row["test_accuracy"]}
            last = payload | {name: row[name] for name in told[:3]}
            last |= {"test": test} if row["test_loss"] is not None else {}
            event_log.append(connection, self._claim.run_id, [(event_log.STATE, last)])
            self.is_given_back = True  # before others can see it
            return True

        return insist(self._engine, work)
