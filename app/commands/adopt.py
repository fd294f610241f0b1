"""`python -m app adopt MODEL`: makes the folder of a network that comes with a package, as its recipe says."""

from rich.console import Console

from app.commands.errors import told_plainly
from app.commands.places import ModelArgument, model_folder
from app.core.classification.adoption import adopt as write_folder
from app.settings import Settings


def adopt(model: ModelArgument) -> None:
    """Check the file of an installed package by its digest, and write the model folder that its recipe describes."""
    console = Console()
    with told_plainly(console):
        card = write_folder(model_folder(model, Settings()))
    console.print(f"{card['title']}: {card['parameters']:,} parameters, {len(card['classes']):,} classes",
                  highlight=False)  # fmt: skip
