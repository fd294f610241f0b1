"""TIFF's directories (TIFF 6.0 and BigTIFF), which EXIF uses too: the first one alone, and which way is up.

It decodes no pixel and follows no pointer but to numbers. It raises ValueError and struct.error for what is no TIFF.
"""

import struct
from dataclasses import dataclass

UPRIGHT = 1
ENTRIES = 10_000  # of one directory
TABLE = 1 << 18  # numbers of one entry: four for every row, tile or palette color

_ORIENTATION = 274
_PIXEL_TAGS = frozenset(
    (
        *(256, 257, 258, 259, 262, 266, 273, 277, 278, 279, 284),  # size, depth, compression, colors, strips, planes
        *(317, 320, 322, 323, 324, 325, 338, 339),  # predictor, palette, tiles, extra samples, sample format
        *(292, 293, 326, 327, 328),  # fax
        *(347, *range(512, 522), 529, 530, 531, 532),  # JPEG, new and old; YCbCr
    )
)
_UNITS = {1: 1, 2: 1, 3: 2, 4: 4, 6: 1, 7: 1, 8: 2, 9: 4, 16: 8, 17: 8}  # bytes of a number, by type
_CODES = {3: "H", 4: "I", 16: "Q"}


@dataclass(frozen=True, slots=True)
class Directory:
    """The first directory of TIFF data: where it starts, and its entries by tag."""

    data: bytes
    order: str  # as `struct` writes it
    big: bool
    start: int
    entries: dict[int, bytes]

    def numbers(self, tag: int, default: int) -> tuple[int, ...]:
        """The whole numbers of an entry; of any other, or none, the default."""
        entry = self.entries.get(tag, b"")
        if not entry:
            return (default,)
        kind, count = struct.unpack_from(self.order + ("HQ" if self.big else "HI"), entry, 2)
        if kind not in _CODES or count > TABLE:
            return (default,)
        source, at = entry, 12 if self.big else 8
        if count * _UNITS[kind] > len(entry) - at:
            source, (at,) = self.data, struct.unpack_from(self.order + ("Q" if self.big else "I"), entry, at)
        return struct.unpack_from(f"{self.order}{count}{_CODES[kind]}", source, at)


def isolate(directory: Directory) -> bytes:
    """The file with the directory's entries that make pixels alone."""
    order, big, data = directory.order, directory.big, directory.data
    kept = {tag: entry for tag, entry in directory.entries.items() if tag in _PIXEL_TAGS}
    for entry in kept.values():
        kind, count = struct.unpack_from(order + ("HQ" if big else "HI"), entry, 2)
        if count > TABLE or count * _UNITS.get(kind, 8) > len(data):
            raise ValueError("a table is larger than any picture needs")
    entries = [kept[tag] for tag in sorted(kept)]
    table = struct.pack(order + ("Q" if big else "H"), len(entries)) + b"".join(entries) + bytes(8 if big else 4)
    view, start = memoryview(data), directory.start
    return b"".join((view[:start], table, view[start + len(table) :]))


def orientation(exif: bytes) -> int:
    """EXIF's orientation, 1 to 8; 1 where there is none or it cannot be read."""
    try:
        return turn(read_directory(exif.removeprefix(b"Exif\0\0")))
    except (ValueError, struct.error):
        return UPRIGHT


def read_directory(data: bytes) -> Directory:
    """The first directory."""
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None:
        raise ValueError("no byte order")
    big = struct.unpack_from(order + "H", data, 2)[0] == 43
    (start,) = struct.unpack_from(order + ("Q" if big else "I"), data, 8 if big else 4)
    if start > len(data):
        raise ValueError("the directory is beyond the end")
    (count,) = struct.unpack_from(order + ("Q" if big else "H"), data, start)
    size = 20 if big else 12
    first = start + (8 if big else 2)
    if count > ENTRIES or first + count * size > len(data):
        raise ValueError("the directory is cut off")
    entries: dict[int, bytes] = {}
    for at in range(first, first + count * size, size):
        entries.setdefault(struct.unpack_from(order + "H", data, at)[0], data[at : at + size])
    return Directory(data, order, big, start, entries)


def turn(directory: Directory) -> int:
    """Its orientation, 1 to 8."""
    value = directory.numbers(_ORIENTATION, UPRIGHT)[:1]
    return value[0] if value and 1 <= value[0] <= 8 else UPRIGHT
