"""Where a command finds what it was told: the settings of a data folder, and a model by its folder or its name."""

from pathlib import Path

from app.settings import Settings


def settings_of(data: Path | None) -> Settings:
    """The environment's settings; with `data`, that folder takes the place of theirs."""
    return Settings() if data is None else Settings(data=data)


def model_folder(model: Path, settings: Settings) -> Path:
    """The folder itself, or the one of that name among the shipped models."""
    return model if model.is_dir() else settings.models / model
