"""Learning what is familiar: once, after a network has been trained.

Half of the validation pictures and made outsiders teach the unit; the other half of the validation pictures are what a
picture is compared with. It does not know files, nor how outsiders are made.
"""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from app.core.classification.familiarity import Familiarity, measure_auroc, read_signs
from app.core.classification.models import Model, compute, to_probabilities
from app.core.pictures.preparation import prepare_images

STRENGTH = 0.03  # of the fit (1 over the penalty): weaker knows the made pictures better and photographs worse
_TAUGHT = 1000  # pictures that either side counts as: what `STRENGTH` was chosen for
_BATCH = 250


def fit_familiarity(model: Model, validation: Tensor, outsiders: Mapping[str, Tensor]) -> Familiarity:
    """Of uint8 N x C x h x w pictures as the network sees them; both sides count the same."""
    half = len(validation) // 2
    usual = measure_signs(model, validation[:half])
    weights = _teach(usual, torch.cat([measure_signs(model, made) for made in outsiders.values()]))
    unranked = Familiarity(weights, torch.empty(0))
    return Familiarity(weights, unranked.strangeness(measure_signs(model, validation[half:])).sort().values)


def measure_familiarity(
    model: Model, familiarity: Familiarity, images: Tensor, outsiders: Mapping[str, Tensor]
) -> dict[str, float]:
    """AUROC of each kind of outsiders against `images`, uint8 N x C x h x w, neither used for fitting."""
    usual = familiarity.strangeness(measure_signs(model, images))
    return {
        kind: measure_auroc(usual, familiarity.strangeness(measure_signs(model, made)))
        for kind, made in outsiders.items()
    }


def measure_signs(model: Model, images: Tensor) -> Tensor:
    """`read_signs` of many pictures, uint8 N x C x h x w."""
    found = []
    for part in images.split(_BATCH):
        prepared = prepare_images(part, model.preparation)
        logits, features = compute(model, prepared)
        found.append(read_signs(prepared, features, to_probabilities(model, logits)))
    return torch.cat(found)


def _teach(usual: Tensor, strange: Tensor) -> Tensor:
    """Weights of logistic regression between usual and strange, both sides counting the same."""
    from sklearn.linear_model import LogisticRegression  # slow to import, and never needed by the server

    values = torch.cat([usual, strange])
    deviation = usual.std(0)
    deviation = deviation.clamp_min(0.01 * float(deviation.max()) + 1e-6)  # one that is never lit would count too much
    labels = np.repeat([0, 1], [len(usual), len(values) - len(usual)])
    shares = _TAUGHT / np.where(labels == 0, len(usual), len(values) - len(usual))
    unit = LogisticRegression(C=STRENGTH, max_iter=1000)
    unit.fit(((values - usual.mean(0)) / deviation).numpy(), labels, shares)
    return torch.from_numpy(unit.coef_[0]).float() / deviation
