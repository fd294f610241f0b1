"""Colors in planes, and with alpha, that Pillow has no mode for: the same numbers however a TIFF keeps them."""

import io
import zlib
from itertools import product

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray

from app.core.errors import PictureError
from app.core.pictures.images import Picture, decode
from app.core.pictures.uploads import PictureLimits
from tests import hostile

LIMITS = PictureLimits(bytes=20 * 1024 * 1024, pixels=16_777_216, side=16_384)
WORDS = np.random.default_rng(4).integers(0, 65536, (21, 35, 4), dtype=np.uint16)
WAYS = [
    {"compression": compression, "byteorder": order, **layout}
    for compression, order, layout in product(
        [None, "zlib"], "<>", [{}, {"tile": (16, 16)}, {"rowsperstrip": 2}, {"bigtiff": True}]
    )
    if order == "<" or "bigtiff" not in layout  # Pillow reads no big-endian BigTIFF
]


def written(numbers: NDArray[np.uint8 | np.uint16], planes: str, **options: object) -> bytes:
    file = io.BytesIO()
    array = numbers if planes == "contig" else np.ascontiguousarray(np.moveaxis(numbers, 2, 0))
    tifffile.imwrite(file, array, planarconfig=planes, **options)
    return file.getvalue()


def read(data: bytes) -> Picture:
    return decode(data, LIMITS)


@pytest.mark.parametrize("options", WAYS)
@pytest.mark.parametrize("planes", ["contig", "separate"])
@pytest.mark.parametrize("kind", ["u1", "u2"])
@pytest.mark.parametrize("extra", ["unassalpha", "assocalpha", "unspecified"])
@pytest.mark.parametrize("colors", ["minisblack", "rgb"])
def test_colors_with_a_further_number_are_read(
    colors: str, extra: str, kind: str, planes: str, options: dict[str, object]
) -> None:
    numbers = (WORDS[..., -2:] if colors == "minisblack" else WORDS) >> (8 if kind == "u1" else 0)
    numbers = (np.minimum(numbers, numbers[..., -1:]) if extra == "assocalpha" else numbers).astype(kind)

    picture = read(written(numbers, planes, photometric=colors, extrasamples=[extra], **options))

    shares = numbers / np.iinfo(kind).max
    color, alpha = shares[..., :-1], shares[..., -1:]
    white = {"unassalpha": color * alpha + 1 - alpha, "assocalpha": color + 1 - alpha, "unspecified": color}[extra]
    assert picture.levels.shape == color.shape
    assert np.abs(picture.levels.numpy() - white * 255).max() <= (0.501 if kind == "u1" else 1e-3)


@pytest.mark.parametrize("options", WAYS)
def test_16_bit_inks_in_planes_are_read(options: dict[str, object]) -> None:
    picture = read(written(WORDS, "separate", photometric="separated", **options))

    paper = 1 - WORDS / 65535
    assert (picture.mode, picture.depth) == ("CMYK", "16-bit")
    assert np.allclose(picture.levels, paper[..., :3] * paper[..., 3:] * 255, atol=1e-3)


@pytest.mark.parametrize("options", WAYS)
@pytest.mark.parametrize("kind", ["f4", "i4"])
def test_32_bit_colors_in_planes_are_read(kind: str, options: dict[str, object]) -> None:
    numbers = WORDS[..., :3].astype(kind)

    picture = read(written(numbers, "separate", photometric="rgb", **options))

    assert np.allclose(picture.levels, numbers / 257, atol=1e-3)


@pytest.mark.parametrize("planes", ["contig", "separate"])
@pytest.mark.parametrize("kind", ["u1", "u2"])
@pytest.mark.parametrize("extra", ["unassalpha", "assocalpha"])
@pytest.mark.parametrize("colors", ["minisblack", "rgb"])
def test_an_alpha_that_is_zero_everywhere_means_nothing(colors: str, extra: str, kind: str, planes: str) -> None:
    numbers = (WORDS[..., -2:] if colors == "minisblack" else WORDS).astype(kind)
    numbers[..., -1] = 0

    picture = read(written(numbers, planes, photometric=colors, extrasamples=[extra]))

    scale = np.iinfo(kind).max / 255
    assert np.allclose(picture.levels, numbers[..., :-1] / scale, atol=1e-3)


def test_planes_are_turned_and_reduced_like_any_other() -> None:
    data = written(WORDS[:20, :, :3], "separate", photometric="rgb", extratags=[(274, 3, 1, 6, True)])

    small = decode(data, LIMITS, max_side=7)

    upright = np.rot90(WORDS[:20, :, :3] / 257, -1)
    assert np.allclose(small.levels, upright.reshape(7, 5, 4, 5, 3).mean(axis=(1, 3)), atol=1e-2)


@pytest.mark.parametrize(
    "lies",
    [
        {"t273": (4, (8,) * 300), "t279": (4, (600,) * 300)},
        {"t273": (4, (8,)), "t279": (4, (4, 4))},
        {"t273": (4, (8, 8)), "t279": (4, (4, 4))},
        {"t277": (3, (60_000,))},
    ],
)
def test_planes_that_are_missing_or_lie_over_each_other_are_refused(
    lies: dict[str, tuple[int, tuple[int, ...]]],
) -> None:
    planes = {"t258": (3, (16,) * 3), "t262": (3, (2,)), "t277": (3, (3,)), "t284": (3, (2,))}

    with pytest.raises(PictureError):
        read(hostile.gray_tiff(10, 10, bytes(600), **(planes | lies)))


def test_very_many_numbers_a_pixel_are_refused() -> None:
    wide = {"t258": (3, (16,)), "t259": (3, (8,)), "t277": (3, (1000,))}

    with pytest.raises(PictureError):
        read(hostile.gray_tiff(4000, 4000, zlib.compress(bytes(100)), **wide))
