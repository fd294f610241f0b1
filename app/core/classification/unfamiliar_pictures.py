"""Pictures that no data set holds, made offline, to teach what is strange and to measure whether a network notices.

Each kind comes in two halves that share no source: one to learn from, one to measure with. What is made of a data set's
own pictures is `broken_pictures`. It does not know networks or scores.
"""

import importlib.resources
import math
from collections.abc import Callable
from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from torch import Tensor

from app.core.classification.broken_pictures import BROKEN, break_pictures
from app.core.pictures.images import open_sample
from app.core.pictures.preparation import match_channels, resize_images

Levels = NDArray[np.uint8]
Make = Callable[[np.random.Generator, int, tuple[int, int]], Levels]

OUTSIDERS = 200  # of a kind
PHOTOGRAPHS = 8  # times as many: most of what visitors show is such
_TEXTURES = ("brick.png", "grass.png", "gravel.png")
_PHOTOGRAPHS = (  # of each half; those that come with the app and show no class of CIFAR-10 are learned from
    ("astronaut.png", "camera.png", "coffee.png", "rocket.jpg"),
    ("motorcycle_left.png", "clock_motion.png", "coins.png"),
)
_SCALE = 4  # drawings are made this much larger, for smooth edges


def kinds_beside(dataset: str) -> tuple[str, ...]:
    """The kinds that are strange to a network trained on that data set."""
    own = {"digits": "digits", "mnist": "digits", "shapes": "drawings"}.get(dataset)
    strange = [kind for kind in KINDS if kind != own]
    return (*strange, *BROKEN) if own is None else tuple(strange)


def outsiders_beside(dataset: str, pictures: Tensor, half: int, count: int = OUTSIDERS) -> dict[str, Tensor]:
    """`count` pictures of each of `kinds_beside`, uint8 N x C x H x W as `pictures`, the data set's own, are.

    Of photographs there are `PHOTOGRAPHS` times as many; of few pictures fewer are broken.
    """
    own, shape = pictures[half::2][:count], (int(pictures.shape[1]), int(pictures.shape[2]), int(pictures.shape[3]))
    return {
        kind: break_pictures(kind, own, half)
        if kind in BROKEN
        else make_outsiders(kind, count * (PHOTOGRAPHS if kind == "photographs" else 1), shape, half)
        for kind in kinds_beside(dataset)
    }


def make_outsiders(kind: str, count: int, shape: tuple[int, int, int], half: int = 0) -> Tensor:
    """uint8 `count` x C x H x W pictures of a kind of KINDS for (C, H, W); `half` is 0 or 1. Always the same."""
    generator = np.random.default_rng([half, *kind.encode()])
    size = shape[1:]
    made = [torch.tensor(KINDS[kind](generator, half, size)) for _ in range(count)]
    pictures = [resize_images(levels.permute(2, 0, 1).unsqueeze(0), size) for levels in made]
    return torch.cat([match_channels(picture, shape[0]) for picture in pictures])


def _noise(generator: np.random.Generator, half: int, size: tuple[int, int]) -> Levels:
    """Every pixel for itself: uniform, or normal around some color; in color or gray."""
    channels = int(generator.choice([1, 3]))
    if generator.random() < 0.5:
        return generator.integers(0, 256, (*size, channels), dtype=np.uint8)
    color, deviation = generator.uniform(40, 215, channels), generator.uniform(25, 80)
    return _to_levels(generator.normal(color, deviation, (*size, channels)))


def _texture(generator: np.random.Generator, half: int, size: tuple[int, int]) -> Levels:
    """A square of brick, grass or gravel, of one to four times the size; every second one tinted.

    The first half comes from the left of each photograph, the second from the right.
    """
    photograph = _open(str(generator.choice(_TEXTURES)), "L")
    middle = photograph.shape[1] // 2
    crop = _cut(generator, photograph[:, middle * half : middle * (half + 1), None], size, (1.0, 4.0))
    if generator.random() < 0.5:
        return crop
    return _to_levels(crop * generator.uniform(0.4, 1.2, 3))


def _photograph(generator: np.random.Generator, half: int, size: tuple[int, int]) -> Levels:
    """A square of a photograph, at least four tenths of its height; every second one mirrored."""
    photograph = _open(str(generator.choice(_PHOTOGRAPHS[half])), "RGB")
    side = round(min(photograph.shape[:2]) * generator.uniform(0.4, 1))
    top, left = (int(generator.integers(have - side + 1)) for have in photograph.shape[:2])
    square = photograph[top : top + side, left : left + side]
    return np.ascontiguousarray(square if generator.random() < 0.5 else square[:, ::-1])


def _digit(generator: np.random.Generator, half: int, size: tuple[int, int]) -> Levels:
    """A handwritten digit of scikit-learn's, white on black or black on white; the halves share no digit."""
    images = _digits()
    picked = images[int(generator.integers(len(images) // 2)) * 2 + half]
    levels = _to_levels(picked * (255 / 16))
    return (levels if generator.random() < 0.5 else 255 - levels)[..., None]


@cache
def _digits() -> NDArray[np.floating]:
    from sklearn.datasets import load_digits  # slow to import, and needed here only

    return load_digits().images


def _drawing(generator: np.random.Generator, half: int, size: tuple[int, int]) -> Levels:
    """Lines and simple shapes on a plain ground, or a part of the lecture's mouse."""
    if generator.random() < 0.15:
        return _cut(generator, open_sample("mouse").numpy(), (36, 36), (1.0, 2.0))
    ground, *inks = (_color(generator) for _ in range(4))
    picture = Image.new("RGB", (size[1] * _SCALE, size[0] * _SCALE), ground)
    pen = ImageDraw.Draw(picture)
    filled = generator.random() < 0.4
    for _ in range(int(generator.integers(1, 6))):
        _draw_shape(generator, pen, picture.size, inks[int(generator.integers(3))], filled)
    return np.asarray(picture.resize((size[1], size[0]), Image.Resampling.BOX))


def _draw_shape(
    generator: np.random.Generator, pen: ImageDraw.ImageDraw, size: tuple[int, int], ink: tuple[int, ...], filled: bool
) -> None:
    width = int(generator.integers(_SCALE, 3 * _SCALE))
    points = [tuple(map(float, point)) for point in generator.uniform((0, 0), size, (int(generator.integers(2, 6)), 2))]
    box = [min(points[0][0], points[1][0]), min(points[0][1], points[1][1]),
           max(points[0][0], points[1][0]), max(points[0][1], points[1][1])]  # fmt: skip
    options = {"fill": ink} if filled else {"outline": ink, "width": width}
    match int(generator.integers(4)):
        case 0:
            pen.line(points, fill=ink, width=width, joint="curve")
        case 1:
            pen.ellipse(box, **options)
        case 2:
            pen.rectangle(box, **options)
        case _:
            pen.regular_polygon((*points[0], min(size) / 3), int(generator.integers(3, 7)), **options)


def _color(generator: np.random.Generator) -> tuple[int, ...]:
    """Black, white, or any color."""
    pick = generator.random()
    if pick < 0.3:
        return (255, 255, 255)
    return (0, 0, 0) if pick < 0.6 else tuple(map(int, generator.integers(0, 256, 3)))


def _cut(generator: np.random.Generator, levels: Levels, size: tuple[int, int], zoom: tuple[float, float]) -> Levels:
    """A part of the picture, `zoom` times the size, still to be reduced."""
    factor = math.exp(generator.uniform(*np.log(zoom)))
    rows, columns = (min(have, round(side * factor)) for have, side in zip(levels.shape[:2], size, strict=True))
    top, left = (
        int(generator.integers(have - side + 1)) for have, side in zip(levels.shape, (rows, columns), strict=False)
    )
    return np.ascontiguousarray(levels[top : top + rows, left : left + columns])


def _to_levels(values: NDArray[np.floating]) -> Levels:
    return values.round().clip(0, 255).astype(np.uint8)


@cache
def _open(file: str, mode: str) -> Levels:
    with (importlib.resources.files("skimage") / "data" / file).open("rb") as stream:
        return np.asarray(Image.open(stream).convert(mode))


KINDS: dict[str, Make] = {
    "noise": _noise,
    "textures": _texture,
    "digits": _digit,
    "drawings": _drawing,
    "photographs": _photograph,
}
