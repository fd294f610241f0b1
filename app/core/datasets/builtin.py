"""The names of data sets: what is known of those of this project, and which are visitors' own.

Nothing is read or made here.
"""

import re
from dataclasses import dataclass

from app.core.errors import N_, UnknownDataset
from app.core.pictures.framings import FRAMINGS, Framing

SHAPES = ("circle", "crescent", "cross", "hexagon", "ring", "square", "star", "triangle")
CIFAR_CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
SHAPES_TRAIN, SHAPES_TEST = 10_000, 2_000
OWN_SIDE = 32
OWN_SIDES = (32, 64, 96)  # that own pictures may be kept at
MOST_CLASSES = 100
UNTOLD = "own-pictures"  # told instead of the name of somebody's own pictures, which is a secret; no set is called so
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_OWN_NAME = re.compile(r"own-[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Builtin:
    """A set that this project knows. `is_made` where it needs no files; `framing` where its pictures are drawings."""

    name: str
    title: str
    input: tuple[int, int, int]
    classes: tuple[str, ...]
    train: int
    test: int
    is_made: bool = False
    framing: Framing | None = None


def check_name(name: str) -> None:
    """Names are part of paths: lower-case letters, digits and hyphens only. Raises UnknownDataset."""
    if name == UNTOLD:
        raise UnknownDataset(
            N_("These are somebody's own pictures: only who sent them in can use them for another training."),
            field="dataset",
        )
    if not _NAME.fullmatch(name):
        raise unknown_dataset()


def is_own(name: str) -> bool:
    """Whether it is the name of a set that a visitor sent in."""
    return bool(_OWN_NAME.fullmatch(name))


def told_name(name: str) -> str:
    """What others than its owner are told of a data set's name: that of somebody's own pictures is a secret."""
    return UNTOLD if is_own(name) else name


def unknown_dataset() -> UnknownDataset:
    """To be raised."""
    return UnknownDataset(N_("There is no data set of that name; GET /api/datasets lists all."), field="dataset")


_TEN_DIGITS = tuple("0123456789")
_SHAPES = Builtin("shapes", N_("Shapes"), (3, 32, 32), SHAPES, SHAPES_TRAIN, SHAPES_TEST, is_made=True)
_DIGITS = Builtin("digits", N_("Digits"), (1, 8, 8), _TEN_DIGITS, 1438, 359, is_made=True,
                  framing=Framing(8, 1.0, by_mass=False, most_ink=0.38))  # fmt: skip
_CIFAR10 = Builtin("cifar10", "CIFAR-10", (3, 32, 32), CIFAR_CLASSES, 50_000, 10_000)
_MNIST = Builtin("mnist", "MNIST", (1, 28, 28), _TEN_DIGITS, 60_000, 10_000,
                 framing=Framing(28, 20 / 28, by_mass=True, most_ink=0.21))  # fmt: skip
_FASHION = Builtin(
    "fashion-mnist", "Fashion-MNIST", (1, 28, 28),
    ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
    60_000, 10_000,
)  # fmt: skip

BUILTIN: dict[str, Builtin] = {known.name: known for known in (_SHAPES, _DIGITS, _CIFAR10, _MNIST, _FASHION)}


def framing_of(name: str | None) -> Framing | None:
    """How the drawings of a data set lie in its pictures; None where they are none, or it is not known."""
    return BUILTIN[name].framing if name in BUILTIN else None


def framings_of(name: str | None) -> list[str]:
    """How pictures may be brought before a network that was trained on that data set."""
    return list(FRAMINGS) if framing_of(name) else [FRAMINGS[0]]
