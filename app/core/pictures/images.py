"""Picture files: from the bytes of an upload to levels, and from levels to the bytes of a new file.

What a file may cost is decided from its header, before a pixel is decoded; its type from its bytes, never
from a name. It does not know HTTP, or what is done with the levels.
"""

import io
import warnings
from contextlib import closing
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from PIL import Image, ImageFile, UnidentifiedImageError
from torch import Tensor

from app.core.errors import N_, DamagedPicture, InvalidValue, PictureError, PictureTooLarge, UnsupportedPicture
from app.core.pictures import levels
from app.core.pictures.containers import First, isolate
from app.core.pictures.sample_levels import read_sample
from app.core.pictures.uploads import PictureLimits, Upload

_SIGNATURES = {
    "PNG": (b"\x89PNG\r\n\x1a\n",),
    "JPEG": (b"\xff\xd8\xff",),
    "GIF": (b"GIF87a", b"GIF89a"),
    "BMP": (b"BM",),
    "TIFF": (b"II\x2a\x00", b"MM\x00\x2a", b"II\x2b\x00", b"MM\x00\x2b"),
}

# PNG's level 1 takes a third of the default's time for a tenth more bytes; JPEG keeps full color at edges.
_SAVE: dict[str, dict[str, int]] = {
    "png": {"compress_level": 1},
    "jpeg": {"quality": 90, "subsampling": 0},
    "webp": {"quality": 90, "method": 0},
}
WEBP_SIDE = 16_383
_TILE_WIDTH, _TILE_LENGTH = 322, 323  # TIFF's tags
_MOST_CHANNELS = 6
_SPARE_TILE = 1 << 20  # pixels by which one tile may be larger than the picture

Image.MAX_IMAGE_PIXELS = None  # Pillow's own limit warns, and far too late; ours is checked before pixels are decoded


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded picture."""

    levels: Tensor  # H x W x C, 0 to 255; uint8 where the file holds 8 bits, else float32
    format: str  # one of FORMATS
    mode: str  # Pillow's name for what the file holds, such as "P" or "CMYK"
    width: int  # of the whole upright picture, before `max_side`
    height: int
    depth: str  # such as "8-bit", "16-bit" or "float"


def read_upload(upload: Upload, enough: int | None = None) -> Picture:
    """The picture's levels; raises PictureError. See `decode` for what `enough` pixels a side save."""
    return decode(upload.data, upload.limits, gray=upload.gray, max_side=upload.max_side, enough=enough)


def open_sample(name: str) -> Tensor:
    """uint8 H x W x C of a bundled picture, its own copy; InvalidValue if there is none."""
    return torch.from_numpy(read_sample(name).copy())


def decode(
    data: bytes, limits: PictureLimits, *, gray: bool = False, max_side: int | None = None, enough: int | None = None
) -> Picture:
    """The first picture in a file, upright, reduced so that no side is longer than `max_side`. Raises PictureError.

    `gray` gives one channel by Pillow's weights for L; what is gray in the file has one channel in any case. Where
    sides of `enough` pixels are, a JPEG may come at 1/2, 1/4 or 1/8 of its size: 12 megapixels in a sixth of the time.
    """
    if len(data) > limits.bytes:
        raise PictureTooLarge(
            N_("The picture's file has %(value)d bytes; at most %(limit)d are accepted."),
            field="image", value=len(data), limit=limits.bytes,
        )  # fmt: skip
    form = _sniff(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Pillow remarks on metadata and odd files is for its developers
        try:
            return _decode(isolate(data, form), form, limits, gray, max_side, enough)
        except (PictureError, MemoryError):
            raise
        except UnidentifiedImageError as error:
            raise UnsupportedPicture(
                N_("The file stores its picture in a way that is not read here. Save it anew, as PNG for example."),
                field="image",
            ) from error
        except Exception as error:  # whatever decoders make of hostile bytes
            raise DamagedPicture(
                N_("The picture is damaged, or stored in a way that is not read here."), field="image"
            ) from error


def _decode(
    first: First, form: str, limits: PictureLimits, gray: bool, max_side: int | None, enough: int | None
) -> Picture:
    if first.canvas:
        _check_size(first.canvas, limits)
    with closing(_open(first, form)) as image:  # which frees Pillow's pixels too
        decoded = image.width // (first.layers.samples if first.layers else 1), image.height
        _check_size(decoded, limits)
        _check_tiles(image)
        size = first.canvas or decoded
        upright = size[::-1] if first.turn >= 5 else size
        mode, depth = first.layers.meaning if first.layers else image.mode, levels.depth(image)
        if enough:
            image.draft(None, (enough, enough))
        pixels = levels.read_levels(image, lambda place: _open(first, form, place), first.turn, first.layers)
    if size != decoded:
        pixels = _on_canvas(pixels, first)
    if gray:
        pixels = levels.to_gray(pixels)
    whole = (pixels.shape[1], pixels.shape[0]) if enough else upright
    reduced = _fit(whole, max_side or max(whole))
    if reduced != (pixels.shape[1], pixels.shape[0]):
        pixels = levels.reduce(pixels, reduced)
    return Picture(torch.from_numpy(pixels), form, mode, *upright, depth)


def _open(first: First, form: str, place: int = 0) -> ImageFile.ImageFile:
    """Reads the header only."""
    return Image.open(io.BytesIO(first.files[place]), formats=[form])


def _on_canvas(pixels: levels.Pixels, first: First) -> levels.Pixels:
    """The picture at its place on a white canvas."""
    width, height = first.canvas or (0, 0)
    left, top = first.place
    canvas = np.full((height, width, pixels.shape[2]), 255, pixels.dtype)
    canvas[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
    return canvas


def _fit(size: tuple[int, int], max_side: int) -> tuple[int, int]:
    """The size with the same proportions and no side longer than `max_side`; never larger."""
    longest = max(size)
    if longest <= max_side:
        return size
    width, height = (max(1, round(side * max_side / longest)) for side in size)
    return width, height


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


def _check_size(size: tuple[int, int], limits: PictureLimits) -> None:
    width, height = size
    if max(size) > limits.side:
        raise PictureTooLarge(
            N_("The picture is %(size)s pixels; a side has at most %(limit)d."),
            field="image", size=f"{width} x {height}", limit=limits.side,
        )  # fmt: skip
    if width * height > limits.pixels:
        raise PictureTooLarge(
            N_("The picture is %(size)s = %(value)d pixels; at most %(limit)d are accepted."),
            field="image", size=f"{width} x {height}", value=width * height, limit=limits.pixels,
        )  # fmt: skip


def _check_tiles(image: ImageFile.ImageFile) -> None:
    """A TIFF's strips or tiles may paint each pixel once a channel, and a tile is hardly larger than the picture."""
    area = image.width * image.height
    painted = sum(
        (tile.extents[2] - tile.extents[0]) * (tile.extents[3] - tile.extents[1]) for tile in image.tile if tile.extents
    )
    tags = getattr(image, "tag_v2", {})
    tile_area = tags.get(_TILE_WIDTH, 0) * tags.get(_TILE_LENGTH, 0)
    if painted > _MOST_CHANNELS * area or tile_area > area + _SPARE_TILE:
        raise DamagedPicture(N_("The picture's tiles do not fit its size."), field="image")


def encode(pixels: Tensor, form: Literal["png", "jpeg", "webp"]) -> bytes:
    """A new file of uint8 H x W x C levels, C = 1 or 3, without any metadata. Raises InvalidValue."""
    height, width, channels = pixels.shape
    if form == "webp" and max(height, width) > WEBP_SIDE:
        raise InvalidValue(
            N_("The result is %(size)s pixels; a WebP side has at most %(limit)d. Choose another format."),
            field="format", size=f"{width} x {height}", limit=WEBP_SIDE,
        )  # fmt: skip
    array = pixels.contiguous().numpy()
    file = io.BytesIO()
    Image.fromarray(array.squeeze(2) if channels == 1 else array).save(file, form, **_SAVE[form])
    return file.getvalue()


def encode_npy(values: Tensor) -> bytes:
    """A NumPy .npy file (format 1.0) of float32 H x W x C values, little-endian."""
    file = io.BytesIO()
    np.lib.format.write_array(file, values.contiguous().numpy().astype("<f4", copy=False), version=(1, 0))
    return file.getvalue()
