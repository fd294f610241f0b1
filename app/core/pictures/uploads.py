"""A picture's file as a call brings it, small enough to go to another process; and what was found in it."""

from dataclasses import dataclass

from app.core.pictures.images import Limits, Picture, decode


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


@dataclass(frozen=True, slots=True)
class Origin:
    """What the file held: its format, Pillow's mode, upright size in pixels, and depth such as "16-bit"."""

    format: str
    mode: str
    width: int
    height: int
    depth: str
