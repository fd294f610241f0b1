"""The runs as the web sees them: submitted, found, listed, asked for something, deleted; and their events.

It does not train: what is asked of a run is written into its row, where its trainer finds it. Safe from any thread.
"""

import secrets
import shutil
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, func, select

from app.core.errors import N_, DiskFull, QueueFull, UnknownRun
from app.core.networks.reports import FLOAT_BYTES, MEBIBYTE
from app.core.training.hyperparameters import describe_training
from app.files.files import Files
from app.runs.store import event_log, processes
from app.runs.store.changes import QUEUE, Changes, watch
from app.runs.store.database import Decision, decide, migrate, open_engine, reading, tell, writing
from app.runs.store.event_log import LoggedEvent
from app.runs.store.folders import RunFolder, runs_of
from app.runs.store.orders import Order, RunRow
from app.runs.store.pulse import Pulse, count_states, feel_pulse
from app.runs.store.queue import QueueLimits, count, read_queue, who_gives_way
from app.runs.store.request_keys import RequestKey, find_ordered, key_in_use
from app.runs.store.reserve import RESERVE
from app.runs.store.schema import events, runs
from app.runs.store.states import FAILED, LONGEST_NAME, QUEUED, RUNNING, STATES, TERMINAL, Reason, Visitor, Wish
from app.runs.store.tickets import Tickets
from app.runs.store.transitions import give_way, grant

__all__ = ["TERMINAL", "LoggedEvent", "Order", "QueueLimits", "RunRow", "Store", "Visitor"]

LISTED = 500  # runs at most, beside those that train or wait
LEAST_FREE = 16 * MEBIBYTE
Rows = list[RunRow]
Events = list[LoggedEvent]
History = list[dict[str, Any]]
_EXTRA = {"asked_rate", "cookie", "address", "visitor", "queued_at", "is_resumed", "checkpoint", "claim", "process",
          "heartbeat", "losses", "effort", "turn_from", "is_small", "threads", "device",
          "request_key", "request_body"}  # fmt: skip


class Store:
    """All runs of a database; theirs are `files` in the folder `root`."""

    def __init__(self, engine: Engine, files: Files, limits: QueueLimits | None = None) -> None:
        self.engine = engine
        self.changes: Changes = watch(engine)
        self.files = files
        self.root = runs_of(files)
        self.limits = limits or QueueLimits()
        self.tickets = Tickets(engine, self.limits)

    @classmethod
    def open(cls, url: str, files: Files, limits: QueueLimits | None = None) -> "Store":
        """The store of a server: its tables brought to their newest form."""
        runs_of(files).mkdir(parents=True, exist_ok=True)
        store = cls(open_engine(url), files, limits)
        store._in_any_room(lambda: migrate(store.engine))
        return store

    def close(self) -> None:
        """No connection stays open."""
        self.changes.close()
        self.engine.dispose()

    def folder(self, run_id: str) -> RunFolder:
        """Where the run's files are."""
        return RunFolder(self.files, run_id)

    def submit(self, order: Order, visitor: Visitor, key: RequestKey | None = None) -> RunRow:
        """A new run in the queue. Raises QueueFull, DiskFull, or KeyInUse where the key has a run by now."""
        self._check_disk(order)
        run_id = secrets.token_hex(8)
        folder = self.folder(run_id)
        try:
            if order.photo is not None:
                folder.keep_photo(order.photo)
            with writing(self.engine) as connection:
                decide(connection, Decision.QUEUE)
                if key and find_ordered(connection, key):
                    raise key_in_use()
                self._check_room(connection, visitor)
                keyed = {"request_key": key.key, "request_body": key.body} if key else {}
                connection.execute(runs.insert().values(_new_row(run_id, order, visitor) | keyed))
                event_log.append_state(connection, run_id, QUEUED, step=0, epoch=0,
                                       learning_rate=order.training.learning_rate)  # fmt: skip
        except BaseException:
            folder.remove()
            raise
        return self.find(run_id)

    def find_ordered(self, key: RequestKey) -> RunRow | None:
        """The run that was ordered with the key, if there is one. Raises ReusedKey."""
        with reading(self.engine) as connection:
            run_id = find_ordered(connection, key)
        return self.find(run_id) if run_id else None

    def find(self, run_id: str) -> RunRow:
        """The run of that id; UnknownRun if there is none."""
        with reading(self.engine) as connection:
            row = _row(connection, run_id)
            return _to_run(row, read_queue(connection) if row["state"] == QUEUED else [])

    def needed_datasets(self) -> frozenset[str]:
        """The names of those that runs will be trained on, or may go on to be."""
        may_train = set(STATES) - TERMINAL | {FAILED}
        with reading(self.engine) as connection:
            return frozenset(connection.scalars(select(runs.c.dataset).where(runs.c.state.in_(may_train)).distinct()))

    def check(self) -> None:
        """Raises OperationalError where the database does not answer."""
        with reading(self.engine) as connection:
            connection.execute(select(1))

    def knows(self, cookie: str) -> bool:
        """Whether a run is that visitor's."""
        with reading(self.engine) as connection:
            return connection.scalar(select(runs.c.id).where(runs.c.cookie == cookie).limit(1)) is not None

    def list(self) -> Rows:
        """The newest ones, and all that train or wait; newest first."""
        newest_first = select(runs).order_by(runs.c.created_at.desc(), runs.c.id)
        with reading(self.engine) as connection:
            queue = read_queue(connection)
            rows = connection.execute(newest_first.limit(LISTED)).mappings().all()
            if len(rows) == LISTED:
                older = runs.c.id.not_in([row["id"] for row in rows])
                live = newest_first.where(runs.c.state.in_((QUEUED, RUNNING)), older)
                rows = [*rows, *connection.execute(live).mappings()]
            return [_to_run(row, queue) for row in rows]

    def ask(self, run_id: str, wish: Wish) -> RunRow:
        """Asks for a state (paused, running, stopped), a rate from the next step on, a name.

        What nobody trains changes at once; what a trainer has, when it comes to it: `asked` says so meanwhile.
        Raises UnknownRun, WrongState or QueueFull.
        """
        with writing(self.engine) as connection:
            if wish.state == RUNNING:
                decide(connection, Decision.QUEUE)
            row = _row(connection, run_id, to_change=True)
            if wish.state == RUNNING and row["state"] not in (QUEUED, RUNNING):
                self._check_room(connection, Visitor(row["cookie"], row["address"]))
            grant(connection, row, wish)
            tell(connection, run_id)
        return self.find(run_id)

    def delete(self, run_id: str) -> None:
        """Ends its trainer, if it has one, and removes all of it; also where the disk is full. Raises UnknownRun."""
        self._in_any_room(lambda: self._forget(run_id))
        self.folder(run_id).remove()

    def events(self, run_id: str, after: int = 0, limit: int = 1000) -> Events:
        """The events that follow number `after`; none of a run that is unknown."""
        with reading(self.engine) as connection:
            return event_log.read(connection, run_id, after, limit)

    def newest(self, run_id: str) -> int:
        """The number of the newest event; 0 if there is none."""
        with reading(self.engine) as connection:
            return event_log.newest(connection, run_id)

    def history(self, run_id: str) -> History:
        """A row for each epoch. Raises UnknownRun."""
        with reading(self.engine) as connection:
            _row(connection, run_id)
            return event_log.read_kind(connection, run_id, event_log.EPOCH)

    def steps(self, run_id: str) -> History:
        """What the `step` events tell. Raises UnknownRun."""
        with reading(self.engine) as connection:
            _row(connection, run_id)
            return event_log.read_kind(connection, run_id, event_log.STEP)

    def snapshot(self, run_id: str, number: int) -> dict[str, Any] | None:
        """What the `snapshot` event of that number tells, from 0; None if there is none."""
        with reading(self.engine) as connection:
            return event_log.read_nth(connection, run_id, event_log.SNAPSHOT, number)

    def count_states(self) -> dict[str, int]:
        """How many runs are in each state that any is in."""
        with reading(self.engine) as connection:
            return count_states(connection)

    def feel_pulse(self) -> Pulse:
        """How all runs stand, for who watches over servers."""
        with reading(self.engine) as connection:
            return feel_pulse(connection)

    def _in_any_room(self, write: Callable[[], None]) -> None:
        """Gives up the reserve where the disk is full."""
        try:
            write()
        except DiskFull:
            (self.root / RESERVE).unlink(missing_ok=True)
            write()

    def _forget(self, run_id: str) -> None:
        with writing(self.engine) as connection:
            row = _row(connection, run_id, to_change=True)
            if row["state"] == RUNNING:
                processes.end(row["process"])
            connection.execute(events.delete().where(events.c.run_id == run_id))
            connection.execute(runs.delete().where(runs.c.id == run_id))
            tell(connection, run_id)
            tell(connection, QUEUE)

    def _check_room(self, connection: Connection, visitor: Visitor) -> None:
        """Makes room where the queue is full and others have more in it."""
        self._check_turns(connection, visitor)
        limits = self.limits
        if count(connection, QUEUED, RUNNING) < limits.at_once + limits.queued:
            return
        while (giving := who_gives_way(connection, visitor.holder)) is not None:
            row = _row(connection, giving, to_change=True)
            if row["state"] == QUEUED:  # else a server has just claimed it
                give_way(connection, row)
                return
        raise QueueFull(
            N_("Enough runs wait already: at most %(limit)d. Try again when one has ended."),
            limit=limits.queued, seconds=_estimate(connection),
        )  # fmt: skip

    def _check_disk(self, order: Order) -> None:
        """Checkpoints with Adam's two moments, two of them for a moment, and the model; and some for the log.

        What a store of files has room for nobody can say; then a trainer hears of it.
        """
        if self.files.is_shared:
            return
        need = order.network.report.parameters * FLOAT_BYTES * 7 + LEAST_FREE
        free = shutil.disk_usage(self.root).free
        if free < need:
            raise DiskFull(
                N_("The run needs %(need)d MiB on the disk; %(free)d are free. Delete runs, or make room."),
                need=need // MEBIBYTE, free=free // MEBIBYTE,
            )  # fmt: skip

    def _check_turns(self, connection: Connection, visitor: Visitor) -> None:
        mine = (runs.c.visitor == visitor.key) & runs.c.state.in_((QUEUED, RUNNING))
        if (connection.scalar(select(func.count()).where(mine)) or 0) >= self.limits.per_visitor:
            raise QueueFull(
                N_("You have %(limit)d runs that train or wait; no more at once. Stop one, or wait for its end."),
                limit=self.limits.per_visitor, seconds=_estimate(connection),
            )  # fmt: skip


def _new_row(run_id: str, order: Order, visitor: Visitor) -> dict[str, Any]:
    now = time.time()
    return {
        "id": run_id, "name": (order.name or "").strip()[:LONGEST_NAME] or order.dataset, "state": QUEUED,
        "dataset": order.dataset, "network": order.network.describe(), "training": describe_training(order.training),
        "parameters": order.network.report.parameters, "classes": list(order.classes),
        "sample": order.sample, "pair": order.pair,
        "cookie": visitor.cookie, "address": visitor.address, "visitor": visitor.key,
        "created_at": now, "queued_at": now, "is_resumed": False, "losses": 0, "epoch": 0, "step": 0, "seconds": 0.0,
        "effort": order.effort, "is_small": order.is_small,
        "learning_rate": order.training.learning_rate,
    }  # fmt: skip


def _row(connection: Connection, run_id: str, *, to_change: bool = False) -> RowMapping:
    """Which nobody else changes before the transaction's end, where it is `to_change`. Raises UnknownRun."""
    chosen = select(runs).where(runs.c.id == run_id)
    found = connection.execute(chosen.with_for_update() if to_change else chosen).mappings().first()
    if found is None:
        raise UnknownRun(N_("There is no run of that id; GET /api/runs lists all."))
    return found


def _to_run(row: RowMapping, queue: list[str]) -> RunRow:
    values: dict[str, Any] = {name: value for name, value in row.items() if name not in _EXTRA}
    position = queue.index(row["id"]) + 1 if row["id"] in queue else None
    return RunRow(**values | {
        "reason": Reason.from_dict(row["reason"]),
        "classes": tuple(row["classes"]),
        "visitor": Visitor(row["cookie"], row["address"]),
        "has_checkpoint": row["checkpoint"] is not None,
        "queue_position": position,
    })  # fmt: skip


def _estimate(connection: Connection) -> int:
    """Seconds until the next place: what is left of the run that is nearest to its end."""
    rows = connection.execute(select(runs.c.step, runs.c.steps, runs.c.seconds).where(runs.c.state == RUNNING))
    left = [seconds / step * (steps - step) for step, steps, seconds in rows if step and steps]
    return round(min(max(min(left, default=60.0), 5.0), 3600.0))
