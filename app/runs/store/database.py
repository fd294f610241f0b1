"""The database: opened by its URL, migrated, written in transactions. It does not know what the tables mean.

SQLite has one writer at a time, from a transaction's first statement on. In PostgreSQL those alone wait for each other
that change the same row, or take the same decision (`decide`).
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, func, inspect, literal, make_url, select, text
from sqlalchemy.exc import DataError, DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection

from app.core.errors import N_, NO_SPACE, DiskFull, InvalidValue
from app.core.finite_json import to_json
from app.runs.store import processes

Result = TypeVar("Result")

MIGRATIONS = Path(__file__).parent / "migrations"
CHANNEL = "playground"  # on which PostgreSQL says what has changed
CONNECTIONS = 5  # that a server keeps to PostgreSQL; as many more for a moment
_WAIT_S = 30.0  # for another's write; the longest is a migration
_AGAIN_S = 0.25  # between two tries to reach PostgreSQL
_IDLE_S = 20.0  # in a transaction, after which PostgreSQL ends it: its process has hung
_LONGEST_NAME = 63  # bytes of a connection's; PostgreSQL cuts it
_REACH_S = 5  # until a machine that does not answer is not there
# Of a machine that answers nothing any more the same is thought after 20 s: in a query, by TCP; in silence, by asking.
_SILENT = {"tcp_user_timeout": 20_000, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 2}
_WRITERS_BYTE = "120"  # of the file `-shm`, which a writer locks (sqlite.org/walformat.html, 2.3.1)
_FULL = ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_FSYNC", "53100")


class Decision(IntEnum):
    """What is decided by one at a time, of all servers; by the numbers of PostgreSQL's advisory locks."""

    MIGRATION = 8150
    PLACES = 8151  # who trains next
    QUEUE = 8152  # who may wait
    CLASSES = 8153  # which stay open


def open_engine(
    url: str, wait_s: float = _WAIT_S, connections: int = CONNECTIONS, process: str | None = None
) -> Engine:
    """An engine for the URL; SQLite in WAL mode, where a reader never waits and a committed row survives kill -9.

    Who writes waits so long for another's write, and whoever insists for PostgreSQL to come back; there connections
    bear the word for this process.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = _open_sqlite(parsed, wait_s)
    else:
        engine = _open_postgresql(parsed, wait_s, connections, process or processes.identify(os.getpid()))
    engine.update_execution_options(patience=wait_s)
    return engine


def _open_sqlite(url: URL, wait_s: float) -> Engine:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url, connect_args={"timeout": wait_s}, pool_size=20, max_overflow=40, json_serializer=to_json
    )
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _open_postgresql(url: URL, wait_s: float, connections: int, name: str) -> Engine:
    """A connection that broke is noticed before it is used; by its name `find_held_up` knows whose it is."""
    options = f"-c statement_timeout={round(wait_s * 1000)}"
    options += f" -c idle_in_transaction_session_timeout={round(_IDLE_S * 1000)}"
    return create_engine(
        url, pool_size=connections, max_overflow=connections, pool_timeout=min(wait_s, _WAIT_S), pool_pre_ping=True,
        connect_args={"connect_timeout": _REACH_S, "options": options, "application_name": name} | _SILENT,
        json_serializer=to_json,
    )  # fmt: skip


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one state of the database and waits for nobody."""
    with _told(), engine.connect() as connection:
        if is_postgresql(connection):
            connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes: all or nothing. Raises DiskFull.

    What it tells (`tell`) is heard once it is committed. In PostgreSQL each statement sees what others have committed
    by then: what is read to be changed has to be read `with_for_update`, or after a `decide`.
    """
    topics: set[str] = set()
    with _told(), engine.connect() as connection:
        connection = connection.execution_options(begin="BEGIN IMMEDIATE", topics=topics)
        with connection.begin():
            yield connection
        if topics and is_postgresql(connection):
            _notify(connection, topics)


def insist(engine: Engine, work: Callable[[Connection], Result]) -> Result:
    """What `work` gives, in a transaction that writes; again, within the engine's wait, where PostgreSQL goes away.

    A commit whose answer was lost may have been one: the same work done twice has to be as if done once.
    """
    until = time.monotonic() + engine.get_execution_options()["patience"]
    while True:
        try:
            with writing(engine) as connection:
                return work(connection)
        except OperationalError:
            if not is_postgresql(engine) or time.monotonic() > until:  # SQLite has waited by itself
                raise
        time.sleep(_AGAIN_S)


def decide(connection: Connection, what: Decision) -> None:
    """From here to the transaction's end nobody else decides that. To be called before a row is locked."""
    if is_postgresql(connection):  # else this is the only writer
        connection.execute(select(func.pg_advisory_xact_lock(what.value)))


def tell(connection: Connection, topic: str) -> None:
    """Whoever watches the topic hears of it, after the commit."""
    connection.get_execution_options()["topics"].add(topic)


def is_postgresql(where: Connection | Engine) -> bool:
    """Else it is SQLite."""
    return where.dialect.name == "postgresql"


def tell_apart(connection: Connection) -> str:
    """What a copy of the database has not: its server's own number, and its own. Empty in SQLite, which has none.

    A standby that takes over, and a server restored from its own files, have the same.
    """
    if not is_postgresql(connection):
        return ""
    own = "SELECT system_identifier, oid FROM pg_control_system(), pg_database WHERE datname = current_database()"
    return "/".join(map(str, connection.execute(text(own)).one()))


def find_held_up(engine: Engine, running: Iterable[str | None]) -> set[str]:
    """Those of the processes that cannot write now, because another does and does not come to an end."""
    known = {process for process in running if process}
    if is_postgresql(engine):
        waiting = text("SELECT application_name FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        with reading(engine) as connection:
            found = set(connection.scalars(waiting))
        return {process for process in known if process[:_LONGEST_NAME] in found}
    writer = find_writer(engine)
    return {process for process in known if writer not in (None, processes.number(process))}


def find_writer(engine: Engine) -> int | None:
    """The process in the middle of a write to SQLite, by its number; None where there is none, or nothing tells it."""
    try:
        inode = Path(f"{engine.url.database}-shm").stat().st_ino
        locks = [line.split() for line in Path("/proc/locks").read_text("ascii").splitlines()]
    except OSError:
        return None
    for *_, kind, pid, place, first, _last in locks:  # "1: POSIX ADVISORY WRITE 1234 fe:00:5678 120 120"
        if (kind, place.rpartition(":")[2], first) == ("WRITE", str(inode), _WRITERS_BYTE):
            return int(pid)
    return None


def migrate(engine: Engine, revision: str = "head") -> None:
    """Brings the tables to their newest form; of two servers that start at once, one waits for the other."""
    if revision == "head" and _is_newest(engine):
        return
    from alembic import command  # slow to import
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with writing(engine) as connection:
        if is_postgresql(connection):
            connection.execute(text("SET LOCAL statement_timeout = 0"))
        decide(connection, Decision.MIGRATION)
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def _is_newest(engine: Engine) -> bool:
    newest = max(path.stem.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    with reading(engine) as connection:
        is_there = inspect(connection).has_table("alembic_version")
        return is_there and connection.scalar(text("SELECT version_num FROM alembic_version")) == newest


@contextmanager
def _told() -> Iterator[None]:
    """Instead of databases' words DiskFull, OperationalError of their absence, InvalidValue of what they cannot keep.

    PostgreSQL keeps no NUL in a text, and cuts none.
    """
    try:
        yield
    except DataError as error:
        raise InvalidValue(N_("A text is too long, or has a character that cannot be kept (NUL).")) from error
    except DBAPIError as error:
        if {getattr(error.orig, name, None) for name in ("sqlite_errorname", "sqlstate")} & set(_FULL):
            raise DiskFull(NO_SPACE) from error
        if error.connection_invalidated and not isinstance(error, OperationalError):
            raise OperationalError(error.statement, error.params, error.orig or error) from error
        raise
    except NoConnection as error:
        raise OperationalError(None, None, error) from error


def _notify(connection: Connection, topics: set[str]) -> None:
    """In a transaction of its own that waits for no disk: one that notifies lets no other commit meanwhile.

    Nothing depends on it: who watches looks now and then in any case.
    """
    told = [func.pg_notify(CHANNEL, topic) for topic in sorted(topics)]
    with suppress(SQLAlchemyError):
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(select(func.set_config("synchronous_commit", "off", literal(True)), *told))


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # `begin` says how transactions begin, not the driver
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))
