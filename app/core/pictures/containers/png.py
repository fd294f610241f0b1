"""PNG (ISO 15948) and APNG: the chunks that make the first picture."""

import struct
import zlib
from collections.abc import Iterator

from app.core.pictures.containers.directories import UPRIGHT, orientation
from app.core.pictures.containers.first import PARTS, First
from app.core.pictures.containers.profiles import name_code_points, name_profile

_TABLES = (b"IHDR", b"PLTE", b"tRNS")
_PIXELS, _CONTROL, _FRAME = b"IDAT", b"fcTL", b"fdAT"
_PROFILE_BYTES = 1 << 20  # of a color profile, unpacked; a name stands in its first kilobytes
_LONGEST_NAME = 80

Chunk = tuple[bytes, int, int]  # kind, start, end; the end is the file's where a chunk of pixels is cut off


def isolate(data: bytes) -> First:
    """The chunks that make pixels, checked against their sums; the turn of eXIf. Raises ValueError."""
    if data[12:16] != b"IHDR" or 0 in struct.unpack_from(">II", data, 16):
        raise ValueError("no header, or no pixels")
    tables, pixels, later, turn, profile = [data[:8]], list[Chunk](), list[Chunk](), UPRIGHT, ""
    is_still = True  # until a frame's control: the pixels before it are no part of the animation
    for chunk in _chunks(data):
        kind, start, end = chunk
        if kind in _TABLES:
            tables.append(_checked(data, chunk))
        elif kind == _PIXELS:
            pixels.append(chunk)
        elif kind in (_CONTROL, _FRAME) and pixels:
            later.append(chunk)
        elif kind == _CONTROL:
            is_still = False
        elif kind == b"eXIf":
            turn = orientation(data[start + 8 : end - 4])
        elif kind in (b"iCCP", b"cICP"):
            profile = _profile(kind, data[start + 8 : end - 4])
    if is_still and later and later[0][0] == _CONTROL:
        return _first_frame(data, tables, later, profile)
    return First(b"".join((*tables, *(_checked(data, chunk) for chunk in pixels), _END)), turn, profile=profile)


def _chunks(data: bytes) -> Iterator[Chunk]:
    """Up to the picture's end; after its first pixels nothing else has to be sound."""
    at, has_pixels = 8, False
    for _ in range(PARTS):
        if has_pixels and at + 12 > len(data):
            return
        length, kind = struct.unpack_from(">I4s", data, at)
        start, at = at, at + 12 + length
        has_pixels |= kind == _PIXELS
        if at > len(data) and not has_pixels:
            raise ValueError("a chunk is cut off")
        if at <= len(data) or kind == _PIXELS:
            yield kind, start, min(at, len(data))
        if kind == b"IEND":
            return
    raise ValueError("too many chunks")


def _checked(data: bytes, chunk: Chunk) -> bytes:
    kind, start, end = chunk
    (length,) = struct.unpack_from(">I", data, start)
    if start + 12 + length > len(data):
        return _chunk(kind, data[start + 8 : start + 8 + length])
    if zlib.crc32(data[start + 4 : end - 4]).to_bytes(4) != data[end - 4 : end]:
        raise ValueError("a chunk is not what its sum says")
    return data[start:end]


def _first_frame(data: bytes, tables: list[bytes], later: list[Chunk], profile: str) -> First:
    """Of an animation whose still picture is none of its frames."""
    _, start, _ = later[0]
    width, height, left, top = struct.unpack_from(">4I", data, start + 12)
    whole = struct.unpack_from(">II", tables[1], 8)
    if left + width > whole[0] or top + height > whole[1]:
        raise ValueError("a frame is larger than its canvas")
    header = _chunk(b"IHDR", struct.pack(">II", width, height) + tables[1][16:-4])
    ends = [number for number, (kind, _, _) in enumerate(later) if kind == _CONTROL and number]
    frame = [_checked(data, chunk)[12:-4] for chunk in later[1 : ends[0] if ends else None]]
    kept = (tables[0], header, *tables[2:], _chunk(_PIXELS, b"".join(frame)), _END)
    return First(b"".join(kept), canvas=whole, place=(left, top), profile=profile)


def _profile(kind: bytes, body: bytes) -> str:
    if kind == b"cICP":
        return name_code_points(body[0]) if body else ""
    packed = body[:_LONGEST_NAME].find(b"\0") + 2
    try:
        return name_profile(zlib.decompressobj().decompress(body[packed:], _PROFILE_BYTES))
    except zlib.error:
        return ""  # a broken profile breaks no picture


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + zlib.crc32(kind + body).to_bytes(4)


_END = _chunk(b"IEND", b"")
