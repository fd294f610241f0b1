"""From an opened picture of any Pillow mode to its levels: H x W x C, C = 1 or 3, 0 to 255.

uint8 where the file holds 8 bits a channel, else float32. What is transparent is laid over white. The pixels
are converted a band of rows at a time, straight to where they belong in the upright result, so that beside
Pillow's picture and the result nothing large is made. It does not know files or limits.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageFile

from app.core.errors import N_, DamagedPicture
from app.core.pictures.bit_depth import alpha_is_unused, deep_bands, is_deep, packing, prepare
from app.core.pictures.tiff_planes import Layers
from app.core.pictures.transparency import SEEN_THROUGH, over_white

Pixels = NDArray[Any]  # height x width x channels
Convert = Callable[[Image.Image], Pixels]

_BAND = 1 << 18  # pixels at a time
_BITS, _WHITE_IS, _SAMPLE_FORMAT = 258, 262, 339  # TIFF's BitsPerSample, PhotometricInterpretation, SampleFormat
_GRAY_WEIGHTS = np.array([19595, 38470, 7471], np.uint32)  # Pillow's for L, in 65536ths


def read_levels(
    image: ImageFile.ImageFile, again: Callable[[int], ImageFile.ImageFile], turn: int = 1, layers: Layers | None = None
) -> Pixels:
    """All pixels of a picture that is open, not loaded, upright. Raises what Pillow raises, and DamagedPicture.

    `again(0)` opens the same picture once more, where Pillow decodes only half of each number at a time; `again(1)`
    and so on the other planes of `layers`. `turn` is EXIF's orientation.
    """
    width, height = image.width // (layers.samples if layers else 1), image.height
    rows = max(1, _BAND // image.width)
    deep = is_deep(image)
    result: Pixels = np.empty((0, 0, 0))
    stored = result
    if layers:
        bands = _layered([image, *map(again, range(1, len(layers.files)))], layers, rows)
    else:
        prepare(image)
        bands = deep_bands(image, again(0), rows) if deep else _bands(image, rows)
    for number, band in enumerate(bands):
        pixels = band.reshape(len(band), width, -1)
        if number == 0:
            shape = (width, height) if turn >= 5 else (height, width)
            result = np.empty((*shape, pixels.shape[2]), pixels.dtype)
            stored = _as_stored(result, turn)
        stored[number * rows : (number + 1) * rows] = pixels
    return result if result.dtype == np.uint8 else _to_levels(result, image, deep)


def depth(image: ImageFile.ImageFile) -> str:
    """How the file holds a channel, in words; `image` is open, not loaded."""
    if image.mode in ("1", "F"):
        return {"1": "1-bit", "F": "float"}[image.mode]
    if is_deep(image):
        return "16-bit"
    bits = _tag(image, _BITS, {"I": 32, "I;": 16}.get(image.mode[:2], 8))
    return f"{max(bits, 8)}-bit"


def to_gray(levels: Pixels) -> Pixels:
    """One channel by Pillow's integer weights for L; gray stays as it is."""
    if levels.shape[2] == 1:
        return levels
    result = np.empty((*levels.shape[:2], 1), levels.dtype)
    rows = max(1, _BAND // levels.shape[1])
    for top in range(0, len(levels), rows):
        gray: Pixels = levels[top : top + rows] @ _GRAY_WEIGHTS
        result[top : top + rows, :, 0] = gray + 0x8000 >> 16 if levels.dtype == np.uint8 else gray / 65536
    return result


def reduce(levels: Pixels, size: tuple[int, int]) -> Pixels:
    """The mean over the box that each pixel of `size` (width, height) covers, by Pillow's BOX filter."""
    box = Image.Resampling.BOX
    if levels.dtype == np.uint8:
        small = np.array(Image.fromarray(levels.squeeze(2) if levels.shape[2] == 1 else levels).resize(size, box))
        return small.reshape(size[1], size[0], -1)
    parts = [np.asarray(Image.fromarray(levels[..., i]).resize(size, box)) for i in range(levels.shape[2])]
    return np.stack(parts, axis=2)


def _as_stored(upright: Pixels, turn: int) -> Pixels:
    """The upright array as the file stores it: a view, so that writing rows to it turns them."""
    down = -1 if turn in (3, 4, 7, 8) else 1
    across = -1 if turn in (2, 3, 6, 7) else 1
    flipped = upright[::down, ::across]
    return flipped.swapaxes(0, 1) if turn >= 5 else flipped


def _bands(image: ImageFile.ImageFile, rows: int) -> Iterator[Pixels]:
    convert = _converter(image)
    image.load()
    for top in range(0, image.height, rows):
        whole = rows >= image.height
        yield convert(image if whole else image.crop((0, top, image.width, min(top + rows, image.height))))


def _layered(images: Sequence[ImageFile.ImageFile], layers: Layers, rows: int) -> Iterator[Pixels]:
    """Pixel by pixel what the file keeps in gray, on white."""
    for image in images:
        prepare(image)

    def bands() -> Iterator[Pixels]:
        for parts in zip(*(_bands(image, rows) for image in images), strict=True):
            yield np.concatenate([part.reshape(len(part), -1, layers.samples) for part in parts], axis=2)

    meaning = layers.meaning
    if meaning in SEEN_THROUGH and not any(band[..., len(meaning) - 1].any() for band in bands()):
        meaning = meaning[:-1]  # the alpha was never filled in
    for band in bands():
        yield over_white(band[..., : len(meaning)], meaning)


def _converter(image: ImageFile.ImageFile) -> Convert:
    mode, key = image.mode, image.info.get("transparency")
    if mode.startswith("I") or mode == "F":
        return partial(_numbers, unsigned=mode == "I" and _tag(image, _SAMPLE_FORMAT, 1) == 1, key=key)
    if mode == "L" and _tag(image, _SAMPLE_FORMAT, 1) == 2:
        return lambda band: np.asarray(band).view(np.int8).astype(np.float32)[..., None]
    if mode == "LAB":
        return lambda band: np.asarray(ImageCms.applyTransform(band, _lab_to_rgb()))
    if mode in ("La", "LA", "PA", "RGBA") or (mode == "P" and image.has_transparency_data):
        return partial(_composite, mode=mode if mode[0] == "L" else "RGBA", opaque=alpha_is_unused(image))
    if key is not None and mode != "P":
        key = np.multiply(key, {"L;4": 17, "L;2": 85}.get(packing(image), 1)).astype(np.uint8)
    return partial(_plain, mode="L" if mode in ("1", "L") else "RGB", key=None if mode == "P" else key)


def _numbers(band: Image.Image, unsigned: bool, key: int | None) -> Pixels:
    """Numbers in the file's own unit, still to be spread; those equal to `key` are transparent."""
    array = np.asarray(band)[..., None]
    if band.mode == "I":
        return array.view(np.uint32) if unsigned else array
    values = array.astype(np.float32)
    return values if key is None else np.where(values == key, np.float32(65535), values)


def _plain(band: Image.Image, mode: str, key: Pixels | None) -> Pixels:
    array = np.asarray(band if band.mode == mode else band.convert(mode))
    levels = array.reshape(*array.shape[:2], -1)
    return levels if key is None else np.where((levels == key).all(axis=2, keepdims=True), np.uint8(255), levels)


def _composite(band: Image.Image, mode: str, opaque: bool) -> Pixels:
    array = np.asarray(band if band.mode == mode else band.convert(mode))
    return array[..., :-1] if opaque else over_white(array, mode)


def _to_levels(values: Pixels, image: ImageFile.ImageFile, deep: bool) -> Pixels:
    """float32 levels of 0 to 255 of numbers in the file's own unit."""
    if deep or image.mode.startswith("I;16"):
        low, factor = 0.0, 255 / (2 ** _tag(image, _BITS, 16) - 1)
    else:
        low, factor = _unit(values)
    result = values if values.dtype == np.float32 else np.empty(values.shape, np.float32)
    rows = max(1, _BAND // values.shape[1])
    inverted = image.mode[0] in "IF" and _tag(image, _WHITE_IS, 1) == 0
    for top in range(0, len(values), rows):
        band = (values[top : top + rows].astype(np.float64) - low) * factor
        result[top : top + rows] = 255 - band if inverted else band
    return result


def _unit(values: Pixels) -> tuple[float, float]:
    """The number that is black, and levels per number: by the range, 0..1, 0..255, 0..65535 or any other."""
    with np.errstate(invalid="ignore"):
        low, high = float(values.min()), float(values.max())
    if not np.isfinite(low) or not np.isfinite(high):
        raise DamagedPicture(N_("The picture has pixels that are no number, or infinite."), field="image")
    if low < 0 or high > 65535:
        return low, 255 / (high - low) if high > low else 0.0
    return 0.0, 255.0 if high <= 1 else 1.0 if high <= 255 else 1 / 257


def _tag(image: ImageFile.ImageFile, tag: int, default: int) -> int:
    """A TIFF's entry, the first number of several; `default` where there is none, or no TIFF."""
    value = getattr(image, "tag_v2", {}).get(tag, default)
    return int(value[0] if isinstance(value, tuple) else value)


@cache
def _lab_to_rgb() -> ImageCms.ImageCmsTransform:
    return ImageCms.buildTransform(ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB")
