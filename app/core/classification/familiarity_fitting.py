"""Learning what is familiar: once, after a network has been trained.

The training pictures say how maps are spread; half of the validation pictures and of the made outsiders say how much
each layer's distance counts; the other halves are left to measure it. It does not know files.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from app.core.classification.activations import record_batch
from app.core.classification.anatomy import INPUT, Anatomy
from app.core.classification.familiarity import (
    EVENNESS,
    MEANS,
    VARIATION,
    Familiarity,
    Trait,
    describe_maps,
    measure_auroc,
)
from app.core.classification.unfamiliar_pictures import make_outsiders
from app.core.pictures.preparation import Preparation, prepare_images

TRAINING_PICTURES = 6_000
OUTSIDERS = 400
CHANNELS = 64  # at most, of a layer: a random choice tells as much (Defard et al. 2020, arXiv 2011.08785)
_SHRINK = 1e-3  # of the correlations to none, so that they can be inverted
_BATCH = 250

Statistics = dict[tuple[str, str], Tensor]


class Watcher:
    """A network whose layers' maps are described for many pictures, uint8 N x C x h x w; and how many outsiders."""

    def __init__(self, anatomy: Anatomy, preparation: Preparation, outsiders: int = OUTSIDERS) -> None:
        self.anatomy = anatomy
        self.preparation = preparation
        self.count = outsiders
        generator = torch.Generator().manual_seed(0)
        self.channels = {
            layer: torch.randperm(count, generator=generator)[:CHANNELS].sort().values
            for layer, count in _watched(anatomy).items()
        }

    def outputs(self, images: Tensor) -> Iterator[dict[str, Tensor]]:
        """The watched layers' maps, batch after batch."""
        for part in images.split(_BATCH):
            prepared = prepare_images(part, self.preparation)
            names = [layer for layer in self.channels if layer != INPUT]
            yield {INPUT: prepared} | record_batch(self.anatomy, prepared, names)

    def describe(self, images: Tensor) -> Statistics:
        """For each layer and kind N x d values."""
        found: dict[tuple[str, str], list[Tensor]] = {}
        for outputs in self.outputs(images):
            for layer, channels in self.channels.items():
                for kind in (MEANS, VARIATION, EVENNESS):
                    found.setdefault((layer, kind), []).append(describe_maps(kind, outputs[layer][:, channels]))
        return {place: torch.cat(parts) for place, parts in found.items()}

    def strangeness(self, familiarity: Familiarity, images: Tensor) -> Tensor:
        """N scores."""
        return torch.cat([familiarity.strangeness(outputs) for outputs in self.outputs(images)])


@torch.no_grad()
def fit_familiarity(watcher: Watcher, train: Tensor, validation: Tensor, kinds: Sequence[str]) -> Familiarity:
    """Of uint8 N x C x h x w pictures as the network sees them; the first half of `validation` chooses the weights."""
    traits = [
        _fit_trait(watcher, *place, values) for place, values in watcher.describe(train[:TRAINING_PICTURES]).items()
    ]
    half = len(validation) // 2
    usual = _measure(watcher, traits, validation[:half])
    strange = [_measure(watcher, traits, outsiders) for outsiders in outsiders_of(watcher, kinds, 0).values()]
    weighed = tuple(map(_with_weight, traits, _weigh(usual, strange)))
    scores = watcher.strangeness(Familiarity(weighed, torch.empty(0)), validation[half:])
    return Familiarity(weighed, scores.sort().values)


@torch.no_grad()
def measure_familiarity(
    watcher: Watcher, familiarity: Familiarity, images: Tensor, kinds: Sequence[str]
) -> dict[str, float]:
    """AUROC of the second half of each kind of outsiders against `images`, uint8 N x C x h x w, never used before."""
    usual = watcher.strangeness(familiarity, images)
    outsiders = outsiders_of(watcher, kinds, 1)
    return {kind: measure_auroc(usual, watcher.strangeness(familiarity, made)) for kind, made in outsiders.items()}


def outsiders_of(watcher: Watcher, kinds: Sequence[str], half: int) -> Mapping[str, Tensor]:
    """Pictures of each kind, as the network sees pictures."""
    shape = (watcher.preparation.channels, *watcher.preparation.size)
    return {kind: make_outsiders(kind, watcher.count, shape, half) for kind in kinds}


def _watched(anatomy: Anatomy) -> dict[str, int]:
    """The input and the activations of 4 x 4 cells and more, with their channels; or the convolutions' outputs."""
    maps = {name: row for name, row in anatomy.rows.items() if len(row.output_shape) == 3}
    large = {name: row for name, row in maps.items() if min(row.output_shape[1:]) >= 4}
    activations = {name: row for name, row in large.items() if row.role == "function"}
    chosen = activations or {name: row for name, row in large.items() if row.role == "kernels"}
    return {INPUT: anatomy.network.input[0]} | {name: row.output_shape[0] for name, row in chosen.items()}


def _fit_trait(watcher: Watcher, layer: str, kind: str, values: Tensor) -> Trait:
    center, deviation = values.mean(0), values.std(0)
    scale = deviation.clamp_min(0.01 * float(deviation.max()) + 1e-6)  # a channel that never fires would count too much
    whitening = None if kind == EVENNESS else _whiten((values - center) / scale)
    return Trait(layer, kind, watcher.channels[layer], center, scale, whitening, torch.tensor(1.0))


def _whiten(values: Tensor) -> Tensor:
    """L with L Lᵀ = C⁻¹ of the values' (nearly) correlations C."""
    correlations = values.double().T @ values.double() / len(values)
    correlations += _SHRINK * torch.eye(len(correlations), dtype=torch.float64)
    return torch.linalg.cholesky(torch.linalg.inv(correlations)).float()


def _measure(watcher: Watcher, traits: Sequence[Trait], images: Tensor) -> Tensor:
    """N x traits."""
    parts = [torch.stack([trait.measure(outputs[trait.layer]) for trait in traits], 1) for outputs in
             watcher.outputs(images)]  # fmt: skip
    return torch.cat(parts)


def _weigh(usual: Tensor, strange: Sequence[Tensor]) -> Tensor:
    """Weights that tell strange from usual; each kind counts the same, and both sides too."""
    from sklearn.linear_model import LogisticRegression  # slow to import, and never needed by the server

    values = torch.cat([usual, *strange])
    center, deviation = usual.mean(0), usual.std(0).clamp_min(1e-6)
    labels = np.repeat([0, 1], [len(usual), len(values) - len(usual)])
    shares = [np.full(len(usual), 1 / len(usual))] + [np.full(len(s), 1 / len(s) / len(strange)) for s in strange]
    model = LogisticRegression(C=1.0, max_iter=1000)
    model.fit(((values - center) / deviation).numpy(), labels, np.concatenate(shares) * len(labels) / 2)
    return torch.from_numpy(model.coef_[0]).float() / deviation


def _with_weight(trait: Trait, weight: Tensor) -> Trait:
    return Trait(trait.layer, trait.kind, trait.channels, trait.center, trait.scale, trait.whitening, weight.clone())
