"""What a picture may cost, judged by its header, before a pixel is decoded. It decodes nothing itself."""

from PIL import ImageFile

from app.core.errors import N_, DamagedPicture, PictureTooLarge
from app.core.pictures.bit_depth import is_deep
from app.core.pictures.containers.first import First
from app.core.pictures.uploads import PictureLimits

HELD = 20  # bytes for each of `limits.pixels` that decoding a larger picture may hold

_TILE_WIDTH, _TILE_LENGTH = 322, 323  # TIFF's tags
_MOST_CHANNELS = 6
_SPARE_TILE = 1 << 20  # pixels by which one tile may be larger than the picture
_MODES = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "LA": 4}  # bytes that Pillow holds for a pixel; else 4
_DECODERS: dict[str | None, float] = {"WEBP": 16, "AVIF": 13, "JPEG2000": 24}  # with what they hold beside Pillow
_COEFFICIENT = 2  # bytes; a progressive JPEG's are all held at once

Size = tuple[int, int]  # width and height


def check_size(size: Size, limits: PictureLimits, result: Size | None = None) -> None:
    """Raises PictureTooLarge where the picture has too many pixels, or its result would have."""
    (width, height), (columns, rows) = size, result or size
    values = {"size": f"{width} x {height}", "value": width * height}
    if max(size) > limits.side:
        raise PictureTooLarge(
            N_("The picture is %(size)s pixels; a side has at most %(limit)d. Make it smaller, or cut a part out, in "
               "any photo program."),
            field="image", **values | {"limit": limits.side},
        )  # fmt: skip
    if width * height > max(limits.pixels, limits.reduced_pixels):
        raise PictureTooLarge(
            N_("The picture is %(size)s = %(value)d pixels; at most %(limit)d are read. Make it smaller in any photo "
               "program."),
            field="image", **values | {"limit": limits.reduced_pixels},
        )  # fmt: skip
    if columns * rows > limits.pixels:
        raise PictureTooLarge(
            N_("The picture is %(size)s = %(value)d pixels; at most %(limit)d are worked on in full size. Have it "
               "reduced ('max_side'), or make it smaller first."),
            field="image", **values | {"limit": limits.pixels},
        )  # fmt: skip


def check_memory(size: Size, per_pixel: float, limits: PictureLimits) -> None:
    """Raises PictureTooLarge where decoding a large picture would hold more than one of the usual size ever does."""
    width, height = size
    if width * height > limits.pixels and width * height * per_pixel > HELD * limits.pixels:
        raise PictureTooLarge(
            N_("The picture is %(size)s = %(value)d pixels; of a file of this kind at most %(limit)d are read. Save it "
               "as an ordinary JPEG, or make it smaller."),
            field="image", size=f"{width} x {height}", value=width * height,
            limit=max(limits.pixels, int(HELD * limits.pixels / per_pixel)),
        )  # fmt: skip


def held(image: ImageFile.ImageFile, first: First, size: Size) -> float:
    """Bytes that decoding holds for each pixel of a picture of that size, of which fewer may be made, or more held."""
    if image.format in _DECODERS:
        return _DECODERS[image.format]
    made = image.width * image.height / (size[0] * size[1])
    each = _MODES.get(image.mode, 4) * (2 if is_deep(image) else len(first.files))
    if image.tile and image.tile[0].codec_name == "libtiff":
        each *= 2  # a strip, which may be the whole picture, is held beside it
    return each * made + (_coefficients(image) if image.info.get("progressive") else 0)


def _coefficients(image: ImageFile.ImageFile) -> float:
    layers = [(across, down) for _, across, down, _ in getattr(image, "layer", ())]
    most = max((across for across, _ in layers), default=1) * max((down for _, down in layers), default=1)
    return _COEFFICIENT * sum(across * down for across, down in layers) / most


def check_tiles(image: ImageFile.ImageFile) -> None:
    """A TIFF's strips or tiles may paint each pixel once a channel, and a tile is hardly larger than the picture."""
    area = image.width * image.height
    painted = sum(
        (tile.extents[2] - tile.extents[0]) * (tile.extents[3] - tile.extents[1]) for tile in image.tile if tile.extents
    )
    tags = getattr(image, "tag_v2", {})
    tile_area = tags.get(_TILE_WIDTH, 0) * tags.get(_TILE_LENGTH, 0)
    if painted > _MOST_CHANNELS * area or tile_area > area + _SPARE_TILE:
        raise DamagedPicture(N_("The picture's tiles do not fit its size."), field="image")
