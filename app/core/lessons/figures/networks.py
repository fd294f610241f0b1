"""Figures of networks: what layers cost and see, by their reports; what trained ones answer, by their cards."""

from copy import deepcopy
from functools import cache
from math import prod
from pathlib import Path

import torch
from torch.nn.functional import cross_entropy

from app.core.classification.classification import Classification, Opened, classify
from app.core.classification.models import open_model
from app.core.classification.questions import Question
from app.core.lessons.figures.kinds import Class, Share
from app.core.networks.networks import Network, expand
from app.core.networks.presets import find_preset
from app.core.networks.reports import LayerReport
from app.core.pictures.sample_levels import sample_png
from app.core.pictures.uploads import PictureLimits, Upload

RATE = 0.1  # of the step of a single weight
MODELS = Path(__file__).parents[4] / "models"


def parameters(network: str, layer: str | None = None) -> int:
    """Numbers that a network learns, or one of its layers."""
    return _row(network, layer).parameters if layer else _network(network).report.parameters


def share(network: str, layer: str) -> Share:
    """The part of a network's parameters that a layer has."""
    return Share(parameters(network, layer) / parameters(network))


def shape(network: str, layer: str) -> str:
    """What a layer gives: width, height, maps; or the length of a row."""
    given = _row(network, layer).output_shape
    return " × ".join(map(str, (*given[1:], given[0]) if len(given) == 3 else given))


def values(network: str, layer: str) -> int:
    """How many numbers a layer gives."""
    return prod(_row(network, layer).output_shape)


def field(network: str, layer: str) -> int:
    """Side in pixels of the receptive field."""
    seen = _row(network, layer).receptive_field
    return seen if isinstance(seen, int) else seen[1]


def kernels(network: str, layer: str) -> int:
    """How many kernels a layer has."""
    return _row(network, layer).output_shape[0]


def input_side(network: str) -> int:
    """Pixels along a side of what a network sees."""
    return _network(network).input[1]


def classes(network: str) -> int:
    """How many classes it has."""
    return _network(network).classes


def accuracy(model: str) -> Share:
    """A trained network's accuracy on its test pictures, as its card has it."""
    return Share(open_model(MODELS / model).card["accuracy"])


def probe(model: str, layer: str) -> Share:
    """How often a linear probe on that layer is right, as the card has it."""
    rows = open_model(MODELS / model).card["probes"]["layers"]
    return Share(next(row["accuracy"] for row in rows if row["layer"] == layer))


def answer(model: str, sample: str) -> Class:
    """The class that a network takes a sample for."""
    return Class(_classify(model, sample).predictions[0].label)


def confidence(model: str, sample: str, label: str | None = None) -> Share:
    """How probable it finds that class, or another."""
    found = _classify(model, sample).predictions
    return Share(next(one.probability for one in found if label in (None, one.label)))


def learned_from(model: str, of: str, channel: int = 0) -> float:
    """Mean or deviation of a channel of the pictures that a network learned from, in 0..1."""
    preparation = open_model(MODELS / model).preparation
    return (preparation.mean if of == "mean" else preparation.std)[channel]


def standardized(model: str, level: int, channel: int = 0) -> float:
    """What a level becomes on its way into a network."""
    return (level / 255 - learned_from(model, "mean", channel)) / learned_from(model, "std", channel)


def gradient(model: str, sample: str, layer: str, channel: int, label: str, of: str = "gradient") -> float:
    """Of the largest weight of a kernel for its first channel, a sample and its true class.

    `of`: gradient, weight, rate, new (the weight after a step), before or after (the loss).
    """
    return _step(model, sample, layer, channel, label)[of]


@cache
def _step(name: str, sample: str, layer: str, channel: int, label: str) -> dict[str, float]:
    """One step of gradient descent for that weight alone; the classify page explains the same product by product."""
    asked = Opened(_question(name, sample))
    module, prepared = deepcopy(asked.trained.module).double(), asked.prepared.double()
    kernel = module.get_submodule(layer).get_parameter("weight").requires_grad_()
    true = torch.tensor([asked.trained.classes.index(label)])
    before = cross_entropy(module(prepared), true)
    (slopes,) = torch.autograd.grad(before, kernel)
    place = (channel, 0, *divmod(int(kernel[channel, 0].abs().argmax()), kernel.shape[3]))
    with torch.no_grad():
        weight, slope = float(kernel[place]), float(slopes[place])
        kernel[place] = new = weight - RATE * slope
        after = float(cross_entropy(module(prepared), true))
    return {"gradient": slope, "weight": weight, "rate": RATE, "new": new, "before": before.item(), "after": after}


@cache
def _classify(model: str, sample: str) -> Classification:
    return classify(_question(model, sample))


def _question(model: str, sample: str) -> Question:
    return Question(Upload(sample_png(sample), PictureLimits(), 0), MODELS / model)


def _network(name: str) -> Network:
    """A preset, or a trained network that is shipped."""
    return open_model(MODELS / name).network if (MODELS / name).is_dir() else expand(find_preset(name).network)


def _row(network: str, layer: str) -> LayerReport:
    return next(row for row in _network(network).report.layers if row.name == layer)
