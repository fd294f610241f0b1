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
from app.core.pictures import tiff
from app.core.pictures.tiff import UPRIGHT, orientation
from app.core.pictures.tiff_planes import Layers, as_gray

SCANS = 100  # of one JPEG; programs write about ten, and each costs a pass over the picture
PARTS = 100_000  # PNG chunks, JPEG segments or GIF extensions before the picture has ended
RUN_LENGTH_BYTES = 1 << 22  # of a compressed BMP, which Pillow unpacks slowly, in Python

_PNG_CHUNKS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
_RUN_LENGTHS = (1, 2)
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # what ends a JPEG scan's data
_SCAN = 0xDA
_TRUNCATED = N_("The picture's file is damaged or cut off.")


@dataclass(frozen=True, slots=True)
class First:
    """A file of one picture. `turn` is EXIF's orientation, 1 to 8, 1 upright."""

    data: bytes
    turn: int = UPRIGHT
    canvas: tuple[int, int] | None = None  # width and height, where the file says them apart from the picture's
    place: tuple[int, int] = (0, 0)  # of the picture's top left corner on the canvas
    layers: Layers | None = None  # instead of `data`, see `tiff_planes`

    @property
    def files(self) -> tuple[bytes, ...]:
        """What is decoded."""
        return self.layers.files if self.layers else (self.data,)


def isolate(data: bytes, form: str) -> First:
    """The first picture of a file of that format, alone. Raises DamagedPicture."""
    readers = {"PNG": _png, "JPEG": _jpeg, "GIF": _gif, "TIFF": _tiff, "WEBP": _webp, "BMP": _bmp}
    try:
        return readers[form](data)
    except (IndexError, ValueError, struct.error) as error:
        raise DamagedPicture(_TRUNCATED, field="image") from error


def _png(data: bytes) -> First:
    """The chunks that make pixels, checked against their sums; the turn of eXIf."""
    view = memoryview(data)
    kept, turn, at = [view[:8]], UPRIGHT, 8
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
    view, turn, scans = memoryview(data), UPRIGHT, 0
    kept = [view[:2]]
    for marker, start, end in _jpeg_segments(data):
        name = data[start + 4 : start + 10]
        scans += marker == _SCAN
        if scans > SCANS:
            raise ValueError("too many scans")
        if marker == 0xE1 and name == b"Exif\0\0" and turn == UPRIGHT:
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
    return UPRIGHT


def _tiff(data: bytes) -> First:
    """See `tiff` and `tiff_planes`."""
    directory = tiff.read_directory(data)
    layers = as_gray(directory)
    return First(b"" if layers else tiff.isolate(directory), tiff.turn(directory), layers=layers)
