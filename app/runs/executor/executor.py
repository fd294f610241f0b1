"""The part of a server that trains: a thread that keeps a trainer warm, gives it the next run, and sees how it ends.

Trainers are processes of their own; the thread only watches. Any number of servers may do this on one database.
"""

import logging
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select, true

from app.core.datasets.headers import cache_path
from app.core.errors import DiskFull
from app.runs.executor.forks import Forks, NoProcess
from app.runs.executor.housekeeping import tidy
from app.runs.executor.hung import Silences
from app.runs.executor.orphans import close, rescue
from app.runs.executor.slices import set_aside
from app.runs.executor.trainers import TrainerProcess
from app.runs.store import reasons
from app.runs.store.database import Changes, reading, writing
from app.runs.store.protocol import AWAY, DISK_FULL, Assignment
from app.runs.store.queue import claim_next, count, has_place, read_queue
from app.runs.store.schema import runs
from app.runs.store.states import FAILED, INTERRUPTED, QUEUED, Reason
from app.runs.store.store import Store

POLL_S, BUSY_POLL_S = 0.05, 0.2  # a run's first event is waited for; with one under way there is time
RETRY_S = 20.0
FIRST_DATASET, SECOND_DATASET = "cifar10", "shapes"  # what the page starts with
FIRST_WARM_S = 1.0  # after the server's start, which has enough to do
RESCUE_S, TIDY_S, SLICES_S = 2.0, 30.0, 1.0
GRACE_S = 3.5  # at a stop, for trainers to write their checkpoints
_SETTLED_S = 45.0  # a run that lasts so long can spare the processor time for another warm trainer
_SAID = {DISK_FULL: reasons.DISK_FULL, AWAY: reasons.AWAY}
_log = logging.getLogger(__name__)


class Executor:
    """Started and stopped with its server."""

    def __init__(self, store: Store, datasets: Path, forks: Forks) -> None:
        self._store = store
        self._forks = forks
        self._datasets = datasets
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="executor", daemon=True)
        self._warm: TrainerProcess | None = None
        self._busy: list[TrainerProcess] = []
        self._due: dict[str, float] = {}
        self._silences = Silences()
        self._listener = threading.Thread(target=self._listen, name="silences", daemon=True)
        self._ending = threading.Lock()  # whoever ends a trainer says why
        self._changes = Changes(store.engine)
        self._seen: int | None = None
        self._waiting = False  # runs, when the database was as `_seen`

    def start(self) -> None:
        """Looks after the runs from now on, unless this server is to train nothing."""
        self._due["warm"] = time.monotonic() + FIRST_WARM_S
        if self._store.limits.at_once:
            self._thread.start()
            self._listener.start()

    def stop(self) -> None:
        """Asks the trainers to keep what they have and to end; waits a few seconds, whatever they do."""
        until = time.monotonic() + GRACE_S
        self._over.set()
        if self._thread.is_alive():
            self._thread.join(GRACE_S)
        trainers = [*self._busy, *([self._warm] if self._warm else [])]
        for trainer in trainers:
            trainer.leave()
        for trainer in trainers:
            trainer.wait(until - time.monotonic())
        self._guarded(self._collect)
        self._changes.close()

    def _watch(self) -> None:
        while not self._over.is_set():
            self._guarded(self._turn)
            self._over.wait(BUSY_POLL_S if self._busy else POLL_S)

    def _listen(self) -> None:
        """Beside all that writes, and so waits where a trainer hangs in the middle of a write."""
        while not self._over.wait(RESCUE_S):
            with self._ending:
                self._guarded(lambda: self._silences.look(self._store.engine))

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
        if self._warm is not None and self._warm.code is not None:
            self._warm, self._due["warm"] = None, time.monotonic() + RETRY_S  # else it would die again and again
        if self._is_time("rescue", RESCUE_S):
            rescue(self._store.engine)
        if self._is_time("slices", SLICES_S):
            set_aside(self._store.engine, self._store.limits)
        number = self._changes.number()
        if (number is None or number != self._seen) and (waiting := self._start_next()) is not None:
            self._waiting, self._seen = waiting, number
        self._keep_warm(self._waiting)
        if self._is_time("tidy", TIDY_S):
            tidy(self._store)

    def _collect(self) -> None:
        """Trainers that have ended; what they left as running is interrupted where we asked them to go, else failed.

        One that could not write to the database has not failed.
        """
        with self._ending:
            for trainer in [trainer for trainer in self._busy if trainer.code is not None]:
                assert trainer.claim
                state, reason = (INTERRUPTED, reasons.INTERRUPTED) if self._over.is_set() else (FAILED, _why(trainer))
                if close(self._store.engine, trainer.claim, state, reason):
                    _log.warning("run %s: %s", trainer.claim.run_id, reason)
                self._busy.remove(trainer)

    def _start_next(self) -> bool | None:
        """Gives the next run to a trainer if there is a place; whether runs wait afterwards. None: ask again soon."""
        with reading(self._store.engine) as connection:
            waiting = count(connection, QUEUED)
            if not has_place(connection, self._store.limits):
                return waiting > 0
        if self._warm is None and not self._forks.are_ready():
            return None
        trainer = self._warm = self._warm or TrainerProcess(self._forks, self._datasets)
        with writing(self._store.engine) as connection:
            claim = claim_next(connection, self._store.limits, trainer.process)
        if claim is None:
            return True
        self._warm = None
        self._busy.append(trainer)
        url = self._store.engine.url.render_as_string(hide_password=False)
        files = self._store.files
        trainer.assign(Assignment(claim, url, str(files.root), files.address))
        return waiting > 1

    def _keep_warm(self, waiting: bool) -> None:
        """Where a run could start soon; not in the first seconds of one, whose processor time it would take."""
        settled = all(time.monotonic() - trainer.started > _SETTLED_S for trainer in self._busy)
        if self._warm is None and (waiting or settled) and self._is_time("warm", 1.0) and self._forks.are_ready():
            self._warm = TrainerProcess(self._forks, self._datasets, self._expected())

    def _expected(self) -> str:
        """The data set that is likely to be asked for: the next in the queue, or the newest run's, or the page's."""
        with reading(self._store.engine) as connection:
            waiting = read_queue(connection)
            chosen = runs.c.id == waiting[0] if waiting else true()
            found = select(runs.c.dataset).where(chosen).order_by(runs.c.created_at.desc()).limit(1)
            chosen_last = connection.scalar(found)
        has_first = cache_path(self._datasets, FIRST_DATASET).is_file()
        return chosen_last or (FIRST_DATASET if has_first else SECOND_DATASET)

    def _is_time(self, what: str, every_s: float) -> bool:
        now = time.monotonic()
        if now < self._due.get(what, 0.0):
            return False
        self._due[what] = now + every_s
        return True


def _why(trainer: TrainerProcess) -> Reason:
    code = trainer.code or 0
    if code in _SAID:
        return _SAID[code]
    if code == -signal.SIGKILL and trainer.is_out_of_memory():
        return reasons.OUT_OF_MEMORY
    if code < 0:
        return reasons.killed(-code)
    return reasons.BROKEN
