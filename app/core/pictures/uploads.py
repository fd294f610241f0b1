"""A picture's file as a call brings it, small enough to go to another process, and what was found in it.

Names and numbers only: `images` reads the file.
"""

from dataclasses import dataclass

from app.core.errors import N_
from app.core.pictures.framings import FramingName

FORMATS: tuple[str, ...] = ("PNG", "JPEG", "WEBP", "AVIF", "HEIF", "GIF", "BMP", "TIFF", "JPEG2000", "ICO", "PPM")
FILE_TOO_LARGE = N_(
    "The picture's file has %(value)d bytes; at most %(limit)d are accepted. Make the picture smaller, or save it as "
    "JPEG."
)


@dataclass(frozen=True, slots=True)
class PictureLimits:
    """What a picture's file may hold: bytes, pixels in full size, pixels along a side."""

    bytes: int = 20 * 1024 * 1024
    pixels: int = 16_777_216
    side: int = 16_384
    reduced_pixels: int = 67_108_864  # where no more than `pixels` are left of it


@dataclass(frozen=True, slots=True)
class Upload:
    """A picture's file, how it is read, and what a call may cost."""

    data: bytes
    limits: PictureLimits
    multiply_adds: int
    gray: bool = False
    max_side: int | None = None
    framing: FramingName = "middle"  # what a network sees of it


@dataclass(frozen=True, slots=True)
class Origin:
    """What the file held: its format, Pillow's mode, upright size in pixels, and depth such as "16-bit".

    Whether parts are transparent; the channels of its levels, 1 or 3; whose colors they are, nothing for sRGB.
    """

    format: str
    mode: str
    width: int
    height: int
    depth: str
    alpha: bool = False
    channels: int = 3
    profile: str = ""
