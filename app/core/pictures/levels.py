"""From a picture's numbers, read part by part, to its levels: H x W x C, C = 1 or 3, 0 to 255, upright.

uint8 where the file holds 8 bits a channel, else float32. A picture that is to be reduced is never there in full:
each band of rows is reduced at once along the rows, and all of them in the end along the columns, which is what
Pillow's own reduction does. It does not know files or limits.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[Any]  # height x width x channels
Box = tuple[int, int, int, int]  # left, top, right, bottom
Part = Callable[[Box], Pixels]

_BAND = 1 << 17  # pixels at a time
_GRAY_WEIGHTS = np.array([19595, 38470, 7471], np.uint32)  # Pillow's for L, in 65536ths


@dataclass(frozen=True, slots=True)
class Numbers:
    """A picture as its file stores it: `part` gives the numbers in a box of pixels, C = 1 or 3.

    `scale` is the number that is black and the levels per number; None where the numbers are bytes, and levels.
    """

    width: int
    height: int
    part: Part
    scale: tuple[float, float] | None = None
    is_inverted: bool = False
    alpha: bool = False  # whether `part` laid what is transparent over white


def count_channels(numbers: Numbers) -> int:
    """1 or 3."""
    return int(numbers.part((0, 0, 1, 1)).shape[2])


def read_levels(numbers: Numbers, turn: int = 1, size: tuple[int, int] | None = None, gray: bool = False) -> Pixels:
    """Upright by `turn`, EXIF's orientation; reduced to `size` (width, height of the upright picture) if it is given.

    `gray` gives one channel by Pillow's integer weights for L.
    """
    across, down = (numbers.height, numbers.width) if turn >= 5 else (numbers.width, numbers.height)
    width, height = size or (across, down)
    result: Pixels = np.empty((0, 0, 0))
    for _, top, _, bottom in bands(across, down):
        band = _level(_upright(numbers, turn, top, bottom), numbers)
        band = reduce(to_gray(band) if gray else band, (width, bottom - top))
        if top == 0:
            result = np.empty((down, *band.shape[1:]), band.dtype)
        result[top:bottom] = band
    return reduce(result, (width, height))


def bands(width: int, height: int) -> Iterator[Box]:
    """Boxes of whole rows, from the first to the last, of a bounded number of pixels."""
    rows = max(1, _BAND // width)
    for top in range(0, height, rows):
        yield 0, top, width, min(top + rows, height)


def to_gray(levels: Pixels) -> Pixels:
    """One channel by Pillow's integer weights for L; gray stays as it is."""
    if levels.shape[2] == 1:
        return levels
    result = np.empty((*levels.shape[:2], 1), levels.dtype)
    rows = max(1, _BAND // levels.shape[1])
    for top in range(0, len(levels), rows):
        gray: Pixels = levels[top : top + rows] @ _GRAY_WEIGHTS
        result[top : top + rows, :, 0] = gray + 0x8000 >> 16 if levels.dtype == np.uint8 else gray / 65536
    return result


def reduce(levels: Pixels, size: tuple[int, int]) -> Pixels:
    """To `size` (width, height), every level the mean of those it covers."""
    if size == (levels.shape[1], levels.shape[0]):
        return levels
    levels = np.ascontiguousarray(levels)
    box = Image.Resampling.BOX
    if levels.dtype == np.uint8:
        small = np.array(Image.fromarray(levels.squeeze(2) if levels.shape[2] == 1 else levels).resize(size, box))
        return small.reshape(size[1], size[0], -1)
    parts = [np.asarray(Image.fromarray(levels[..., i]).resize(size, box)) for i in range(levels.shape[2])]
    return np.stack(parts, axis=2)


def _upright(numbers: Numbers, turn: int, top: int, bottom: int) -> Pixels:
    """The rows of the upright picture, which are rows or columns of the stored one, in its order or backwards."""
    down = -1 if turn in (3, 4, 7, 8) else 1
    across = -1 if turn in (2, 3, 6, 7) else 1
    length = numbers.width if turn >= 5 else numbers.height
    start, end = (top, bottom) if down == 1 else (length - bottom, length - top)
    if turn >= 5:
        return numbers.part((start, 0, end, numbers.height)).swapaxes(0, 1)[::down, ::across]
    return numbers.part((0, start, numbers.width, end))[::down, ::across]


def _level(band: Pixels, numbers: Numbers) -> Pixels:
    """float32 levels, or the bytes that are levels."""
    if numbers.scale is None:
        return band
    low, factor = numbers.scale
    levels = (band.astype(np.float64) - low) * factor
    return (255 - levels if numbers.is_inverted else levels).astype(np.float32)
