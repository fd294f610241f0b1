"""`python -m app record RECIPE`: trains a recipe and keeps what a page needs to show it again, as one small file.

The page plays it where no run is open, and says that it is recorded. Its events are those of a run's event log, but for
what the page's stage does not show. Two recipes become a pair, which the overfitting tab plays:
curves alone.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from torch import Tensor

from app.commands.errors import told_plainly
from app.commands.places import DataOption, ThreadsOption, settings_of
from app.commands.train import tuned_processor
from app.core.classification.cards import Trained, measure_test
from app.core.classification.snapshots import photo_checksum, take_snapshot
from app.core.classification.sprites import draw_picture
from app.core.datasets.datasets import load_dataset
from app.core.datasets.labeled_images import DataSet
from app.core.errors import N_, InvalidValue
from app.core.training.events import Epoch, Finished, Step
from app.core.training.recipes import Recipe, find_recipe
from app.core.training.training import Trainer

FOLDER = Path("static/recorded")
SNAPSHOTS = 20  # but for the random start; the earlier the denser
STEPS = 120  # of the live curve
STEPS_OF_A_PAIR = 60  # of each
EARLIER_DENSER = 1.6  # 1 is evenly
DIGITS = 4  # of a figure


def record(
    recipe: Annotated[str, typer.Argument(help="A recipe's name, such as shapes.")],
    beside: Annotated[str | None, typer.Option(help="A second recipe: both become a pair.")] = None,
    out: Annotated[Path | None, typer.Option(help="The file to write.")] = None,
    label: Annotated[str, typer.Option(help="The class of the test picture that is watched.")] = "square",
    data: DataOption = None,
    threads: ThreadsOption = None,
) -> None:
    """Train a recipe, or two, and write the recording that the training page shows."""
    console = Console()
    with told_plainly(console), tuned_processor(threads):
        chosen = [find_recipe(name) for name in (recipe, beside) if name]
        dataset = load_dataset(chosen[0].dataset, settings_of(data).data / "datasets")
        told = make_pair(chosen[0], chosen[1], dataset) if beside else make_recording(chosen[0], dataset, label)
    out = out or FOLDER / ("pair.json" if beside else "run.json")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(told, separators=(",", ":")) + "\n", "utf-8")
    console.print(f"{out}: {out.stat().st_size:,} bytes", highlight=False)


def make_pair(plain: Recipe, cured: Recipe, dataset: DataSet) -> dict[str, Any]:
    """{runs: [{run, events}, {run, events}]}: the second run names the first as its pair."""
    first, second = (_follow(_Recorder(recipe, dataset, None, STEPS_OF_A_PAIR), recipe, dataset)
                     for recipe in (plain, cured))  # fmt: skip
    first["run"] |= {"id": plain.name}
    second["run"] |= {"id": cured.name, "pair": plain.name}
    return _rounded({"runs": [first, second]})


def make_recording(recipe: Recipe, dataset: DataSet, label: str, snapshots: int = SNAPSHOTS) -> dict[str, Any]:
    """{run, photo, events}: of the first test picture of that class, which the network never learns from."""
    recorder = _Recorder(recipe, dataset, label, STEPS, snapshots)
    told = _follow(recorder, recipe, dataset)
    photo = {"label": label, "image": draw_picture(recorder.photo), "checksum": photo_checksum(recorder.photo)}
    return _rounded({"run": told["run"], "photo": photo, "events": told["events"]})


def _follow(recorder: "_Recorder", recipe: Recipe, dataset: DataSet) -> dict[str, Any]:
    """{run, events}, to the end."""
    finished = recorder.follow()
    trainer = recorder.trainer
    mirror = recipe.training.mirror_test
    trained = Trained(recipe.network, finished.module, dataset.classes, finished.preparation, mirror)
    tested = measure_test(trained, dataset, 1.0)
    test = {"loss": tested.loss, "accuracy": tested.accuracy}
    recorder.tell("state", state="finished", reason=None, test=test, step=trainer.step, epoch=finished.epochs)
    run = recipe.describe() | {
        "id": "recorded", "name": recipe.name, "network": recipe.network.describe(), "classes": list(dataset.classes),
        "state": "finished", "step": trainer.step, "steps": trainer.step, "epoch": finished.epochs,
        "epochs": finished.epochs, "test": test, "pictures": len(trainer.training_pictures), "tested": tested.images,
    }  # fmt: skip
    return {"run": run, "events": recorder.events}


class _Recorder:
    """Hears a training and keeps its events: so many steps, and snapshots of a picture of the class that is named."""

    def __init__(
        self, recipe: Recipe, dataset: DataSet, label: str | None, steps: int, snapshots: int = SNAPSHOTS
    ) -> None:
        self.trainer = Trainer(recipe.network, dataset, recipe.training)
        self.is_watching, self._steps = label is not None, steps
        of_it = dataset.test_labels == (dataset.classes.index(label) if label else 0)
        self.photo: Tensor = dataset.test_images[of_it][0]
        self.events: list[dict[str, Any]] = []
        self._network, self._classes = recipe.network, dataset.classes
        self._heard: list[Step] = []
        self._snapshots, self._most = 0, snapshots
        self._seconds = 0.0

    def tell(self, kind: str, **fields: Any) -> None:
        """One event more."""
        self.events.append({"kind": kind, "fields": fields})

    def follow(self) -> Finished:
        """Until the end."""
        self._look(0)
        for event in self.trainer.events():
            match event:
                case Step():
                    self._hear(event)
                case Epoch():
                    self.tell("epoch", **asdict(event), step=self.trainer.step)
                case Finished():
                    return event
        raise InvalidValue(N_("This recipe does not come to its end: there is nothing to record."), field="recipe")

    def _hear(self, event: Step) -> None:
        self._heard.append(event)
        self._seconds += event.seconds
        if event.step * self._steps // event.steps > (event.step - 1) * self._steps // event.steps:
            accuracy = sum(step.accuracy for step in self._heard) / len(self._heard)
            told = asdict(event) | {
                "accuracy": accuracy,
                "smoothed": event.loss,
                "images_per_second": None,
                "seconds": self._seconds,
            }
            self.tell("step", **told)
            self._heard.clear()
        if event.step >= event.steps * (self._snapshots / self._most) ** EARLIER_DENSER:
            self._look(event.epoch)

    def _look(self, epoch: int) -> None:
        if not self.is_watching:
            return
        trainer = self.trainer
        told = take_snapshot(trainer.evaluated, self._network, trainer.preparation, self.photo).describe(self._classes)
        shown = told | {"maps": told["maps"][:1], "norms": []}  # the stage has the first maps
        self.tell("snapshot", number=self._snapshots, step=trainer.step, epoch=epoch,
                  photo=photo_checksum(self.photo), **shown)  # fmt: skip
        self._snapshots += 1


def _rounded(told: Any) -> Any:
    """With DIGITS figures: what the page writes."""
    match told:
        case float():
            return float(f"{told:.{DIGITS}g}")
        case dict():
            return {name: _rounded(value) for name, value in told.items()}
        case list() | tuple():
            return [_rounded(value) for value in told]
    return told
