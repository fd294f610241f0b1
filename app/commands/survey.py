"""`python -m app survey MODEL`: finds out once what a network's channels look for, so that no visitor waits for it."""

import time
from typing import Annotated

import typer
from rich.console import Console

from app.commands.errors import told_plainly
from app.commands.places import DataOption, ModelArgument, ThreadsOption, model_folder, settings_of
from app.commands.train import tuned_processor
from app.core.classification.folders import SURVEY
from app.core.classification.inspection.shipped_surveys import MOST, make_shipped, write_shipped
from app.core.classification.models import load_model


def survey(
    model: ModelArgument,
    most: Annotated[int, typer.Option(help="Pictures of each kind that are looked through.", min=1)] = MOST,
    data: DataOption = None,
    threads: ThreadsOption = None,
) -> None:
    """Look through the model's data set, if it is here, and the bundled pictures; write it beside the weights."""
    console, began = Console(), time.monotonic()
    with told_plainly(console), tuned_processor(threads):
        settings = settings_of(data)
        folder = model_folder(model, settings)
        found = make_shipped(load_model(folder), settings.data / "datasets", most)
        write_shipped(folder, found)
    for each in filter(None, (found.everywhere, found.learned)):
        console.print(f"{each.source}: {each.looked_at:,} pictures", highlight=False)
    size = (folder / SURVEY).stat().st_size
    console.print(f"{folder / SURVEY}: {size:,} bytes, {time.monotonic() - began:.0f} s", highlight=False)
