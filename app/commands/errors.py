"""What the core refuses, as one plain line on the terminal."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console

from app.core.errors import PlaygroundError


@contextmanager
def told_plainly(console: Console) -> Iterator[None]:
    """Within it an error of the core ends the command with status 2 and its sentence."""
    try:
        yield
    except PlaygroundError as error:
        console.print(str(error), style="red", markup=False, highlight=False)
        raise typer.Exit(2) from None
