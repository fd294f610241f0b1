"""From an opened picture of any Pillow mode to its levels: H x W x C, C = 1 or 3, 0 to 255.

uint8 where the file holds 8 bits a channel, else float32. What is transparent is laid over white. The pixels
are converted a band of rows at a time, so that beside Pillow's picture and the result nothing large is made.
It does not know files, formats or limits.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

Pixels = NDArray[Any]  # height x width x channels
Convert = Callable[[Image.Image], Pixels]

_BAND = 1 << 18  # pixels at a time


def read_levels(image: Image.Image) -> Pixels:
    """All pixels of `image`, which is decoded now; raises what Pillow raises."""
    image.load()
    convert = _converter(image)
    width, height = image.size
    rows = max(1, _BAND // width)
    result: Pixels | None = None
    for top in range(0, height, rows):
        band = convert(image.crop((0, top, width, min(top + rows, height))))
        if result is None:
            result = np.empty((height, width, band.shape[2]), band.dtype)
        result[top : top + rows] = band
    assert result is not None
    return result if result.dtype == np.uint8 else spread(result)


def spread(values: Pixels) -> Pixels:
    """float32 levels of numbers in the file's own units, by their largest: 1, 255, 65535 or any other."""
    low, high = float(values.min()), float(values.max())
    if not np.isfinite(low) or not np.isfinite(high):
        raise ValueError("a pixel is not a finite number")
    if low < 0 or high > 65535:
        return ((values - low) * (255 / (high - low) if high > low else 0)).astype(np.float32)
    factor = 255.0 if high <= 1 else 1.0 if high <= 255 else 1 / 257
    return (values * factor).astype(np.float32)


def to_gray(levels: Pixels) -> Pixels:
    """One channel by Pillow's integer weights for L; gray stays as it is."""
    if levels.shape[2] == 1:
        return levels
    if levels.dtype != np.uint8:
        return (levels @ np.array([19595, 38470, 7471], np.float32) / 65536)[..., None]
    result = np.empty((*levels.shape[:2], 1), np.uint8)
    rows = max(1, _BAND // levels.shape[1])
    for top in range(0, len(levels), rows):
        red, green, blue = np.moveaxis(levels[top : top + rows].astype(np.uint32), 2, 0)
        result[top : top + rows, :, 0] = (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16
    return result


def _converter(image: Image.Image) -> Convert:
    mode = image.mode
    if mode.startswith("I;16"):
        return lambda band: (np.asarray(band).astype(np.float32) / 257)[..., None]
    if mode in ("I", "F"):
        return lambda band: np.asarray(band)[..., None].astype(np.float64 if mode == "I" else np.float32)
    if mode == "LAB":
        return lambda band: np.asarray(ImageCms.applyTransform(band, _lab_to_rgb()))
    if mode in ("1", "L", "LA", "La"):
        return _over_white("LA") if image.has_transparency_data else _plain("L")
    return _over_white("RGBA") if image.has_transparency_data else _plain("RGB")


def _plain(mode: str) -> Convert:
    def convert(band: Image.Image) -> Pixels:
        array = np.asarray(band.convert(mode))
        return array.reshape(*array.shape[:2], -1)

    return convert


def _over_white(mode: str) -> Convert:
    def convert(band: Image.Image) -> Pixels:
        array = np.asarray(band.convert(mode)).astype(np.uint16)
        levels, alpha = array[..., :-1], array[..., -1:]
        return ((levels * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)

    return convert


@cache
def _lab_to_rgb() -> ImageCms.ImageCmsTransform:
    return ImageCms.buildTransform(ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB")
