"""A thread beside the training that says it is alive, also in a validation of minutes, and hears what is asked.

Alive is a training that spends processor time. One that waits for ever, for a disk that died or a lock that nobody
opens, spends none: of it the thread says nothing, and who watches ends it as one that hangs whole. One whose file is
on its way to a store, or from it, spends none either, and is alive as long as a store is waited for.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Self

from sqlalchemy.exc import SQLAlchemyError

from app.core.errors import DiskFull
from app.runs.store.states import Wish
from app.runs.trainer.lease import Lease, Lost
from app.runs.trainer.patience import LONGEST_S

HEARTBEAT_S = 1.0
_LOOKS = 5  # for requests, in that time


class Heartbeat:
    """Beats while the block works; `wish` is what is asked by now. A run that was lost ends the process at once.

    To be made by the thread that trains.
    """

    def __init__(self, lease: Lease, on_lost: Callable[[], object] = lambda: os._exit(0)) -> None:
        self.wish = Wish()
        self._lease = lease
        self._on_lost = on_lost
        self._spent = _clock_of(threading.get_ident())
        self._moves_until = 0.0  # by the monotonic clock
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(HEARTBEAT_S)  # a locked database may hold it for minutes

    @contextmanager
    def moving(self) -> Iterator[None]:
        """Around a file's way to a store, or from it: only for whoever has the run still. Raises Lost, or DiskFull."""
        self.wish = self._lease.beat()
        self._moves_until = time.monotonic() + LONGEST_S
        try:
            yield
        finally:
            self._moves_until = 0.0

    def _is_at_work(self, spent: float) -> bool:
        return spent != self._spent() or time.monotonic() < self._moves_until

    def _beat(self) -> None:
        turn, spent = 0, -1.0
        while not self._over.wait(HEARTBEAT_S / _LOOKS):
            turn += 1
            if time.monotonic() - self._lease.written < HEARTBEAT_S / _LOOKS:
                continue  # who wrote has heard what is asked
            is_due = turn % _LOOKS == 0 and self._is_at_work(spent)
            with suppress(DiskFull, SQLAlchemyError):  # the next one may come through
                try:
                    self.wish = self._lease.beat() if is_due else self._lease.look()
                except Lost:
                    if not (self._over.is_set() or self._lease.is_given_back):
                        self._on_lost()
                    return
            spent = self._spent() if is_due else spent


def _clock_of(thread: int) -> Callable[[], float]:
    """The processor time of a thread; where the system does not tell, as if it always worked."""
    if not hasattr(time, "pthread_getcpuclockid"):
        return time.monotonic
    return partial(time.clock_gettime, time.pthread_getcpuclockid(thread))
