"""The pictures that come with the app, by name: drawings, geometric tests, and photographs from scikit-image's wheel.

How they look is for `sample_levels`, which loads NumPy and Pillow; a page needs the names alone.
"""

from dataclasses import dataclass
from typing import Literal

from app.core.errors import N_, InvalidValue

Family = Literal["photograph", "drawing", "geometry"]
MOUSE_BACK = (15, 33)  # x, y of the lecture's result of 6600 on the mouse, and of that of 0
MOUSE_HEAD = (69, 23)


@dataclass(frozen=True, slots=True)
class Sample:
    """A bundled picture; `title` is an English sentence to be translated, and so is what it `shows`."""

    name: str
    family: Family
    title: str
    shows: str = N_("a pattern")


_CATALOG = (
    Sample("astronaut", "photograph", N_("Astronaut"), N_("an astronaut")),
    Sample("camera", "photograph", N_("Camera"), N_("a man with a camera")),
    Sample("coffee", "photograph", N_("Coffee cup"), N_("a cup of coffee")),
    Sample("cat", "photograph", N_("Cat"), N_("a cat")),
    Sample("rocket", "photograph", N_("Rocket"), N_("a rocket")),
    Sample("mouse", "drawing", N_("Mouse (lecture)"), N_("a drawn mouse")),
    Sample("checkerboard", "geometry", N_("Checkerboard")),
    Sample("impulse", "geometry", N_("One bright pixel")),
    Sample("ramp", "geometry", N_("Ramp")),
    Sample("rings", "geometry", N_("Rings")),
    Sample("bars", "geometry", N_("Bars")),
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
