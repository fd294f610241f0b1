"""The first picture of a file, alone, as a decoder is given it, and what else the file says of it.

Names and numbers only: the modules beside it read the formats.
"""

from dataclasses import dataclass

PARTS = 100_000  # PNG chunks, JPEG segments, GIF extensions or boxes before the picture has ended


@dataclass(frozen=True, slots=True)
class Layers:
    """Gray files whose numbers, `samples` side by side, are one pixel together, and mean what `meaning` says."""

    files: tuple[bytes, ...]
    samples: int
    meaning: str  # L, RGB, CMYK, LA, La, RGBA or RGBa; there may be more numbers than it has letters


@dataclass(frozen=True, slots=True)
class First:
    """A file of one picture. `turn` is EXIF's orientation, 1 to 8, 1 upright."""

    data: bytes
    turn: int = 1
    canvas: tuple[int, int] | None = None  # width and height, where the file says them apart from the picture's
    place: tuple[int, int] = (0, 0)  # of the picture's top left corner on the canvas
    largest: tuple[int, int] | None = None  # width and height that a decoder may believe instead of the picture's
    layers: Layers | None = None  # instead of `data`, see `tiff_planes`
    form: str = ""  # of `data`, where that is another than the file's own
    profile: str = ""  # whose colors the numbers are, see `profiles`; nothing for sRGB or none
    is_closed: bool = True  # False for a JPEG without its last marker, of which parts may be missing

    @property
    def files(self) -> tuple[bytes, ...]:
        """What is decoded."""
        return self.layers.files if self.layers else (self.data,)
