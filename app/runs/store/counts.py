"""What this process has noticed since its start: how long runs waited, trainers and a store that failed.

Each is noticed by one server, so that sums over all servers count nothing twice. It does not know who asks.
"""

from prometheus_client import Counter, Histogram
from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import InterfaceError, OperationalError

from app.files.files import Files

SERVER = "(this server)"

WAITED = Histogram(
    "playground_run_waited_seconds",
    f"Seconds in the queue of runs whose turn came, each time. {SERVER}",
    buckets=(0.25, 1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600, 14400),
    registry=None,
)
TRAINERS_LOST = Counter(
    "playground_trainers_lost",
    f"Trainings whose process was gone or silent, and which went on elsewhere or failed. {SERVER}",
    registry=None,
)
STORE_ERRORS = Counter(
    "playground_store_errors", f"Failed calls of the database and of the files. {SERVER}", ["store"], registry=None
)
ALL = (WAITED, TRAINERS_LOST, STORE_ERRORS)
_DATABASE = STORE_ERRORS.labels("database")
_FILES = STORE_ERRORS.labels("files")  # told as 0 from the start, so that the first error is a rise


def count_errors(engine: Engine, files: Files) -> None:
    """From now on what a database cannot do is counted: connections that break, locks, a full disk; and a store."""
    event.listen(engine, "handle_error", _count)
    files.failed = _FILES.inc


def _count(context: ExceptionContext) -> None:
    if isinstance(context.sqlalchemy_exception, OperationalError | InterfaceError):
        _DATABASE.inc()
