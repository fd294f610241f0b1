"""Files in, files out: limits, types, orientation, size, new files. What levels mean is in test_levels.py."""

import io

import numpy as np
import pytest
import torch
from PIL import Image, PngImagePlugin

from app.core.errors import InvalidValue, PictureTooLarge
from app.core.pictures.images import decode, encode, encode_npy
from app.core.pictures.uploads import PictureLimits
from tests import hostile
from tests.hostile import FORMATS

LIMITS = PictureLimits(bytes=20 * 1024 * 1024, pixels=16_777_216, side=16_384)
COLORS = np.random.default_rng(3).integers(0, 256, (5, 7, 3), dtype=np.uint8)


def file_of(form: str, **options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(COLORS).save(file, form, **options)
    return file.getvalue()


@pytest.mark.parametrize("form", ["PNG", "BMP", "TIFF", "WEBP"])
def test_a_picture_without_loss_comes_back_bit_for_bit(form: str) -> None:
    picture = decode(file_of(form, **({"lossless": True} if form == "WEBP" else {})), LIMITS)

    assert (picture.format, picture.width, picture.height, picture.depth) == (form, 7, 5, "8-bit")
    assert torch.equal(picture.levels, torch.from_numpy(COLORS))


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_known_by_its_bytes(form: str) -> None:
    picture = decode(hostile.picture(form), LIMITS)

    assert (picture.format, tuple(picture.levels.shape)) == (form, (16, 24, 3))


@pytest.mark.parametrize("form", FORMATS)
def test_the_limits_count_to_the_last_byte_pixel_and_side(form: str) -> None:
    data = hostile.picture(form)

    decode(data, PictureLimits(len(data), 24 * 16, 24))

    for limits in (
        PictureLimits(len(data) - 1, 24 * 16, 24),
        PictureLimits(len(data), 24 * 16 - 1, 24),
        PictureLimits(len(data), 999, 23),
    ):
        with pytest.raises(PictureTooLarge) as refusal:
            decode(data, limits)
        assert refusal.value.field == "image"


@pytest.mark.parametrize("form", FORMATS)
def test_a_large_picture_is_reduced_to_the_side_that_is_asked_for(form: str) -> None:
    data = hostile.picture(form, 300, 150)

    whole = decode(data, LIMITS)
    small = decode(data, LIMITS, max_side=30)
    gray = decode(data, LIMITS, max_side=30, gray=True)

    means = whole.levels.float().reshape(15, 10, 30, 10, 3).mean(dim=(1, 3))
    assert (small.width, small.height) == (300, 150)
    assert tuple(gray.levels.shape) == (15, 30, 1)
    assert (small.levels.float() - means).abs().max() <= 1


@pytest.mark.parametrize(
    ("size", "side", "expected"),
    [((1, 900), 30, (1, 30)), ((90, 31), 89, (89, 31)), ((20, 10), 20, (20, 10)), ((20, 10), 500, (20, 10))],
)
def test_a_reduced_picture_has_a_pixel_at_least_and_is_never_larger(
    size: tuple[int, int], side: int, expected: tuple[int, int]
) -> None:
    picture = decode(hostile.picture("PNG", *size), LIMITS, max_side=side)

    assert picture.levels.shape[1::-1] == expected


def test_a_float_picture_is_reduced_by_its_means() -> None:
    numbers = np.random.default_rng(1).random((20, 40), dtype=np.float32) * 255
    data = hostile.gray_tiff(40, 20, numbers.tobytes(), t258=(3, (32,)), t339=(3, (3,)))

    picture = decode(data, LIMITS, max_side=4)

    assert np.allclose(picture.levels[..., 0], numbers.reshape(2, 10, 4, 10).mean(axis=(1, 3)), atol=1e-3)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("form", ["png", "jpeg", "webp"])
def test_a_result_is_a_file_of_its_levels(form: str, channels: int) -> None:
    levels = torch.arange(40).reshape(1, 40, 1).expand(30, 40, channels).to(torch.uint8) * 6

    data = encode(levels, form)  # type: ignore[arg-type]

    with Image.open(io.BytesIO(data)) as image:
        back = np.asarray(image.convert("RGB")).astype(int)
    assert abs(back - levels.numpy()).max() <= {"png": 0, "jpeg": 3, "webp": 8}[form]


def test_nothing_but_pixels_gets_from_a_file_to_a_result() -> None:
    secret = b"SECRETPLACE"
    exif = Image.Exif()
    exif[270] = secret.decode()
    exif.get_ifd(0x8825)[1] = secret.decode()
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", secret.decode())
    inputs = [
        file_of("JPEG", exif=exif, comment=secret, icc_profile=secret, xmp=secret),
        file_of("PNG", exif=exif, pnginfo=text, icc_profile=secret),
        file_of("WEBP", exif=exif, icc_profile=secret, xmp=secret),
        file_of("TIFF", exif=exif, icc_profile=secret),
        file_of("GIF", comment=secret),
    ]

    for data in inputs:
        assert secret in data or b"iCCP" in data
        for form in ("png", "jpeg", "webp"):
            result = encode(decode(data, LIMITS).levels, form)
            with Image.open(io.BytesIO(result)) as image:
                assert secret not in result
                assert not image.getexif()
                assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "loop", "background"}


def test_a_result_too_long_for_webp_is_refused_in_words() -> None:
    with pytest.raises(InvalidValue, match="16384 x 1 pixels"):
        encode(torch.zeros(1, 16_384, 1, dtype=torch.uint8), "webp")


def test_npy_holds_the_signed_values() -> None:
    values = torch.randn(4, 5, 3).transpose(0, 1)

    data = encode_npy(values)

    assert data[:8] == b"\x93NUMPY\1\0"
    loaded = np.load(io.BytesIO(data), allow_pickle=False)
    assert loaded.dtype == np.dtype("<f4")
    assert (loaded == values.numpy()).all()


def adam7(rows: np.ndarray) -> bytes:
    """The seven passes of an interlaced PNG, without filters; `rows` is height x width x bytes of a pixel."""
    passes = [(0, 8, 0, 8), (0, 8, 4, 8), (4, 8, 0, 4), (0, 4, 2, 4), (2, 4, 0, 2), (0, 2, 1, 2), (1, 2, 0, 1)]
    parts = [rows[top::down, left::across] for top, down, left, across in passes]
    return b"".join(b"\0" + row.tobytes() for part in parts if part.size for row in part)


@pytest.mark.parametrize(("depth", "kind", "channels"), [(8, 0, 1), (8, 2, 3), (16, 0, 1), (16, 2, 3), (16, 6, 4)])
def test_an_interlaced_png_gives_the_same_levels(depth: int, kind: int, channels: int) -> None:
    rows = np.random.default_rng(4).integers(0, 256, (9, 11, channels * depth // 8), dtype=np.uint8)
    straight = hostile.png(11, 9, b"".join(b"\0" + row.tobytes() for row in rows), (depth, kind))
    interlaced = hostile.png(11, 9, adam7(rows), (depth, kind), interlaced=True)

    assert torch.equal(decode(interlaced, LIMITS).levels, decode(straight, LIMITS).levels)


def test_an_interlaced_gif_gives_the_same_levels() -> None:
    assert torch.equal(decode(file_of("GIF", interlace=1), LIMITS).levels, decode(file_of("GIF"), LIMITS).levels)


def test_a_jpeg_of_rgb_without_a_color_transform_keeps_its_colors() -> None:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), (250, 130, 10)).save(file, "JPEG", keep_rgb=True, quality=95)

    picture = decode(file.getvalue(), LIMITS)

    assert picture.levels[4, 4].tolist() == pytest.approx([250, 130, 10], abs=2)


def test_a_bmp_may_start_at_the_top_and_be_compressed() -> None:
    rows = bytes([1, 2, 3, 0, 4, 5, 6, 0])

    upward = decode(hostile.bmp(3, 2, rows), LIMITS)
    downward = decode(hostile.bmp(3, -2, rows), LIMITS)
    runs = decode(hostile.bmp(3, 2, b"\x03\x07\0\0\x01\x08\x02\x09\0\1", compression=1), LIMITS)

    assert upward.levels[..., 0].tolist() == [[4, 5, 6], [1, 2, 3]]
    assert downward.levels[..., 0].tolist() == [[1, 2, 3], [4, 5, 6]]
    assert runs.levels[..., 0].tolist() == [[8, 9, 9], [7, 7, 7]]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("size", [(1, 1), (1, 400), (400, 1)])
def test_a_picture_may_be_one_pixel_thin(form: str, size: tuple[int, int]) -> None:
    picture = decode(hostile.picture(form, *size), LIMITS)

    assert (picture.width, picture.height) == size
    assert picture.levels.is_contiguous()
