"""Whether a server can keep what it is to keep: found out before it starts, so that a sentence says what is missing."""

import os
import tempfile
from pathlib import Path

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from app.core.errors import InvalidValue
from app.runs.database import open_engine
from app.settings import Settings

_KEPT = (".", "runs", "datasets", "runs.sqlite3")


def check_places(settings: Settings) -> None:
    """Raises InvalidValue where the data folder, the one for temporary files or the database cannot be used."""
    _check_data(settings.data)
    _check_temporary()
    if settings.database:
        _check_database(settings.database)


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
    except (SQLAlchemyError, ImportError, OSError) as error:
        raise InvalidValue("PLAYGROUND_DATABASE cannot be opened: %(why)s.", why=_why(error)) from error


def _why(error: Exception) -> str:
    """The first line of what the system or the database says; never the URL, which may hold a password."""
    told = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(told, OSError) and told.strerror:
        return f"{told.filename}: {told.strerror}" if told.filename else told.strerror
    return str(told).partition("\n")[0].rstrip(".")
