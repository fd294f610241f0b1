"""How good a network is: logits, loss, accuracy with its interval, calibration and the temperature that mends it.

Logits are float32 N x K, labels int64 N. It does not know files or where pictures come from.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from app.core.pictures.preparation import Preparation
from app.core.training.batches import Pictures

BINS = 15
_COLDEST, _HOTTEST = 0.05, 20.0


@dataclass(frozen=True, slots=True)
class Evaluation:
    """On `images` pictures: mean cross-entropy and accuracy 0..1 with its 95 % interval, also per class.

    `calibration_before` and `_after` are expected calibration errors without and with the temperature.
    """

    images: int
    loss: float
    accuracy: float
    interval: tuple[float, float]
    per_class: tuple[float, ...]
    calibration_before: float
    calibration_after: float


@torch.no_grad()
def logits_of(
    module: nn.Module, pictures: Pictures, preparation: Preparation, *, mirror: bool = False,
    dtype: torch.dtype = torch.float32, batch: int = 500,
) -> Tensor:  # fmt: skip
    """The module's logits in eval mode; with `mirror` the mean of those of the picture and its mirror image."""
    training = module.training
    module.eval()
    parts = []
    for start in range(0, len(pictures), batch):
        prepared = pictures.prepared(start, start + batch, preparation)
        with torch.autocast(prepared.device.type, dtype, enabled=dtype is not torch.float32):
            logits = module(prepared).float()
            if mirror:
                logits = (logits + module(prepared.flip(-1)).float()) / 2
        parts.append(logits.cpu())
    module.train(training)
    return torch.cat(parts)


def evaluate(logits: Tensor, labels: Tensor, temperature: float = 1.0) -> Evaluation:
    """All figures of an evaluation."""
    right = logits.argmax(1) == labels
    classes = logits.shape[1]
    per_class = tuple(float(right[labels == k].double().mean()) if (labels == k).any() else 0.0 for k in range(classes))
    return Evaluation(
        images=len(labels),
        loss=cross_entropy(logits, labels),
        accuracy=float(right.double().mean()),
        interval=wilson_interval(int(right.sum()), len(labels)),
        per_class=per_class,
        calibration_before=calibration_error(logits, labels),
        calibration_after=calibration_error(logits / temperature, labels),
    )


def cross_entropy(logits: Tensor, labels: Tensor) -> float:
    """Mean of -log p(label), in nats."""
    return float(functional.cross_entropy(logits.double(), labels))


def wilson_interval(right: int, total: int, z: float = 1.959964) -> tuple[float, float]:
    """The 95 % interval of a proportion (Wilson 1927), which stays within 0..1 and fits small counts too."""
    share, spread = right / total, z * z / total
    middle = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / total + spread / (4 * total)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def calibration_error(logits: Tensor, labels: Tensor, bins: int = BINS) -> float:
    """Expected calibration error: |accuracy - confidence| in equal bins of confidence, weighted by their pictures.

    A picture of confidence on a border belongs to the bin below it (Naeini et al. 2015; Guo et al. 2017).
    """
    confidence, predicted = logits.double().softmax(1).max(1)
    right = (predicted == labels).double()
    places = (confidence * bins).ceil().long().clamp(1, bins) - 1
    surplus = torch.zeros(bins, dtype=torch.float64).index_add_(0, places, right - confidence)
    return float(surplus.abs().sum() / len(labels))


def fit_temperature(logits: Tensor, labels: Tensor) -> float:
    """The T that makes the cross-entropy of logits / T smallest (Guo et al. 2017, arXiv 1706.04599).

    In 1/T the loss is convex, so its slope is brought to zero by halving an interval; T stays in 0.05..20.
    """
    logits = logits.double()
    own = logits.gather(1, labels[:, None])[:, 0]
    low, high = 1 / _HOTTEST, 1 / _COLDEST
    for _ in range(60):
        middle = (low + high) / 2
        expected = ((logits * middle).softmax(1) * logits).sum(1)
        low, high = (low, middle) if float((expected - own).mean()) > 0 else (middle, high)
    return 2 / (low + high)
