"""Trainings to start from: the page's own, the lecture's, and prepared ones that fail, or work, for a reason.

Data, not code: each was tried as docs/training.md tells. It does not know runs or pages; titles and sentences are to be
translated.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from app.core.errors import N_, InvalidValue
from app.core.hyperparameters import Training, describe_training
from app.core.networks import Network, parse_network
from app.core.presets import FLATTEN, POOL, Entry, conv, dense, find_preset

Kind = Literal["start", "fails", "works"]

_LIGHT = "lecture-light"
_SMALL_DIGIT, _SHAPE = (1, 8, 8), (3, 32, 32)


@dataclass(frozen=True, slots=True)
class Recipe:
    """A training that is known to do what `why` says. `preset` is the network's name, if it has one.

    `beside` is the recipe that it is to be seen with: what cures it, or what it cures.
    """

    name: str
    kind: Kind
    title: str
    why: str
    dataset: str
    network: Network
    training: Training
    preset: str | None = None
    beside: str | None = None

    def describe(self) -> dict[str, Any]:
        """As `POST /api/runs` takes it: dataset, network (a preset's name or a description) and training."""
        network = self.preset or self.network.describe()
        return {"dataset": self.dataset, "network": network, "training": describe_training(self.training)}


def find_recipe(name: str) -> Recipe:
    """The recipe of that name; InvalidValue if there is none."""
    try:
        return recipes()[name]
    except KeyError:
        raise InvalidValue(
            N_("There is no recipe of that name; GET /api/recipes lists all %(limit)d."),
            field="recipe", limit=len(recipes()),
        ) from None  # fmt: skip


@cache
def recipes() -> dict[str, Recipe]:
    """All of them, by name, in the order in which they are shown."""
    made = (*_starts(), *_mistakes(), *_overfitting())
    return {recipe.name: recipe for recipe in made}


def _starts() -> tuple[Recipe, ...]:
    cycle: dict[str, Any] = {"schedule": "one-cycle", "warm_up": 0.1, "decay": 0.0, "normalization": "standardize"}
    return (
        Recipe("default", "start", N_("Photos, in half a minute"),
               N_("The lecture's network, light, on 45,000 photos: it passes 60 % of those put aside in its second "
                  "pass."),
               "cifar10", find_preset(_LIGHT).network,
               Training(epochs=4, learning_rate=0.002, augmentation=("flip",), **cycle), preset=_LIGHT),
        Recipe("shapes", "start", N_("Shapes, in seconds"),
               N_("Eight drawn shapes at any place and turn: with pooling a small network tells them apart."),
               "shapes", _network(_SHAPE, 8, _shape_layers()),
               Training(epochs=6, batch_size=64, learning_rate=0.005, **cycle)),
        Recipe("digits", "start", N_("Digits, at once"),
               N_("1,294 handwritten digits of 8 x 8 pixels: each pass takes a tenth of a second."),
               "digits", _network(_SMALL_DIGIT, 10, _digit_layers()),
               Training(epochs=20, batch_size=32, learning_rate=0.004, **cycle)),
        Recipe("lecture", "start", N_("As in the lecture"),
               N_("Its 88,914,698 parameters, its Adam with rate 0.0001 and decay 0.000001, its ten epochs: hours "
                  "without a graphics card."),
               "cifar10", find_preset("lecture").network, Training(), preset="lecture"),
        Recipe("lecture-light", "start", N_("As in the lecture, light"),
               N_("The lecture's own settings with 16 kernels a layer: slow and steady."),
               "cifar10", find_preset(_LIGHT).network, Training(), preset=_LIGHT),
    )  # fmt: skip


def _mistakes() -> tuple[Recipe, ...]:
    return ()


def _overfitting() -> tuple[Recipe, ...]:
    return ()


def _shape_layers() -> list[Entry]:
    blocks = [[conv(filters, activation="relu"), POOL] for filters in (16, 32, 64)]
    return [*blocks[0], *blocks[1], *blocks[2], FLATTEN, dense(64, "relu")]


def _digit_layers() -> list[Entry]:
    return [
        conv(16, padding="same", activation="relu"), conv(32, activation="relu"), POOL, FLATTEN, dense(64, "relu")
    ]  # fmt: skip


def _network(size: tuple[int, int, int], classes: int, layers: list[Entry]) -> Network:
    """With a last dense layer to the classes."""
    return parse_network({"input": list(size), "classes": classes, "layers": [*layers, dense(classes, "softmax")]})
