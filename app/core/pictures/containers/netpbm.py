"""PBM, PGM and PPM, in bytes or in digits, and gray PFM: numbers of any maximum as numbers of 8 or 16 bits."""

import re

import numpy as np

from app.core.pictures.containers.directories import write
from app.core.pictures.containers.first import First

_BLANK = rb"(?:\s|#[^\r\n]*[\r\n])+"
_SIZE = re.compile(rb"P([1-6])" + _BLANK + rb"(\d{1,9})" + _BLANK + rb"(\d{1,9})(?:\s|#[^\r\n]*[\r\n])")
_MAXIMUM = re.compile(rb"(?:\s|#[^\r\n]*[\r\n])*(\d{1,5})(?:\s|#[^\r\n]*[\r\n])")
_COMMENT = re.compile(rb"#[^\r\n]*")
_BITS_IN_DIGITS, _DIGITS, _BITS = (1,), (1, 2, 3), (1, 4)
_COLORS = (3, 6)
_WIDTH, _HEIGHT, _DEPTH, _COMPRESSION, _MEANING, _PLACE, _SAMPLES, _LENGTH = 256, 257, 258, 259, 262, 273, 277, 279
_GRAY, _RGB = 1, 2


def isolate(data: bytes) -> First:
    """Raises ValueError."""
    if data.startswith(b"Pf"):
        return First(data)
    head = _SIZE.match(data)
    if not head:
        raise ValueError("no size")
    kind, width, height = map(int, head.groups())
    at, maximum = head.end(), 1
    if kind not in _BITS:
        found = _MAXIMUM.match(data, at - 1)
        if not found or not 0 < (maximum := int(found[1])) < 65536:
            raise ValueError("no maximum")
        at = found.end()
    if kind == 4:
        return First(data)
    channels = 3 if kind in _COLORS else 1
    count = width * height * channels
    body = data[at:]
    if kind in _DIGITS:
        body = _pack(body, kind in _BITS_IN_DIGITS, count, maximum)
    if len(body) < count * (1 + (maximum > 255)):
        raise ValueError("numbers are missing")
    if maximum > 255:
        return First(_as_tiff(body[: 2 * count], (width, height, channels), maximum), form="TIFF")
    table = bytes(min(255, (2 * 255 * level + maximum) // (2 * maximum)) for level in range(256))
    return First(b"P%d %d %d 255\n" % (6 if channels == 3 else 5, width, height) + body[:count].translate(table))


def _pack(digits: bytes, are_bits: bool, count: int, maximum: int) -> bytes:
    """Numbers in digits as bytes, or pairs of bytes; a bit 1 is black."""
    text = _COMMENT.sub(b"", digits)
    if are_bits:
        return b"".join(text.split()).translate(bytes.maketrans(b"01", b"\x01\x00"))
    numbers = np.array(text.split(None, count)[:count], np.int64).clip(0, maximum)
    return numbers.astype(">u2" if maximum > 255 else "u1").tobytes()


def _as_tiff(body: bytes, shape: tuple[int, int, int], maximum: int) -> bytes:
    """Pairs of bytes, spread over 16 bits."""
    width, height, channels = shape
    if maximum < 65535:
        numbers = np.frombuffer(body, ">u2").astype(np.uint32)
        body = ((numbers * 65535 + maximum // 2) // maximum).clip(0, 65535).astype(">u2").tobytes()
    entries = {
        _WIDTH: [width], _HEIGHT: [height], _DEPTH: [16] * channels, _COMPRESSION: [1],
        _MEANING: [_RGB if channels == 3 else _GRAY], _PLACE: [8], _SAMPLES: [channels], _LENGTH: [len(body)],
    }  # fmt: skip
    return write(">", entries, [body])
