"""The part of a server that trains: a thread that gives trainers the next run, and sees how each ends.

Trainers are processes of their own, here or in a cluster; the thread only watches. Any number of servers may do this
on one database.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from app.core.errors import DiskFull
from app.runs.executor.forks import NoProcess
from app.runs.executor.housekeeping import keep_house
from app.runs.executor.hung import Silences
from app.runs.executor.orphans import close, rescue
from app.runs.executor.slices import set_aside
from app.runs.store import reasons
from app.runs.store.changes import QUEUE as STATES
from app.runs.store.queue import Claim
from app.runs.store.states import FAILED, INTERRUPTED, Reason
from app.runs.store.store import Store

POLL_S, BUSY_POLL_S = 0.05, 0.2  # a run's first event is waited for; with one under way there is time
FIRST_WARM_S = 1.0  # after the server's start, which has enough to do
RESCUE_S, SLICES_S = 2.0, 1.0
TIDY_S, SHARED_TIDY_S = 30.0, 300.0  # all files of a store are listed then
GRACE_S = 3.5  # at a stop, for trainers to write their checkpoints
_log = logging.getLogger(__name__)


class Trainer(Protocol):
    """One that has a run: when it began, how it ended."""

    claim: Claim | None
    started: float

    @property
    def code(self) -> int | None:
        """None while it runs."""

    def reason(self) -> Reason:
        """Of its end, where it has given none itself."""


class Trainers(Protocol):
    """Where trainers come from: forked here (`forked`), or placed in a cluster (`placements`)."""

    busy: list[Any]  # of them; those that have a run

    def begin(self, first_warm_s: float) -> None:
        """With its server. Without need none is made before so long has passed."""

    def look_after(self) -> None:
        """Often, and before `start_next`."""

    def start_next(self) -> bool | None:
        """Gives the next run to a trainer if there is a place; whether runs wait afterwards. None: ask again soon."""

    def prepare(self, waiting: bool) -> None:
        """Trainers for runs to come."""

    def leave(self, seconds: float) -> None:
        """The server stops."""

    def is_gone(self, process: str) -> bool:
        """Whether a process elsewhere is known to have ended."""

    def end(self, process: str) -> None:
        """Ends a process that hangs."""


class Executor:
    """Started and stopped with its server."""

    def __init__(self, store: Store, trainers: Trainers) -> None:
        self._store = store
        self._trainers = trainers
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="executor", daemon=True)
        self._due: dict[str, float] = {}
        self._silences = Silences(trainers.is_gone, trainers.end)
        self._listener = threading.Thread(target=self._listen, name="silences", daemon=True)
        self._keeper = threading.Thread(target=self._keep_house, name="housekeeping", daemon=True)
        self._ending = threading.Lock()  # whoever ends a trainer says why
        self._changes = store.changes.for_another_thread()
        self._seen: int | None = None
        self._waiting = False  # runs, when the database was as `_seen`

    def start(self) -> None:
        """Looks after the runs from now on, unless this server is to train nothing."""
        self._trainers.begin(FIRST_WARM_S)
        if self._store.limits.at_once:
            self._thread.start()
            self._listener.start()
            self._keeper.start()

    def stop(self) -> None:
        """Asks the trainers to keep what they have and to end; waits a few seconds, whatever they do."""
        until = time.monotonic() + GRACE_S
        self._over.set()
        if self._thread.is_alive():
            self._thread.join(GRACE_S)
        self._trainers.leave(until - time.monotonic())
        if self._keeper.is_alive():
            self._keeper.join(max(until - time.monotonic(), 0.1))
        self._guarded(self._collect)
        self._changes.close()

    def _watch(self) -> None:
        while not self._over.is_set():
            self._guarded(self._turn)
            self._over.wait(BUSY_POLL_S if self._trainers.busy else POLL_S)

    def _listen(self) -> None:
        """Beside all that writes, and so waits where a trainer hangs in the middle of a write."""
        while not self._over.wait(RESCUE_S):
            with self._ending:
                self._guarded(lambda: self._silences.look(self._store.engine))

    def _keep_house(self) -> None:
        """Beside the rest: a store of files may take its time."""
        every_s = SHARED_TIDY_S if self._store.files.is_shared else TIDY_S
        while not self._over.is_set():
            self._guarded(lambda: keep_house(self._store, every_s))
            self._over.wait(every_s)

    def _guarded(self, work: Callable[[], None]) -> None:
        """Nothing that goes wrong in one turn ends the thread."""
        try:
            work()
        except (DiskFull, NoProcess):
            self._over.wait(1.0)
        except Exception:
            _log.exception("the executor could not do its work")
            self._over.wait(1.0)

    def _turn(self) -> None:
        self._collect()
        self._trainers.look_after()
        if self._is_time("rescue", RESCUE_S):
            rescue(self._store.engine)
        if self._is_time("slices", SLICES_S):
            set_aside(self._store.engine, self._store.limits)
        number = self._changes.number(STATES)
        if number != self._seen and (waiting := self._trainers.start_next()) is not None:
            self._waiting, self._seen = waiting, number
        self._trainers.prepare(self._waiting)

    def _collect(self) -> None:
        """Trainers that have ended; what they left as running is interrupted where we asked them to go, else failed.

        One that could not write to the database has not failed.
        """
        with self._ending:
            ended: list[Trainer] = [trainer for trainer in self._trainers.busy if trainer.code is not None]
            for trainer in ended:
                assert trainer.claim
                over = self._over.is_set()
                state, reason = (INTERRUPTED, reasons.INTERRUPTED) if over else (FAILED, trainer.reason())
                if close(self._store.engine, trainer.claim, state, reason):
                    _log.warning("run %s: %s", trainer.claim.run_id, reason)
                self._trainers.busy.remove(trainer)

    def _is_time(self, what: str, every_s: float) -> bool:
        now = time.monotonic()
        if now < self._due.get(what, 0.0):
            return False
        self._due[what] = now + every_s
        return True
