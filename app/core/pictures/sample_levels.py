"""How the pictures that come with the app look.

The photographs are CC0 or in the public domain, by the docstrings of `skimage.data`; they are opened as files,
because that module may ask the network. It does not know who shows them.
"""

from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from app.core.pictures.mouse import draw_mouse
from app.core.pictures.samples import find_sample


def _photograph(file: str, side: int) -> Callable[[], np.ndarray]:
    """Opens a picture of scikit-image's wheel, reduced so that its longest side is at most `side`."""

    def make() -> np.ndarray:
        with Image.open(_wheel() / "data" / file) as photo:
            photo.thumbnail((side, side), Image.Resampling.LANCZOS)
            return np.atleast_3d(np.array(photo))

    return make


def _wheel() -> Path:
    """Scikit-image's folder, found without importing it."""
    spec = find_spec("skimage")
    assert spec
    assert spec.origin
    return Path(spec.origin).parent


def _squares() -> np.ndarray:
    """Eight by eight black and white squares of 16 pixels."""
    index = np.arange(128) // 16
    return _gray((index[:, None] + index) % 2 * 255)


def _impulse() -> np.ndarray:
    """One white pixel: its result shows the kernel itself, turned by 180 degrees."""
    levels = np.zeros((33, 33))
    levels[16, 16] = 255
    return _gray(levels)


def _ramp() -> np.ndarray:
    """Every level from 0 to 255, brighter to the right."""
    return _gray(np.tile(np.arange(256), (128, 1)))


def _rings() -> np.ndarray:
    """A zone plate: rings whose frequency grows with the distance from the center, to half a cycle a pixel."""
    x = np.arange(257.0) - 128
    return _gray((127.5 + 127.5 * np.cos(np.pi / 256 * (x[:, None] ** 2 + x**2))).round())


def _bars() -> np.ndarray:
    """Upright bars, 16 pixels wide at the left and 1 at the right, above; lying ones below."""
    edges = np.repeat((16, 12, 8, 6, 4, 3, 2, 1), 2).cumsum()
    line = np.digitize(np.arange(edges[-1]), edges) % 2 * 255
    return _gray(np.vstack([np.tile(line, (52, 1)), np.tile(line[:, None], len(line))]))


def _gray(levels: np.ndarray) -> np.ndarray:
    return levels.astype(np.uint8)[:, :, None]


# Each gives uint8 H x W x C.
MAKERS: dict[str, Callable[[], np.ndarray]] = {
    "astronaut": _photograph("astronaut.png", 256),
    "camera": _photograph("camera.png", 512),
    "coffee": _photograph("coffee.png", 480),
    "cat": _photograph("chelsea.png", 451),
    "rocket": _photograph("rocket.jpg", 480),
    "mouse": draw_mouse,
    "checkerboard": _squares,
    "impulse": _impulse,
    "ramp": _ramp,
    "rings": _rings,
    "bars": _bars,
}


def read_sample(name: str) -> np.ndarray:
    """uint8 H x W x C of the sample, for all who read it; InvalidValue if there is none."""
    return _levels(find_sample(name).name)


@cache
def sample_png(name: str) -> bytes:
    """The sample as a PNG file; InvalidValue if there is none."""
    file = BytesIO()
    Image.fromarray(_flat(read_sample(name))).save(file, "PNG", optimize=True)
    return file.getvalue()


@cache
def _levels(name: str) -> np.ndarray:
    levels = MAKERS[name]()
    levels.flags.writeable = False
    return levels


def _flat(levels: np.ndarray) -> np.ndarray:
    """H x W of one channel, as Pillow takes it."""
    return levels[:, :, 0] if levels.shape[2] == 1 else levels
