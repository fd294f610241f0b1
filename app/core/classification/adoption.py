"""A network that others trained and published in a package becomes a model folder like every other, by a recipe.

The recipe names package, release, file and SHA-256, and describes the network in our own layers; the file's tensors
are taken in the order in which the described layers have theirs. Nothing is unpickled but what the digest names, and of
that nothing but tensors. It does not know where packages are to be had.
"""

import hashlib
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from app.core.checkpoints import save_weights
from app.core.classification.cards import read_json, write_json
from app.core.classification.folders import CARD, NETWORK, WEIGHTS
from app.core.datasets import imagenet
from app.core.datasets.nouns import imagenet_classes
from app.core.errors import N_, InvalidValue
from app.core.networks.modules import build
from app.core.networks.networks import Network, parse_network
from app.core.networks.reports import ANY_SIZE
from app.core.pictures.preparation import Preparation

RECIPE = "recipe.json"
NOT_FOR = N_(
    "It gives one of 1,000 names to every picture, whatever is on it, and is wrong on one photo in four. Not for "
    "decisions about people, health, safety or money, nor for saying who or what kind of person somebody is."
)


def adopt(folder: Path) -> dict[str, Any]:
    """Writes network, weights and at last the card of the folder that holds the recipe; gives the card.

    Raises InvalidValue where the package is not installed, or its file is not the one that the recipe names.
    """
    recipe = read_json(folder / RECIPE)
    network = parse_network(recipe["network"], ANY_SIZE)
    weights = _in_our_names(network, read_tensors(find_file(recipe["source"]), recipe["source"]["sha256"]))
    save_weights(folder / WEIGHTS, weights)
    write_json(folder / NETWORK, network.describe())
    card = _card(folder.name, recipe, network)
    write_json(folder / CARD, card)
    return card


def find_file(source: Mapping[str, str]) -> Path:
    """The file of the installed package; InvalidValue where it is missing or of another release."""
    try:
        package = distribution(source["package"])
    except PackageNotFoundError:
        package = None
    path = Path(str(package.locate_file(source["file"]))) if package else None
    if package is None or package.version != source["release"] or path is None or not path.is_file():
        raise InvalidValue(
            N_("The package %(package)s %(release)s is not installed; `make setup` does that."),
            package=source["package"], release=source["release"],
        )  # fmt: skip
    return path


def read_tensors(path: Path, sha256: str) -> dict[str, Tensor]:
    """The tensors of PyTorch's own kind of file, in its order; InvalidValue where it is not the one with that digest.

    The digest comes first: `weights_only` alone has been got around before.
    """
    if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
        raise InvalidValue(N_("%(file)s is not the file that the recipe names: its SHA-256 is another."),
                           file=path.name)  # fmt: skip
    return dict(torch.load(path, map_location="cpu", weights_only=True))


def _in_our_names(network: Network, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    expected = build(network).state_dict()
    if [tensor.shape for tensor in expected.values()] != [tensor.shape for tensor in tensors.values()]:
        raise InvalidValue(N_("The file's tensors are not those of the network that the recipe describes."))
    return dict(zip(expected, tensors.values(), strict=True))


def _card(name: str, recipe: Mapping[str, Any], network: Network) -> dict[str, Any]:
    """Nothing in it was measured here: `reported` is what those say who trained the network."""
    return {
        "name": name, "title": recipe["title"], "dataset": imagenet.NAME, "data": imagenet.DATA,
        "source": recipe["source"], "reported": recipe["reported"],
        "command": f"python -m app adopt models/{name}",
        "not_for": NOT_FOR, "biases": list(imagenet.BIASES),
        "classes": list(imagenet_classes()),
        "input": list(network.input), "parameters": network.report.parameters,
        "accuracy": None, "calibration": {"before": None, "after": None, "temperature": 1.0},
        "preparation": _preparation(recipe["preparation"], network).to_dict(), "mirror": recipe["mirror"],
    }  # fmt: skip


def _preparation(said: Mapping[str, Any], network: Network) -> Preparation:
    """Of a recipe, which says in levels what is subtracted of each channel, and what the rest is divided by."""
    channels, height, width = network.input
    mean, std = (said["minus"] / 255,) * channels, (said["over"] / 255,) * channels
    return Preparation((height, width), channels, mean, std, said["crop"], said["filter"])
