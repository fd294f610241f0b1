"""The pictures that come with the app: drawings, geometric tests, and photographs from scikit-image's wheel.

The photographs are CC0 or in the public domain, by the docstrings of `skimage.data`; they are opened as files,
because that module may ask the network. It does not know who shows them.
"""

import importlib.resources
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Literal

import torch
from PIL import Image
from torch import Tensor

from app.core.errors import N_, InvalidValue
from app.core.pictures.mouse import MOUSE_BACK, MOUSE_HEAD, draw_mouse

__all__ = ["MOUSE_BACK", "MOUSE_HEAD", "SAMPLES", "Sample", "find_sample", "open_sample", "sample_png"]

Family = Literal["photograph", "drawing", "geometry"]


@dataclass(frozen=True, slots=True)
class Sample:
    """A bundled picture; `title` is an English sentence to be translated. `make` gives uint8 H x W x C."""

    name: str
    family: Family
    title: str
    make: Callable[[], Tensor]


def _photograph(file: str, side: int) -> Callable[[], Tensor]:
    """Opens a picture of scikit-image's wheel, reduced so that its longest side is at most `side`."""

    def make() -> Tensor:
        with (importlib.resources.files("skimage") / "data" / file).open("rb") as stream, Image.open(stream) as photo:
            photo.thumbnail((side, side), Image.Resampling.LANCZOS)
            levels = torch.frombuffer(bytearray(photo.tobytes()), dtype=torch.uint8)
            return levels.reshape(photo.height, photo.width, -1)

    return make


def _squares() -> Tensor:
    """Eight by eight black and white squares of 16 pixels."""
    index = torch.arange(128) // 16
    return _gray((index[:, None] + index) % 2 * 255)


def _impulse() -> Tensor:
    """One white pixel: its result shows the kernel itself, turned by 180 degrees."""
    return _gray(torch.zeros(33, 33)).index_put((torch.tensor(16), torch.tensor(16)), torch.tensor(255).byte())


def _ramp() -> Tensor:
    """Every level from 0 to 255, brighter to the right."""
    return _gray(torch.arange(256).expand(128, 256))


def _rings() -> Tensor:
    """A zone plate: rings whose frequency grows with the distance from the center, to half a cycle a pixel."""
    x = torch.arange(257, dtype=torch.float64) - 128
    return _gray((127.5 + 127.5 * torch.cos(torch.pi / 256 * (x[:, None] ** 2 + x**2))).round())


def _bars() -> Tensor:
    """Upright bars, 16 pixels wide at the left and 1 at the right, above; lying ones below."""
    edges = torch.tensor([width for width in (16, 12, 8, 6, 4, 3, 2, 1) for _ in range(2)]).cumsum(0)
    line = torch.bucketize(torch.arange(int(edges[-1])), edges, right=True) % 2 * 255
    return _gray(torch.cat([line.expand(52, -1), line[:, None].expand(-1, len(line))]))


def _gray(levels: Tensor) -> Tensor:
    return levels.to(torch.uint8).unsqueeze(-1).contiguous()


_CATALOG = (
    Sample("astronaut", "photograph", N_("Astronaut"), _photograph("astronaut.png", 256)),
    Sample("camera", "photograph", N_("Camera"), _photograph("camera.png", 512)),
    Sample("coffee", "photograph", N_("Coffee cup"), _photograph("coffee.png", 480)),
    Sample("cat", "photograph", N_("Cat"), _photograph("chelsea.png", 451)),
    Sample("rocket", "photograph", N_("Rocket"), _photograph("rocket.jpg", 480)),
    Sample("mouse", "drawing", N_("Mouse (lecture)"), draw_mouse),
    Sample("checkerboard", "geometry", N_("Checkerboard"), _squares),
    Sample("impulse", "geometry", N_("One bright pixel"), _impulse),
    Sample("ramp", "geometry", N_("Ramp"), _ramp),
    Sample("rings", "geometry", N_("Rings"), _rings),
    Sample("bars", "geometry", N_("Bars"), _bars),
)

SAMPLES: dict[str, Sample] = {sample.name: sample for sample in _CATALOG}


def find_sample(name: str) -> Sample:
    """The sample of that name; InvalidValue if there is none."""
    try:
        return SAMPLES[name]
    except KeyError:
        raise InvalidValue(
            N_("There is no sample of that name; GET /api/samples lists all %(limit)d."),
            field="sample", limit=len(SAMPLES),
        ) from None  # fmt: skip


def open_sample(name: str) -> Tensor:
    """uint8 H x W x C of the sample, its own copy; InvalidValue if there is none."""
    return _levels(find_sample(name).name).clone()


@cache
def sample_png(name: str) -> bytes:
    """The sample as a PNG file; InvalidValue if there is none."""
    file = BytesIO()
    Image.fromarray(open_sample(name).squeeze(-1).numpy()).save(file, "PNG", optimize=True)
    return file.getvalue()


@cache
def _levels(name: str) -> Tensor:
    return SAMPLES[name].make()
