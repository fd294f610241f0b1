"""`python -m app migrate`: brings the runs' database to its newest form, and says which it is. Servers do so, too."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.commands.errors import told_plainly
from app.commands.places import DataOption, settings_of
from app.commands.starting import check_places
from app.runs.store.database import MIGRATIONS, open_engine, reading
from app.runs.store.database import migrate as bring_forward

Check = Annotated[bool, typer.Option("--check", help="Change nothing; status 1 where the tables are not the newest.")]


def migrate(data: DataOption = None, check: Check = False) -> None:
    """Bring the tables of PLAYGROUND_DATABASE to their newest form, before servers of a new version start."""
    console, settings = Console(), settings_of(data)
    with told_plainly(Console(stderr=True)):
        check_places(settings)
    engine = open_engine(settings.database or f"sqlite:///{settings.data / 'runs.sqlite3'}")
    try:
        if not check:
            bring_forward(engine)
        try:
            with reading(engine) as connection:
                found = str(connection.scalar(text("SELECT version_num FROM alembic_version")))
        except SQLAlchemyError:
            found = "none"
    finally:
        engine.dispose()
    newest = _newest(MIGRATIONS / "versions")
    console.print(f"tables: {found}, newest: {newest}", highlight=False)
    if found != newest:
        raise typer.Exit(1)


def _newest(folder: Path) -> str:
    return max(path.stem.partition("_")[0] for path in folder.glob("[0-9]*.py"))
