"""By how much each remedy narrows the gap between training and validation, over seeds, with its spread.

    .venv/bin/python -m benchmarks.remedies [--data data] [--seeds 5] [--workers 2] [--write]

The problem is that of the recipe `overfits`: few photos of CIFAR-10 (where that is not fetched, of `few-shapes`: few
drawn shapes), and every recipe that is said to cure it. Each is trained with the same seeds, which choose weights,
order, and which pictures are learned and put aside. The gap is the accuracy on the pictures that were learned minus
that on those put aside, that of the losses the other way round; both sides are looked at in the same way at the end,
without dropout or augmentation. A change is a remedy's gap minus the plain one's of the same seed; it is called smaller
or larger where its mean is further from zero than the 95 % interval of Student's t. --write puts the table and its
numbers into docs/remedies.md.
"""

import argparse
import json
import os
import re
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from app.tuning import TRAINING_ENVIRONMENT

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/remedies.md"
FIRST_SEED = 100  # the recipes were chosen with others
BASES = {"cifar10": "overfits", "shapes": "few-shapes"}


@dataclass(frozen=True)
class Outcome:
    """Accuracies and losses at the end of one training, and how long it took."""

    recipe: str
    seed: int
    train: float
    validation: float
    train_loss: float
    validation_loss: float
    seconds: float

    @property
    def gap(self) -> float:
        """What was learned by heart, in accuracy."""
        return self.train - self.validation

    @property
    def loss_gap(self) -> float:
        """How much worse the pictures put aside are predicted, in nats."""
        return self.validation_loss - self.train_loss


def learn(task: tuple[str, int, str]) -> Outcome:
    """One recipe with one seed, in a process with one thread."""
    import torch

    from app.core.datasets.datasets import load_dataset
    from app.core.training.events import Finished
    from app.core.training.recipes import find_recipe
    from app.core.training.training import Trainer

    name, seed, data = task
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    recipe = find_recipe(name)
    started = time.process_time()
    dataset = load_dataset(recipe.dataset, Path(data) / "datasets")
    trainer = Trainer(recipe.network, dataset, replace(recipe.training, seed=seed))
    ended = list(trainer.events())[-1]
    if not isinstance(ended, Finished):
        raise SystemExit(f"{name} with seed {seed} diverged")
    (train, train_loss), (validation, validation_loss) = (
        accuracy_and_loss(trainer.judge(pictures), pictures.labels)
        for pictures in (trainer.training_pictures, trainer.validation)
    )
    return Outcome(name, seed, train, validation, train_loss, validation_loss, time.process_time() - started)


def accuracy_and_loss(logits: Any, labels: Any) -> tuple[float, float]:
    """Of float32 N x K logits."""
    from app.core.training.evaluation import cross_entropy

    return float((logits.argmax(1) == labels).double().mean()), cross_entropy(logits, labels)


def learn_all(names: list[str], seeds: list[int], data: str, workers: int) -> Iterator[Outcome]:
    """Seed after seed, as they are done."""
    os.environ.update(TRAINING_ENVIRONMENT | {"OMP_NUM_THREADS": "1"})
    tasks = [(name, seed, data) for seed in seeds for name in names]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for outcome in pool.map(learn, tasks):
            print(f"  {outcome.recipe:28} seed {outcome.seed}  train {outcome.train:.3f}  validation "
                  f"{outcome.validation:.3f}  {outcome.seconds:.0f} s", flush=True)  # fmt: skip
            yield outcome


def summarize(base: str, outcomes: list[Outcome]) -> list[dict[str, Any]]:
    """A row a recipe: means and deviations over the seeds, and the changes against the plain one of the same seed."""
    by_name: dict[str, list[Outcome]] = {}
    for outcome in sorted(outcomes, key=lambda outcome: outcome.seed):
        by_name.setdefault(outcome.recipe, []).append(outcome)
    return [_row(name, found, by_name[base], is_base=name == base) for name, found in by_name.items()]


def _row(name: str, found: list[Outcome], plain: list[Outcome], *, is_base: bool) -> dict[str, Any]:
    row: dict[str, Any] = {"recipe": name, "seeds": len(found)}
    for key in ("train", "validation", "gap", "loss_gap", "seconds"):
        row[key] = _spread([getattr(outcome, key) for outcome in found])
    for key in ("validation", "gap", "loss_gap") if not is_base else ():
        changes = [getattr(outcome, key) - getattr(other, key) for outcome, other in zip(found, plain, strict=True)]
        row[f"{key}_change"] = _spread(changes) | _interval(changes)
    return row


def _spread(values: list[float]) -> dict[str, Any]:
    return {"mean": round(statistics.mean(values), 4), "sd": round(statistics.stdev(values), 4)}


def _interval(changes: list[float]) -> dict[str, Any]:
    """Half the width of Student's 95 % interval of the mean, and whether the mean lies further from zero."""
    from scipy import stats

    half = float(stats.t.ppf(0.975, len(changes) - 1)) * statistics.stdev(changes) / len(changes) ** 0.5
    mean = statistics.mean(changes)
    verdict = "within the spread" if abs(mean) <= half else "smaller" if mean < 0 else "larger"
    return {"half_width": round(half, 4), "verdict": verdict}


def table(rows: list[dict[str, Any]]) -> str:
    """In Markdown: percent, percentage points, and nats."""
    lines = [
        "| recipe | training % | validation % | gap, points | its change | gap of the losses, nats | its change |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        cells = [_cell(row[key], 100, 1) for key in ("train", "validation", "gap")]
        cells += [_change(row.get("gap_change"), 100, 1), _cell(row["loss_gap"], 1, 2)]
        cells += [_change(row.get("loss_gap_change"), 1, 2)]
        lines.append(f"| `{row['recipe']}` | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(measured: dict[str, Any], scale: float, digits: int) -> str:
    return f"{scale * measured['mean']:.{digits}f} ± {scale * measured['sd']:.{digits}f}"


def _change(measured: dict[str, Any] | None, scale: float, digits: int) -> str:
    if measured is None:
        return ""
    change = f"{scale * measured['mean']:+.{digits}f} ± {scale * measured['sd']:.{digits}f}"
    return f"{change}, {measured['verdict']}"


def write(page: Path, base: str, rows: list[dict[str, Any]], outcomes: list[Outcome]) -> None:
    """Replaces what stands between the page's two marks."""
    text = page.read_text("utf-8")
    before, rest = text.split("<!-- measured -->\n")
    _, after = rest.split("<!-- end -->")
    numbers = json.dumps({"base": base, "rows": rows, "outcomes": [asdict(each) for each in outcomes]}, indent=2)
    numbers = re.sub(r"\{[^{}]*\}", lambda innermost: " ".join(innermost[0].split()), numbers)  # a line each
    body = f"{table(rows)}\n\n<details><summary>The same as JSON</summary>\n\n```json\n{numbers}\n```\n\n</details>\n"
    page.write_text(f"{before}<!-- measured -->\n{body}<!-- end -->{after}", "utf-8")


def main() -> None:
    """All recipes of the problem, once a seed."""
    from app.core.training.recipes import recipes

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="data", help="folder whose `datasets` holds cifar10")
    parser.add_argument("--dataset", choices=BASES, help="by default cifar10 where it is, else shapes")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--write", action="store_true", help=f"into {PAGE.relative_to(ROOT)}")
    options = parser.parse_args()
    is_there = (Path(options.data) / "datasets/cifar10.safetensors").is_file()
    base = BASES[options.dataset or ("cifar10" if is_there else "shapes")]
    names = [base, *(name for name, recipe in recipes().items() if recipe.beside == base and recipe.kind == "works")]
    seeds = list(range(FIRST_SEED, FIRST_SEED + options.seeds))
    outcomes = list(learn_all(names, seeds, options.data, options.workers))
    rows = summarize(base, outcomes)
    print(f"\n{table(rows)}")
    if options.write:
        write(PAGE, base, rows, outcomes)


if __name__ == "__main__":
    main()
