"""Trainers forked on this machine: one is kept warm, and takes the next run as soon as a place is free."""

import time
from pathlib import Path

from sqlalchemy import select, true

from app.core.datasets.headers import cache_path
from app.runs.executor.forks import Forks
from app.runs.executor.trainers import TrainerProcess
from app.runs.store import processes
from app.runs.store.database import reading, writing
from app.runs.store.protocol import Assignment
from app.runs.store.queue import claim_next, count, has_place, read_queue
from app.runs.store.schema import runs
from app.runs.store.states import QUEUED
from app.runs.store.store import Store

RETRY_S = 20.0
FIRST_DATASET, SECOND_DATASET = "cifar10", "shapes"  # what the page starts with
_SETTLED_S = 45.0  # a run that lasts so long can spare the processor time for another warm trainer


class Forked:
    """Where an executor's trainers come from. For its thread alone."""

    def __init__(self, store: Store, datasets: Path, forks: Forks) -> None:
        self._store = store
        self._datasets = datasets
        self._forks = forks
        self.busy: list[TrainerProcess] = []
        self._warm: TrainerProcess | None = None
        self._warm_at = 0.0

    def begin(self, first_warm_s: float) -> None:
        """After so long a trainer may get warm though nobody waits."""
        self._warm_at = time.monotonic() + first_warm_s

    @property
    def is_reachable(self) -> bool | None:
        """Where trainers come from; None: from nowhere else."""
        return None

    def look_after(self) -> None:
        """A warm one that ended is not followed at once: it would die again and again."""
        if self._warm is not None and self._warm.code is not None:
            self._warm, self._warm_at = None, time.monotonic() + RETRY_S

    def start_next(self) -> bool | None:
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
        self.busy.append(trainer)
        url = self._store.engine.url.render_as_string(hide_password=False)
        trainer.assign(Assignment.to(claim, url, self._store.files))
        return waiting > 1

    def prepare(self, waiting: bool) -> None:
        """A warm one where a run could start soon; not in the first seconds of one, whose processor it would take."""
        settled = all(time.monotonic() - trainer.started > _SETTLED_S for trainer in self.busy)
        if self._warm is None and (waiting or settled) and time.monotonic() >= self._warm_at:
            self._warm_at = time.monotonic() + 1.0
            if self._forks.are_ready():
                self._warm = TrainerProcess(self._forks, self._datasets, self._expected())

    def leave(self, seconds: float) -> None:
        """With the server go its trainers, and keep what they have; so long is waited for them."""
        until = time.monotonic() + seconds
        trainers = [*self.busy, *([self._warm] if self._warm else [])]
        for trainer in trainers:
            trainer.leave()
        for trainer in trainers:
            trainer.wait(until - time.monotonic())

    def is_gone(self, process: str) -> bool:
        """Of processes elsewhere nothing is known here."""
        return False

    def end(self, process: str) -> None:
        """At once, if it is here."""
        processes.end(process)

    def _expected(self) -> str:
        """The data set that is likely to be asked for: the next in the queue, or the newest run's, or the page's."""
        with reading(self._store.engine) as connection:
            waiting = read_queue(connection)
            chosen = runs.c.id == waiting[0] if waiting else true()
            found = select(runs.c.dataset).where(chosen).order_by(runs.c.created_at.desc()).limit(1)
            chosen_last = connection.scalar(found)
        has_first = cache_path(self._datasets, FIRST_DATASET).is_file()
        return chosen_last or (FIRST_DATASET if has_first else SECOND_DATASET)
