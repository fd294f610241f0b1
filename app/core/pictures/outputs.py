"""How a result can be had: in which file, and with which levels shown how. Names only: see `display` and `images`."""

from typing import Literal, get_args

Format = Literal["png", "jpeg", "webp", "npy"]
FORMATS: tuple[str, ...] = get_args(Format)
MEDIA_TYPES = {
    "png": "image/png",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "npy": "application/x-npy",
}

Display = Literal["clip", "absolute", "rescale", "signed"]
DISPLAYS: tuple[str, ...] = get_args(Display)

NEGATIVE = (0x21, 0x66, 0xAC)
ZERO = (0xF7, 0xF6, 0xF3)
POSITIVE = (0xB2, 0x43, 0x2B)
