"""What the front page is told: the kernels that walk over its photo, those of its doors, and the way to all rooms."""

from typing import Any

from app.core.convolution.kernels import find_kernel
from app.web.i18n import translate

WALKING = ("sobel-x", "sharpen", "edge-laplacian-8", "emboss")  # 3 x 3 without a divisor: the nine products add up
SLICES = ("sharpen", "sobel-x", "gaussian-blur-7", "sobel-y")
LEARNED = "sobel-x"
SAMPLE = "cat"  # until the visitor gives a photo; `best` knows it
MODEL = "best"


def tell_front(language: str) -> dict[str, Any]:
    """Its part of what pages are told; titles in that language."""
    return {
        "sample": SAMPLE,
        "model": MODEL,
        "walking": [_kernel(name, language) for name in WALKING],
        "slices": [_kernel(name, language) for name in SLICES],
        "learned": _kernel(LEARNED, language),
    }


def _kernel(name: str, language: str) -> dict[str, Any]:
    kernel = find_kernel(name)
    title = translate(language, kernel.title)
    return {"name": name, "title": title, "matrix": kernel.matrix, "divisor": kernel.divisor}
