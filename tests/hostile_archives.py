"""ZIP files that attack a reader of archives, made by hand: pure functions that return bytes, in milliseconds.

`REFUSED` must be answered by a DatasetError. Nothing of the app is used.
"""

import gzip
import io
import re
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from functools import cache

from tests.hostile import picture

LISTED = b"PK\x01\x02"


def pack(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A sound ZIP of these files."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


@cache
def pets(each: int = 5) -> dict[str, bytes]:
    """Two classes of pictures."""
    return {
        f"{name}/{number}.png": picture("PNG", 20 + number, 18)
        for name in ("cats", "dogs") for number in range(each)
    }  # fmt: skip


def renamed(name: str) -> bytes:
    """A sound archive but for one name, which zipfile itself would have mended or refused."""
    placeholder = "x" * len(name.encode())
    return pack(pets() | {placeholder: picture("PNG")}).replace(placeholder.encode(), name.encode())


def with_listed(offset: int, change: bytes, which: int = 0) -> bytes:
    """A sound archive with other bytes at that offset of an entry of the directory (APPNOTE 4.3.12)."""
    data = bytearray(pack(pets()))
    at = [found.start() for found in re.finditer(LISTED, data)][which]
    data[at + offset : at + offset + len(change)] = change
    return bytes(data)


def of_mode(mode: int, content: bytes = b"../../etc/passwd") -> bytes:
    """An archive with an entry that is no file."""
    entry = zipfile.ZipInfo("cats/link.png")
    entry.create_system, entry.external_attr = 3, (mode | 0o777) << 16
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, picture_ in pets().items():
            archive.writestr(name, picture_)
        archive.writestr(entry, content)
    return file.getvalue()


def local(name: bytes, packed: bytes, size: int, method: int = 0) -> bytes:
    """An entry (APPNOTE 4.3.7): its header and what it holds."""
    head = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, method, 0, 0, 0, len(packed), size, len(name), 0)
    return head + name + packed


def listed(name: bytes, place: int, packed: int = 0, size: int = 0, method: int = 0) -> bytes:
    """An entry of the directory (APPNOTE 4.3.12)."""
    sizes = (0, packed, size, len(name))
    return struct.pack("<4s6H3I5H2I", LISTED, 20, 20, 0, method, 0, 0, *sizes, 0, 0, 0, 0, 0, place) + name


def end(count: int, size: int, offset: int) -> bytes:
    """The record that ends an archive (APPNOTE 4.3.16)."""
    return struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count & 0xFFFF, count & 0xFFFF, size, offset, 0)


def zeros(mebibytes: int) -> bytes:
    """Deflated zeros."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    one = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return one * mebibytes + b"\x03\x00"


def bomb(mebibytes: int = 600, said: int | None = None) -> bytes:
    """Two classes of a file of zeros each, which unpack to more than is accepted; each says `said` bytes."""
    packed = zeros(mebibytes // 2)
    size = mebibytes // 2 << 20 if said is None else said
    files = [local(name, packed, size, method=8) for name in (b"cats/0.png", b"dogs/0.png")]
    places = zip((b"cats/0.png", b"dogs/0.png"), (0, len(files[0])), strict=True)
    directory = b"".join(listed(name, place, len(packed), size, method=8) for name, place in places)
    return b"".join(files) + directory + end(2, len(directory), 2 * len(files[0]))


def overlapping(count: int = 500) -> bytes:
    """Every entry of the directory points at the same pixels."""
    body = local(b"cats/0000.png", picture("PNG"), len(picture("PNG")))
    directory = b"".join(
        listed(b"cats/%04d.png" % number, 0, len(body) - 43, len(body) - 43) for number in range(count)
    )
    return body + directory + end(count, len(directory), len(body))


def quoting(count: int = 200) -> bytes:
    """Each entry quotes those after it (D. Fifield, "A better zip bomb", 2019), here stored."""
    tail, sizes = b"", []
    for number in reversed(range(count)):
        sizes.append(len(tail))
        tail = local(b"cats/%04d.png" % number, tail, len(tail))
    places = [len(tail) - size - 43 for size in sizes]
    rows = [listed(b"cats/%04d.png" % (count - 1 - i), places[i], sizes[i], sizes[i]) for i in range(count)]
    directory = b"".join(rows)
    return tail + directory + end(count, len(directory), len(tail))


def of_entries(count: int = 20_001) -> bytes:
    """Very many empty entries."""
    files = [local(b"cats/%05d" % number, b"", 0) for number in range(count)]
    directory = b"".join(listed(b"cats/%05d" % number, number * len(files[0])) for number in range(count))
    return b"".join(files) + directory + end(count, len(directory), len(files[0]) * count)


def of_a_large_directory(count: int) -> bytes:
    """Some ten megabytes of directory, of which zipfile would make a hundred, and whose end speaks of one entry."""
    return listed(b"a", 0) * count + end(1, len(listed(b"a", 0)) * count, 0)


def twice() -> bytes:
    """Two entries of one name."""
    return pack(pets() | {"cats/X.png": picture("PNG")}).replace(b"cats/X.png", b"cats/0.png")


def tar() -> bytes:
    """A tape archive."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("cats/0.png"))
    return file.getvalue()


WRONG_TYPES: dict[str, bytes] = {
    "empty-file": b"",
    "text": b"This is no archive.",
    "png": picture("PNG"),
    "gzip": gzip.compress(b"cats"),
    "tar": tar(),
    "end-alone-cut": end(0, 0, 0)[:20],
    "half": pack(pets())[:900],
}

REFUSED: dict[str, Callable[[], bytes]] = {
    "parent-directory": lambda: renamed("../cats/evil.png"),
    "parent-directory-within": lambda: renamed("cats/../../evil.png"),
    "parent-directory-of-windows": lambda: renamed("cats\\..\\..\\evil.png"),
    "absolute": lambda: renamed("/etc/cats/evil.png"),
    "absolute-on-windows": lambda: renamed("C:\\cats\\evil.png"),
    "a-share": lambda: renamed("\\\\host\\cats\\evil.png"),
    "nul-in-a-name": lambda: renamed("cats/evil\0.png"),
    "line-end-in-a-name": lambda: renamed("cats/evil\n.png"),
    "name-of-nothing": lambda: renamed("\0"),
    "encrypted": lambda: with_listed(8, b"\x01\x00"),
    "strongly-encrypted": lambda: with_listed(8, b"\x41\x00", which=3),
    "unknown-method": lambda: with_listed(10, b"\x63\x00"),
    "newer-version": lambda: with_listed(6, b"\xff\x00"),
    "lzma": lambda: pack(pets(), zipfile.ZIP_LZMA),
    "bzip2": lambda: pack(pets(), zipfile.ZIP_BZIP2),
    "link": lambda: of_mode(stat.S_IFLNK),
    "pipe": lambda: of_mode(stat.S_IFIFO),
    "device": lambda: of_mode(stat.S_IFBLK),
    "nested": lambda: pack(pets() | {"cats/more.zip": pack(pets())}),
    "nested-under-another-name": lambda: pack(pets() | {"cats/more.png": pack(pets())}),
    "nested-gzip": lambda: pack(pets() | {"cats/more.png": gzip.compress(b"cats")}),
    "nested-tar": lambda: pack(pets() | {"cats/more.png": tar()}),
    "twice-the-same-name": twice,
    "overlapping": overlapping,
    "quoting": quoting,
    "beyond-the-end": lambda: with_listed(42, struct.pack("<I", 1 << 30)),
    "not-at-an-entry": lambda: with_listed(42, struct.pack("<I", 7), which=1),
    "larger-than-its-room": lambda: with_listed(20, struct.pack("<I", 1 << 20)),
    "bomb": bomb,
    "lies": lambda: bomb(said=10),
    "too-many-entries": of_entries,
    "large-directory": lambda: of_a_large_directory(210_000),
    "larger-directory": lambda: of_a_large_directory(230_000),
    "directory-said-to-be-large": lambda: pack(pets())[:-22] + end(10, 0xFFFFFFF0, 0),
    "no-entries": lambda: pack({}),
    "one-class": lambda: pack({f"cats/{number}.png": picture("PNG") for number in range(5)}),
    "no-folders": lambda: pack({f"{number}.png": picture("PNG") for number in range(5)}),
    "no-pictures": lambda: pack({"cats/a.txt": b"meow", "dogs/b.txt": b"bark"}),
    "a-class-of-damaged-pictures": lambda: pack(pets() | {"emus/0.png": picture("PNG")[:60]}),
}  # fmt: skip
