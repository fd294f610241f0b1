"""What a file is, by its first bytes: a format that is read here, or the name of what it is and what to do then.

It reads no further than those bytes and never believes a name.
"""

import re
from typing import NoReturn

from app.core.errors import N_, UnsupportedPicture

_READ = {
    "PNG": (b"\x89PNG\r\n\x1a\n",),
    "JPEG": (b"\xff\xd8\xff",),
    "GIF": (b"GIF87a", b"GIF89a"),
    "BMP": (b"BM",),
    "TIFF": (b"II\x2a\x00", b"MM\x00\x2a", b"II\x2b\x00", b"MM\x00\x2b"),
    "JPEG2000": (b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51"),
    "ICO": (b"\0\0\1\0", b"\0\0\2\0\1\0"),  # and the cursor of one picture; of none it would be a Targa file
}
NAMES = "PNG, JPEG, WebP, AVIF, HEIC, GIF, BMP, TIFF, JPEG 2000, ICO, PPM"
_PHONE_PNG = b"CgBI"
_NETPBM = re.compile(rb"P[1-6f][\s#]")
_BRANDS = {b"avif": "AVIF", b"avis": "AVIF"} | dict.fromkeys(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"), "HEIF"
)

EMPTY = N_("The file is empty: it has 0 bytes. Copy or download it again.")
RAW = N_(
    "This is a camera's raw file (%(kind)s): what the sensor counted, before it became a picture. "
    "Export it as JPEG or PNG with the camera's or any photo program, and send that."
)
_WEB_PAGE = N_(
    "This is a web page, not a picture, whatever its name says. Open the page in a browser, save the picture itself "
    "(right click, “Save image as…”), and send that."
)
_DRAWING = N_(
    "This is a drawing of lines and shapes (%(kind)s): it has no pixels yet. Export it as PNG, in the size you "
    "want, and send that."
)
_DOCUMENT = N_("This is a document (%(kind)s), not a picture. Take a screenshot of the picture in it, and send that.")
_VIDEO = N_("This is a video (%(kind)s). Stop it at the picture you want, take a screenshot, and send that.")
_SOUND = N_("This is sound (%(kind)s), not a picture. Choose a picture file.")
_ARCHIVE = N_("This is an archive (%(kind)s). Unpack it, and send one of the pictures in it.")
_OTHER_PICTURE = N_(
    "This is a %(kind)s picture, which is not read here. Open it in a program that shows it, save it as PNG or JPEG, "
    "and send that."
)
_NUMBERS = N_("This file holds numbers (%(kind)s), not a picture. Save them as a PNG or TIFF picture, and send that.")
_TEXT = N_("This is text, not a picture. Choose a picture file: %(allowed)s.")
_UNKNOWN = N_(
    "This file is none of the formats that are read here: %(allowed)s. If a program shows it as a picture, save it "
    "there as PNG or JPEG, and send that."
)
_HOLLOW = N_("The file holds nothing but zeros: copying it did not succeed. Copy or download it again.")
_CUT_SHORT = N_("Of this file only the first %(value)d bytes are here. Copy or download it again.")

# Sentence, name, and where its bytes are; the first row that fits counts.
_NAMED: tuple[tuple[str, str, int, bytes], ...] = (
    (_OTHER_PICTURE, "JPEG XL", 0, b"\xff\x0a"),
    (_OTHER_PICTURE, "JPEG XL", 0, b"\0\0\0\x0cJXL \r\n\x87\n"),
    (_OTHER_PICTURE, "JPEG XR", 0, b"II\xbc"),
    (_OTHER_PICTURE, "Photoshop (PSD)", 0, b"8BPS"),
    (_OTHER_PICTURE, "GIMP (XCF)", 0, b"gimp xcf"),
    (_OTHER_PICTURE, "QOI", 0, b"qoif"),
    (_OTHER_PICTURE, "OpenEXR", 0, b"v/1\x01"),
    (_OTHER_PICTURE, "Radiance HDR", 0, b"#?RADIANCE"),
    (_OTHER_PICTURE, "Radiance HDR", 0, b"#?RGBE"),
    (_OTHER_PICTURE, "DDS", 0, b"DDS "),
    (_OTHER_PICTURE, "ICNS", 0, b"icns"),
    (_OTHER_PICTURE, "DPX", 0, b"SDPX"),
    (_OTHER_PICTURE, "DPX", 0, b"XPDS"),
    (_OTHER_PICTURE, "DjVu", 0, b"AT&TFORM"),
    (_OTHER_PICTURE, "DICOM", 128, b"DICM"),
    (_OTHER_PICTURE, "FITS", 0, b"SIMPLE  ="),
    (_OTHER_PICTURE, "PCX", 0, b"\x0a\x05\x01"),
    (_OTHER_PICTURE, "XPM", 0, b"/* XPM */"),
    (_OTHER_PICTURE, "BPG", 0, b"BPG\xfb"),
    (_OTHER_PICTURE, "FLIF", 0, b"FLIF"),
    (_OTHER_PICTURE, "PAM", 0, b"P7\n"),
    (_OTHER_PICTURE, "PFM", 0, b"PF\n"),
    (_OTHER_PICTURE, "MNG", 0, b"\x8aMNG"),
    (RAW, "RAF", 0, b"FUJIFILMCCD-RAW"),
    (RAW, "ORF", 0, b"IIRO"),
    (RAW, "ORF", 0, b"IIRS"),
    (RAW, "ORF", 0, b"MMOR"),
    (RAW, "RW2", 0, b"IIU\0"),
    (RAW, "X3F", 0, b"FOVb"),
    (RAW, "MRW", 0, b"\0MRM"),
    (RAW, "CR3", 4, b"ftypcrx "),
    (RAW, "CRW", 6, b"HEAPCCDR"),
    (_OTHER_PICTURE, "CgBI", 12, _PHONE_PNG),  # which programs for phones hold instead of PNG
    (_WEB_PAGE, "", 0, b"From: <Saved by"),
    (_DRAWING, "PostScript", 0, b"%!PS"),
    (_DRAWING, "EPS", 0, b"\xc5\xd0\xd3\xc6"),
    (_DRAWING, "WMF", 0, b"\xd7\xcd\xc6\x9a"),
    (_DRAWING, "EMF", 40, b" EMF"),
    (_DRAWING, "AutoCAD", 0, b"AC10"),
    (_DOCUMENT, "PDF", 0, b"%PDF"),
    (_DOCUMENT, "Office", 0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    (_DOCUMENT, "RTF", 0, b"{\\rtf"),
    (_VIDEO, "AVI", 8, b"AVI "),
    (_VIDEO, "Matroska, WebM", 0, b"\x1a\x45\xdf\xa3"),
    (_VIDEO, "Flash", 0, b"FLV"),
    (_VIDEO, "Windows Media", 0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"),
    (_VIDEO, "MPEG", 0, b"\0\0\1\xba"),
    (_VIDEO, "MPEG", 0, b"\0\0\1\xb3"),
    (_VIDEO, "QuickTime", 4, b"moov"),
    (_VIDEO, "QuickTime", 4, b"mdat"),
    (_VIDEO, "QuickTime", 4, b"wide"),
    (_SOUND, "M4A", 4, b"ftypM4A "),
    (_SOUND, "WAV", 8, b"WAVE"),
    (_SOUND, "MP3", 0, b"ID3"),
    (_SOUND, "Ogg", 0, b"OggS"),
    (_SOUND, "FLAC", 0, b"fLaC"),
    (_SOUND, "MIDI", 0, b"MThd"),
    (_ARCHIVE, "ZIP", 0, b"PK\3\4"),
    (_ARCHIVE, "ZIP", 0, b"PK\5\6"),
    (_ARCHIVE, "gzip", 0, b"\x1f\x8b"),
    (_ARCHIVE, "7z", 0, b"7z\xbc\xaf\x27\x1c"),
    (_ARCHIVE, "RAR", 0, b"Rar!\x1a\7"),
    (_ARCHIVE, "xz", 0, b"\xfd7zXZ\0"),
    (_ARCHIVE, "bzip2", 0, b"BZh"),
    (_ARCHIVE, "Zstandard", 0, b"\x28\xb5\x2f\xfd"),
    (_ARCHIVE, "tar", 257, b"ustar"),
    (_NUMBERS, "NumPy", 0, b"\x93NUMPY"),
    (_NUMBERS, "MATLAB", 0, b"MATLAB 5.0 MAT-file"),
    (_NUMBERS, "HDF5", 0, b"\x89HDF\r\n\x1a\n"),
    (_VIDEO, "MP4", 4, b"ftyp"),  # what is no picture of that family
)
_OFFICE = re.compile(rb"(word|ppt|xl)/|mimetypeapplication/vnd\.oasis|\[Content_Types\]")
_BEFORE_A_TAG = ((b"<?", b"?>"), (b"<!--", b"-->"))
_PAGE = re.compile(rb"<(!doctype html|html|head|body|script|meta|title|div|p|a|h1|table|br|center)\b", re.IGNORECASE)
_SVG = re.compile(rb"<(!doctype )?(svg:)?svg\b", re.IGNORECASE)
_HEAD = 4096  # bytes that are looked at


def sniff(data: bytes) -> str:
    """The format, one of FORMATS. Raises UnsupportedPicture, which says what the file is instead."""
    for form, signatures in _READ.items():
        if data.startswith(signatures) and data[12:16] != _PHONE_PNG:
            return form
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if _NETPBM.match(data):
        return "PPM"
    form = _brand(data) if data[4:8] == b"ftyp" else ""
    return form or _refuse(data)


def _brand(data: bytes) -> str:
    """The first brand of the family that is read here, of those that the file says it is made after."""
    head = data[: min(int.from_bytes(data[:4]), _HEAD)]
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, len(head), 4))]
    return next((_BRANDS[brand] for brand in brands if brand in _BRANDS), "HEIF" if b"mif1" in brands else "")


def _refuse(data: bytes) -> NoReturn:
    sentence, kind = _judge(data)
    raise UnsupportedPicture(sentence, field="image", kind=kind, allowed=NAMES, value=len(data))


def _judge(data: bytes) -> tuple[str, str]:
    """The sentence, and the name of what the file is."""
    if not data:
        return EMPTY, ""
    if not data.strip(b"\0"):
        return _HOLLOW, ""
    for sentence, kind, place, words in _NAMED:
        if data.startswith(words, place):
            return (_DOCUMENT, "Office") if kind == "ZIP" and _OFFICE.search(data[:_HEAD]) else (sentence, kind)
    if any(word.startswith(data) for words in _READ.values() for word in words):
        return _CUT_SHORT, ""
    return _judge_text(data[:_HEAD])


def _judge_text(head: bytes) -> tuple[str, str]:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    for start, end in _BEFORE_A_TAG * 2:
        if text.startswith(start):
            text = text.partition(end)[2].lstrip()
    if _SVG.match(text):
        return _DRAWING, "SVG"
    if _PAGE.match(text):
        return _WEB_PAGE, ""
    return (_TEXT if _is_text(head) else _UNKNOWN), ""


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode()
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:  # else a letter is cut in the middle
            return False
        text = head[: error.start].decode()
    return all(letter.isprintable() or letter.isspace() for letter in text)
