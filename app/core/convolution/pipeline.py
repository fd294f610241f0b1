"""What one call computes: from the bytes of a picture to the bytes of a result, or to its arithmetic.

These functions run in a worker process, so arguments and results are small and can be pickled. They do not
know HTTP, processes or which limits are right.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

from app.core.convolution.arithmetic import PixelArithmetic, explain
from app.core.convolution.chains import apply, check_growth, check_work
from app.core.convolution.fitting import Fit, fit
from app.core.convolution.steps import Convolution, FitStart, Step
from app.core.pictures.display import Range, measure, to_bytes
from app.core.pictures.images import Picture, encode, encode_npy, read_upload
from app.core.pictures.outputs import Display, Format
from app.core.pictures.uploads import Origin, Upload


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
    picture = read_for(upload, steps)
    values = apply(picture.levels, steps)
    height, width, channels = values.shape
    return Filtered(
        data=encode_npy(values) if form == "npy" else encode(to_bytes(values, display), form),
        width=width,
        height=height,
        channels=channels,
        range=measure(values) if with_range else None,
        origin=Origin(*(getattr(picture, held.name) for held in fields(Origin))),
    )


def explain_pixel(
    upload: Upload, steps: Sequence[Step], place: tuple[int, int, int], at: int, display: Display
) -> PixelArithmetic:
    """How the value at place (column, row, channel) of the result of step `at` comes about."""
    picture = read_for(upload, steps)
    return explain(picture.levels, steps, *place, display, at)


def learn_kernel(upload: Upload, twin: Upload | Convolution, size: tuple[int, int], start: FitStart = "zeros") -> Fit:
    """The kernel that makes the twin, a filtered picture or the step that makes one, found by gradient descent."""
    if isinstance(twin, Upload):
        return fit(read_upload(upload).levels, read_upload(twin).levels, size, clipped=True, start=start)
    levels = read_for(upload, [twin]).levels
    return fit(levels, apply(levels, [twin]), size, start=start)


def read_for(upload: Upload, steps: Sequence[Step]) -> Picture:
    """The upload's levels, after the steps have been found to be affordable; raises PictureError, TooMuchWork or
    InvalidValue."""
    picture = read_upload(upload)
    height, width, channels = picture.levels.shape
    check_work(height, width, channels, steps, upload.multiply_adds)
    check_growth(height, width, steps, max(upload.limits.pixels, height * width))
    return picture
