"""TIFF's directories, EXIF's orientation, and color of 32 bits. Levels of other TIFFs are in test_levels.py."""

import io

import numpy as np
import pytest
import tifffile
from PIL import Image

from app.core.errors import PictureError
from app.core.pictures.containers import directories
from app.core.pictures.images import decode
from app.core.pictures.uploads import PictureLimits
from tests import hostile

LIMITS = PictureLimits(bytes=20 * 1024 * 1024, pixels=16_777_216, side=16_384)


def written(array: np.ndarray, **options: object) -> bytes:
    file = io.BytesIO()
    tifffile.imwrite(file, array, photometric="rgb", **options)
    return file.getvalue()


@pytest.mark.parametrize(("order", "kind"), [("<", 3), (">", 3), ("<", 4), (">", 4)])
def test_orientation_is_read_in_both_byte_orders_and_lengths(order: str, kind: int) -> None:
    assert [directories.orientation(hostile.exif(turn, order, kind)) for turn in range(1, 9)] == [*range(1, 9)]


@pytest.mark.parametrize(
    "exif",
    [b"", b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\xff\xff", hostile.exif(0),
     hostile.exif(9), hostile.exif(6)[:-8], b"Exif\0\0no TIFF at all"],
)  # fmt: skip
def test_exif_garbage_leaves_a_picture_as_it_is(exif: bytes) -> None:
    jpeg = hostile.picture("JPEG")
    segment = b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif

    picture = decode(jpeg[:2] + segment + jpeg[2:], LIMITS)

    assert directories.orientation(exif) == 1
    assert (picture.width, picture.height) == (24, 16)


def test_a_tiffs_other_directories_are_cut_off() -> None:
    file = io.BytesIO()
    pages = [Image.new("L", (4, 4), level) for level in (10, 20, 30)]
    pages[0].save(file, "TIFF", save_all=True, append_images=pages[1:], description="hello")

    alone = directories.cut_out(directories.read_directory(file.getvalue()))

    with Image.open(io.BytesIO(alone)) as image:
        assert getattr(image, "n_frames", 1) == 1
        assert 270 not in image.tag_v2


@pytest.mark.parametrize("kind", ["f4", "u4", "i4"])
@pytest.mark.parametrize(
    "options",
    [{}, {"byteorder": ">"}, {"compression": "zlib"}, {"compression": "zlib", "byteorder": ">"}, {"bigtiff": True},
     {"tile": (16, 32)}, {"tile": (16, 16), "compression": "zlib"}, {"rowsperstrip": 2}],
)  # fmt: skip
def test_color_of_32_bits_a_channel_is_read_or_refused(options: dict[str, object], kind: str) -> None:
    numbers = np.random.default_rng(2).integers(0, 60_000, (21, 35, 3)).astype(kind)
    data = written(numbers, **options)

    if kind == "u4" and options.get("byteorder") == ">":
        with pytest.raises(PictureError):  # Pillow does not read big-endian unsigned numbers of 32 bits
            decode(data, LIMITS)
    else:
        picture = decode(data, LIMITS)
        assert np.allclose(picture.levels, numbers / 257, atol=1e-3)
        assert (picture.width, picture.height) == (35, 21)


def test_float_color_is_turned_reduced_and_limited_like_any_other() -> None:
    numbers = np.random.default_rng(2).random((10, 20, 3), np.float32)
    data = written(numbers, extratags=[(274, 3, 1, 6, True)])

    picture = decode(data, PictureLimits(10_000, 200, 20))
    small = decode(data, PictureLimits(10_000, 200, 20), max_side=5)

    upright = np.rot90(numbers, -1) * 255
    assert np.allclose(picture.levels, upright, atol=1e-3)
    assert np.allclose(small.levels, upright.reshape(5, 4, 2, 5, 3).mean(axis=(1, 3)), atol=1e-3)
    assert tuple(small.levels.shape) == (5, 2, 3)


@pytest.mark.parametrize("kind", ["f2", "f8"])
def test_floats_of_other_lengths_are_refused(kind: str) -> None:
    with pytest.raises(PictureError):
        decode(written(np.zeros((4, 4, 3), kind)), LIMITS)
