"""A picture's file as a call brings it, small enough to go to another process, and what was found in it.

Names and numbers only: `images` reads the file.
"""

from dataclasses import dataclass

from app.core.pictures.framings import FramingName

FORMATS: tuple[str, ...] = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")


@dataclass(frozen=True, slots=True)
class PictureLimits:
    """What a picture's file may hold."""

    bytes: int = 20 * 1024 * 1024
    pixels: int = 16_777_216
    side: int = 16_384


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
    """What the file held: its format, Pillow's mode, upright size in pixels, and depth such as "16-bit"."""

    format: str
    mode: str
    width: int
    height: int
    depth: str
