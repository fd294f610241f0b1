"""The database: opened by its URL, migrated, and one writer at a time. It does not know what the tables mean."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, PoolProxiedConnection, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import OperationalError

from app.core.errors import N_, DiskFull
from app.core.finite_json import to_json

MIGRATIONS = Path(__file__).parent / "migrations"
_WAIT_S = 30.0  # for another's write; the longest is a migration
_WRITERS_BYTE = "120"  # of the file `-shm`, which a writer locks (sqlite.org/walformat.html, 2.3.1)
_FULL = ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_FSYNC")


def open_engine(url: str, wait_s: float = _WAIT_S) -> Engine:
    """An engine for the URL; SQLite in WAL mode, where a reader never waits and a committed row survives kill -9.

    Who writes waits so long for another's write.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True, json_serializer=to_json)
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        parsed, connect_args={"timeout": wait_s}, pool_size=20, max_overflow=40, json_serializer=to_json
    )
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one state of the database and waits for nobody."""
    with told_when_full(), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """The only transaction that writes, from its first statement on. Raises DiskFull."""
    with _begun(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("LOCK TABLE runs IN SHARE ROW EXCLUSIVE MODE"))
        yield connection


@contextmanager
def told_when_full() -> Iterator[None]:
    """DiskFull instead of the database's own words."""
    try:
        yield
    except OperationalError as error:
        if getattr(error.orig, "sqlite_errorname", "") in _FULL:
            raise DiskFull(N_("The disk is full: nothing more can be written. Delete runs, or make room.")) from error
        raise


def find_writer(engine: Engine) -> int | None:
    """The number of the process that is in the middle of a write; None where there is none, or nothing tells it."""
    try:
        inode = Path(f"{engine.url.database}-shm").stat().st_ino
        locks = [line.split() for line in Path("/proc/locks").read_text("ascii").splitlines()]
    except OSError:
        return None
    for *_, kind, pid, place, first, _last in locks:  # "1: POSIX ADVISORY WRITE 1234 fe:00:5678 120 120"
        if (kind, place.rpartition(":")[2], first) == ("WRITE", str(inode), _WRITERS_BYTE):
            return int(pid)
    return None


class Changes:
    """Tells cheaply whether anything was committed: by a number that is another one then. For one thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: PoolProxiedConnection | None = None

    def number(self) -> int | None:
        """Unchanged if no other connection, of whatever process, has committed since; None where that is not known."""
        if self._engine.dialect.name != "sqlite":
            return None
        self._connection = self._connection or self._engine.raw_connection()
        number: int = self._connection.cursor().execute("PRAGMA data_version").fetchone()[0]
        return number

    def close(self) -> None:
        """Gives the connection back."""
        if self._connection is not None:
            self._connection.close()


def migrate(engine: Engine, revision: str = "head") -> None:
    """Brings the tables to their newest form; of two servers that start at once, one waits for the other."""
    if revision == "head" and _is_newest(engine):
        return
    from alembic import command  # slow to import
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with _begun(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def _is_newest(engine: Engine) -> bool:
    newest = max(path.stem.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    with reading(engine) as connection:
        is_there = inspect(connection).has_table("alembic_version")
        return is_there and connection.scalar(text("SELECT version_num FROM alembic_version")) == newest


@contextmanager
def _begun(engine: Engine) -> Iterator[Connection]:
    with told_when_full(), engine.connect() as connection:
        connection = connection.execution_options(begin="BEGIN IMMEDIATE")
        with connection.begin():
            yield connection


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # `begin` says how transactions begin, not the driver
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))
