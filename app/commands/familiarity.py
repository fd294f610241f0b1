"""`python -m app familiarity MODEL`: learns which pictures are familiar to a model, and measures how well it tells.

The validation pictures choose, the test pictures are looked at once, for the card.
"""

from pathlib import Path
from typing import Any

from rich.console import Console
from torch import Tensor

from app.commands.errors import told_plainly
from app.commands.places import DataOption, ModelArgument, ThreadsOption, model_folder, settings_of
from app.commands.train import tuned_processor
from app.core.classification.cards import write_json
from app.core.classification.familiarity import FAMILIARITY, METHOD, UNFAMILIAR, save_familiarity
from app.core.classification.familiarity_fitting import fit_familiarity, measure_familiarity
from app.core.classification.folders import CARD
from app.core.classification.models import Model, load_model
from app.core.classification.unfamiliar_pictures import outsiders_beside
from app.core.datasets.datasets import load_dataset
from app.core.datasets.labeled_images import DataSet, split_as
from app.core.pictures.preparation import Preparation, match_channels, resize_images

MOST = 2000  # pictures of each part that are looked at, so that it takes a minute


def familiarity(
    model: ModelArgument,
    data: DataOption = None,
    threads: ThreadsOption = None,
) -> None:
    """Learn what is familiar to a model; write it beside the weights, and into the card how well it is told."""
    console = Console()
    with told_plainly(console), tuned_processor(threads):
        settings = settings_of(data)
        folder = model_folder(model, settings)
        trained = load_model(folder, with_familiarity=False)
        dataset = load_dataset(str(trained.card.get("dataset")), settings.data / "datasets")
        figures = learn(trained, dataset, folder)
    for kind, auroc in figures["auroc"].items():
        console.print(f"{kind}: AUROC {auroc:.3f}", highlight=False)


def learn(model: Model, dataset: DataSet, folder: Path) -> dict[str, Any]:
    """Writes familiarity.safetensors and the card's `familiarity`, which it returns."""
    train, validation = split_as(dataset, model.card.get("training", {}))
    own, held_out, test = (
        _seen(images[:MOST], model.preparation)
        for images in (dataset.images[train], dataset.images[validation], dataset.test_images)
    )
    fitted = fit_familiarity(model, held_out, outsiders_beside(dataset.name, own, 0))
    measured = measure_familiarity(model, fitted, test, outsiders_beside(dataset.name, own, 1))
    figures = {
        "method": METHOD,
        "unfamiliar_below": UNFAMILIAR,
        "test_images": len(test),
        "auroc": {kind: round(value, 4) for kind, value in measured.items()},
    }
    save_familiarity(folder / FAMILIARITY, fitted)
    write_json(folder / CARD, model.card | {"familiarity": figures})
    return figures


def _seen(images: Tensor, preparation: Preparation) -> Tensor:
    return match_channels(resize_images(images, preparation.size), preparation.channels)
