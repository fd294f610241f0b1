"""Which module answers soonest: the network in fewer steps, where nobody asks for a layer that it has no step for."""

from collections.abc import Collection
from functools import lru_cache

from torch import nn

from app.core.classification.anatomy import Anatomy
from app.core.networks.lean import Lean, make_lean
from app.core.networks.networks import expand

_KEPT = 4  # as many as models are kept open


def quickest(anatomy: Anatomy, layers: Collection[str]) -> nn.Module:
    """What gives the logits soonest and has these layers among its children; their values are as of `module`."""
    lean = None if anatomy.for_once else _lean(anatomy)
    return lean if lean is not None and lean.has(layers) else anatomy.module


@lru_cache(maxsize=_KEPT)
def _lean(anatomy: Anatomy) -> Lean | None:
    """Laid out for two pictures: one and its mirror image, or two that are compared."""
    return make_lean(anatomy.module, expand(anatomy.network), pictures=2)
