"""`python -m app evaluate MODEL`: the figures of a card, from its weights, and whether they are the card's."""

import math
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from app.commands.errors import told_plainly
from app.commands.places import DataOption, ModelArgument, ThreadsOption, model_folder, settings_of
from app.commands.train import print_test, tuned_processor
from app.core.classification.cards import measure_test, read_trained
from app.core.datasets.datasets import load_dataset
from app.core.training.evaluation import Evaluation
from app.core.training.layouts import lay_out

_ROUNDING = 6e-4  # processors round differently: a picture or two in 5,000 may fall on the other side


def evaluate(
    model: ModelArgument,
    data: DataOption = None,
    threads: ThreadsOption = None,
) -> None:
    """Measure a model on its test pictures and compare with its card; status 1 where they differ beyond chance."""
    console = Console()
    with told_plainly(console), tuned_processor(threads):
        settings = settings_of(data)
        trained, card = read_trained(model_folder(model, settings))
        lay_out(trained.module)
        dataset = load_dataset(str(card.get("dataset")), settings.data / "datasets")
        tested = measure_test(trained, dataset, float(card["calibration"]["temperature"]))
    print_test(console, tested)
    _print_figures(console, tested, card)
    if not _compare(console, tested, card):
        raise typer.Exit(1)


def _print_figures(console: Console, tested: Evaluation, card: dict[str, Any]) -> None:
    low, high = tested.interval
    before, after = tested.calibration_before, tested.calibration_after
    temperature = card["calibration"]["temperature"]
    for line in (
        f"{tested.images:,} test pictures; accuracy {tested.accuracy:.4f}, 95 % interval {low:.4f} to {high:.4f}",
        f"expected calibration error {before:.4f}, with temperature {temperature} {after:.4f}",
    ):
        console.print(line, highlight=False)
    table = Table("class", "accuracy", "card")
    for name, share in zip(card["classes"], tested.per_class, strict=True):
        table.add_row(name, f"{share:.3f}", f"{card['per_class'].get(name, math.nan):.3f}")
    console.print(table)


def _compare(console: Console, tested: Evaluation, card: dict[str, Any]) -> bool:
    """Says whether the card's figures were met; False where they differ by more than other pictures explain."""
    found = {"loss": tested.loss, "accuracy": tested.accuracy, "calibration before": tested.calibration_before,
             "calibration after": tested.calibration_after}  # fmt: skip
    said = {"loss": card["loss"], "accuracy": card["accuracy"], "calibration before": card["calibration"]["before"],
            "calibration after": card["calibration"]["after"]}  # fmt: skip
    different = [name for name in found if abs(found[name] - said[name]) > _ROUNDING]
    if not different and tested.images == card["test_images"]:
        console.print("These are the card's figures.")
        return True
    for name in different:
        console.print(f"{name}: {found[name]:.4f}; the card says {said[name]:.4f}", highlight=False)
    chance = within_chance(tested.accuracy, tested.images, card["accuracy"], card["test_images"])
    console.print(
        "The accuracy differs no more than chance allows between two sets of test pictures."
        if chance
        else "The accuracy differs by more than chance: these are not the weights or the pictures of the card.",
        highlight=False,
    )
    return chance


def within_chance(found: float, images: int, said: float, said_images: int) -> bool:
    """Whether two shares of right answers differ by at most 1.96 standard errors of their difference."""
    pooled = (found * images + said * said_images) / (images + said_images)
    error = math.sqrt(pooled * (1 - pooled) * (1 / images + 1 / said_images))
    return abs(found - said) <= 1.96 * error + _ROUNDING
