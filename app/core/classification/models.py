"""One of the trained networks opened, ready to compute; `folders` knows which there are.

A folder holds network.json, weights.safetensors and card.json, and may hold familiarity.safetensors. It does not know
how they were trained (`training`) or written (`cards`), nor what is asked of them (`classification`, `inspection`).
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from app.core.classification.activations import hooked
from app.core.classification.anatomy import INPUT, Anatomy
from app.core.classification.cards import read_trained
from app.core.classification.familiarity import FAMILIARITY, Familiarity, read_familiarity
from app.core.classification.folders import CARD, NETWORK, WEIGHTS
from app.core.classification.leaning import quickest
from app.core.classification.stages import stages_of
from app.core.errors import N_, InvalidValue
from app.core.networks.networks import Network, expand
from app.core.pictures.preparation import Preparation, prepare_images

KEPT_OPEN = 4  # models that a process keeps; the lecture's network takes 356 MB


@dataclass(frozen=True, eq=False)
class Model:
    """A trained network. `network` is expanded: its layers are the children of `module`, which is in eval mode.

    `temperature` divides the logits before softmax; with `mirror` they are the mean of those of the picture and of its
    mirror image. `card` is what is told of it. One `for_once` has something changed for a single question.
    """

    name: str
    card: dict[str, Any]
    network: Network
    module: nn.Sequential
    preparation: Preparation
    temperature: float
    mirror: bool
    classes: tuple[str, ...]
    familiarity: Familiarity | None
    for_once: bool = False

    @cached_property
    def anatomy(self) -> Anatomy:
        """As `inspection` looks at it."""
        return Anatomy(self.network, self.module, self.temperature, self.preparation, self.for_once)


def open_model(folder: Path) -> Model:
    """As `load_model`, but read again only when its files have changed."""
    stamp = tuple((folder / name).stat().st_mtime_ns for name in (CARD, NETWORK, WEIGHTS))
    familiarity = folder / FAMILIARITY
    return _open(folder, (*stamp, familiarity.stat().st_mtime_ns if familiarity.is_file() else 0))


def load_model(folder: Path, *, with_familiarity: bool = True) -> Model:
    """The model of a folder, in eval mode; raises InvalidValue where its files do not belong together."""
    trained, card = read_trained(folder)
    module = trained.module.requires_grad_(False)
    assert isinstance(module, nn.Sequential)
    return Model(
        folder.name, card | {"name": folder.name}, expand(trained.network), module, trained.preparation,
        float(card["calibration"]["temperature"]), trained.mirror, tuple(trained.classes),
        _read_familiarity(folder, Anatomy(trained.network, module)) if with_familiarity else None,
    )  # fmt: skip


@torch.no_grad()
def compute_logits(model: Model, seen: Tensor) -> Tensor:
    """float32 N x classes of uint8 N x C x h x w pictures as the network sees them; mirrored too if the model does."""
    return pass_through(model, quickest(model.anatomy, ()), prepare_images(seen, model.preparation))


def pass_through(model: Model, module: nn.Module, prepared: Tensor) -> Tensor:
    """float32 N x classes of N prepared pictures, by its module or a leaner one; mirror images go last."""
    if not model.mirror:
        return module(prepared)
    logits: Tensor = module(torch.cat([prepared, prepared.flip(-1)]))
    return logits.unflatten(0, (2, -1)).mean(0)


@torch.no_grad()
def compute(model: Model, prepared: Tensor) -> tuple[Tensor, Tensor]:
    """float32 N x classes and N x d of prepared pictures: the logits, and what the last layer is given for them.

    Maps as their means. Both are means over the picture and its mirror image if the model mirrors.
    """
    source = _before_last(model.anatomy)
    layers = [source] if source != INPUT else []
    module = quickest(model.anatomy, layers)
    with hooked(module, layers) as outputs:
        logits = pass_through(model, module, prepared)
    given = outputs.get(source, prepared)
    features = given.mean((2, 3)) if given.ndim == 4 else given
    return logits, features.unflatten(0, (-1, len(prepared))).mean(0)


def to_probabilities(model: Model, logits: Tensor) -> Tensor:
    """softmax(logits / temperature) over the last dimension (Guo et al. 2017, arXiv 1706.04599)."""
    return (logits / model.temperature).softmax(-1)


def describe_model(folder: Path) -> dict[str, Any]:
    """The card with `layers`: each as its report describes it, in computing order, and `from`, what feeds it.

    And with `stages`, blocks of layers by name: see `stages`.
    """
    model = open_model(folder)
    sources = model.anatomy.sources
    layers = [row.describe() | {"from": list(sources[name])} for name, row in model.anatomy.rows.items()]
    return model.card | {"layers": layers, "stages": [stage.describe() for stage in stages_of(model.network)]}


@lru_cache(maxsize=KEPT_OPEN)
def _open(folder: Path, stamp: tuple[int, ...]) -> Model:
    return load_model(folder)


def _before_last(anatomy: Anatomy) -> str:
    """The layer that feeds the last one, or the input."""
    return anatomy.sources[next(reversed(anatomy.rows))][0]


def _read_familiarity(folder: Path, anatomy: Anatomy) -> Familiarity | None:
    """None where it was not measured; InvalidValue where it was for another network."""
    if not (folder / FAMILIARITY).is_file():
        return None
    found = read_familiarity(folder / FAMILIARITY)
    given = _before_last(anatomy)
    shape = anatomy.network.input if given == INPUT else anatomy.rows[given].output_shape
    if len(found.weights) != 2 * anatomy.network.input[0] + shape[0] + anatomy.network.classes:
        raise InvalidValue(N_("The model's file about familiar pictures belongs to another network."))
    return found
