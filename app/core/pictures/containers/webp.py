"""WebP (RFC 9649): its canvas, its turn and its profile; the decoder reads the first frame alone."""

import struct
from collections.abc import Iterator

from app.core.pictures.containers.directories import orientation
from app.core.pictures.containers.first import PARTS, First
from app.core.pictures.containers.profiles import name_profile


def isolate(data: bytes) -> First:
    """The file as it is; the canvas that its first chunk announces, and the turn of EXIF."""
    kind = data[12:16]
    end = 8 + struct.unpack_from("<I", data, 4)[0]
    if end > len(data):
        raise ValueError("the file is cut off")
    if kind == b"VP8X":
        canvas = int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
        said = dict(_said(data, end))
        return First(data, orientation(said.get(b"EXIF", b"")), canvas, profile=name_profile(said.get(b"ICCP", b"")))
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return First(data, canvas=((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1))
    width, height = struct.unpack_from("<HH", data, 26)
    return First(data, canvas=(width & 0x3FFF, height & 0x3FFF))


def _said(data: bytes, end: int) -> Iterator[tuple[bytes, bytes]]:
    """The chunks that are about the picture."""
    at = 12
    for _ in range(PARTS):
        if at + 8 > end:
            break
        kind, length = struct.unpack_from("<4sI", data, at)
        if kind in (b"EXIF", b"ICCP"):
            yield kind, data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
