"""`python -m app probe MODEL`: learns what each layer of a model knows of its classes, and measures it.

The validation pictures choose, the test pictures are looked at once, for the card.
"""

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from torch import Tensor

from app.commands.errors import told_plainly
from app.commands.places import DataOption, ModelArgument, ThreadsOption, model_folder, settings_of
from app.commands.train import tuned_processor
from app.core.classification.cards import write_json
from app.core.classification.folders import CARD
from app.core.classification.inspection.probe_fitting import TRAINING_PICTURES, fit_probes, measure_probes
from app.core.classification.inspection.probes import METHOD, save_probes
from app.core.classification.models import Model, load_model
from app.core.datasets.datasets import load_dataset
from app.core.datasets.labeled_images import DataSet, split_as
from app.core.training.batches import Pictures, keep


def probe(
    model: ModelArgument,
    data: DataOption = None,
    threads: ThreadsOption = None,
) -> None:
    """Fit a linear probe on every layer of a model; write them beside the weights, and their accuracy into the card."""
    console = Console()
    with told_plainly(console), tuned_processor(threads):
        settings = settings_of(data)
        folder = model_folder(model, settings)
        trained = load_model(folder)
        dataset = load_dataset(str(trained.card.get("dataset")), settings.data / "datasets")
        figures = learn(trained, dataset, folder)
    table = Table("layer", "accuracy", "95 % interval")
    for row in figures["layers"]:
        low, high = row["interval"]
        table.add_row(row["layer"], f"{row['accuracy']:.3f}", f"{low:.3f} to {high:.3f}")
    console.print(table)


def learn(model: Model, dataset: DataSet, folder: Path) -> dict[str, Any]:
    """Writes probes.safetensors and the card's `probes`, which it returns."""
    learned, aside = split_as(dataset, model.card.get("training", {}))

    def pictures(chosen: Tensor) -> Pictures:
        return keep(dataset.images, dataset.labels, model.network.input, chosen=chosen)

    train = pictures(learned[:TRAINING_PICTURES])
    probes = fit_probes(model.anatomy, model.preparation, train, pictures(aside))
    test = keep(dataset.test_images, dataset.test_labels, model.network.input)
    measured = measure_probes(model.anatomy, model.preparation, probes, test)
    rows = [
        {"layer": layer, "accuracy": round(share, 4), "interval": [round(end, 4) for end in interval]}
        for layer, (share, interval) in measured.items()
    ]
    figures = {"method": METHOD, "training_images": len(train), "layers": rows}
    save_probes(folder, probes)
    write_json(folder / CARD, model.card | {"probes": figures})
    return figures
