"""Where a command finds what it was told: the settings of a data folder, and a model by its folder or its name.

And how it is told: the options that commands share.
"""

from pathlib import Path
from typing import Annotated

import typer

from app.settings import Settings

# What several commands ask alike.
ModelArgument = Annotated[Path, typer.Argument(help="Model folder, or its name in models/.")]
DataOption = Annotated[Path | None, typer.Option(help="Folder that holds the data sets.")]
ThreadsOption = Annotated[int | None, typer.Option(help="Processor threads; by default one a core.", min=1)]


def settings_of(data: Path | None) -> Settings:
    """The environment's settings; with `data`, that folder takes the place of theirs."""
    return Settings() if data is None else Settings(data=data)


def model_folder(model: Path, settings: Settings) -> Path:
    """The folder itself, or the one of that name among the shipped models."""
    return model if model.is_dir() else settings.models / model
