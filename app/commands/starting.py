"""What is found out before a server starts: whether it can keep what it is to keep, and where it will be found."""

import os
import socket
import tempfile
from contextlib import suppress
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from app.core.errors import InvalidValue
from app.files.opening import open_files
from app.runs.store.database import open_engine
from app.settings import Settings

_KEPT = (".", "runs", "datasets", "runs.sqlite3", "secret")
_EVERYWHERE = ("0.0.0.0", "::")
_CONTAINER = ("/.dockerenv", "/run/.containerenv")
_FAR = ("192.0.2.1", 9)  # an address of documentation: nothing is sent to it


def check_places(settings: Settings) -> None:
    """Raises InvalidValue where the data folder, the one for temporary files, the database or the store cannot be used.

    FilesAway where the store does not answer.
    """
    _check_data(settings.data)
    _check_temporary()
    if settings.database:
        _check_database(settings.database)
    if settings.files:
        _check_files(settings)


def check_secret(settings: Settings) -> None:
    """Raises InvalidValue where several servers may be meant, each of which would sign with a secret of its own."""
    if settings.secret is None and not _is_sqlite(settings):
        raise InvalidValue(
            "PLAYGROUND_DATABASE is for several servers, which sign cookies alike: give them one PLAYGROUND_SECRET."
        )


def check_cluster(settings: Settings) -> None:
    """Raises InvalidValue where trainings on other machines could not reach their runs."""
    if settings.cluster and (_is_sqlite(settings) or settings.files is None):
        raise InvalidValue(
            "PLAYGROUND_CLUSTER trains on other machines, which reach runs in PostgreSQL alone, files in a store: "
            "set PLAYGROUND_DATABASE=postgresql+psycopg://... and PLAYGROUND_FILES=s3://... (or gs://, az://) too."
        )


def addresses(host: str, port: int) -> list[str]:
    """Where people find the server: the first on this machine, a second on others where it listens to all of them.

    A container has an address that only its own machine can reach, so its second is not told.
    """
    shown = "localhost" if host in ("127.0.0.1", *_EVERYWHERE) else host
    own = _own_address() if host in _EVERYWHERE and not any(map(os.path.exists, _CONTAINER)) else None
    return [f"http://{name}:{port}" for name in (shown, own) if name]


def teacher_link(host: str, port: int, key: str) -> str:
    """The address that makes a browser the teacher's: on others too, where the server listens to all of them."""
    return f"{addresses(host, port)[-1]}/teacher?key={key}"


def _is_sqlite(settings: Settings) -> bool:
    return make_url(settings.database or "sqlite://").get_backend_name() == "sqlite"


def _own_address() -> str | None:
    """The address from which this machine would reach others; None without a network."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(_FAR)
        return str(probe.getsockname()[0])
    return None


def _check_data(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidValue("The data folder cannot be made: %(why)s.", why=_why(error)) from error
    for path in (folder / name for name in _KEPT):
        if path.exists() and not os.access(path, os.R_OK | os.W_OK | (os.X_OK if path.is_dir() else 0)):
            raise InvalidValue(
                "%(path)s cannot be written to by user %(user)d, as whom the server runs: %(cure)s, "
                "or choose another folder (--data).",
                path=path.resolve(), user=os.getuid(), cure=_cure(path),
            )  # fmt: skip


def _cure(path: Path) -> str:
    if os.statvfs(path).f_flag & os.ST_RDONLY:
        return "it is mounted read-only; mount it for writing"
    return "give it to that user (chown), run the server as its owner"


def _check_temporary() -> None:
    try:
        tempfile.gettempdir()
    except FileNotFoundError as error:
        raise InvalidValue(
            "There is no folder for temporary files. A container with a read-only root needs --tmpfs /tmp."
        ) from error


def _check_database(url: str) -> None:
    try:
        engine = open_engine(url)
        engine.connect().close()
        engine.dispose()
    except ModuleNotFoundError as error:
        raise InvalidValue(
            "PLAYGROUND_DATABASE cannot be opened: %(why)s; pip install --group cluster brings PostgreSQL's driver.",
            why=_why(error),
        ) from error
    except (SQLAlchemyError, ImportError, OSError) as error:
        raise InvalidValue("PLAYGROUND_DATABASE cannot be opened: %(why)s.", why=_why(error)) from error


def _check_files(settings: Settings) -> None:
    if settings.secret is None:
        raise InvalidValue(
            "PLAYGROUND_FILES is for several servers, which sign cookies alike: give them one PLAYGROUND_SECRET."
        )
    try:
        open_files(settings.data, settings.files).check(thoroughly=True)
    except ImportError as error:
        raise InvalidValue(
            "PLAYGROUND_FILES needs packages that a single machine does without: pip install --group cluster."
        ) from error


def _why(error: Exception) -> str:
    """The first line of what the system or the database says; never the URL, which may hold a password."""
    told = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(told, OSError) and told.strerror:
        return f"{told.filename}: {told.strerror}" if told.filename else told.strerror
    return str(told).partition("\n")[0].rstrip(".")
