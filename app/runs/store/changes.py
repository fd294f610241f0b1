"""Whether anything was written since one looked last, told cheaply: by a number that is another one then.

The log stays the only truth: what is told here says when to look, and a word that was lost costs one look. It does not
know what was written.
"""

import logging
import threading
import time
from typing import Protocol
from zlib import crc32

from sqlalchemy import Engine, PoolProxiedConnection
from sqlalchemy.exc import SQLAlchemyError

from app.runs.store.database import CHANNEL, is_postgresql

LOOK_S, BLIND_LOOK_S = 1.0, 0.2  # after which one looks though nothing was heard: while we listen, and while we cannot
_SLOTS = 1024  # topics of the same slot are taken for one: that costs a look
_TURN_S = 0.1
_log = logging.getLogger(__name__)


class Changes(Protocol):
    """What was told of a topic: a run's id, a class's code, `QUEUE`."""

    def number(self, topic: str) -> int:
        """Unchanged if nobody, of whatever process, has committed anything of the topic since."""

    def for_another_thread(self) -> "Changes":
        """The same."""

    def close(self) -> None:
        """Nothing is watched any more."""


QUEUE = "queue"  # a run has another state


def watch(engine: Engine) -> Changes:
    """What fits the database."""
    return Notices(engine) if is_postgresql(engine) else DataVersion(engine)


class DataVersion:
    """SQLite's own count of commits, of whatever topic. For one thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: PoolProxiedConnection | None = None

    def number(self, topic: str) -> int:
        """Of commits by other connections, some microseconds away."""
        self._connection = self._connection or self._engine.raw_connection()
        number: int = self._connection.cursor().execute("PRAGMA data_version").fetchone()[0]
        return number

    def for_another_thread(self) -> Changes:
        """With a connection of its own."""
        return DataVersion(self._engine)

    def close(self) -> None:
        """Gives the connection back."""
        if self._connection is not None:
            self._connection.close()


class Notices:
    """PostgreSQL's notifications, heard on one connection for a whole process, by a thread. For any thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._heard = [0] * _SLOTS
        self._is_listening = False
        self._over = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def number(self, topic: str) -> int:
        """Of what was heard; and of the seconds, so that one looks in any case."""
        if self._thread is None:
            self._start()
        looks = time.monotonic() // (LOOK_S if self._is_listening else BLIND_LOOK_S)
        return self._heard[_slot(topic)] + int(looks)

    def for_another_thread(self) -> Changes:
        """This one."""
        return self

    def close(self) -> None:
        """The connection is given back."""
        self._over.set()
        with self._starting:
            if self._thread is not None:
                self._thread.join(10 * _TURN_S)

    def _start(self) -> None:
        with self._starting:
            if self._thread is None and not self._over.is_set():
                self._thread = threading.Thread(target=self._listen_on, name="notices", daemon=True)
                self._thread.start()

    def _listen_on(self) -> None:
        while not self._over.is_set():
            try:
                self._listen()
            except (SQLAlchemyError, self._engine.dialect.loaded_dbapi.Error) as error:
                _log.warning("nothing is heard of the runs' database: %s", str(error).partition("\n")[0])
            self._is_listening = False
            self._over.wait(LOOK_S)

    def _listen(self) -> None:
        with self._engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(f"LISTEN {CHANNEL}")
            driver = connection.connection.driver_connection
            assert driver
            self._is_listening = True
            try:
                while not self._over.is_set():
                    for notice in driver.notifies(timeout=_TURN_S):
                        self._heard[_slot(notice.payload)] += 1
            finally:
                connection.invalidate()  # nobody else is to get one that listens


def _slot(topic: str) -> int:
    return crc32(topic.encode()) % _SLOTS
