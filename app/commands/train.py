"""`python -m app train`: a training with its progress on the terminal, and a model folder at its end."""

import json
import os
import platform
import shlex
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import torch
import typer
from rich.console import Console

from app.commands.errors import told_plainly
from app.commands.progress import TrainingProgress
from app.core.batches import keep
from app.core.cards import CARD, NOT_FOR, WEIGHTS, Trained, half_is_enough, make_card, write_json, write_weights
from app.core.checkpoints import read_checkpoint, read_weights, save_checkpoint
from app.core.datasets import DataSet, load_dataset
from app.core.errors import N_, InvalidValue
from app.core.evaluation import Evaluation, evaluate, fit_temperature, logits_of
from app.core.events import Diverged, Epoch, Finished, Step
from app.core.hyperparameters import Training, describe_training, parse_training
from app.core.networks import Network, parse_network
from app.core.training import Trainer
from app.settings import Settings

FINAL_SPLIT = 0.02  # of the training pictures, for the temperature alone: docs/decisions/0006-training.md
CHECKPOINT = "checkpoint.safetensors"
SECONDS_BETWEEN_CHECKPOINTS = 300.0


@dataclass(frozen=True)
class Order:
    """What was asked for: recipe and options together."""

    out: Path
    dataset: str
    network: Network
    training: Training
    title: str
    final: bool


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
    set_: Annotated[list[str] | None, typer.Option("--set", help="Any value, as NAME=JSON; may be repeated.")] = None,
    final: Annotated[bool, typer.Option(help=f"Put only {FINAL_SPLIT:.0%} aside, for the temperature.")] = False,
    resume: Annotated[bool, typer.Option(help="Go on from the folder's checkpoint.")] = False,
    data: Annotated[Path | None, typer.Option(help="Folder that holds the data sets.")] = None,
    device: Annotated[str, typer.Option(help="cpu or cuda.")] = "cpu",
) -> None:
    """Train a network; the test pictures are looked at once, at the end."""
    console = Console()
    with told_plainly(console):
        given = {"epochs": epochs, "batch_size": batch_size, "optimizer": optimizer, "learning_rate": learning_rate,
                 "seed": seed}  # fmt: skip
        order = read_order(
            out, recipe, dataset, network, final, {k: v for k, v in given.items() if v is not None}, set_
        )
        settings = Settings() if data is None else Settings(data=data)
        pictures = load_dataset(order.dataset, settings.data / "datasets")
        follow(order, pictures, console, resume=resume, device=device)


def read_order(
    out: Path, recipe: Path | None, dataset: str | None, network: str | None, final: bool, given: dict[str, Any],
    assigned: list[str] | None,
) -> Order:  # fmt: skip
    """Recipe, then options over it. Raises InvalidValue."""
    written = read_json(recipe) if recipe else {}
    chosen = dataset or written.get("dataset")
    described = read_network(network) if network else written.get("network")
    if not isinstance(chosen, str) or described is None:
        raise InvalidValue(N_("Name a data set and a network, or a recipe that does."))
    if isinstance(described, str):
        described = read_network(described)
    final = final or bool(written.get("final"))
    training = {**written.get("training", {}), **given, **dict(map(_assignment, assigned or []))}
    if final:
        training["validation_split"] = FINAL_SPLIT
    title = str(written.get("title", out.name))
    return Order(out, chosen, parse_network(described), parse_training(training), title, final)


def read_network(name: str) -> Any:
    """The description that a file holds, or that a preset has."""
    if name.endswith(".json") or Path(name).is_file():
        return read_json(Path(name))
    from app.core.presets import find_preset

    return find_preset(name).describe()


def read_json(path: Path) -> Any:
    """A JSON file's value."""
    try:
        return json.loads(path.read_text("utf-8"))
    except OSError:
        raise InvalidValue(N_("The file %(path)s cannot be read."), path=str(path)) from None
    except ValueError:
        raise InvalidValue(N_("The file %(path)s is no JSON."), path=str(path)) from None


def follow(order: Order, dataset: DataSet, console: Console, *, resume: bool, device: str) -> None:
    """Trains, writes the folder, and prints the test line as the lecture does."""
    torch.set_flush_denormal(True)
    kept = order.out / CHECKPOINT
    order.out.mkdir(parents=True, exist_ok=True)
    checkpoint = read_checkpoint(kept) if resume and kept.is_file() else None
    trainer = Trainer(order.network, dataset, order.training, resume=checkpoint, device=device)
    before = float(checkpoint.state.get("elapsed", 0)) if checkpoint else 0.0
    started = time.monotonic() - before
    finished = _listen(trainer, console, kept, started)
    trained = Trained(order.network, finished.module, dataset.classes, finished.preparation, order.training.mirror_test)
    tested, temperature, half = measure(trained, trainer, dataset, order.out, device)
    about = _about(order, finished, (time.monotonic() - started) / 60, half)
    card = make_card(trained, tested, temperature, about)
    write_json(order.out / CARD, card)
    kept.unlink(missing_ok=True)
    print_test(console, tested)


def measure(
    trained: Trained, trainer: Trainer, dataset: DataSet, out: Path, device: str
) -> tuple[Evaluation, float, bool]:
    """Fits the temperature on the pictures put aside, writes the weights, and tests what was written."""
    aside = trainer.validation
    temperature, half = 1.0, False
    if len(aside):
        half = half_is_enough(trained, aside)
    write_weights(out, trained, half=half)
    trained.module.load_state_dict(read_weights(out / WEIGHTS))
    if len(aside):
        logits = logits_of(trained.module, aside, trained.preparation, mirror=trained.mirror)
        temperature = round(fit_temperature(logits, aside.labels.cpu()), 4)
    test = keep(dataset.test_images, dataset.test_labels, trained.network.input, device)
    logits = logits_of(trained.module, test, trained.preparation, mirror=trained.mirror)
    return evaluate(logits, dataset.test_labels, temperature), temperature, half


def print_test(console: Console, tested: Evaluation) -> None:
    """The lecture's two lines."""
    console.print(f"Loss: {tested.loss:.3f}", highlight=False)
    console.print(f"Accuracy: {tested.accuracy:.3f}", highlight=False)


def _listen(trainer: Trainer, console: Console, kept: Path, started: float) -> Finished:
    saved = time.monotonic()

    def save() -> None:
        checkpoint = trainer.checkpoint()
        checkpoint.state["elapsed"] = time.monotonic() - started
        save_checkpoint(kept, checkpoint)

    with TrainingProgress(console, trainer.steps, trainer.step) as progress, _kept_at_interrupt(save, console):
        for event in trainer.events():
            match event:
                case Step():
                    progress.step(event)
                case Epoch():
                    progress.epoch(event, trainer.training.epochs)
                case Diverged():
                    raise InvalidValue(
                        N_("The loss of step %(step)d is no number any more; a smaller learning rate may help."),
                        step=event.step,
                    )
                case Finished():
                    return event
            if isinstance(event, Epoch) or time.monotonic() - saved > SECONDS_BETWEEN_CHECKPOINTS:
                save()
                saved = time.monotonic()
    raise AssertionError("a training ends by Finished or Diverged")


@contextmanager
def _kept_at_interrupt(save: Any, console: Console) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        save()
        console.print("Stopped. The same command with --resume goes on from here.")
        raise typer.Exit(130) from None


def _about(order: Order, finished: Finished, minutes: float, half: bool) -> dict[str, Any]:
    return {
        "name": order.out.name,
        "title": order.title,
        "dataset": order.dataset,
        "data": "",
        "training": describe_training(order.training),
        "epochs_done": finished.epochs,
        "weights": "float16" if half else "float32",
        "command": shlex.join(["python", "-m", "app", *sys.argv[1:]]),
        "seed": order.training.seed,
        "minutes": round(minutes, 1),
        "machine": machine(),
        "not_for": NOT_FOR,
    }


def machine() -> str:
    """Processor, threads and PyTorch, in words."""
    processor = torch.cpu.get_capabilities().get("cpu_name") or platform.processor() or platform.machine()
    return f"{processor}, {torch.get_num_threads()} of {os.cpu_count()} cores, PyTorch {torch.__version__}"


def _assignment(text: str) -> tuple[str, Any]:
    name, sign, value = text.partition("=")
    if not sign:
        raise InvalidValue(N_("A value is set as NAME=VALUE."))
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value
