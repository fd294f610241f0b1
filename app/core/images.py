"""Picture files: from the bytes of an upload to levels, and from levels to the bytes of a new file.

What a file may cost is decided from its header, before a pixel is decoded; its type from its bytes, never
from a name. It does not know HTTP, or what is done with the levels.
"""

import io
import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from app.core.errors import N_, DamagedPicture, PictureTooLarge, UnsupportedPicture
from app.core.levels import Pixels, read_levels, to_gray

FORMATS: tuple[str, ...] = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
_SIGNATURES = {
    "PNG": (b"\x89PNG\r\n\x1a\n",),
    "JPEG": (b"\xff\xd8\xff",),
    "GIF": (b"GIF87a", b"GIF89a"),
    "BMP": (b"BM",),
    "TIFF": (b"II\x2a\x00", b"MM\x00\x2a", b"II\x2b\x00", b"MM\x00\x2b"),
}

Image.MAX_IMAGE_PIXELS = None  # Pillow's own limit warns, and far too late; ours is checked before pixels are decoded


@dataclass(frozen=True, slots=True)
class Limits:
    """What a picture's file may hold."""

    bytes: int = 20 * 1024 * 1024
    pixels: int = 16_777_216
    side: int = 16_384


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded picture."""

    levels: Tensor  # H x W x C, 0 to 255; uint8 where the file holds 8 bits, else float32
    format: str  # one of FORMATS
    mode: str  # Pillow's name for what the file holds, such as "P" or "CMYK"
    width: int  # of the whole upright picture, before `max_side`
    height: int
    depth: str  # such as "8-bit", "16-bit" or "float"


def decode(data: bytes, limits: Limits, *, gray: bool = False, max_side: int | None = None) -> Picture:
    """The first picture in a file, upright, reduced to `max_side` if it is larger; raises PictureError."""
    if len(data) > limits.bytes:
        raise PictureTooLarge(
            N_("The picture's file has %(value)d bytes; at most %(limit)d are accepted."),
            field="image", value=len(data), limit=limits.bytes,
        )  # fmt: skip
    form = _sniff(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _decode(data, form, limits, gray, max_side)
    except (PictureTooLarge, DamagedPicture, UnsupportedPicture):
        raise
    except Exception as error:  # whatever a decoder makes of hostile bytes
        raise DamagedPicture(
            N_("The picture is damaged, or stored in a way that is not read here."), field="image"
        ) from error


def _decode(data: bytes, form: str, limits: Limits, gray: bool, max_side: int | None) -> Picture:
    with Image.open(io.BytesIO(data), formats=[form]) as opened:
        _check_size(*opened.size, limits)
        mode = opened.mode
        image = ImageOps.exif_transpose(opened)
        levels = read_levels(image)
        width, height = image.size
    if gray:
        levels = to_gray(levels)
    levels = _reduce(levels, max_side)
    depth = "float" if mode == "F" else "16-bit" if mode.startswith("I;16") else "32-bit" if mode == "I" else "8-bit"
    return Picture(torch.from_numpy(levels), form, mode, width, height, depth)


def _sniff(data: bytes) -> str:
    for form, signatures in _SIGNATURES.items():
        if data.startswith(signatures):
            return form
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    raise UnsupportedPicture(
        N_("This file is none of the formats that are read here: %(allowed)s."),
        field="image", allowed="PNG, JPEG, WebP, GIF, BMP, TIFF",
    )  # fmt: skip


def _check_size(width: int, height: int, limits: Limits) -> None:
    if max(width, height) > limits.side:
        raise PictureTooLarge(
            N_("The picture is %(size)s pixels; a side has at most %(limit)d."),
            field="image", size=f"{width} x {height}", limit=limits.side,
        )  # fmt: skip
    if width * height > limits.pixels:
        raise PictureTooLarge(
            N_("The picture is %(size)s = %(value)d pixels; at most %(limit)d are accepted."),
            field="image", size=f"{width} x {height}", value=width * height, limit=limits.pixels,
        )  # fmt: skip


def _reduce(levels: Pixels, max_side: int | None) -> Pixels:
    height, width = levels.shape[:2]
    longest = max(width, height)
    if max_side is None or longest <= max_side:
        return levels
    size = max(1, round(width * max_side / longest)), max(1, round(height * max_side / longest))
    box = Image.Resampling.BOX
    if levels.dtype == np.uint8:
        small = np.array(Image.fromarray(levels.squeeze(2) if levels.shape[2] == 1 else levels).resize(size, box))
        return small.reshape(*small.shape[:2], -1)
    return np.stack([np.asarray(Image.fromarray(part).resize(size, box)) for part in np.moveaxis(levels, 2, 0)], axis=2)


def encode(levels: Tensor, form: Literal["png", "jpeg", "webp"]) -> bytes:
    """A new file of uint8 H x W x C levels, without any metadata."""
    array = levels.contiguous().numpy()
    image = Image.fromarray(array.squeeze(2) if array.shape[2] == 1 else array)
    options = {"png": {"compress_level": 1}, "jpeg": {"quality": 90}, "webp": {"quality": 90, "method": 0}}[form]
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def encode_npy(values: Tensor) -> bytes:
    """A NumPy .npy file (format 1.0) of float32 H x W x C values."""
    file = io.BytesIO()
    np.lib.format.write_array(file, values.contiguous().numpy().astype("<f4", copy=False), version=(1, 0))
    return file.getvalue()
