"""From an opened Pillow picture of any mode to its numbers, part by part, on white paper.

The parts are converted where they are asked for, so that beside Pillow's picture nothing large is made. It does not
know files, limits or which way is up.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial

import numpy as np
from PIL import Image, ImageCms, ImageFile

from app.core.errors import N_, DamagedPicture
from app.core.pictures.bit_depth import alpha_is_unused, deep_part, is_deep, is_transparent, packing, prepare
from app.core.pictures.containers.first import Layers
from app.core.pictures.levels import Box, Numbers, Part, Pixels, bands
from app.core.pictures.transparency import SEEN_THROUGH, over_white

Convert = Callable[[Image.Image], Pixels]
Again = Callable[[int], ImageFile.ImageFile]

_BITS, _WHITE_IS, _SAMPLE_FORMAT = 258, 262, 339  # TIFF's BitsPerSample, PhotometricInterpretation, SampleFormat


def read_numbers(image: ImageFile.ImageFile, again: Again, layers: Layers | None = None) -> Numbers:
    """All of a picture that is open, not loaded. Raises what Pillow raises, and DamagedPicture.

    `again(0)` opens the same picture once more, where Pillow decodes only half of each number at a time; `again(1)`
    and so on the other planes of `layers`.
    """
    width, height = image.width // (layers.samples if layers else 1), image.height
    if layers:
        part = _layered([image, *map(again, range(1, len(layers.files)))], layers, (width, height))
    else:
        prepare(image)
        if is_deep(image):
            part = deep_part(image, again(0))
            return Numbers(width, height, part, (0.0, 255 / 65535), alpha=is_transparent(image))
        part = _part(image)
    alpha = layers.meaning in SEEN_THROUGH if layers else is_transparent(image)
    return Numbers(width, height, part, *_scale(image, part, (width, height)), alpha)


def depth(image: ImageFile.ImageFile) -> str:
    """How the file holds a channel, in words; `image` is open, not loaded."""
    if image.mode in ("1", "F"):
        return {"1": "1-bit", "F": "float"}[image.mode]
    if is_deep(image):
        return "16-bit"
    bits = _tag(image, _BITS, {"I": 32, "I;": 16}.get(image.mode[:2], 8))
    return f"{max(bits, 8)}-bit"


def _part(image: ImageFile.ImageFile) -> Part:
    convert = _converter(image)
    image.load()
    return lambda box: convert(image if box == (0, 0, *image.size) else image.crop(box))


def _layered(images: Sequence[ImageFile.ImageFile], layers: Layers, size: tuple[int, int]) -> Part:
    """Pixel by pixel what the file keeps in gray."""
    for image in images:
        prepare(image)
    parts, samples, meaning = [_part(image) for image in images], layers.samples, layers.meaning

    def numbers(box: Box) -> Pixels:
        left, top, right, bottom = box
        grays = [part((left * samples, top, right * samples, bottom)) for part in parts]
        return np.concatenate([gray.reshape(bottom - top, -1, samples) for gray in grays], axis=2)

    if meaning in SEEN_THROUGH and not any(numbers(box)[..., len(meaning) - 1].any() for box in bands(*size)):
        meaning = meaning[:-1]  # the alpha was never filled in
    return lambda box: over_white(numbers(box)[..., : len(meaning)], meaning)


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


def _scale(image: ImageFile.ImageFile, part: Part, size: tuple[int, int]) -> tuple[tuple[float, float] | None, bool]:
    """The number that is black and the levels per number; whether white is black. None for bytes."""
    if image.mode.startswith("I;16"):
        scale: tuple[float, float] | None = (0.0, 255 / (2 ** _tag(image, _BITS, 16) - 1))
    elif image.mode in ("I", "F") or part((0, 0, 1, 1)).dtype != np.uint8:
        scale = _unit(part(box) for box in bands(*size))
    else:
        scale = None
    return scale, image.mode[0] in "IF" and _tag(image, _WHITE_IS, 1) == 0


def _unit(parts: Iterator[Pixels]) -> tuple[float, float]:
    """By the range: 0..1, 0..255, 0..65535 or any other."""
    ends = []
    for numbers in parts:
        with np.errstate(invalid="ignore"):
            ends += [float(numbers.min()), float(numbers.max())]
        if not np.isfinite(ends[-2:]).all():
            raise DamagedPicture(N_("The picture has pixels that are NaN or infinite."), field="image")
    low, high = min(ends), max(ends)
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
