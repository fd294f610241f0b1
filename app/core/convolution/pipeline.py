"""What one call computes: from the bytes of a picture to the bytes of a result, or to its arithmetic.

These functions run in a worker process, so arguments and results are small and can be pickled. They do not
know HTTP, processes or which limits are right.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from app.core.convolution.arithmetic import PixelArithmetic, explain
from app.core.convolution.chains import apply, check_work
from app.core.convolution.fitting import Fit, fit
from app.core.convolution.steps import Convolution, Step
from app.core.pictures.display import Display, Range, measure, to_bytes
from app.core.pictures.images import Limits, Picture, decode, encode, encode_npy

Format = Literal["png", "jpeg", "webp", "npy"]
FORMATS: tuple[str, ...] = get_args(Format)


@dataclass(frozen=True, slots=True)
class Upload:
    """A picture's file, how it is read, and what a call may cost."""

    data: bytes
    limits: Limits
    multiply_adds: int
    gray: bool = False
    max_side: int | None = None

    def read(self, enough: int | None = None) -> Picture:
        """The picture's levels; raises PictureError. See `decode` for what `enough` pixels a side save."""
        return decode(self.data, self.limits, gray=self.gray, max_side=self.max_side, enough=enough)

    def read_for(self, steps: Sequence[Step]) -> Picture:
        """The same, after the steps have been found to be affordable; raises TooMuchWork or InvalidValue too."""
        picture = self.read()
        height, width, channels = picture.levels.shape
        check_work(height, width, channels, steps, self.multiply_adds)
        return picture


@dataclass(frozen=True, slots=True)
class Origin:
    """What the file held: its format, Pillow's mode, upright size in pixels, and depth such as "16-bit"."""

    format: str
    mode: str
    width: int
    height: int
    depth: str


@dataclass(frozen=True, slots=True)
class Filtered:
    """A result as a file, its size, its range (None where it was not asked for), and where it came from."""

    data: bytes
    width: int
    height: int
    channels: int
    range: Range | None
    origin: Origin


def filter_picture(upload: Upload, steps: Sequence[Step], display: Display, form: Format, with_range: bool) -> Filtered:
    """The picture after all steps, as a file of that format; `npy` holds the float32 values, whatever the display."""
    picture = upload.read_for(steps)
    values = apply(picture.levels, steps)
    height, width, channels = values.shape
    return Filtered(
        data=encode_npy(values) if form == "npy" else encode(to_bytes(values, display), form),
        width=width,
        height=height,
        channels=channels,
        range=measure(values) if with_range else None,
        origin=Origin(picture.format, picture.mode, picture.width, picture.height, picture.depth),
    )


def explain_pixel(
    upload: Upload, steps: Sequence[Step], place: tuple[int, int, int], at: int, display: Display
) -> PixelArithmetic:
    """How the value at place (column, row, channel) of the result of step `at` comes about."""
    picture = upload.read_for(steps)
    return explain(picture.levels, steps, *place, display, at)


def learn_kernel(upload: Upload, twin: Upload | Convolution, size: tuple[int, int]) -> Fit:
    """The kernel that makes the twin, a filtered picture or the step that makes one, found by gradient descent."""
    if isinstance(twin, Upload):
        return fit(upload.read().levels, twin.read().levels, size, clipped=True)
    levels = upload.read_for([twin]).levels
    return fit(levels, apply(levels, [twin]), size)
