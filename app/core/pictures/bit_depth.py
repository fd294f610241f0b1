"""How files pack numbers of more than 8 bits, where Pillow needs help with them.

Of 16 bits a channel in color, Pillow keeps 8: its unpackers of big-endian numbers take the first byte of each pair,
those of little-endian numbers the second. So the file is decoded twice, once with each, and the halves are put
together. It does not know what levels are.
"""

import re
import sys
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import ImageFile

from app.core.errors import N_, UnsupportedPicture
from app.core.pictures.transparency import FULL, SEEN_THROUGH, over_white

# libtiff gives numbers in the machine's order, whatever the file's; Pillow turns these a second time.
_NATIVE = {"F;32BF": "F;32NF", "I;16BS": "I;16NS", "I;32BS": "I;32NS"}
_STRIP_BYTES = 279  # TIFF's StripByteCounts
_DEEP = re.compile(r";16[BLN]$")  # 16 bits a channel; BMP's "BGR;16" is 16 bits a pixel
Box = tuple[int, int, int, int]
_FIRST, _SECOND = ";16B", ";16L"  # unpackers that take the first byte of two, or the second


def packing(image: ImageFile.ImageFile) -> str:
    """How a picture that is not loaded yet packs its numbers, in Pillow's words, such as "RGB;16B"."""
    args = image.tile[0].args if image.tile else ""
    name = args[0] if isinstance(args, tuple) and args else args
    return name if isinstance(name, str) else ""


def prepare(image: ImageFile.ImageFile) -> None:
    """Corrects how a picture that is not loaded yet will be unpacked. Raises UnsupportedPicture."""
    tags = getattr(image, "tag_v2", {})
    if image.mode == "YCbCr" and sum(tags.get(_STRIP_BYTES, ())) < image.width * image.height * 3:
        raise UnsupportedPicture(
            N_("The file keeps its colors at half the size without compression, which is not read here."), field="image"
        )
    if image.tile and image.tile[0].codec_name == "libtiff" and packing(image) in _NATIVE:
        _repack(image, _NATIVE[packing(image)])


def is_deep(image: ImageFile.ImageFile) -> bool:
    """Whether a picture that is not loaded yet has channels of 16 bits of which Pillow would keep 8."""
    return image.mode in ("RGB", "RGBA", "CMYK") and bool(_DEEP.search(packing(image)))


def deep_part(one: ImageFile.ImageFile, other: ImageFile.ImageFile) -> Callable[[Box], NDArray[np.float32]]:
    """The numbers in a box, H x W x 1 or 3, 0..65535, over white, of a deep picture that was opened twice."""
    kind, order = packing(one).split(";16")
    key = one.info.get("transparency")
    if kind == "LA":
        halves = [_repack(one, "RGBA")]  # Pillow cannot take the second bytes, but four bytes it can
    else:
        halves = [_repack(one, kind.replace("a", "A") + _FIRST), _repack(other, kind.replace("a", "A") + _SECOND)]
        if order == "L" or (order == "N" and sys.byteorder == "little"):
            halves.reverse()
    for image in halves:
        image.load()
    if kind in SEEN_THROUGH and all(map(alpha_is_unused, halves)):
        kind = kind[:-1]

    def part(box: Box) -> NDArray[np.float32]:
        bands = [np.asarray(image.crop(box)).astype(np.float32) for image in halves]
        numbers = bands[0][..., ::2] * 256 + bands[0][..., 1::2] if kind[0] == "L" else bands[0] * 256 + bands[1]
        return _colors(numbers, kind, key)

    return part


def is_transparent(image: ImageFile.ImageFile) -> bool:
    """Whether the file says of some of its pixels that they are seen through, or may be."""
    return image.has_transparency_data and not alpha_is_unused(image)


def alpha_is_unused(image: ImageFile.ImageFile) -> bool:
    """BMP and TIFF files often leave the last number of all pixels zero and mean nothing by it."""
    known = image.format in ("BMP", "TIFF") and image.mode in SEEN_THROUGH
    return known and image.getchannel(len(image.mode) - 1).getextrema() == (0, 0)


def _repack(image: ImageFile.ImageFile, name: str) -> ImageFile.ImageFile:
    image.tile = [
        tile._replace(args=(name, *tile.args[1:]) if isinstance(tile.args, tuple) else name) for tile in image.tile
    ]
    return image


def _colors(numbers: NDArray[np.float32], kind: str, key: tuple[int, ...] | None) -> NDArray[np.float32]:
    """On white; those equal to `key` are transparent."""
    if key is None:
        return over_white(numbers[..., : len(kind)], kind)
    return np.where((numbers == key).all(axis=2, keepdims=True), np.float32(FULL), numbers)
