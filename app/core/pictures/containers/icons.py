"""ICO and CUR: the largest picture, the one with most colors of those, as a PNG or as an icon of one picture."""

import struct

from app.core.pictures.containers import bmp
from app.core.pictures.containers.first import First

PICTURES = 256  # of one file
_ENTRY = "<BBBBHHII"  # width, height (0 is 256), colors, 0, planes, bits, bytes, place
LARGEST = 256  # side of a picture that is no PNG
_HEADER = 40
_PNG = b"\x89PNG"


def isolate(data: bytes) -> First:
    """Raises ValueError."""
    (count,) = struct.unpack_from("<H", data, 4)
    if not 0 < count <= PICTURES:
        raise ValueError("no pictures, or too many")
    entries = [struct.unpack_from(_ENTRY, data, 6 + 16 * number) for number in range(count)]
    best = max(entries, key=lambda entry: ((entry[0] or 256) * (entry[1] or 256), entry[5]))
    picture = data[best[7] : best[7] + best[6]]
    if len(picture) < best[6]:
        raise ValueError("the picture is cut off")
    if picture.startswith(_PNG):
        return First(picture, form="PNG")
    size, width, doubled, _, bits = struct.unpack_from("<IiiHH", picture)
    height = doubled // 2  # the mask lies above the colors
    if size != _HEADER or not 0 < width <= LARGEST or not 0 < height <= LARGEST:
        raise ValueError("not as large as an icon")
    bmp.check_compression(picture[16:20], len(picture))
    entry = struct.pack(_ENTRY, width % 256, height % 256, 0, 0, 1, bits, best[6], 6 + 16)
    return First(b"".join((struct.pack("<HHH", 0, 1, 1), entry, picture)))
