"""Files that attack a reader of pictures, made by hand: pure functions that return bytes, in milliseconds.

`REFUSED` must be answered by a PictureError, `HARMLESS` by a picture. Each costs nothing where the header is judged
first, and gigabytes, minutes or wrong pixels where it is not. Nothing of the app is used.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable
from functools import cache

import numpy as np
from PIL import Image

FORMATS = ("PNG", "JPEG", "WEBP", "AVIF", "GIF", "BMP", "TIFF", "JPEG2000", "PPM")  # that Pillow writes, in any size


@cache
def picture(form: str, width: int = 24, height: int = 16) -> bytes:
    """A sound color picture of that format: a slope with some noise."""
    noise = np.random.default_rng(5).integers(0, 30, (height, width, 3))
    slope = np.linspace(0, 200, width)[None, :, None] + np.zeros((height, 1, 3))
    file = io.BytesIO()
    Image.fromarray((slope + noise).astype(np.uint8)).save(file, form)
    return file.getvalue()


def png(width: int, height: int, raw: bytes | Iterable[bytes], kind: tuple[int, int] = (8, 0),
        extra: bytes = b"", level: int = 9, interlaced: bool = False) -> bytes:  # fmt: skip
    """A PNG of filtered rows `raw`; `kind` is bit depth and color type, `extra` whole chunks before the pixels."""
    packer = zlib.compressobj(level)
    packed = b"".join([*map(packer.compress, [raw] if isinstance(raw, bytes) else raw), packer.flush()])
    header = struct.pack(">IIBBBBB", width, height, *kind, 0, 0, interlaced)
    chunks = png_chunk(b"IHDR", header) + extra + png_chunk(b"IDAT", packed) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def png_chunk(kind: bytes, body: bytes) -> bytes:
    """Length, kind, body and checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_bomb(side: int = 16_000) -> bytes:
    """A picture of one color: some 30 KB, as float32 RGB 3 GB."""
    row = bytes(1 + side // 8)
    return png(side, side, (row for _ in range(side)), (1, 0))


def png_text_bomb(kind: bytes, mebibytes: int = 64) -> bytes:
    """A tiny picture with a text or profile that unpacks to that much; kind is zTXt, iTXt or iCCP."""
    packed = zlib.compress(bytes(mebibytes << 20), 9)
    head = {b"zTXt": b"k\0\0", b"iTXt": b"k\0\1\0\0\0", b"iCCP": b"k\0\0"}[kind]
    return png(2, 1, b"\0\x0a\xc8", extra=png_chunk(kind, head + packed))


def png_of_empty_chunks(count: int = 200_000) -> bytes:
    """A tiny picture in the last of very many chunks of pixels."""
    return png(2, 1, b"\0\x0a\xc8", extra=png_chunk(b"IDAT", b"") * count)


def webp_bomb(side: int = 16_383) -> bytes:
    """A lossless picture of one color in 32 bytes: every pixel takes 0 bits."""
    shape = struct.pack("<I", (side - 1) | (side - 1) << 14)  # then alpha and version, all 0
    no_transform_no_cache_one_group, code_of_one_symbol = "000", "1000"
    bits = no_transform_no_cache_one_group + code_of_one_symbol * 5
    body = b"\x2f" + shape + int(bits[::-1], 2).to_bytes(5, "little")
    chunk = b"WEBPVP8L" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(chunk)) + chunk


def webp_canvas_bomb() -> bytes:
    """A small picture on a canvas that is announced as 16,777,216 pixels a side."""
    inner = picture("WEBP")[12:]
    chunk = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + b"\xff" * 6 + inner
    return b"RIFF" + struct.pack("<I", len(chunk)) + chunk


def gif(width: int, height: int, frames: Iterable[bytes], before: bytes = b"") -> bytes:
    """A GIF with a palette of black and white."""
    palette = b"\0\0\0\xff\xff\xff"
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\0\0" + palette + before + b"".join(frames) + b";"


def gif_frame(left: int = 0, top: int = 0, side: tuple[int, int] = (1, 1), black: bool = False) -> bytes:
    """One frame of one pixel, whatever size it claims."""
    return b"," + struct.pack("<4H", left, top, *side) + b"\0\x02\x02" + (b"\x44" if black else b"\x4c") + b"\x01\0"


def gif_of_frames(count: int = 100_000) -> bytes:
    """Very many frames of one pixel on a large screen."""
    return gif(4000, 4000, [b"\x21\xf9\x04\x08\0\0\0\0" + gif_frame(), gif_frame() * (count - 1)])


def gif_of_comments(count: int = 300_000) -> bytes:
    """A picture after a comment of very many blocks of two bytes."""
    return gif(1, 1, [gif_frame()], before=b"\x21\xfe" + b"\x02hi" * count + b"\0")


def bmp(width: int, height: int, pixels: bytes, bits: int = 8, compression: int = 0) -> bytes:
    """A BMP with a gray palette where it has one; `height` may be negative (top row first)."""
    palette = b"".join(bytes((i, i, i, 0)) for i in range(256)) if bits == 8 else b""
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, len(pixels), 0, 0, 0, 0)
    return (
        b"BM" + struct.pack("<IHHI", 54 + len(palette) + len(pixels), 0, 0, 54 + len(palette)) + head + palette + pixels
    )


def bmp_of_nothing(length: int = 300_000) -> bytes:
    """A run-length picture whose runs never get anywhere."""
    return bmp(4000, 4000, b"\xff\0" * 16 + b"\xff\0" * length, compression=1)


def tiff(entries: dict[int, tuple[int, tuple[int, ...]]], pixels: bytes, order: str = "<", after: int = 0) -> bytes:
    """A TIFF of one directory: tag -> (type, numbers); the pixels start at byte 8. `after` is the next directory."""
    codes = {1: "B", 3: "H", 4: "I", 11: "f"}
    tail, table, start = b"", b"", 8 + len(pixels)
    size = 2 + 12 * len(entries) + 4
    for tag, (kind, numbers) in sorted(entries.items()):
        value = struct.pack(f"{order}{len(numbers)}{codes[kind]}", *numbers)
        place = struct.pack(order + "I", start + size + len(tail)) if len(value) > 4 else value.ljust(4, b"\0")
        tail += value if len(value) > 4 else b""
        table += struct.pack(order + "HHI", tag, kind, len(numbers)) + place
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, start)
    return head + pixels + struct.pack(order + "H", len(entries)) + table + struct.pack(order + "I", after) + tail


def gray_tiff(width: int, height: int, pixels: bytes, **more: tuple[int, tuple[int, ...]]) -> bytes:
    """8-bit gray in one strip; `more` replaces or adds entries, as t278=(4, (1,))."""
    entries = {
        256: (4, (width,)), 257: (4, (height,)), 258: (3, (8,)), 259: (3, (1,)), 262: (3, (1,)), 273: (4, (8,)),
        277: (3, (1,)), 278: (4, (height,)), 279: (4, (len(pixels),)),
    }  # fmt: skip
    return tiff(entries | {int(tag[1:]): entry for tag, entry in more.items()}, pixels)


def tiff_bomb(side: int = 16_000) -> bytes:
    """A deflated picture of one color."""
    packed = zlib.compress(bytes(side * side // 8), 9)
    return gray_tiff(side, side, packed, t258=(3, (1,)), t259=(3, (8,)))


def tiff_of_strips(count: int = 1_000_000) -> bytes:
    """A tiny picture with very many strips, all at the same place."""
    return gray_tiff(2, 2, b"\1\2\3\4", t273=(4, (8,) * count), t278=(4, (1,)), t279=(4, (2,) * count))


def tiff_painted_over(times: int = 20_000) -> bytes:
    """A large picture whose strips cover all of it but a row, again and again."""
    return gray_tiff(4000, 4000, bytes(4000), t273=(4, (8,) * times), t278=(4, (3999,)), t279=(4, (4000,) * times))


def tiff_of_a_huge_tile() -> bytes:
    """One pixel in a deflated tile of 65,520 x 65,520."""
    size = {"t322": (4, (65_520,)), "t323": (4, (65_520,)), "t324": (4, (8,)), "t325": (4, (100,))}
    return gray_tiff(1, 1, zlib.compress(bytes(100)), t259=(3, (8,)), **size)


def tiff_in_circles() -> bytes:
    """Its second directory is its first."""
    data = gray_tiff(2, 2, b"\1\2\3\4")
    return data[:-4] + struct.pack("<I", 12)


def tiff_with_float(number: float) -> bytes:
    """Two float pixels, the second that number."""
    return gray_tiff(2, 1, struct.pack("<ff", 0.5, number), t258=(3, (32,)), t339=(3, (3,)))


def jpeg_of_scans(count: int = 1000, side: int = 1024) -> bytes:
    """A progressive picture that is refined again and again, a pass over all blocks each time."""
    file = io.BytesIO()
    Image.new("L", (side, side), 90).save(file, "JPEG", progressive=True)
    data = file.getvalue()
    last = data.rindex(b"\xff\xc4", 0, data.rindex(b"\xff\xda"))
    return data[:-2] + data[last:-2] * count + b"\xff\xd9"


def jpeg_that_lies(width: int, height: int) -> bytes:
    """A small picture that says it has this size."""
    data = picture("JPEG")
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + struct.pack(">HH", height, width) + data[at + 4 :]


def zip_file() -> bytes:
    """A ZIP with one file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("photo.png", picture("PNG"))
    return file.getvalue()


def exif(turn: int, order: str = "<", kind: int = 3) -> bytes:
    """An EXIF block that says which way is up."""
    value = struct.pack(order + ("HH" if kind == 3 else "I"), *((turn, 0) if kind == 3 else (turn,)))
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "HIH", 42, 8, 1)
    return b"Exif\0\0" + head + struct.pack(order + "HHI", 274, kind, 1) + value + bytes(4)


def cut(data: bytes, share: float) -> bytes:
    """The first part of a file."""
    return data[: int(len(data) * share)]


WRONG_TYPES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is empty"),
    "one-byte": (b"\x89", "first 1 bytes"),
    "zeros": (bytes(5000), "nothing but zeros"),
    "text": (b"This is not a picture.", "is text"),
    "spanish-text": ("Esto no es una imagen, señor.".encode(), "is text"),
    "html": (b"<!doctype html><script>alert(1)</script>", "web page"),
    "html-later": (b"\xef\xbb\xbf <!-- saved -->\n<?xml version='1.0'?>\n<HTML lang=es>", "web page"),
    "page-then-picture": (b"<html>" + picture("PNG"), "web page"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9"/></svg>', "SVG"),
    "svg-later": (b'<?xml version="1.0"?><!-- A --><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN">', "SVG"),
    "pdf": (b"%PDF-1.7\n1 0 obj << >> endobj\n%%EOF", "PDF"),
    "postscript": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n", "PostScript"),
    "zip": (zip_file(), "ZIP"),
    "word": (b"PK\3\4" + bytes(26) + b"word/document.xml", "Office"),
    "photoshop": (b"8BPS\0\1" + bytes(40), "Photoshop"),
    "jpeg-xl": (b"\xff\x0a" + bytes(30), "JPEG XL"),
    "jpeg-xl-in-boxes": (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
    "video": (b"\0\0\0\x18ftypmp42\0\0\0\0isommp42", "video"),
    "old-video": (b"RIFF\x24\0\0\0AVI LIST", "video"),
    "sound": (b"RIFF\x24\0\0\0WAVEfmt ", "sound"),
    "canon-raw": (b"\0\0\0\x18ftypcrx \0\0\0\1crx isom", "raw file"),
    "fuji-raw": (b"FUJIFILMCCD-RAW 0201FF", "raw file"),
    "phone-png": (b"\x89PNG\r\n\x1a\n\0\0\0\4CgBI\x50\0\x20\2" + picture("PNG")[8:], "CgBI"),
    "web-archive": (b"From: <Saved by Blink>\r\nSnapshot-Content-Location: https://example.org", "web page"),
    "numpy": (b"\x93NUMPY\1\0", "NumPy"),
    "pickle": (b"\x80\x04\x95\x1d\0\0\0\0\0\0\0\x8c\x05posix", "none of the formats"),
}  # with words of the sentence that answers them

REFUSED: dict[str, Callable[[], bytes]] = {
    "png-bomb": png_bomb,
    "png-of-no-size": lambda: png(0, 0, b""),
    "png-of-no-height": lambda: png(4, 0, b""),
    "png-of-a-billion-columns": lambda: png(2**31 - 1, 1, b"\0"),
    "png-of-empty-chunks": png_of_empty_chunks,
    "webp-bomb": webp_bomb,
    "webp-canvas-bomb": webp_canvas_bomb,
    "gif-of-a-large-screen": lambda: gif(65_535, 65_535, [gif_frame()]),
    "gif-of-a-far-frame": lambda: gif(1, 1, [gif_frame(60_000, 60_000)]),
    "gif-of-a-lying-frame": lambda: gif(1000, 1000, [gif_frame(side=(1000, 1000))]),
    "gif-that-is-a-script": lambda: b"GIF89a/*" + bytes(40) + b"*/=1;alert(1)",
    "gif-without-frames": lambda: gif(4, 4, []),
    "bmp-of-a-large-size": lambda: bmp(60_000, 60_000, b"\0" * 64),
    "bmp-of-a-large-negative-height": lambda: bmp(4000, -16_000_000, b"\0" * 64),
    "bmp-of-a-negative-width": lambda: bmp(-4, 4, b"\0" * 64),
    "bmp-of-nothing": bmp_of_nothing,
    "bmp-of-much-nothing": lambda: bmp_of_nothing(2_200_000),
    "tiff-bomb": tiff_bomb,
    "tiff-of-strips": tiff_of_strips,
    "tiff-painted-over": tiff_painted_over,
    "tiff-of-a-huge-tile": tiff_of_a_huge_tile,
    "tiff-of-nan": lambda: tiff_with_float(float("nan")),
    "tiff-of-infinity": lambda: tiff_with_float(float("inf")),
    "tiff-of-a-far-directory": lambda: b"II*\0" + b"\xff\xff\xff\xff" + bytes(40),
    "jpeg-of-scans": jpeg_of_scans,
    "jpeg-that-claims-65500": lambda: jpeg_that_lies(65_500, 65_500),
    "jpeg-of-no-size": lambda: jpeg_that_lies(0, 0),
}

HARMLESS: dict[str, Callable[[], bytes]] = {
    "png-text-bomb": lambda: png_text_bomb(b"zTXt"),
    "png-international-text-bomb": lambda: png_text_bomb(b"iTXt"),
    "png-profile-bomb": lambda: png_text_bomb(b"iCCP"),
    "png-that-is-a-zip": lambda: picture("PNG") + zip_file(),
    "gif-of-frames": gif_of_frames,
    "gif-of-comments": gif_of_comments,
    "gif-of-a-tiny-frame": lambda: gif(30, 20, [gif_frame(28, 19)]),
    "jpeg-that-claims-more-rows": lambda: jpeg_that_lies(24, 16_000),
    "tiff-in-circles": tiff_in_circles,
}
