"""Trainings to start from: the page's own, the lecture's, and prepared ones that fail, or work, for a reason.

Data, not code: each was tried as docs/training.md tells. It does not know runs or pages; titles and sentences are to be
translated.
"""

from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal

from app.core.errors import N_, InvalidValue
from app.core.networks.networks import Network, parse_network
from app.core.networks.presets import FLATTEN, NORM, POOL, Entry, conv, dense, find_preset
from app.core.training.hyperparameters import Training, describe_training

Kind = Literal["start", "fails", "works"]
FIRST = "cifar10"  # the data set that the room starts with

_LIGHT = "lecture-light"
_SMALL_DIGIT, _SHAPE = (1, 8, 8), (3, 32, 32)
_RELU: Entry = {"type": "activation", "activation": "relu"}
_DEPTH = 12


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


def usual(dataset: str) -> Recipe:
    """The recipe of a data set's name, or the room's own, which is for its first one and those that have none."""
    return recipes().get(dataset) or find_recipe("default")


@cache
def recipes() -> dict[str, Recipe]:
    """All of them, by name, in the order in which they are shown."""
    made = (*_starts(), *_mistakes(), *_overfitting(), *_few_shapes())
    return {recipe.name: recipe for recipe in made}


def _starts() -> tuple[Recipe, ...]:
    cycle: dict[str, Any] = {"schedule": "one-cycle", "warm_up": 0.1, "decay": 0.0, "normalization": "standardize"}
    return (
        Recipe("default", "start", N_("Photos, in half a minute"),
               N_("The lecture's network, light, on 45,000 photos: it passes 60 % of those held out in its second "
                  "pass."),
               "cifar10", find_preset(_LIGHT).network,
               Training(epochs=4, learning_rate=0.002, augmentation=("flip",), **cycle), preset=_LIGHT),
        Recipe("shapes", "start", N_("Shapes, in seconds"),
               N_("Eight drawn shapes at any place and turn: with pooling a small network tells them apart."),
               "shapes", _network(_SHAPE, 8, _shape_layers()),
               Training(epochs=8, batch_size=64, learning_rate=0.007, **cycle)),
        Recipe("digits", "start", N_("Digits, at once"),
               N_("1,294 handwritten digits of 8 x 8 pixels: each pass takes a tenth of a second."),
               "digits", _network(_SMALL_DIGIT, 10, _digit_layers()),
               Training(epochs=20, batch_size=32, learning_rate=0.004, **cycle)),
        Recipe("lecture", "start", N_("As in the lecture"),
               N_("Its 88,914,698 parameters, its Adam with rate 0.0001 and decay 0.000001, its ten epochs: about an "
                  "hour on two cores."),
               "cifar10", find_preset("lecture").network, Training(), preset="lecture"),
        Recipe("lecture-light", "start", N_("As in the lecture, light"),
               N_("The lecture's own settings with 16 kernels a layer: slow and steady."),
               "cifar10", find_preset(_LIGHT).network, Training(), preset=_LIGHT),
    )  # fmt: skip


def _mistakes() -> tuple[Recipe, ...]:
    return (*_rates(), *_ranges(), *_depths())


def _rates() -> tuple[Recipe, ...]:
    network, plain = (
        _network(_SHAPE, 8, _shape_layers()),
        Training(epochs=4, batch_size=64, normalization="standardize"),
    )
    return (
        Recipe("rate-too-high", "fails", N_("Learning rate too high"),
               N_("Adam with a rate of 0.1, fifty times too much: within twenty steps every ReLU behind the first "
                  "layer is dead, its maps are zero, and the loss stays at ln 8 = 2.08, that of guessing."),
               "shapes", network, replace(plain, learning_rate=0.1), beside="rate-right"),
        Recipe("diverges", "fails", N_("Learning rate far too high"),
               N_("SGD with a rate of 10: the weights overflow within a few steps, and the loss becomes NaN (not a "
                  "number)."),
               "shapes", network, replace(plain, optimizer="sgd", learning_rate=10.0), beside="rate-right"),
        Recipe("rate-right", "works", N_("A rate that fits"),
               N_("The same with a rate of 0.002."),
               "shapes", network, replace(plain, learning_rate=0.002, epochs=6)),
    )  # fmt: skip


def _ranges() -> tuple[Recipe, ...]:
    network = _network(_SHAPE, 8, _shape_layers())
    plain = Training(epochs=6, batch_size=64, optimizer="sgd", learning_rate=0.008, decay=0.0)
    return (
        Recipe("no-normalization", "fails", N_("No normalization"),
               N_("Levels of 0 to 255 as they are: the loss leaps within a few steps, every ReLU behind the first "
                  "layer dies, and one shape in eight is guessed from then on."),
               "shapes", network, replace(plain, normalization="none"), beside="normalization"),
        Recipe("normalization", "works", N_("With normalization"),
               N_("The same with every channel's mean subtracted and divided by its deviation."),
               "shapes", network, replace(plain, normalization="standardize"), beside="no-normalization"),
    )  # fmt: skip


def _depths() -> tuple[Recipe, ...]:
    training = Training(
        epochs=12, batch_size=32, optimizer="sgd", learning_rate=0.05, decay=0.0, normalization="standardize"
    )
    return (
        Recipe("too-deep", "fails", N_("Too deep without batch normalization"),
               N_("Twelve convolutions: the signal fades on its way through them, and so does the gradient on its way "
                  "back; one digit in ten is guessed."),
               "digits", _network(_SMALL_DIGIT, 10, _deep_layers(normalized=False)), training,
               beside="deep-normalized"),
        Recipe("deep-normalized", "works", N_("The same depth with batch normalization"),
               N_("Every convolution's maps are brought back to mean 0 and deviation 1, so that all twelve learn."),
               "digits", _network(_SMALL_DIGIT, 10, _deep_layers(normalized=True)), training, beside="too-deep"),
    )  # fmt: skip


def _overfitting() -> tuple[Recipe, ...]:
    """Few pictures, learned by heart; then one remedy each, with the same seed."""
    few = Training(epochs=20, batch_size=64, learning_rate=0.001, decay=0.0, normalization="standardize",
                   train_limit=1000, validation_split=0.02)  # fmt: skip
    light = find_preset(_LIGHT).network

    def cure(name: str, title: str, why: str, network: Network = light, **changes: Any) -> Recipe:
        preset = _LIGHT if network == light else None
        return Recipe(f"overfits-{name}", "works", title, why, "cifar10", network, replace(few, **changes), preset,
                      beside="overfits")  # fmt: skip

    return (
        Recipe("overfits", "fails", N_("Too few pictures"),
               N_("1,000 photos for 1.4 million weights: each is memorized, and what is learned is not true of "
                  "others."), "cifar10", light, few, _LIGHT, beside="overfits-augmentation"),
        cure("augmentation", N_("… with augmentation"),
             N_("Mirrored and shifted, a photo is never the same twice: there is more to learn than to remember."),
             augmentation=("flip", "shift")),
        cure("dropout", N_("… with dropout"),
             N_("Seven of ten values before each dense layer are missing at random: no unit can rely on another."),
             _network(light.input, 10, _dropped_layers())),
        cure("l2", N_("… with L2 (ridge)"),
             N_("The squares of the weights are added to the loss: they stay small, and the answer smooth."), l2=0.03),
        cure("l1", N_("… with L1 (lasso)"),
             N_("The sizes of the weights are added to the loss: most of them vanish."), l1=0.001),
        cure("max-norm", N_("… with max-norm"),
             N_("No unit's incoming weights may be longer than 0.5."), max_norm=0.5),
        cure("batch-normalization", N_("… with batch normalization"),
             N_("Each batch's own mean and deviation come into the maps as noise; it also learns faster."),
             _network(light.input, 10, _normalized_layers())),
        cure("more-pictures", N_("… with more pictures"),
             N_("4,000 photos instead of 1,000: the best remedy, where one has them."), train_limit=4000),
        cure("early-stopping", N_("… stopped early"),
             N_("It ends when three passes have not improved the validation loss, and takes the best weights."),
             early_stopping=3),
    )  # fmt: skip


def _few_shapes() -> tuple[Recipe, ...]:
    """The same on a data set that needs no fetching, and soon: some 3 and 10 seconds of one core; strongest first."""
    few = Training(epochs=30, batch_size=32, learning_rate=0.003, decay=0.0, normalization="standardize",
                   train_limit=200, validation_split=0.05)  # fmt: skip
    network, drop = _network(_SHAPE, 8, _shape_layers()), {"type": "dropout", "rate": 0.3}
    *features, head = _shape_layers()

    def cure(name: str, title: str, why: str, network: Network = network, **changes: Any) -> Recipe:
        return Recipe(f"few-shapes-{name}", "works", title, why, "shapes", network, replace(few, **changes),
                      beside="few-shapes")  # fmt: skip

    return (
        Recipe("few-shapes", "fails", N_("Too few shapes"),
               N_("200 drawn shapes are soon memorized; of others three in four are taken for something else."),
               "shapes", network, few, beside="few-shapes-more-pictures"),
        cure("more-pictures", N_("… with more pictures"),
             N_("1,000 shapes instead of 200: the best remedy, where one has them."), train_limit=1000),
        cure("augmentation", N_("… with augmentation"),
             N_("Mirrored and shifted by up to two pixels, a shape is never the same twice."),
             augmentation=("flip", "shift"), shift=2),
        cure("l2", N_("… with L2 (ridge)"),
             N_("The squares of the weights are added to the loss: they stay small, and the answer smooth."), l2=0.01),
        cure("dropout", N_("… with dropout"),
             N_("Three of ten values before each dense layer are missing at random: no unit can rely on another."),
             _network(_SHAPE, 8, [*features, drop, head, drop])),
    )  # fmt: skip


def _shape_layers() -> list[Entry]:
    blocks = [[conv(filters, activation="relu"), POOL] for filters in (16, 32, 64)]
    return [*blocks[0], *blocks[1], *blocks[2], FLATTEN, dense(64, "relu")]


def _digit_layers() -> list[Entry]:
    return [
        conv(16, padding="same", activation="relu"), conv(32, activation="relu"), POOL, FLATTEN, dense(64, "relu")
    ]  # fmt: skip


def _deep_layers(*, normalized: bool) -> list[Entry]:
    plain = [conv(16, padding="same", activation="relu")]
    block = [conv(16, padding="same", use_bias=False), NORM, _RELU] if normalized else plain
    return [*block * _DEPTH, {"type": "global_average_pooling2d"}]


def _dropped_layers() -> list[Entry]:
    drop: Entry = {"type": "dropout", "rate": 0.7}
    return [*[conv(16, activation="relu")] * 3, FLATTEN, drop, dense(128, "relu"), drop]


def _normalized_layers() -> list[Entry]:
    return [*[conv(16), NORM, _RELU] * 3, FLATTEN, dense(128, "relu")]


def _network(size: tuple[int, int, int], classes: int, layers: list[Entry]) -> Network:
    """With a last dense layer to the classes."""
    return parse_network({"input": list(size), "classes": classes, "layers": [*layers, dense(classes, "softmax")]})
