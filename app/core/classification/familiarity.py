"""How strange a picture is to a network: one unit more beside its classes.

Its inputs are the last layer's own, the logarithms of the probabilities, sorted, and two numbers of each channel of the
picture; its weights are learned once, from pictures that should be strange (as outliers are in Hendrycks et al. 2019,
arXiv 1812.04606, with the network left as it is). Fitting is `familiarity_fitting`.
"""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from app.core.checkpoints import read_weights, save_weights
from app.core.errors import N_, InvalidValue

FAMILIARITY = "familiarity.safetensors"
METHOD = (
    "a unit on the last layer's input, the sorted probabilities and the picture's levels, taught with made pictures"
)
UNFAMILIAR = 0.05  # share of validation pictures at least as strange, below which a picture is called unfamiliar


@dataclass(frozen=True, eq=False)
class Familiarity:
    """The unit's d `weights`, and the strangeness of validation pictures in ascending order, to compare with."""

    weights: Tensor
    validation: Tensor

    def strangeness(self, signs: Tensor) -> Tensor:
        """N scores, in no unit, of N x d `read_signs`; larger is stranger."""
        return signs @ self.weights

    def share(self, strangeness: float) -> float:
        """0..1: the share of validation pictures that are at least as strange (a p-value)."""
        below = int(torch.searchsorted(self.validation, torch.tensor(strangeness)))
        return 1 - below / len(self.validation)


def read_signs(prepared: Tensor, features: Tensor, probabilities: Tensor) -> Tensor:
    """N x (2 C + features + K) numbers of N x C x H x W prepared pictures, which the unit weighs.

    Each channel's mean and mean square (brightness, contrast, and how much is neither ink nor paper), what the last
    layer is given, and the logarithms of N x K probabilities, largest first.
    """
    tiny = torch.finfo(probabilities.dtype).tiny
    sorted_logs = probabilities.clamp_min(tiny).log().sort(1, descending=True).values
    return torch.cat([prepared.mean((2, 3)), prepared.square().mean((2, 3)), features, sorted_logs], dim=1)


def measure_auroc(usual: Tensor, strange: Tensor) -> float:
    """The chance that a strange picture's score is larger than a usual one's, ties by half (Mann and Whitney 1947)."""
    usual = usual.double().sort().values
    strange = strange.double()
    below, up_to = (torch.searchsorted(usual, strange, right=right).double() for right in (False, True))
    return float((below + up_to).mean() / (2 * len(usual)))


def save_familiarity(path: Path, familiarity: Familiarity) -> None:
    """As safetensors."""
    save_weights(path, {"weights": familiarity.weights, "validation": familiarity.validation})


def read_familiarity(path: Path) -> Familiarity:
    """What `save_familiarity` wrote; raises InvalidValue."""
    tensors = read_weights(path)
    if set(tensors) != {"weights", "validation"} or any(t.ndim != 1 or not len(t) for t in tensors.values()):
        raise InvalidValue(N_("This file does not say how familiar pictures are."), field="familiarity")
    return Familiarity(tensors["weights"], tensors["validation"])
