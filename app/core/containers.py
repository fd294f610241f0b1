"""What a file wraps around its first picture, taken off before Pillow sees it.

`isolate` copies the parts that make the first picture's pixels into a small file of the same format, and reads
which way is up. So text, profiles, later frames, and tables that point anywhere cost nothing, whatever they hold;
and a file that is cut off, or holds more parts than a picture can need, is found out here. It decodes no pixel.
Formats: PNG (ISO 15948), JPEG (T.81), GIF89a, TIFF 6.0 and BigTIFF, WebP (RFC 9649), BMP.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from app.core.errors import N_, DamagedPicture, UnsupportedPicture

SCANS = 100  # of one JPEG; programs write about ten, and each costs a pass over the picture
PARTS = 100_000  # PNG chunks, JPEG segments, GIF extensions or TIFF entries before the picture has ended
TABLE = 1 << 18  # numbers of one TIFF entry: four for every row, tile or palette color
RUN_LENGTH_BYTES = 1 << 22  # of a compressed BMP, which Pillow unpacks slowly, in Python

_PNG_CHUNKS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
_RUN_LENGTHS = (1, 2)
_TIFF_TAGS = frozenset(
    (
        *(256, 257, 258, 259, 262, 266, 273, 277, 278, 279, 284),  # size, depth, compression, colors, strips, planes
        *(317, 320, 322, 323, 324, 325, 338, 339),  # predictor, palette, tiles, extra samples, sample format
        *(292, 293, 326, 327, 328),  # fax
        *(347, *range(512, 522), 529, 530, 531, 532),  # JPEG, new and old; YCbCr
    )
)
_ORIENTATION = 274
_UPRIGHT = 1
_TIFF_UNITS = {1: 1, 2: 1, 3: 2, 4: 4, 6: 1, 7: 1, 8: 2, 9: 4, 16: 8, 17: 8}  # bytes of a number, by type
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # what ends a JPEG scan's data
_SCAN = 0xDA
_TRUNCATED = N_("The picture's file is damaged or cut off.")


@dataclass(frozen=True, slots=True)
class First:
    """A file of one picture. `turn` is EXIF's orientation, 1 to 8, 1 upright."""

    data: bytes
    turn: int = _UPRIGHT
    canvas: tuple[int, int] | None = None  # width and height, where the file says them apart from the picture's
    place: tuple[int, int] = (0, 0)  # of the picture's top left corner on the canvas


def isolate(data: bytes, form: str) -> First:
    """The first picture of a file of that format, alone. Raises DamagedPicture."""
    readers = {"PNG": _png, "JPEG": _jpeg, "GIF": _gif, "TIFF": _tiff, "WEBP": _webp, "BMP": _bmp}
    try:
        return readers[form](data)
    except (IndexError, ValueError, struct.error) as error:
        raise DamagedPicture(_TRUNCATED, field="image") from error


def orientation(exif: bytes) -> int:
    """EXIF's orientation, 1 to 8; 1 where there is none or it cannot be read."""
    directory = exif.removeprefix(b"Exif\0\0")
    try:
        return _turn(directory, _directory(directory)[1])
    except (ValueError, struct.error):
        return _UPRIGHT


def _png(data: bytes) -> First:
    """The chunks that make pixels, checked against their sums; the turn of eXIf."""
    view = memoryview(data)
    kept, turn, at = [view[:8]], _UPRIGHT, 8
    if data[12:16] != b"IHDR" or 0 in struct.unpack_from(">II", data, 16):
        raise ValueError("no header, or no pixels")
    for _ in range(PARTS):
        length, kind = struct.unpack_from(">I4s", data, at)
        start, at = at, at + 12 + length
        if at > len(data):
            raise ValueError("a chunk is cut off")
        if kind in _PNG_CHUNKS:
            if zlib.crc32(view[start + 4 : at - 4]).to_bytes(4) != view[at - 4 : at]:
                raise ValueError("a chunk is not what its sum says")
            kept.append(view[start:at])
        elif kind == b"eXIf":
            turn = orientation(data[start + 8 : at - 4])
        if kind == b"IEND":
            return First(b"".join(kept), turn)
    raise ValueError("too many chunks")


def _jpeg(data: bytes) -> First:
    """Everything but comments and application segments; of those, only what says how colors are stored."""
    view, turn, scans = memoryview(data), _UPRIGHT, 0
    kept = [view[:2]]
    for marker, start, end in _jpeg_segments(data):
        name = data[start + 4 : start + 10]
        scans += marker == _SCAN
        if scans > SCANS:
            raise ValueError("too many scans")
        if marker == 0xE1 and name == b"Exif\0\0" and turn == _UPRIGHT:
            turn = orientation(data[start + 4 : end])
        if not _about_the_picture(marker) or (marker, name[:5]) in ((0xE0, b"JFIF\0"), (0xEE, b"Adobe")):
            kept.append(view[start:end])
    return First(b"".join(kept), turn)


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of each segment up to the first picture's end; a scan's data belong to it."""
    at, scanned = 2, False
    for _ in range(PARTS):
        at = data.index(b"\xff", at)
        while data[at + 1] == 0xFF:
            at += 1
        marker, start = data[at + 1], at
        at += 2
        if marker > 0x01 and not 0xD0 <= marker <= 0xD9:
            at += struct.unpack_from(">H", data, at)[0]
        if at > len(data):
            raise ValueError("a segment is cut off")
        if marker == _SCAN:
            scanned, end = True, _MARKER.search(data, at)
            at = end.start() if end else len(data)
        yield marker, start, at
        if marker == 0xD9 or (scanned and at == len(data)):
            return  # without an end marker, the decoder sees whether all rows are there
    raise ValueError("too many segments")


def _about_the_picture(marker: int) -> bool:
    """Application segments and comments."""
    return 0xE0 <= marker <= 0xEF or marker == 0xFE


def _gif(data: bytes) -> First:
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
    """Where a chain of GIF's sub-blocks has ended."""
    while size := data[at]:
        at += size + 1
    return at + 1


def _bmp(data: bytes) -> First:
    """The file as it is."""
    (compression,) = struct.unpack_from("<I", data, 30)
    if compression in _RUN_LENGTHS and len(data) > RUN_LENGTH_BYTES:
        raise UnsupportedPicture(
            N_("The BMP file is compressed and has %(value)d bytes; such files are read up to %(limit)d bytes."),
            field="image", value=len(data), limit=RUN_LENGTH_BYTES,
        )  # fmt: skip
    return First(data)


def _webp(data: bytes) -> First:
    """The file as it is; the canvas that its first chunk announces, and the turn of EXIF."""
    kind = data[12:16]
    end = 8 + struct.unpack_from("<I", data, 4)[0]
    if end > len(data):
        raise ValueError("the file is cut off")
    if kind == b"VP8X":
        canvas = int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
        return First(data, _webp_turn(data, end), canvas)
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return First(data, canvas=((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1))
    width, height = struct.unpack_from("<HH", data, 26)
    return First(data, canvas=(width & 0x3FFF, height & 0x3FFF))


def _webp_turn(data: bytes, end: int) -> int:
    at = 12
    for _ in range(PARTS):
        if at + 8 > end:
            break
        kind, length = struct.unpack_from("<4sI", data, at)
        if kind == b"EXIF":
            return orientation(data[at + 8 : at + 8 + length])
        at += 8 + length + length % 2
    return _UPRIGHT


def _tiff(data: bytes) -> First:
    """The first directory with the entries that make pixels, and no pointer to another."""
    order, big = _layout(data)
    start, entries = _directory(data)
    kept = {tag: entry for tag, entry in entries.items() if tag in _TIFF_TAGS}
    for entry in kept.values():
        kind, count = struct.unpack_from(order + ("HQ" if big else "HI"), entry, 2)
        if count > TABLE or count * _TIFF_UNITS.get(kind, 8) > len(data):
            raise ValueError("a table is larger than any picture needs")
    table = struct.pack(order + ("Q" if big else "H"), len(kept)) + b"".join(kept.values()) + bytes(8 if big else 4)
    isolated = b"".join((memoryview(data)[:start], table, memoryview(data)[start + len(table) :]))
    return First(isolated, _turn(data, entries))


def _directory(data: bytes) -> tuple[int, dict[int, bytes]]:
    """Of TIFF data: where the first directory starts, and its entries by tag."""
    order, big = _layout(data)
    (start,) = struct.unpack_from(order + ("Q" if big else "I"), data, 8 if big else 4)
    if start > len(data):
        raise ValueError("the directory is beyond the end")
    (count,) = struct.unpack_from(order + ("Q" if big else "H"), data, start)
    size = 20 if big else 12
    first = start + (8 if big else 2)
    if count > PARTS or first + count * size > len(data):
        raise ValueError("the directory is cut off")
    entries: dict[int, bytes] = {}
    for at in range(first, first + count * size, size):
        entries.setdefault(struct.unpack_from(order + "H", data, at)[0], data[at : at + size])
    return start, entries


def _layout(data: bytes) -> tuple[str, bool]:
    """The byte order as `struct` writes it, and whether it is a BigTIFF."""
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None:
        raise ValueError("no byte order")
    return order, struct.unpack_from(order + "H", data, 2)[0] == 43


def _turn(data: bytes, entries: dict[int, bytes]) -> int:
    order, big = _layout(data)
    entry = entries.get(_ORIENTATION)
    if entry is None:
        return _UPRIGHT
    (value,) = struct.unpack_from(order + ("I" if entry[2:4] in (b"\4\0", b"\0\4") else "H"), entry, 12 if big else 8)
    return value if 1 <= value <= 8 else _UPRIGHT
