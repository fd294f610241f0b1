"""TIFF's directories (TIFF 6.0 and BigTIFF), which EXIF uses too: their entries, and which way is up.

It decodes no pixel and follows no pointer but to numbers. It raises ValueError and struct.error for what is no TIFF.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

ENTRIES = 10_000  # of one directory
UPRIGHT = 1
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
_LONG = 4
_UNITS = {1: 1, 2: 1, 3: 2, 4: 4, 6: 1, 7: 1, 8: 2, 9: 4, 13: 4, 16: 8, 17: 8}  # bytes of a number, by type
_CODES = {3: "H", 4: "I", 13: "I", 16: "Q"}


@dataclass(frozen=True, slots=True)
class Directory:
    """A directory of TIFF data: where it starts, its entries by tag, and where the next one starts (0: nowhere)."""

    data: bytes
    order: str  # as `struct` writes it
    big: bool
    start: int
    entries: dict[int, bytes]
    following: int = 0

    def numbers(self, tag: int, default: int) -> tuple[int, ...]:
        """The whole numbers of an entry; of any other, or none, the default."""
        kind, count = self._type(tag)
        if kind not in _CODES or not 0 < count <= TABLE:
            return (default,)
        source, at = self._place(tag, count * _UNITS[kind])
        return struct.unpack_from(f"{self.order}{count}{_CODES[kind]}", source, at)

    def text(self, tag: int) -> bytes:
        """The bytes of an entry; of any other, or none, nothing."""
        kind, count = self._type(tag)
        if _UNITS.get(kind) != 1:
            return b""
        source, at = self._place(tag, count)
        return source[at : at + count]

    def _type(self, tag: int) -> tuple[int, int]:
        entry = self.entries.get(tag, b"")
        return struct.unpack_from(self.order + ("HQ" if self.big else "HI"), entry, 2) if entry else (0, 0)

    def _place(self, tag: int, length: int) -> tuple[bytes, int]:
        entry, at = self.entries[tag], 12 if self.big else 8
        if length <= len(entry) - at:
            return entry, at
        (place,) = struct.unpack_from(self.order + ("Q" if self.big else "I"), entry, at)
        return self.data, place


def cut_out(directory: Directory) -> bytes:
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
    head = data[:8] + struct.pack(order + "Q", start) if big else data[:4] + struct.pack(order + "I", start)
    return b"".join((head, view[len(head) : start], table, view[start + len(table) :]))


def write(order: str, entries: Mapping[int, Sequence[int]], strips: Sequence[bytes]) -> bytes:
    """A TIFF of one directory: whole numbers by tag. The strips stand one after the other from byte 8."""
    start = 8 + sum(map(len, strips))
    after, table, tail = start + 6 + 12 * len(entries), b"", b""
    for tag, numbers in sorted(entries.items()):
        packed = struct.pack(f"{order}{len(numbers)}I", *numbers)
        place = packed if len(numbers) == 1 else struct.pack(order + "I", after + len(tail))
        table += struct.pack(order + "HHI", tag, _LONG, len(numbers)) + place
        tail += b"" if len(numbers) == 1 else packed
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, start)
    return b"".join((head, *strips, struct.pack(order + "H", len(entries)), table, bytes(4), tail))


def orientation(exif: bytes) -> int:
    """EXIF's orientation, 1 to 8; 1 where there is none or it cannot be read."""
    try:
        return turn(read_directory(exif.removeprefix(b"Exif\0\0")))
    except (ValueError, struct.error):
        return UPRIGHT


def read_directory(data: bytes, start: int | None = None) -> Directory:
    """The one that starts there, or the first."""
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None:
        raise ValueError("no byte order")
    big = struct.unpack_from(order + "H", data, 2)[0] == 43
    pointer, counter = order + ("Q" if big else "I"), order + ("Q" if big else "H")
    if start is None:
        (start,) = struct.unpack_from(pointer, data, 8 if big else 4)
    if start > len(data):
        raise ValueError("the directory is beyond the end")
    (count,) = struct.unpack_from(counter, data, start)
    size = 20 if big else 12
    first = start + (8 if big else 2)
    end = first + count * size
    if count > ENTRIES or end > len(data):
        raise ValueError("the directory is cut off")
    entries: dict[int, bytes] = {}
    for at in range(first, end, size):
        entries.setdefault(struct.unpack_from(order + "H", data, at)[0], data[at : at + size])
    following = struct.unpack_from(pointer, data, end)[0] if end + (8 if big else 4) <= len(data) else 0
    return Directory(data, order, big, start, entries, following)


def turn(directory: Directory) -> int:
    """Its orientation, 1 to 8."""
    value = directory.numbers(_ORIENTATION, UPRIGHT)[:1]
    return value[0] if value and 1 <= value[0] <= 8 else UPRIGHT
