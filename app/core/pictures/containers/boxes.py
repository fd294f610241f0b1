"""Files of boxes (ISO/IEC 14496-12): AVIF, HEIF (ISO/IEC 23008-12) and JPEG 2000 (ISO/IEC 15444-1).

Nothing is cut out: their decoders skip what lies around the first picture. What the file says of sizes is read
wherever a decoder may believe it.
"""

import struct
from collections.abc import Iterator

from app.core.pictures.containers.first import PARTS, First
from app.core.pictures.containers.profiles import name_code_points, name_profile

_CODESTREAM = b"\xff\x4f\xff\x51"  # start of a JPEG 2000 picture, and its sizes
_NEEDED = (b"meta", b"mdat", b"idat")
_FULL_BOX = 4  # bytes of version and flags
Box = tuple[bytes, int, int]  # kind, start and end of what is in it


def isolate_items(data: bytes) -> First:
    """AVIF or HEIF as it is, with the largest size that is said of any picture in it."""
    whole = list(_boxes(data, 0, len(data)))
    if any(end > len(data) for kind, _, end in whole if kind in _NEEDED):
        raise ValueError("the file is cut off")
    start, end = next((start, end) for kind, start, end in whole if kind == b"meta")
    properties = [
        box
        for kind, inner, last in _boxes(data, start + _FULL_BOX, end)
        if kind == b"iprp"
        for container, first, after in _boxes(data, inner, last)
        if container == b"ipco"
        for box in _boxes(data, first, after)
    ]
    sizes = [struct.unpack_from(">II", data, at + _FULL_BOX) for kind, at, _ in properties if kind == b"ispe"]
    profiles = [_profile(data[at:last]) for kind, at, last in properties if kind == b"colr"]
    return First(data, largest=max(sizes), profile=next(filter(None, profiles), ""))


def isolate_codestream(data: bytes) -> First:
    """JPEG 2000 as it is, with the size that its picture itself says."""
    at = data.index(_CODESTREAM)
    width, height, left, top = struct.unpack_from(">4I", data, at + 8)
    return First(data, largest=(width - left, height - top), profile=_codestream_profile(data[:at]))


def _codestream_profile(head: bytes) -> str:
    for kind, start, end in _boxes(head, 0, len(head)):
        if kind == b"jp2h":
            inner = [head[at + 3 : last] for name, at, last in _boxes(head, start, end) if name == b"colr"]
            return next(filter(None, map(name_profile, inner)), "")
    return ""


def _boxes(data: bytes, at: int, end: int) -> Iterator[Box]:
    for _ in range(PARTS):
        if at + 8 > end:
            return
        length, kind = struct.unpack_from(">I4s", data, at)
        start = at + 8
        if length == 1:
            (length,) = struct.unpack_from(">Q", data, start)
            start += 8
        at = at + length if length else end  # 0: up to the end
        if at < start:
            raise ValueError("a box is shorter than its head")
        yield kind, start, at


def _profile(body: bytes) -> str:
    kind = body[:4]
    if kind == b"nclx":
        return name_code_points(struct.unpack_from(">H", body, 4)[0])
    return name_profile(body[4:]) if kind in (b"prof", b"rICC") else ""
