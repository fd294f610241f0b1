"""Familiarity judged on photographs of the world: are a network's own kind let through, and the others flagged?

    .venv/bin/python -m benchmarks.familiarity FOLDER [MODEL ...]

FOLDER holds photographs and `labels.csv` with the columns `file` and `class_index`, ImageNet's; nothing was fitted or
chosen on them. A photograph is a network's own kind if its class or a group it belongs to is one of CIFAR-10's; what
people would argue about is left out. Beside it stands the area of the largest probability alone. Intervals are 95 %:
Wilson's for shares, 2,000 resamplings for areas.
"""

import csv
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from app.core.classification.classification import see
from app.core.classification.familiarity import UNFAMILIAR, measure_auroc
from app.core.classification.familiarity_fitting import measure_signs
from app.core.classification.models import Model, compute_logits, load_model, to_probabilities
from app.core.datasets.nouns import groups_of, imagenet_classes
from app.core.pictures.uploads import PictureLimits, Upload
from app.core.training.evaluation import wilson_interval

# What WordNet does not call by CIFAR-10's word, though CIFAR-10's own definitions (Krizhevsky 2009) include it.
MORE = {"airplane": {404, 895}, "automobile": {436, 468, 511, 609, 627, 661, 751, 817}, "horse": {339},
        "ship": {554, 625, 780, 814, 871, 914}}  # fmt: skip
ARGUABLE = {*range(269, 276), *range(286, 294), 351, 352, 353, 405, 407, 408, 472, 576, 654, 656, 705, 734, 779, 874}
RESAMPLED = 2000


@dataclass(frozen=True)
class Judged:
    """The photographs of one folder to one network: which are its own kind, and N scores of strangeness each."""

    own: Tensor
    right: Tensor
    share: Tensor
    probability: Tensor
    strangeness: Tensor


def kind_of(index: int, classes: Sequence[str]) -> str | None:
    """Which of a network's classes a class of ImageNet belongs to."""
    name = imagenet_classes()[index]
    found = [label for label in classes if label in (name, *groups_of(name)) or index in MORE.get(label, ())]
    return found[0] if found else None


def judge(model: Model, folder: Path) -> Judged:
    """Every photograph that is not arguable, as the page sees it."""
    rows = [row for row in csv.DictReader((folder / "labels.csv").open("r", encoding="utf-8"))
            if int(row["class_index"]) not in ARGUABLE]  # fmt: skip
    files = [Upload((folder / row["file"]).read_bytes(), PictureLimits(), 10**9) for row in rows]
    seen = torch.stack([see(file, model.preparation)[0] for file in files])
    kinds = [kind_of(int(row["class_index"]), model.classes) for row in rows]
    probabilities = to_probabilities(model, compute_logits(model, seen))
    assert model.familiarity is not None
    strangeness = model.familiarity.strangeness(measure_signs(model, seen))
    best = [model.classes[index] for index in probabilities.argmax(1).tolist()]
    return Judged(
        torch.tensor([kind is not None for kind in kinds]),
        torch.tensor([kind == label for kind, label in zip(kinds, best, strict=True)]),
        torch.tensor([model.familiarity.share(float(score)) for score in strangeness]),
        probabilities.amax(1),
        strangeness,
    )


def area(own: Tensor, others: Tensor) -> str:
    """AUROC with its interval, of scores that are larger for what is strange."""
    generator = torch.Generator().manual_seed(0)
    drawn = [measure_auroc(*(part[torch.randint(len(part), (len(part),), generator=generator)]
                             for part in (own, others))) for _ in range(RESAMPLED)]  # fmt: skip
    low, high = torch.tensor(drawn).quantile(torch.tensor([0.025, 0.975])).tolist()
    return f"{measure_auroc(own, others):.2f} [{low:.2f}, {high:.2f}]"


def counted(hits: Tensor) -> str:
    """How many of how many, with the interval of their share."""
    low, high = wilson_interval(int(hits.sum()), len(hits))
    return f"{int(hits.sum())} of {len(hits)} [{low:.0%}, {high:.0%}]"


def row(name: str, found: Judged) -> str:
    """A network's line of the table."""
    own, flagged = found.own, found.share < UNFAMILIAR
    cells = [name, counted(found.right[own]), counted(flagged[own]), counted(flagged[~own]),
             area(found.strangeness[own], found.strangeness[~own]),
             area(-found.probability[own], -found.probability[~own])]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def main() -> None:
    if len(sys.argv) < 2:
        print("benchmarks.familiarity needs a folder of photographs with labels.csv; none is part of this repository.")
        return
    folder, names = Path(sys.argv[1]), sys.argv[2:] or ["best", "explain"]
    print("| network | own kind, answered right | own kind, flagged | others, flagged | AUROC | of the largest "
          "probability |\n|---|---|---|---|---|---|")  # fmt: skip
    for name in names:
        print(row(name, judge(load_model(Path("models") / name), folder)))


if __name__ == "__main__":
    main()
