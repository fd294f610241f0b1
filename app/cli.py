"""The command line: `python -m app serve`, `train` ...; each command is a function of a file, loaded when it is called.

Those that compute load PyTorch, which takes seconds; serving does not.
"""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

COMMANDS = {
    "serve": "app.server",
    "train": "app.commands.train",
    "evaluate": "app.commands.evaluate",
    "familiarity": "app.commands.familiarity",
    "adopt": "app.commands.adopt",
    "probe": "app.commands.probe",
    "survey": "app.commands.survey",
    "fetch": "app.commands.fetch",
    "record": "app.commands.record",
    "migrate": "app.commands.migrate",
}


class _Commands(TyperGroup):
    """Imports a command's file when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Their names, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name, if there is one."""
        if cmd_name not in COMMANDS:
            return None
        alone = typer.Typer(add_completion=False)
        alone.command()(getattr(import_module(COMMANDS[cmd_name]), cmd_name))
        command = typer.main.get_command(alone)
        command.name = cmd_name
        return command


cli = typer.Typer(cls=_Commands, add_completion=False, no_args_is_help=True, help="Convolution Playground")


@cli.callback()
def _several() -> None:
    """See what convolution and convolutional networks do, on your own pictures."""
