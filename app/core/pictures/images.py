"""Picture files: from the bytes of an upload to levels, and from levels to the bytes of a new file.

What a file may cost is decided from its header, before a pixel is decoded; its type from its bytes, never
from a name. It does not know HTTP, or what is done with the levels.
"""

import io
import math
import warnings
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Literal

import numpy as np
import torch
from PIL import Image, ImageFile, UnidentifiedImageError
from torch import Tensor

from app.core.errors import N_, DamagedPicture, InvalidValue, PictureError, PictureTooLarge, UnsupportedPicture
from app.core.pictures import levels
from app.core.pictures.containers.containers import CUT_OFF, isolate
from app.core.pictures.containers.directories import UPRIGHT
from app.core.pictures.containers.first import First
from app.core.pictures.containers.signatures import sniff
from app.core.pictures.costs import Size, check_memory, check_size, check_tiles, held
from app.core.pictures.heif import HeifPicture
from app.core.pictures.numbers import depth, read_numbers
from app.core.pictures.sample_levels import read_sample
from app.core.pictures.uploads import FILE_TOO_LARGE, Origin, PictureLimits, Upload

# PNG's level 1 takes a third of the default's time for a tenth more bytes; JPEG keeps full color at edges.
_SAVE: dict[str, dict[str, int]] = {
    "png": {"compress_level": 1},
    "jpeg": {"quality": 90, "subsampling": 0},
    "webp": {"quality": 90, "method": 0},
}
WEBP_SIDE = 16_383

_SPARE = 2  # pixels read along a side for each that is wanted, where decoding or reducing skips the others
_FILLERS = (b"\0" * 64 + b"\xff\xd9", b"\xa5\x5a" * 32 + b"\xff\xd9")  # what may follow in a JPEG without an end
_DAMAGED = N_(
    "The picture is damaged, or stored in a way that is not read here. Copy it again, or save it anew, as PNG for "
    "example."
)
_ORIENTATION = 274

Image.MAX_IMAGE_PIXELS = None  # Pillow's own limit warns, and far too late; ours is checked before pixels are decoded


@dataclass(frozen=True, slots=True)
class Picture(Origin):
    """A decoded picture, and what its file held; the size is that of the whole upright picture, before `max_side`."""

    levels: Tensor = field(kw_only=True)  # H x W x C, 0 to 255; uint8 where the file holds 8 bits, else float32


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
    What is reduced, by either, may have `limits.reduced_pixels`.
    """
    if len(data) > limits.bytes:
        raise PictureTooLarge(FILE_TOO_LARGE, field="image", value=len(data), limit=limits.bytes)
    form = sniff(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Pillow remarks on metadata and odd files is for its developers
        try:
            return _decode(isolate(data, form), form, _Wish(limits, gray, max_side, enough))
        except (PictureError, MemoryError):
            raise
        except UnidentifiedImageError as error:
            raise UnsupportedPicture(
                N_("The file stores its picture in a way that is not read here. Save it anew, as PNG for example."),
                field="image",
            ) from error
        except Exception as error:  # whatever decoders make of hostile bytes
            raise DamagedPicture(CUT_OFF if "truncated" in str(error) else _DAMAGED, field="image") from error


@dataclass(frozen=True, slots=True)
class _Wish:
    """How a picture is to be read."""

    limits: PictureLimits
    gray: bool
    max_side: int | None
    enough: int | None

    def is_large(self, size: Size) -> bool:
        """Whether so many pixels are never there at once."""
        return size[0] * size[1] > self.limits.pixels

    def result(self, size: Size) -> Size:
        """What an upright picture of that size is reduced to."""
        if self.max_side:
            return _fit(size, self.max_side)
        if not self.enough or not self.is_large(size):
            return size
        share = min(_SPARE * self.enough / min(size), math.sqrt(self.limits.pixels / (size[0] * size[1])))
        return _fit(size, int(max(size) * share))


def _decode(first: First, form: str, wish: _Wish) -> Picture:
    for said in filter(None, (first.canvas, first.largest)):
        check_size(said, wish.limits, wish.result(said))
    with closing(HeifPicture(first.data) if form == "HEIF" else _open(first, form)) as image:
        stored = image.width // (first.layers.samples if first.layers else 1), image.height
        size = first.canvas or stored
        turn = _turn(first, image)
        upright = size[::-1] if turn >= 5 else size
        result = wish.result(upright)
        check_size(size, wish.limits, result)
        if size != stored:
            check_size(stored, wish.limits)
        mode = first.layers.meaning if first.layers else image.mode
        bits = image.depth if isinstance(image, HeifPicture) else depth(image)
        numbers = _read(image, first, form, wish, stored, result[::-1] if turn >= 5 else result)
        if size == stored:
            target = result if wish.max_side or wish.is_large((numbers.width, numbers.height)) else None
            pixels = levels.read_levels(numbers, turn, target, wish.gray)
        else:
            pixels = _on_canvas(levels.read_levels(numbers), first)
            pixels = levels.reduce(levels.to_gray(pixels) if wish.gray else pixels, result)
        channels = levels.count_channels(numbers)
    return Picture(form, mode, *upright, bits, numbers.alpha, channels, first.profile, levels=torch.from_numpy(pixels))


def _read(
    image: ImageFile.ImageFile | HeifPicture, first: First, form: str, wish: _Wish, size: Size, result: Size
) -> levels.Numbers:
    """The numbers of a picture of that size that is to be reduced to `result`; of a JPEG perhaps fewer of them."""
    if isinstance(image, HeifPicture):
        check_memory(size, image.held, wish.limits)
        return image.read_numbers()
    check_tiles(image)
    if not first.is_closed:
        _check_end(first)
    if wish.enough:
        image.draft(None, (wish.enough, wish.enough))
    elif wish.is_large(size):
        image.draft(None, (_SPARE * result[0], _SPARE * result[1]))
    check_memory(size, held(image, first, size), wish.limits)
    return read_numbers(image, lambda place: _open(first, form, place), first.layers)


def _open(first: First, form: str, place: int = 0) -> ImageFile.ImageFile:
    """Reads the header only."""
    end = b"" if first.is_closed else _FILLERS[0]
    return Image.open(io.BytesIO(first.files[place] + end), formats=[first.form or form])


def _check_end(first: First) -> None:
    """A JPEG without its last marker has all its pixels where they do not depend on what follows."""
    digests = set()
    for filler in _FILLERS:
        with Image.open(io.BytesIO(first.data + filler), formats=["JPEG"]) as image:
            image.load()
            digest = blake2b()
            for box in levels.bands(*image.size):
                digest.update(image.crop(box).tobytes())
        digests.add(digest.digest())
    if len(digests) > 1:
        raise DamagedPicture(CUT_OFF, field="image")


def _turn(first: First, image: ImageFile.ImageFile | HeifPicture) -> int:
    """EXIF's; of AVIF, what Pillow makes of the boxes that say it."""
    if isinstance(image, HeifPicture) or image.format != "AVIF":
        return first.turn
    said = image.getexif().get(_ORIENTATION, UPRIGHT)
    return said if said in range(1, 9) else UPRIGHT


def _on_canvas(pixels: levels.Pixels, first: First) -> levels.Pixels:
    """The picture at its place on a white canvas."""
    width, height = first.canvas or (0, 0)
    left, top = first.place
    canvas = np.full((height, width, pixels.shape[2]), 255, pixels.dtype)
    canvas[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
    return canvas


def _fit(size: Size, max_side: int) -> Size:
    """The size with the same proportions and no side longer than `max_side`; never larger."""
    longest = max(size)
    if longest <= max_side:
        return size
    width, height = (max(1, round(side * max_side / longest)) for side in size)
    return width, height


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
