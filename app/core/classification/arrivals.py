"""A network that comes back in: its description and safetensors weights become a model folder that is kept.

The name cannot be guessed, and no list tells it. Only so many are kept: of whoever has most, the one that nobody asked
for longest goes. Nothing in the weights is believed: see `checkpoints`. It does not know HTTP.
"""

import json
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.core.checkpoints import read_weights, save_weights
from app.core.classification.cards import NOT_FOR, write_json
from app.core.classification.folders import CARD, NETWORK, WEIGHTS
from app.core.classification.sent import Described, ModelLimits
from app.core.datasets.builtin import is_own
from app.core.errors import N_, InvalidValue
from app.core.networks.modules import build
from app.core.networks.networks import Network, parse_network
from app.core.pictures.preparation import Preparation
from app.core.pictures.titles import clean_title
from app.core.shares import NOBODY, Holder, Kept, choose_to_go

TITLE = N_("A network of one's own")
UNTOLD = N_("It was sent in with its weights; what it learned from is not known here.")
HOLDER = "holder.json"
LONGEST_CLASS, LARGEST_SHIFT = 64, 1e6
_LEFT_OVER_S = 3600.0  # nothing takes this long


def keep_model(
    weights: Path, said: Described, name: str, folder: Path, limits: ModelLimits, holder: Holder = NOBODY
) -> Path:
    """The folder of the model, whose weights are those of the file, by the names of `GET /api/models/{name}/weights`.

    Raises InvalidValue where description and weights do not fit each other.
    """
    network = parse_network(said.network, limits.network)
    preparation, classes = _preparation(said, network), _classes(said.classes, network)
    expected = {key: tuple(tensor.shape) for key, tensor in build(network).state_dict().items()}
    tensors = read_weights(weights, expected, limits.bytes)
    place, beside = folder / name, folder / f".{name}"
    beside.mkdir(parents=True)
    try:
        save_weights(beside / WEIGHTS, tensors)
        write_json(beside / NETWORK, network.describe())
        write_json(beside / HOLDER, [holder.address, holder.visitor])
        write_json(beside / CARD, _card(name, said, network, preparation, classes))
        _make_room(folder, limits.kept, holder)
        beside.replace(place)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return place


def _card(
    name: str, said: Described, network: Network, preparation: Preparation, classes: Sequence[str]
) -> dict[str, Any]:
    return {
        "name": name, "title": clean_title(said.title or "") or TITLE, "dataset": None, "data": UNTOLD,
        "classes": list(classes), "input": list(network.input), "parameters": network.report.parameters,
        "accuracy": None, "calibration": {"before": None, "after": None, "temperature": 1.0},
        "preparation": preparation.to_dict(), "mirror": False, "not_for": NOT_FOR,
    }  # fmt: skip


def _preparation(said: Described, network: Network) -> Preparation:
    """What is subtracted from levels 0..1 and what the rest is divided by, a number a channel; nothing, if unsaid."""
    channels, height, width = network.input
    mean = [0.0] * channels if said.mean is None else said.mean
    std = [1.0] * channels if said.std is None else said.std
    try:
        found = Preparation.from_dict({"size": (height, width), "channels": channels, "mean": mean, "std": std})
        if max(map(abs, found.mean)) > LARGEST_SHIFT or not 1 / LARGEST_SHIFT <= min(found.std) <= LARGEST_SHIFT:
            raise ValueError("numbers of no preparation")
    except (KeyError, TypeError, ValueError, OverflowError):
        raise InvalidValue(
            N_("'mean' and 'std' are lists of %(channels)d numbers, one a channel, such as [0.5] and [0.25]."),
            field="mean" if said.mean is not None else "std", channels=channels,
        ) from None  # fmt: skip
    return found


def _classes(said: Any, network: Network) -> list[str]:
    """Names of the classes; numbers, if nothing is said."""
    if said is None:
        return [str(number) for number in range(network.classes)]
    names = [clean_title(name) for name in said] if isinstance(said, list) and all(map(_is_text, said)) else []
    if len(set(names)) != network.classes or not all(1 <= len(name) <= LONGEST_CLASS for name in names):
        raise InvalidValue(
            N_("'classes' is a list of %(limit)d different names of at most %(longest)d characters."),
            field="classes", limit=network.classes, longest=LONGEST_CLASS,
        )  # fmt: skip
    return names


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _make_room(folder: Path, kept: int, holder: Holder) -> None:
    """For one more of the holder's; and what a process that was killed left half written goes."""
    for path in folder.glob(".own-*"):
        if path.stat().st_mtime < time.time() - _LEFT_OVER_S:
            shutil.rmtree(path, ignore_errors=True)
    own = [path for path in folder.iterdir() if is_own(path.name)]
    for name in choose_to_go([*map(_judge, own), Kept("", holder, (), may_go=False)], kept):
        shutil.rmtree(folder / name, ignore_errors=True)


def _judge(path: Path) -> Kept:
    try:
        used, holder = path.stat().st_mtime, Holder(*json.loads((path / HOLDER).read_text("utf-8")))
    except (OSError, ValueError, TypeError):  # damaged, or just gone
        used, holder = 0.0, NOBODY
    return Kept(path.name, holder, (used,))
