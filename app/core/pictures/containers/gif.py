"""GIF89a: the first picture with its palette."""

import struct

from app.core.pictures.containers.first import PARTS, First


def isolate(data: bytes) -> First:
    """The first picture with its palette and transparent color, moved to 0, 0."""
    at = 13 + _palette_bytes(data[10])
    control, canvas = b"", struct.unpack_from("<HH", data, 6)
    for _ in range(PARTS):
        start, kind = at, data[at]
        if kind == ord(","):
            break
        if kind != ord("!"):
            raise ValueError("no picture")
        at = _after_blocks(data, at + 2)
        if data[start + 1] == 0xF9:
            control = data[start:at]
    else:
        raise ValueError("too many extensions")
    left, top, width, height = struct.unpack_from("<4H", data, at + 1)
    end = _after_blocks(data, at + 11 + _palette_bytes(data[at + 9]))
    size = struct.pack("<HH", width, height)
    screen = data[:6] + size + data[10 : 13 + _palette_bytes(data[10])]
    picture = b"," + bytes(4) + size + data[at + 9 : end]
    canvas = max(canvas[0], left + width), max(canvas[1], top + height)
    return First(screen + control + picture + b";", canvas=canvas, place=(left, top))


def _palette_bytes(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _after_blocks(data: bytes, at: int) -> int:
    """Where a chain of GIF's sub-blocks has ended; the last one of the file may lack its mark."""
    while at < len(data) and (size := data[at]):
        at += size + 1
    return at + 1
