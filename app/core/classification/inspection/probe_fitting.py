"""Fitting probes: once, after a network has been trained. It does not know files.

Values are standardized; the strength of the penalty is chosen for each layer by the validation pictures.
"""

import math
from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from app.core.classification.anatomy import Anatomy
from app.core.classification.inspection.probes import Probe, outputs_of, probed_layers, round_probe, values_of
from app.core.pictures.preparation import Preparation
from app.core.training.batches import Pictures
from app.core.training.evaluation import wilson_interval

TRAINING_PICTURES = 4_000
PENALTIES = (0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 0.0003)
_BATCH = 250
_STEPS = 200


@torch.no_grad()
def fit_probes(anatomy: Anatomy, preparation: Preparation, train: Pictures, validation: Pictures) -> tuple[Probe, ...]:
    """A probe for each of `probed_layers`, rounded as it is kept."""
    learned, chosen = (_describe(anatomy, preparation, pictures) for pictures in (train, validation))
    probes = []
    for layer in probed_layers(anatomy):
        weight, bias = fit_classifier(
            (learned.pop(layer), train.labels), (chosen.pop(layer), validation.labels), anatomy.network.classes
        )
        probes.append(round_probe(Probe(layer, weight, bias)))
    return tuple(probes)


@torch.no_grad()
def measure_probes(
    anatomy: Anatomy, preparation: Preparation, probes: tuple[Probe, ...], pictures: Pictures
) -> dict[str, tuple[float, tuple[float, float]]]:
    """By layer the share of pictures that its probe names right, and its 95 % interval (Wilson)."""
    right = dict.fromkeys((probe.layer for probe in probes), 0)
    for outputs, labels in _batches(anatomy, preparation, pictures):
        for probe in probes:
            right[probe.layer] += int((probe.logits(outputs[probe.layer]).argmax(1) == labels).sum())
    return {layer: (count / len(pictures), wilson_interval(count, len(pictures))) for layer, count in right.items()}


def fit_classifier(
    learned: tuple[Tensor, Tensor], chosen: tuple[Tensor, Tensor], classes: int
) -> tuple[Tensor, Tensor]:
    """Weight (classes x values) and bias for values as they come, N x values with N labels.

    The penalties are tried from the strongest on, until the cross-entropy of the `chosen` no longer falls.
    """
    center, deviation = learned[0].mean(0), learned[0].std(0)
    scale = deviation.clamp_min(0.01 * float(deviation.max()) + 1e-6)  # one that hardly changes would count too much
    values, others = ((part - center) / scale for part in (learned[0], chosen[0]))
    axes = torch.linalg.eigh(values.T @ values / len(values)).eigenvectors  # along which values go their own ways
    values, others = values @ axes, others @ axes
    weight, least = torch.zeros(classes, values.shape[1] + 1, dtype=values.dtype), math.inf
    best = weight
    for penalty in PENALTIES:
        weight = fit_logistic(values, learned[1], penalty, weight)
        loss = float(cross_entropy(_logits(weight, others), chosen[1]))
        if loss >= least:
            break
        best, least = weight, loss
    raw = best[:, 1:] @ axes.T / scale
    return raw, best[:, 0] - raw @ center


def fit_logistic(values: Tensor, labels: Tensor, penalty: float, start: Tensor) -> Tensor:
    """classes x (1 + values), the bias first: the least mean cross-entropy + penalty / 2 * sum of squared weights.

    By L-BFGS from `start`, on weights in units of what the loss's curvature leaves them; that is quickest for values
    that are not correlated. The bias is not penalized. scikit-learn's C is 1 / (penalty * pictures).
    """
    pace = (values.square().mean(0) / len(start) + penalty).rsqrt()
    pace = torch.cat([pace.new_ones(1), pace])
    scaled = values * pace[1:]
    weight = (start / pace).requires_grad_()
    optimizer = torch.optim.LBFGS(
        [weight], max_iter=_STEPS, history_size=10, tolerance_grad=1e-5, tolerance_change=1e-9,
        line_search_fn="strong_wolfe",
    )  # fmt: skip

    def loss() -> Tensor:
        optimizer.zero_grad()
        penalized = (weight * pace)[:, 1:].square().sum()
        found = cross_entropy(_logits(weight, scaled), labels) + penalty / 2 * penalized
        found.backward()
        return found

    with torch.enable_grad():
        optimizer.step(loss)
    return weight.detach() * pace


def _logits(weight: Tensor, values: Tensor) -> Tensor:
    return values @ weight[:, 1:].T + weight[:, 0]


def _describe(anatomy: Anatomy, preparation: Preparation, pictures: Pictures) -> dict[str, Tensor]:
    """By layer N x values."""
    found: dict[str, list[Tensor]] = {}
    for outputs, _ in _batches(anatomy, preparation, pictures):
        for layer in probed_layers(anatomy):
            found.setdefault(layer, []).append(values_of(outputs[layer]).clone())
    return {layer: torch.cat(parts) for layer, parts in found.items()}


def _batches(
    anatomy: Anatomy, preparation: Preparation, pictures: Pictures
) -> Iterator[tuple[dict[str, Tensor], Tensor]]:
    """The layers' outputs and the labels, batch after batch."""
    for start in range(0, len(pictures), _BATCH):
        prepared = pictures.prepared(start, start + _BATCH, preparation)
        yield outputs_of(anatomy, prepared), pictures.labels[start : start + _BATCH]
