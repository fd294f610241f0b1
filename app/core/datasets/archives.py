"""ZIP files from strangers: judged before an entry is read, and read in bounded pieces. Nothing is ever extracted.

Refused: encrypted, linked, absolute, `..`, nested (an archive in the archive), overlapping and equally named entries,
methods other than stored and deflated, and more bytes or entries than the limits. Format: APPNOTE.TXT 6.3.10. It does
not know pictures.
"""

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

from app.core.errors import N_, ArchiveTooLarge, DamagedDataset, DamagedEntry, UnsupportedArchive

MEBIBYTE = 1024 * 1024
_PIECE = 64 * 1024
_DIRECTORY_BYTES = 512  # of the central directory for each entry, names and extra fields included
_LISTED = b"PK\x01\x02"  # begins each entry of the directory
_LOCAL = struct.Struct("<4s22xHH")
_ENCRYPTED = 0x1 | 0x40 | 0x2000  # ordinary, strong, and a masked directory
_IS_UTF8 = 0x800  # the names' letters are said
# What is UTF-8 is so by chance only rarely; then Windows' own (OEM), what programs for Windows write, the format's.
_LETTERS = ("cp850", "cp1252", "cp437")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ABSOLUTE = re.compile(r"[/\\]|[A-Za-z]:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ARCHIVES = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ",
    b"7z\xbc\xaf",
    b"Rar!",
    b"\x28\xb5\x2f\xfd",
)
_ARCHIVE_NAMES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".zst", ".jar")
_FIELD = "archive"


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """What an archive may hold: bytes as it is, bytes unpacked (counted while reading), entries."""

    packed: int = 200 * MEBIBYTE
    unpacked: int = 500 * MEBIBYTE
    entries: int = 20_000


OWN_FILES = ArchiveLimits(8 * 1024 * MEBIBYTE, 16 * 1024 * MEBIBYTE, 1_000_000)  # on the command line


class Archive:
    """An open ZIP whose directory has been judged. `files` are the names of its entries that are not folders."""

    def __init__(self, archive: zipfile.ZipFile, limits: ArchiveLimits) -> None:
        self._archive = archive
        self._limits = limits
        self._unpacked = 0
        named = zip(_names(archive.infolist()), archive.infolist(), strict=True)
        self._entries = {name: entry for name, entry in named if not entry.is_dir()}
        self.files = tuple(self._entries)

    def __iter__(self) -> Iterator[tuple[str, bytes]]:
        """Names and bytes of all files."""
        return ((name, self.read(name)) for name in self.files)

    def read(self, name: str, most: int | None = None) -> bytes:
        """The bytes of an entry, the first `most` of them, which alone are unpacked and counted.

        Raises ArchiveTooLarge, DamagedEntry, and DamagedDataset where it is an archive.
        """
        pieces = io.BytesIO()
        try:
            with self._archive.open(self._entries[name]) as stream:
                while piece := stream.read(_PIECE if most is None else min(_PIECE, most - pieces.tell())):
                    self._count(len(piece))
                    pieces.write(piece)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as error:
            raise DamagedEntry(N_("An entry of the ZIP is damaged."), field=_FIELD) from error
        content = pieces.getvalue()
        if content.startswith(_ARCHIVES) or content[257:262] == b"ustar":
            raise _refuse(N_("The ZIP holds another archive. Unpack it first."))
        return content

    def _count(self, size: int) -> None:
        self._unpacked += size
        if self._unpacked > self._limits.unpacked:
            raise _too_much(self._limits)


@contextmanager
def open_archive(path: Path, limits: ArchiveLimits) -> Iterator[Archive]:
    """The ZIP at `path`, if its directory keeps the rules. Raises DatasetError."""
    size = path.stat().st_size
    if size > limits.packed:
        raise ArchiveTooLarge(
            N_("The ZIP has %(value)d bytes; at most %(limit)d are accepted."),
            field=_FIELD, value=size, limit=limits.packed,
        )  # fmt: skip
    with path.open("rb") as file, _open_directory(_Bounded(file, limits.entries), limits) as archive:
        entries = archive.infolist()
        _check_size(entries, limits)
        for entry in entries:
            _check_entry(entry)
        _check_names(entries)
        _check_overlaps(file, entries, archive.start_dir)
        yield Archive(archive, limits)


class _Bounded(io.RawIOBase):
    """A file that gives away at most `entries` entries of the directory, which zipfile takes in one read.

    What zipfile makes of one takes ten times its bytes, and the number that an archive tells may lie.
    """

    def __init__(self, file: BinaryIO, entries: int) -> None:
        super().__init__()
        self._file = file
        self._entries = entries
        self._most = max(entries * _DIRECTORY_BYTES, _PIECE * 2)
        self.is_bounded = True

    def read(self, size: int | None = -1, /) -> bytes:
        """As the file's."""
        if self.is_bounded and size is not None and size > self._most:
            raise _DirectoryTooLarge
        read = self._file.read(-1 if size is None else size)
        if self.is_bounded and read.count(_LISTED) > self._entries:
            raise _DirectoryTooLarge
        return read

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """As the file's."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """As the file's."""
        return self._file.tell()

    def seekable(self) -> bool:
        """Always."""
        return True


class _DirectoryTooLarge(Exception):
    """More bytes of directory than the entries that are accepted can need."""


def _open_directory(file: _Bounded, limits: ArchiveLimits) -> zipfile.ZipFile:
    """The archive, as soon as its directory is known to be of a bounded size."""
    try:
        archive = zipfile.ZipFile(file)
    except _DirectoryTooLarge:
        raise _too_many(limits) from None
    except (zipfile.BadZipFile, ValueError, OSError, OverflowError, struct.error, NotImplementedError) as error:
        raise UnsupportedArchive(N_("This file is no ZIP, or it is cut off."), field=_FIELD) from error
    file.is_bounded = False
    return archive


def _check_size(entries: list[zipfile.ZipInfo], limits: ArchiveLimits) -> None:
    if len(entries) > limits.entries:
        raise _too_many(limits)
    if sum(entry.file_size for entry in entries) > limits.unpacked:
        raise _too_much(limits)


def _check_entry(entry: zipfile.ZipInfo) -> None:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if entry.flag_bits & _ENCRYPTED:
        raise _refuse(N_("The ZIP is encrypted. Pack it without a password."))
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _refuse(N_("The ZIP holds a link or a device. Pack the files themselves."))
    if not all(map(_stays_inside, (entry.orig_filename, entry.filename))):
        raise _refuse(N_("The ZIP holds a path that leads out of it, or cannot be written."))
    if entry.filename.lower().endswith(_ARCHIVE_NAMES):
        raise _refuse(N_("The ZIP holds another archive. Unpack it first."))
    if entry.compress_type not in _METHODS:
        raise _refuse(N_("The ZIP is packed by a method that is not read here; use the ordinary one (deflate)."))


def _stays_inside(name: str) -> bool:
    is_odd = not name or _CONTROL.search(name) or _ABSOLUTE.match(name)
    return not is_odd and ".." not in re.split(r"[/\\]", name)


def _names(entries: list[zipfile.ZipInfo]) -> list[str]:
    """The names as they were meant: few programs say in which letters they wrote them, and all of one write the same.

    ASCII is the same in all of them, so no name leads out of the archive in one way and not in another.
    """
    unsaid = [entry for entry in entries if not entry.flag_bits & _IS_UTF8]
    try:
        written = [entry.filename.encode("cp437") for entry in unsaid]
    except UnicodeEncodeError:  # a name that zipfile has mended
        return [entry.filename for entry in entries]
    letters = "utf-8" if all(map(_is_utf8, written)) else min(_LETTERS, key=lambda letters: _oddness(written, letters))
    return [entry.filename if entry.flag_bits & _IS_UTF8 else _decode(entry, letters) for entry in entries]


def _is_utf8(name: bytes) -> bool:
    try:
        name.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _decode(entry: zipfile.ZipInfo, encoding: str) -> str:
    return entry.filename.encode("cp437").decode(encoding, "replace")


def _oddness(written: list[bytes], letters: str) -> int:
    """How much of the names would be no letter, a capital behind a small one, or a sharp s that begins a word."""
    names = [name.decode(letters, "replace") for name in written]
    pairs = [pair for name in names for pair in pairwise(f" {name}") if not pair[1].isascii()]
    return sum(
        not letter.isalpha() or (before.islower() and letter.isupper()) or (letter == "ß" and not before.isalpha())
        for before, letter in pairs
    )


def _check_names(entries: list[zipfile.ZipInfo]) -> None:
    """A name that stands twice means one thing to who checks it and another to who reads it."""
    if len({name.replace("\\", "/") for name in _names(entries)}) < len(entries):
        raise _refuse(N_("Two entries of the ZIP have the same name."))


def _check_overlaps(file: BinaryIO, entries: list[zipfile.ZipInfo], directory: int) -> None:
    """Each entry ends before the next begins, by the lengths in its local header, which are those that count."""
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    ends = [entry.header_offset for entry in ordered[1:]] + [directory]
    for entry, end in zip(ordered, ends[: len(ordered)], strict=True):  # an empty ZIP has one end and no entry
        if entry.header_offset < 0:
            raise _refuse(N_("Entries of the ZIP overlap."))
        file.seek(entry.header_offset)
        header = file.read(_LOCAL.size)
        if len(header) < _LOCAL.size or not header.startswith(b"PK\x03\x04"):
            raise _refuse(N_("The ZIP's list of its entries does not fit what it holds."))
        _, name, extra = _LOCAL.unpack(header)
        if entry.header_offset + _LOCAL.size + name + extra + entry.compress_size > end:
            raise _refuse(N_("Entries of the ZIP overlap."))


def _refuse(message: str) -> DamagedDataset:
    return DamagedDataset(message, field=_FIELD)


def _too_many(limits: ArchiveLimits) -> ArchiveTooLarge:
    return ArchiveTooLarge(
        N_("The ZIP has more than the %(limit)d entries that are accepted."), field=_FIELD, limit=limits.entries
    )


def _too_much(limits: ArchiveLimits) -> ArchiveTooLarge:
    return ArchiveTooLarge(
        N_("The ZIP unpacks to more than the %(limit)d bytes that are accepted."), field=_FIELD, limit=limits.unpacked
    )
