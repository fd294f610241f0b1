"""How strange a picture is to a network: how far its layers' maps lie from those of the training pictures.

Mahalanobis distances at every layer, weighed by logistic regression on pictures that should be found strange (Lee et
al. 2018, arXiv 1807.03888), with one Gaussian for all classes (Kamoi and Kobayashi 2020, arXiv 2003.00402) and with how
maps vary and how evenly they are lit, which tells textures. Fitting is `familiarity_fitting`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from app.core.checkpoints import read_weights, save_weights
from app.core.errors import N_, InvalidValue

FAMILIARITY = "familiarity.safetensors"
METHOD = "layer-wise Mahalanobis distances, weighed by logistic regression"
UNFAMILIAR = 0.02  # share of validation pictures at least as strange, below which a picture is called unfamiliar

MEANS, VARIATION, EVENNESS = KINDS = "means", "variation", "evenness"
_TINY = 1e-3  # keeps logarithms finite where a map is the same everywhere


@dataclass(frozen=True, eq=False)
class Trait:
    """One property of one layer's maps over the training pictures: d `center`s and `scale`s, and a weight.

    `whitening` (d x d) makes the property's values uncorrelated with deviation 1; without one, their mean counts.
    """

    layer: str
    kind: str
    channels: Tensor
    center: Tensor
    scale: Tensor
    whitening: Tensor | None
    weight: Tensor

    def measure(self, maps: Tensor) -> Tensor:
        """N of N x C x H x W: log Mahalanobis distance from the training pictures, or how uneven above the usual."""
        values = (describe_maps(self.kind, maps[:, self.channels]) - self.center) / self.scale
        if self.whitening is None:
            return values.mean(1)
        return (values @ self.whitening).norm(dim=1).clamp_min(1e-12).log()


@dataclass(frozen=True, eq=False)
class Familiarity:
    """The traits, and the strangeness of validation pictures in ascending order, to compare with."""

    traits: tuple[Trait, ...]
    validation: Tensor

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers whose outputs are needed; "input" is what the network is given."""
        return tuple(dict.fromkeys(trait.layer for trait in self.traits))

    def strangeness(self, outputs: Mapping[str, Tensor]) -> Tensor:
        """N scores, in no unit, of the layers' outputs N x C x H x W; larger is stranger."""
        return torch.stack([trait.weight * trait.measure(outputs[trait.layer]) for trait in self.traits]).sum(0)

    def share(self, strangeness: float) -> float:
        """0..1: the share of validation pictures that are at least as strange (a p-value)."""
        below = int(torch.searchsorted(self.validation, torch.tensor(strangeness)))
        return 1 - below / len(self.validation)


def describe_maps(kind: str, maps: Tensor) -> Tensor:
    """N x C or N x 2C values of N x C x H x W maps, which are cut into 4 x 4 regions for all but the means.

    variation: logarithms of the variance between regions and within them. evenness: of the deviation of the regions'
    energy over its mean; a texture is lit the same everywhere, a thing in the middle is not.
    """
    if kind == MEANS:
        return maps.mean((2, 3))
    side = 4 if min(maps.shape[2:]) >= 8 else 2
    if kind == EVENNESS:
        energy = adaptive_avg_pool2d(maps.square(), side)
        return (energy.std((2, 3)) / (energy.mean((2, 3)) + _TINY) + 10 * _TINY).log()
    between = adaptive_avg_pool2d(maps, side).var((2, 3))
    within = (maps.var((2, 3)) - between).clamp_min(0)
    return (torch.cat([between, within], dim=1) + _TINY).log()


def measure_auroc(usual: Tensor, strange: Tensor) -> float:
    """The chance that a strange picture's score is larger than a usual one's, ties by half (Mann and Whitney 1947)."""
    usual = usual.double().sort().values
    strange = strange.double()
    below, up_to = (torch.searchsorted(usual, strange, right=right).double() for right in (False, True))
    return float((below + up_to).mean() / (2 * len(usual)))


def save_familiarity(path: Path, familiarity: Familiarity) -> None:
    """As safetensors."""
    tensors = {"validation": familiarity.validation}
    for trait in familiarity.traits:
        whitening = {} if trait.whitening is None else {"whitening": trait.whitening}
        own = {"channels": trait.channels, "center": trait.center, "scale": trait.scale, "weight": trait.weight}
        tensors |= {f"{trait.layer}:{trait.kind}:{name}": tensor for name, tensor in (own | whitening).items()}
    save_weights(path, tensors)


def read_familiarity(path: Path) -> Familiarity:
    """What `save_familiarity` wrote; raises InvalidValue."""
    tensors = read_weights(path)
    try:
        places = dict.fromkeys(tuple(name.split(":")[:2]) for name in tensors if ":" in name)
        traits = tuple(_read_trait(tensors, layer, kind) for layer, kind in places)
        validation = tensors["validation"]
    except (KeyError, ValueError):
        raise _not_familiarity() from None
    if not traits or validation.ndim != 1 or not len(validation) or not all(map(_is_whole, traits)):
        raise _not_familiarity()
    return Familiarity(traits, validation)


def _read_trait(tensors: Mapping[str, Tensor], layer: str, kind: str) -> Trait:
    channels, center, scale, weight = (
        tensors[f"{layer}:{kind}:{name}"] for name in ("channels", "center", "scale", "weight")
    )
    return Trait(layer, kind, channels, center, scale, tensors.get(f"{layer}:{kind}:whitening"), weight)


def _is_whole(trait: Trait) -> bool:
    """Whether kind, numbers and shapes are such that `measure` can compute."""
    channels = trait.channels
    if channels.ndim != 1 or channels.dtype != torch.int64 or not len(channels) or int(channels.min()) < 0:
        return False
    values = len(channels) * (2 if trait.kind == VARIATION else 1)
    shapes = [tuple(tensor.shape) for tensor in (trait.center, trait.scale, trait.weight)]
    is_square = trait.whitening is None or tuple(trait.whitening.shape) == (values, values)
    is_positive = bool((trait.scale > 0).all())
    return trait.kind in KINDS and shapes == [(values,), (values,), ()] and is_square and is_positive


def _not_familiarity() -> InvalidValue:
    return InvalidValue(N_("This file does not say how familiar pictures are."), field="familiarity")
