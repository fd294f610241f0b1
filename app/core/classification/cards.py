"""A model folder: the network, its weights and a card that says what they are, how good, and how they came about.

It does not know how a network was trained; it is told. The test pictures are used by whoever calls `make_card`.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from app.core.checkpoints import read_weights, save_weights
from app.core.classification.familiarity import FAMILIARITY
from app.core.classification.folders import CARD, NETWORK, PROBES, WEIGHTS
from app.core.datasets.labeled_images import DataSet
from app.core.errors import N_, InvalidValue
from app.core.finite_json import to_json
from app.core.networks.modules import build
from app.core.networks.networks import Network, parse_network
from app.core.networks.reports import ANY_SIZE
from app.core.pictures.preparation import Preparation
from app.core.training.batches import Pictures, keep
from app.core.training.evaluation import Evaluation, cross_entropy, evaluate, logits_of

NOT_FOR = N_(
    "A teaching example: it knows only its classes and small pictures, and is sure of nonsense too. Not for decisions "
    "about people, safety or money."
)
PICTURES = N_("%(title)s: %(train)s training and %(test)s test pictures")
SHIPPED_TITLES = (
    N_("Best"),
    N_("Digits"),
    N_("Small, to look inside"),
    N_("Photos"),
)  # of models/*/recipe.json, where nothing can be marked
_LOSS_OF_HALF = 1e-3  # most that float16 may add to the validation loss, in nats


@dataclass(frozen=True)
class Trained:
    """A trained network: what it tells apart, how pictures are prepared for it, and whether mirrored ones help."""

    network: Network
    module: nn.Module
    classes: Sequence[str]
    preparation: Preparation
    mirror: bool

    def logits(self, pictures: Pictures) -> Tensor:
        """float32 N x K, as the network is used: in float32 whatever it was trained in."""
        return logits_of(self.module, pictures, self.preparation, mirror=self.mirror)


def write_trained(folder: Path, trained: Trained, validation: Pictures) -> tuple[str, Tensor]:
    """Writes network.json and weights.safetensors; gives the precision kept and the validation logits of it.

    float16 where as many validation pictures come out right and the loss is no greater; the module then has the
    rounded weights too. float32 where that fails, or where there is no validation picture to ask.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in (FAMILIARITY, PROBES):  # they were measured with other weights
        (folder / name).unlink(missing_ok=True)
    write_json(folder / NETWORK, trained.network.describe())
    whole = {name: tensor.clone() for name, tensor in trained.module.state_dict().items()}
    if not len(validation):
        save_weights(folder / WEIGHTS, whole)
        return "float32", torch.empty(0, len(trained.classes))
    before = trained.logits(validation)
    trained.module.load_state_dict({name: _halved(tensor).to(tensor.dtype) for name, tensor in whole.items()})
    after = trained.logits(validation)
    if _is_as_good(after, before, validation.labels.cpu()):
        save_weights(folder / WEIGHTS, {name: _halved(tensor) for name, tensor in whole.items()})
        return "float16", after
    trained.module.load_state_dict(whole)
    save_weights(folder / WEIGHTS, whole)
    return "float32", before


def read_trained(folder: Path) -> tuple[Trained, dict[str, Any]]:
    """The network of a model folder, in eval mode, and its card, in which the calibration's temperature is positive.

    Raises InvalidValue where a part is missing, damaged or of another network.
    """
    card, network = read_json(folder / CARD), parse_network(read_json(folder / NETWORK), ANY_SIZE)
    module = build(network).eval()
    expected = {name: tuple(tensor.shape) for name, tensor in module.state_dict().items()}
    module.load_state_dict(read_weights(folder / WEIGHTS, expected), assign=True)
    try:
        preparation, classes = Preparation.from_dict(card["preparation"]), tuple(map(str, card["classes"]))
        trained = Trained(network, module, classes, preparation, bool(card["mirror"]))
        temperature = float(card["calibration"]["temperature"])
    except (KeyError, TypeError, ValueError, OverflowError):
        raise InvalidValue(N_("The model's card lacks what is needed to use it."), field="model") from None
    fits = (preparation.channels, *preparation.size) == network.input and len(classes) == network.classes
    if not fits or not 0 < temperature < math.inf:
        raise InvalidValue(N_("The model's card does not fit its network."), field="model")
    return trained, card


def count_pictures(dataset: DataSet, title: str | None = None) -> dict[str, str]:
    """The places of PICTURES, which a card has as its `data`; `title` may say more than the data set's own."""
    counts = {"train": len(dataset.labels), "test": len(dataset.test_labels)}
    return {"title": title or dataset.title} | {part: f"{count:,}" for part, count in counts.items()}


def measure_test(trained: Trained, dataset: DataSet, temperature: float, device: str = "cpu") -> Evaluation:
    """The figures on the data set's test pictures."""
    pictures = keep(dataset.test_images, dataset.test_labels, trained.network.input, device)
    return evaluate(trained.logits(pictures), dataset.test_labels, temperature)


def make_card(trained: Trained, tested: Evaluation, temperature: float, about: Mapping[str, Any]) -> dict[str, Any]:
    """The card: what `about` says (name, title, dataset, command, seed, minutes ...), and measured figures."""
    low, high = tested.interval
    return {
        **about,
        "classes": list(trained.classes),
        "input": list(trained.network.input),
        "parameters": trained.network.report.parameters,
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
    """Readable JSON, whole or not at all; a figure that is no number is null."""
    partial = path.with_name(path.name + ".partial")
    partial.write_text(to_json(value, indent=2, ensure_ascii=False) + "\n", "utf-8")
    partial.replace(path)


def read_json(path: Path) -> Any:
    """The JSON of a model folder's file; InvalidValue where it is missing or damaged."""
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        raise InvalidValue(N_("The model folder has no readable %(file)s."), field="model", file=path.name) from None


def _is_as_good(after: Tensor, before: Tensor, labels: Tensor) -> bool:
    fewer = int((before.argmax(1) == labels).sum()) - int((after.argmax(1) == labels).sum())
    return fewer <= 0 and cross_entropy(after, labels) <= cross_entropy(before, labels) + _LOSS_OF_HALF


def _halved(tensor: Tensor) -> Tensor:
    return tensor.to(torch.float16) if tensor.is_floating_point() else tensor
