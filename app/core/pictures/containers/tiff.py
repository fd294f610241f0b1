"""TIFF (6.0 and BigTIFF): the directory of the first picture in full; a camera's raw file is named instead."""

import struct
from collections.abc import Iterator
from contextlib import suppress

from app.core.errors import UnsupportedPicture
from app.core.pictures.containers.directories import Directory, cut_out, read_directory, turn
from app.core.pictures.containers.first import First
from app.core.pictures.containers.profiles import name_profile
from app.core.pictures.containers.signatures import RAW
from app.core.pictures.containers.tiff_planes import as_gray

DIRECTORIES = 10  # looked at in search of the picture in full

_KIND, _COMPRESSION, _COLORS, _MAKE, _INNER, _PROFILE, _DNG = 254, 259, 262, 271, 330, 34675, 50706
_SMALL_OR_MASK = 0b101  # bits of NewSubfileType
_SENSOR = (32803, 34892)  # colors as a sensor's filters lie, and what is linear in its light
_RAW_COMPRESSIONS = (32767, 34713, 65535)  # Sony's, Nikon's and Pentax's own
_PHASE_ONE = (b"IIII", b"MMMM")
_MAKERS = {
    b"canon": "CR2", b"epson": "ERF", b"hasselblad": "3FR", b"kodak": "DCR", b"leaf": "MOS", b"mamiya": "MEF",
    b"nikon": "NEF", b"olympus": "ORF", b"panasonic": "RW2", b"pentax": "PEF", b"phase": "IIQ", b"ricoh": "PEF",
    b"samsung": "SRW", b"sony": "ARW",
}  # fmt: skip


def isolate(data: bytes) -> First:
    """The first picture alone: as it is, or in gray layers. Raises ValueError, and UnsupportedPicture for raw files."""
    found = list(_directories(data))
    if kind := _raw_kind(data, found):
        raise UnsupportedPicture(RAW, field="image", kind=kind)
    full = next((one for one in found if not one.numbers(_KIND, 0)[0] & _SMALL_OR_MASK), found[0])
    layers = as_gray(full)
    profile = name_profile(full.text(_PROFILE))
    return First(b"" if layers else cut_out(full), turn(full), layers=layers, profile=profile)


def _directories(data: bytes) -> Iterator[Directory]:
    """The first one, those inside it, and those after it."""
    first = one = read_directory(data)
    yield first
    for place in filter(None, first.numbers(_INNER, 0)[:DIRECTORIES]):
        with suppress(ValueError, struct.error):
            yield read_directory(data, place)
    with suppress(ValueError, struct.error):
        for _ in range(DIRECTORIES):
            if one.following:
                one = read_directory(data, one.following)
                yield one


def _raw_kind(data: bytes, found: list[Directory]) -> str:
    """What a camera's raw file is called, by the file's own words; nothing for other TIFFs."""
    if _DNG in found[0].entries:
        return "DNG"
    if data[8:12] in _PHASE_ONE:
        return "IIQ"
    if data[8:10] == b"CR":
        return "CR2"
    is_raw = any(
        one.numbers(_COLORS, 0)[0] in _SENSOR or one.numbers(_COMPRESSION, 1)[0] in _RAW_COMPRESSIONS for one in found
    )
    maker = found[0].text(_MAKE)[:40].lower()
    return next((kind for word, kind in _MAKERS.items() if word in maker), "TIFF/EP") if is_raw else ""
