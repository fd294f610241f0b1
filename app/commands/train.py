"""`python -m app train`: a training with its progress on the terminal, and a model folder at its end."""

import os
import platform
import shlex
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import torch
import typer
from rich.console import Console

from app.commands.errors import told_plainly
from app.commands.places import DataOption, ThreadsOption, settings_of
from app.commands.plan import FINAL_SPLIT, Plan, read_assignment, read_plan
from app.commands.progress import TrainingProgress
from app.core.checkpoints import read_checkpoint, save_checkpoint
from app.core.classification.cards import (
    NOT_FOR,
    PICTURES,
    Trained,
    count_pictures,
    make_card,
    measure_test,
    write_json,
    write_trained,
)
from app.core.classification.folders import CARD
from app.core.datasets.datasets import load_dataset
from app.core.datasets.labeled_images import DataSet
from app.core.errors import N_, InvalidValue
from app.core.networks.folding import fold
from app.core.training.evaluation import Evaluation, fit_temperature
from app.core.training.events import Diverged, Epoch, Finished, Step
from app.core.training.hyperparameters import describe_training
from app.core.training.training import Trainer

CHECKPOINT = "checkpoint.safetensors"
SECONDS_BETWEEN_CHECKPOINTS = 300.0  # within an epoch; each epoch's end is kept anyway


def train(
    out: Annotated[Path, typer.Option(help="Model folder to write, such as models/mine.")],
    recipe: Annotated[Path | None, typer.Option(help="JSON: dataset, network, training, title, final.")] = None,
    dataset: Annotated[str | None, typer.Option(help="Data set, such as cifar10 (see `fetch`).")] = None,
    network: Annotated[str | None, typer.Option(help="Preset, or a JSON file with a network.")] = None,
    epochs: Annotated[int | None, typer.Option(help="Passes over the training pictures.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="Pictures a step.")] = None,
    optimizer: Annotated[str | None, typer.Option(help="sgd, adam, adamw or muon.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="At its highest.")] = None,
    seed: Annotated[int | None, typer.Option(help="Of weights, order, augmentation and split.")] = None,
    assigned: Annotated[list[str] | None, typer.Option("--set", help="Any value, as NAME=JSON; repeatable.")] = None,
    final: Annotated[bool, typer.Option(help=f"Put only {FINAL_SPLIT:.0%} aside, for the temperature.")] = False,
    teacher: Annotated[Path | None, typer.Option(help="Model folder to learn from too, such as models/best.")] = None,
    resume: Annotated[bool, typer.Option(help="Go on from the folder's checkpoint.")] = False,
    data: DataOption = None,
    threads: ThreadsOption = None,
    device: Annotated[str, typer.Option(help="cpu or cuda.")] = "cpu",
) -> None:
    """Train a network; the test pictures are looked at once, at the end."""
    console = Console()
    options = {"epochs": epochs, "batch_size": batch_size, "optimizer": optimizer, "learning_rate": learning_rate,
               "seed": seed}  # fmt: skip
    with told_plainly(console), tuned_processor(threads):
        given = {name: value for name, value in options.items() if value is not None}
        given |= dict(map(read_assignment, assigned or []))
        plan = read_plan(out, recipe, dataset, network, given, final, teacher)
        settings = settings_of(data)
        pictures = load_dataset(plan.dataset, settings.data / "datasets")
        follow(plan, pictures, console, resume=resume, device=device)


@contextmanager
def tuned_processor(threads: int | None) -> Iterator[None]:
    """As many threads as wished, and numbers too small for float32's usual form as zero, for they are slow.

    PyTorch's own settings come back at the end: they hold for the whole process.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(threads or before)
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)
        torch.set_num_threads(before)


def follow(plan: Plan, dataset: DataSet, console: Console, *, resume: bool, device: str) -> None:
    """Trains, writes the folder, and prints the test line as the lecture does."""
    if not len(dataset.test_labels):
        raise InvalidValue(N_("The data set has no test pictures: nothing could be said of the network at the end."))
    plan.out.mkdir(parents=True, exist_ok=True)
    kept = plan.out / CHECKPOINT
    checkpoint = read_checkpoint(kept) if resume and kept.is_file() else None
    trainer = Trainer(plan.network, dataset, plan.training, resume=checkpoint, device=device, teacher=plan.teacher)
    started = time.monotonic() - (float(checkpoint.state.get("elapsed", 0)) if checkpoint else 0.0)
    finished = _listen(trainer, console, kept, started)
    network, module = fold(plan.network, finished.module) if plan.fold else (plan.network, finished.module)
    trained = Trained(network, module, dataset.classes, finished.preparation, plan.training.mirror_test)
    precision, logits = write_trained(plan.out, trained, trainer.validation)
    temperature = round(fit_temperature(logits, trainer.validation.labels.cpu()), 4) if len(logits) else 1.0
    tested = measure_test(trained, dataset, temperature, device)
    about = _about(plan, dataset, finished, (time.monotonic() - started) / 60, precision)
    write_json(plan.out / CARD, make_card(trained, tested, temperature, about))
    kept.unlink(missing_ok=True)
    print_test(console, tested)


def print_test(console: Console, tested: Evaluation) -> None:
    """The lecture's two lines."""
    console.print(f"Loss: {tested.loss:.3f}", highlight=False)
    console.print(f"Accuracy: {tested.accuracy:.3f}", highlight=False)


def machine() -> str:
    """Processor, threads and PyTorch, in words."""
    processor = torch.cpu.get_capabilities().get("cpu_name") or platform.processor() or platform.machine()
    return f"{processor}, {torch.get_num_threads()} of {os.cpu_count()} cores, PyTorch {torch.__version__}"


def _listen(trainer: Trainer, console: Console, kept: Path, started: float) -> Finished:
    saved = time.monotonic()

    def save() -> None:
        checkpoint = trainer.checkpoint()
        checkpoint.state["elapsed"] = time.monotonic() - started
        save_checkpoint(kept, checkpoint)

    with TrainingProgress(console, trainer.steps, trainer.step) as progress, _saved_at_interrupt(save, console):
        for event in trainer.events():
            match event:
                case Step():
                    progress.step(event)
                case Epoch():
                    progress.epoch(event, trainer.training.epochs)
                case Diverged():
                    raise InvalidValue(
                        N_("The loss of step %(step)d became NaN (not a number); a smaller learning rate may help."),
                        step=event.step,
                    )
                case Finished():
                    return event
            if isinstance(event, Epoch) or time.monotonic() - saved > SECONDS_BETWEEN_CHECKPOINTS:
                save()
                saved = time.monotonic()
    raise AssertionError("a training ends by Finished or Diverged")


@contextmanager
def _saved_at_interrupt(save: Any, console: Console) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        save()
        console.print("Stopped. The same command with --resume goes on from here.")
        raise typer.Exit(130) from None


def _about(plan: Plan, dataset: DataSet, finished: Finished, minutes: float, precision: str) -> dict[str, Any]:
    taught = {"teacher": plan.teacher.describe()} if plan.teacher else {}
    return {
        "name": plan.out.name,
        "title": plan.words.get("title", plan.out.name),
        "dataset": plan.dataset,
        "data": PICTURES % count_pictures(dataset, plan.words.get("data")),
        "training": describe_training(plan.training) | {"epochs_done": finished.epochs, "weights": precision} | taught,
        "command": shlex.join(["python", "-m", "app", *sys.argv[1:]]),
        "seed": plan.training.seed,
        "minutes": round(minutes, 1),
        "machine": machine(),
        "not_for": plan.words.get("not_for", NOT_FOR),
    }
