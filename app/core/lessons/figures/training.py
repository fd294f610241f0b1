"""Figures of training: data sets, hyperparameters, losses, penalties, and what layers do to small rows of numbers."""

import json
from collections.abc import Sequence
from math import ceil, log

import torch
from torch import Tensor, nn
from torch.nn.functional import softmax

from app.core.datasets.builtin import BUILTIN
from app.core.lessons.figures.kinds import Share, Worked
from app.core.networks.layers import BatchNormalization, Dropout
from app.core.pictures.preparation import measure_preparation, prepare_images
from app.core.training.evaluation import cross_entropy
from app.core.training.hyperparameters import describe_training
from app.core.training.input_statistics import NARROW_SHARE
from app.core.training.optimizers import limit_norms
from app.core.training.recipes import find_recipe
from app.core.training.requirements import count_learned


def pictures(dataset: str, part: str = "train") -> int:
    """Pictures of a data set, to learn from or to test with."""
    known = BUILTIN[dataset]
    return known.train if part == "train" else known.test


def learned(recipe: str) -> int:
    """Pictures that a recipe learns from; the others were put aside."""
    return _counts(recipe)[0]


def aside(recipe: str) -> int:
    """Pictures that a recipe puts aside for validation."""
    return _counts(recipe)[1]


def steps(recipe: str) -> int:
    """Steps of an epoch."""
    return ceil(learned(recipe) / find_recipe(recipe).training.batch_size)


def setting(recipe: str, of: str, training: str = "{}") -> float:
    """A hyperparameter of a recipe, over which a state's own training is put."""
    return (describe_training(find_recipe(recipe).training) | json.loads(training))[of]


def guess(classes: int) -> float:
    """The loss of who gives every class the same probability, in nats."""
    return log(classes)


def worked_softmax(scores: str) -> Worked:
    """What probabilities softmax makes of scores such as 2,1,-1."""
    return _pairs(_row(scores), [Share(share) for share in softmax(_row(scores), 0).tolist()])


def loss(scores: str, place: int) -> float:
    """The cross-entropy of those scores where the true class is at a place."""
    return round(cross_entropy(_row(scores)[None], torch.tensor([place])), 2)


def prepared(level: int, normalization: str) -> float:
    """What a level becomes."""
    image = torch.full((1, 1, 1, 1), level, dtype=torch.uint8)
    return float(prepare_images(image, measure_preparation(image, normalization)))


def narrow() -> Share:
    """How much of the pictures the biased statistics are measured on."""
    return Share(NARROW_SHARE)


def worked_penalty(weights: str, kind: str) -> Worked:
    """What L1 or L2 adds for weights such as 3,-0.1, before it is multiplied by its strength."""
    row = _row(weights)
    before, after, added = ("|", "|", row.abs()) if kind == "l1" else ("(", ")²", row**2)
    terms = tuple(part for weight in row.tolist() for part in (" + ", before, weight, after))
    return Worked((*terms[1:], " = ", float(added.sum())))


def worked_limit(weights: str, longest: float) -> Worked:
    """What max-norm makes of weights that lead to one unit."""
    kernel = nn.Parameter(_row(weights)[None].clone(), requires_grad=False)
    limit_norms([kernel], longest)
    return _pairs(_row(weights), kernel[0].tolist())


def dropped(recipe: str) -> Share:
    """The share of values that the recipe's dropout switches off."""
    return Share(_dropout(recipe).rate)


def enlarged(recipe: str) -> float:
    """What a value of 1 becomes that it leaves."""
    return float(nn.Dropout(_dropout(recipe).rate)(torch.ones(1000)).max())


def worked_normalized(values: str) -> Worked:
    """What batch normalization makes of the values of a batch, before the layer scales and shifts them."""
    layer = nn.BatchNorm1d(1, eps=BatchNormalization().epsilon)
    return _pairs(_row(values), layer(_row(values)[:, None])[:, 0].detach().tolist())


def _counts(recipe: str) -> tuple[int, int]:
    found = find_recipe(recipe)
    known = BUILTIN[found.dataset]
    return count_learned(known.train, len(known.classes), found.training)


def _dropout(recipe: str) -> Dropout:
    return next(layer for layer in find_recipe(recipe).network.layers if isinstance(layer, Dropout))


def _pairs(before: Tensor, after: Sequence[float | Share]) -> Worked:
    pairs = zip(before.tolist(), after, strict=True)
    return Worked(tuple(part for one, other in pairs for part in ("; ", one, " → ", other))[1:])


def _row(numbers: str) -> Tensor:
    return torch.tensor([float(number) for number in numbers.split(",")])
