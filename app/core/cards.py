"""A model folder: the network, its weights and a card that says what they are, how good, and how they came about.

It does not know how a network was trained; it is told. Reading folders back to use them is `models`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from app.core.batches import Pictures
from app.core.checkpoints import save_weights
from app.core.errors import N_
from app.core.evaluation import Evaluation, cross_entropy, logits_of
from app.core.networks import Network, report
from app.core.preparation import Preparation

WEIGHTS, NETWORK, CARD = "weights.safetensors", "network.json", "card.json"
NOT_FOR = N_(
    "A teaching example: it knows only its classes and small pictures, and is sure of nonsense too. Not for decisions "
    "about people, safety or money."
)
_LOSS_OF_HALF = 1e-3  # most that float16 may add to the validation loss


@dataclass(frozen=True)
class Trained:
    """A trained network, ready to be written: what it tells apart and how pictures are prepared for it."""

    network: Network
    module: nn.Module
    classes: Sequence[str]
    preparation: Preparation
    mirror: bool


def half_is_enough(trained: Trained, validation: Pictures) -> bool:
    """Whether weights in float16 lose nothing: as many right on the validation pictures, and no greater loss."""
    before = _logits(trained, validation)
    whole = {name: tensor.clone() for name, tensor in trained.module.state_dict().items()}
    trained.module.load_state_dict({name: _halved(tensor).to(tensor.dtype) for name, tensor in whole.items()})
    after = _logits(trained, validation)
    trained.module.load_state_dict(whole)
    labels = validation.labels.cpu()
    fewer = int((before.argmax(1) == labels).sum()) - int((after.argmax(1) == labels).sum())
    return fewer <= 0 and cross_entropy(after, labels) <= cross_entropy(before, labels) + _LOSS_OF_HALF


def write_weights(folder: Path, trained: Trained, *, half: bool) -> None:
    """network.json and weights.safetensors."""
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / NETWORK, trained.network.describe())
    tensors = trained.module.state_dict()
    save_weights(folder / WEIGHTS, {n: _halved(t) for n, t in tensors.items()} if half else tensors)


def make_card(trained: Trained, tested: Evaluation, temperature: float, about: Mapping[str, Any]) -> dict[str, Any]:
    """The card: measured figures, and what `about` says (name, title, dataset, command, seed, minutes ...)."""
    low, high = tested.interval
    return {
        **about,
        "classes": list(trained.classes),
        "input": list(trained.network.input),
        "parameters": report(trained.network).parameters,
        "test_images": tested.images,
        "loss": round(tested.loss, 4),
        "accuracy": round(tested.accuracy, 4),
        "accuracy_interval": [round(low, 4), round(high, 4)],
        "per_class": {k: round(v, 4) for k, v in zip(trained.classes, tested.per_class, strict=True)},
        "calibration": {
            "before": round(tested.calibration_before, 4),
            "after": round(tested.calibration_after, 4),
            "temperature": temperature,
        },
        "preparation": trained.preparation.to_dict(),
        "mirror": trained.mirror,
    }


def write_json(path: Path, value: Any) -> None:
    """Readable JSON, whole or not at all; short lists stay on their line."""
    partial = path.with_name(path.name + ".partial")
    partial.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", "utf-8")
    partial.replace(path)


def _logits(trained: Trained, pictures: Pictures) -> Tensor:
    return logits_of(trained.module, pictures, trained.preparation, mirror=trained.mirror)


def _halved(tensor: Tensor) -> Tensor:
    return tensor.to(torch.float16) if tensor.is_floating_point() else tensor
