"""HEIF pictures, such as phones take, by libheif (decision 21): to their numbers, without a Pillow picture between.

Of several pictures the one that the file calls primary is read, as libheif turns it.
"""

from typing import Any

import numpy as np
import pi_heif

from app.core.pictures.levels import Box, Numbers, Pixels
from app.core.pictures.transparency import FULL, SEEN_THROUGH, over_white

pi_heif.options.DECODE_THREADS = 1  # a worker has one processor, and every thread memory of its own
pi_heif.options.THUMBNAILS = pi_heif.options.DEPTH_IMAGES = pi_heif.options.AUX_IMAGES = False


class HeifPicture:
    """A file that is open, not decoded; its words are those of a Pillow picture."""

    def __init__(self, data: bytes) -> None:
        """Reads the header only; raises what libheif raises."""
        file: Any = pi_heif.open_heif(data, convert_hdr_to_8bit=False, hdr_to_16bit=False)
        self._picture: Any = file[file.primary_index]
        self.width, self.height = self._picture.size
        self.bits: int = self._picture.info["bit_depth"]
        self.mode: str = self._picture.mode.partition(";")[0].replace("I", "L")

    @property
    def depth(self) -> str:
        """How the file holds a channel, in words."""
        return f"{self.bits}-bit"

    @property
    def held(self) -> int:
        """Bytes for each pixel that decoding holds: planes, and the colors made of them."""
        return 6 if self.bits == 8 else 12

    def close(self) -> None:
        """What was decoded goes with this."""
        self._picture = None

    def read_numbers(self) -> Numbers:
        """All of it."""
        array = np.asarray(self._picture)
        array = array.reshape(*array.shape[:2], -1)
        mode, spread = self.mode, np.float32(FULL / (2**self.bits - 1))

        def part(box: Box) -> Pixels:
            left, top, right, bottom = box
            numbers = array[top:bottom, left:right]
            return over_white(numbers if self.bits == 8 else numbers * spread, mode)

        scale = None if self.bits == 8 else (0.0, 255 / FULL)
        return Numbers(self.width, self.height, part, scale, alpha=mode in SEEN_THROUGH)
