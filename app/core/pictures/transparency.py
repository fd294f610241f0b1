"""Colors with transparency or black ink, as they look on white paper. It knows numbers alone, no files."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

FULL = 65535  # of numbers that are float32; bytes go up to 255
SEEN_THROUGH = ("LA", "La", "RGBA", "RGBa")  # meanings whose last number is alpha, as Pillow names them


def over_white(numbers: NDArray[Any], meaning: str) -> NDArray[Any]:
    """H x W x 1 or 3 of H x W x n numbers, uint8 or float32, whose n are what `meaning` says.

    L, RGB: as they are. LA, RGBA: color, then alpha. La, RGBa: color times alpha, then alpha. CMYK: inks.
    """
    full = 255 if numbers.dtype == np.uint8 else FULL
    wide = numbers.astype(np.uint16) if numbers.dtype == np.uint8 else numbers
    colors, last = wide[..., :-1], wide[..., -1:]
    if meaning == "CMYK":
        return _divide((full - colors) * (full - last), full).astype(numbers.dtype)
    if meaning in ("LA", "RGBA"):
        return _divide(colors * last + full * (full - last), full).astype(numbers.dtype)
    if meaning in ("La", "RGBa"):
        return np.minimum(colors + (full - last), full).astype(numbers.dtype)
    return numbers


def _divide(products: NDArray[Any], full: int) -> NDArray[Any]:
    """Bytes are rounded to the nearest."""
    return (products + full // 2) // full if products.dtype == np.uint16 else products / np.float32(full)
