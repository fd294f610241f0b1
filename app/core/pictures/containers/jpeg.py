"""JPEG (ITU-T T.81): the segments that make the first picture."""

import re
import struct
from collections.abc import Iterator

from app.core.pictures.containers.directories import UPRIGHT, orientation
from app.core.pictures.containers.first import PARTS, First
from app.core.pictures.containers.profiles import name_profile

SCANS = 100  # of one picture; programs write about ten, and each costs a pass over it

_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # what ends a scan's data
_ANY_MARKER = re.compile(rb"\xff+[^\xff]")  # any number of FF before a marker
_SCAN, _END, _COMMENT = 0xDA, 0xD9, 0xFE
_BETWEEN_SCANS = frozenset((0xC4, 0xCC, *range(0xD9, 0xDE), *range(0xE0, 0xF0), _COMMENT))
_PROFILE = b"ICC_PROFILE\0"


def isolate(data: bytes) -> First:
    """Everything but comments and application segments; of those, only what says how colors are stored."""
    view, turn, profile, scans, marker = memoryview(data), UPRIGHT, "", 0, 0
    kept = [view[:2]]
    for marker, start, end in _segments(data):
        name = data[start + 4 : start + 16]
        scans += marker == _SCAN
        if scans > SCANS:
            raise ValueError("too many scans")
        if marker == 0xE1 and name.startswith(b"Exif\0\0") and turn == UPRIGHT:
            turn = orientation(data[start + 4 : end])
        elif marker == 0xE2 and name == _PROFILE and not profile:
            profile = name_profile(data[start + 18 : end])
        if not _is_about_the_picture(marker) or (marker, name[:5]) in ((0xE0, b"JFIF\0"), (0xEE, b"Adobe")):
            kept.append(view[start:end])
    alone = b"".join(kept)
    if marker == _END:
        return First(alone, turn, profile=profile)
    return First(alone.rstrip(b"\xff"), turn, profile=profile, is_closed=False)


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of each segment up to the first picture's end; a scan's data belong to it.

    Behind a scan's data, what is no segment is no part of the picture: phones write their own things there.
    """
    at, scanned = 2, False
    for _ in range(PARTS):
        found = _ANY_MARKER.search(data, at)
        if not found and scanned:
            return
        if not found:
            raise ValueError("no picture")
        start, at = found.end() - 2, found.end()
        marker = data[at - 1]
        if marker > 0x01 and not 0xD0 <= marker <= _END:
            at += struct.unpack_from(">H", data, at)[0] if at + 2 <= len(data) else len(data)
        if scanned and (at > len(data) or marker not in _BETWEEN_SCANS):
            return
        if at > len(data):
            raise ValueError("a segment is cut off")
        if marker == _SCAN:
            scanned, end = True, _MARKER.search(data, at)
            at = end.start() if end else len(data)
        yield marker, start, at
        if marker == _END or (scanned and at == len(data)):
            return
    raise ValueError("too many segments")


def _is_about_the_picture(marker: int) -> bool:
    """Application segments and comments."""
    return 0xE0 <= marker <= 0xEF or marker == _COMMENT
