"""What a training's network is really fed, seen before it starts: changed pictures beside the originals, and numbers.

It goes the way of the training's own batches; nothing is learned. It does not know networks or files.
"""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from app.core.datasets.labeled_images import DataSet
from app.core.errors import N_
from app.core.pictures.preparation import Preparation, prepare_images
from app.core.training.batches import Batches, Pictures, keep, put_aside
from app.core.training.hyperparameters import Training
from app.core.training.input_statistics import NARROW_SHARE, prepare_input

COLUMNS = 4
SHOWN = COLUMNS * COLUMNS
MEASURED = 1000  # pictures whose prepared numbers are counted
BINS = 40

_SOURCES = {
    "training": N_("the %(count)d training pictures"),
    "biased": N_("the %(count)d darkest training pictures: not varied enough, so the numbers are biased"),
    "test": N_("the %(count)d test pictures: a leak, the test is not to be seen before the end"),
}
NOT_MEASURED = N_("no pictures: this normalization uses fixed numbers")


@dataclass(frozen=True, slots=True)
class Histogram:
    """`counts` of numbers in equal bins from `lowest` to `highest`; the last bin holds its upper end too."""

    lowest: float
    highest: float
    counts: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Preview:
    """`originals` and `batch` are uint8 C x 4h x 4w sheets of the same 16 training pictures in rows of COLUMNS.

    In `batch` they are augmented as in the first epoch. `mean` and `std` are those of the prepared numbers, a channel
    each; `source` is an English sentence with a place for `count`: what `preparation` was measured on.
    """

    originals: Tensor
    batch: Tensor
    preparation: Preparation
    source: str
    count: int
    mean: tuple[float, ...]
    std: tuple[float, ...]
    histogram: Histogram


def preview(dataset: DataSet, training: Training) -> Preview:
    """Of the pictures that the training would learn from, in the data set's own size.

    Raises InvalidValue where the statistics are of test pictures and there are none.
    """
    pictures = _training_pictures(dataset, training)
    preparation = prepare_input(pictures, dataset, training, dataset.input)
    some = pictures.part(MEASURED)
    count = len(some)
    batches = Batches(some, preparation, replace(training, batch_size=count, shuffle=False))
    prepared = next(batches.epoch(0)).pictures
    source, measured = _source(dataset, training, len(pictures))
    return Preview(
        _sheet(some.levels[:SHOWN].permute(0, 3, 1, 2)), _sheet(_restore(prepared[:SHOWN], preparation)), preparation,
        source, measured, tuple(prepared.mean((0, 2, 3)).tolist()),
        tuple(prepared.std((0, 2, 3), correction=0).tolist()), _count(prepared),
    )  # fmt: skip


def _training_pictures(dataset: DataSet, training: Training) -> Pictures:
    """As a `Trainer` chooses them."""
    chosen, _ = put_aside(dataset, training)
    return keep(dataset.images, dataset.labels, dataset.input, chosen=chosen)


def _source(dataset: DataSet, training: Training, learned: int) -> tuple[str, int]:
    if training.normalization not in ("center", "standardize"):
        return NOT_MEASURED, 0
    counts = {"training": learned, "biased": max(1, round(learned * NARROW_SHARE)), "test": len(dataset.test_labels)}
    return _SOURCES[training.statistics], counts[training.statistics]


def _restore(prepared: Tensor, preparation: Preparation) -> Tensor:
    """uint8 levels of prepared numbers; what noise or brightness took past black or white is cut off."""
    empty = torch.zeros(1, *prepared.shape[1:], dtype=torch.uint8)
    black, white = prepare_images(empty, preparation), prepare_images(empty + 255, preparation)
    return ((prepared - black) / (white - black) * 255).round().clamp(0, 255).to(torch.uint8)


def _sheet(pictures: Tensor) -> Tensor:
    """C x rows·h x COLUMNS·w of at most SHOWN pictures; what is missing is white."""
    count, channels, height, width = pictures.shape
    rows = -(-count // COLUMNS)
    places = torch.full((rows * COLUMNS, channels, height, width), 255, dtype=torch.uint8)
    places[:count] = pictures
    grid = places.view(rows, COLUMNS, channels, height, width).permute(2, 0, 3, 1, 4)
    return grid.reshape(channels, rows * height, COLUMNS * width)


def _count(prepared: Tensor) -> Histogram:
    lowest, highest = float(prepared.min()), float(prepared.max())
    counts = torch.histc(prepared, BINS, lowest, highest if highest > lowest else lowest + 1)
    return Histogram(lowest, highest, tuple(int(number) for number in counts.tolist()))
