"""Each way a file can hold levels gives the right ones. Files are made by hand, by tifffile or by OpenCV."""

import io
import struct
import zlib

import cv2
import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image

from app.core.errors import PictureError
from app.core.pictures import levels
from app.core.pictures.images import Picture, decode
from app.core.pictures.uploads import PictureLimits
from tests import hostile

RANDOM = np.random.default_rng(7)
BYTES = RANDOM.integers(0, 256, (19, 23, 4), dtype=np.uint8)
WORDS = RANDOM.integers(0, 65536, (19, 23, 4), dtype=np.uint16)


def read(data: bytes) -> Picture:
    return decode(data, PictureLimits())


def saved(array: NDArray[np.uint8], mode: str, form: str, **options: object) -> bytes:
    file = io.BytesIO()
    image = Image.frombytes(mode, (array.shape[1], array.shape[0]), array.tobytes())
    image.save(file, form, **options)
    return file.getvalue()


def tiff(array: NDArray[np.generic], **options: object) -> bytes:
    file = io.BytesIO()
    tifffile.imwrite(file, array, **({"photometric": "minisblack"} | options))
    return file.getvalue()


def test_a_16_bit_gray_ramp_keeps_all_its_levels() -> None:
    ramp = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in ramp)

    picture = read(hostile.png(256, 256, rows, (16, 0), level=1))

    assert (picture.depth, picture.levels.shape) == ("16-bit", (256, 256, 1))
    assert np.allclose(picture.levels[..., 0], ramp / 257, atol=1e-5)


@pytest.mark.parametrize("extension", [".png", ".tif"])
def test_16_bit_color_keeps_both_bytes(extension: str) -> None:
    data = cv2.imencode(extension, WORDS[..., 2::-1])[1].tobytes()

    picture = read(data)

    assert picture.depth == "16-bit"
    assert np.allclose(picture.levels, WORDS[..., :3] / 257, atol=1e-4)


def test_16_bit_alpha_is_laid_over_white() -> None:
    color, alpha = WORDS[..., :3] / 65535, WORDS[..., 3:] / 65535
    gray = b"".join(b"\0" + row.astype(">u2").tobytes() for row in WORDS[..., 2:])

    of_color = read(cv2.imencode(".png", WORDS[..., [2, 1, 0, 3]])[1].tobytes())
    of_gray = read(hostile.png(23, 19, gray, (16, 4)))

    assert np.allclose(of_color.levels, (color * alpha + 1 - alpha) * 255, atol=1e-3)
    assert np.allclose(of_gray.levels, (color[..., 2:] * alpha + 1 - alpha) * 255, atol=1e-3)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize(
    ("kind", "scale"),
    [("u2", 1 / 257), ("i2", 1 / 257), ("i4", 1 / 257), ("f4", 1 / 257), ("u1", 1.0), ("bool", 255.0)],
)
def test_a_gray_tiff_of_any_type_order_and_compression_is_read(
    kind: str, scale: float, compression: str | None, order: str
) -> None:
    numbers = (WORDS[..., 0] >> 1).astype(kind)

    picture = read(tiff(numbers, byteorder=order, compression=compression))

    assert np.allclose(picture.levels[..., 0], numbers.astype(np.float64) * scale, atol=1e-3)


@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("order", ["<", ">"])
def test_16_bit_cmyk_and_premultiplied_tiffs_are_read(order: str, compression: str | None) -> None:
    options = {"byteorder": order, "compression": compression}
    premultiplied = np.minimum(WORDS, WORDS[..., 3:])

    ink = read(tiff(WORDS, photometric="separated", **options))
    glass = read(tiff(premultiplied, photometric="rgb", extrasamples=["assocalpha"], **options))

    assert np.allclose(ink.levels, (1 - WORDS[..., :3] / 65535) * (1 - WORDS[..., 3:] / 65535) * 255, atol=1e-3)
    assert np.allclose(glass.levels, (premultiplied[..., :3] + 65535.0 - premultiplied[..., 3:]) / 257, atol=1e-3)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([0.0, 0.25, 1.0], [0, 63.75, 255]),
        ([0.0, 1.5, 255.0], [0, 1.5, 255]),
        ([0.0, 257.0, 65535.0], [0, 1, 255]),
        ([-1.0, 0.0, 1.0], [0, 127.5, 255]),
        ([0.0, 50_000.0, 100_000.0], [0, 127.5, 255]),
        ([-3e38, 0.0, 3e38], [0, 127.5, 255]),
        ([5e6, 5e6, 5e6], [0, 0, 0]),
    ],
)
def test_float_levels_are_scaled_by_their_range(numbers: list[float], expected: list[float]) -> None:
    picture = read(tiff(np.array([numbers], np.float32)))

    assert picture.depth == "float"
    assert picture.levels.flatten().tolist() == pytest.approx(expected, abs=1e-3)


def test_unsigned_32_bit_numbers_do_not_turn_negative() -> None:
    numbers = np.array([[0, 2**31, 2**32 - 1]], np.uint32)

    picture = read(tiff(numbers))

    assert picture.levels.flatten().tolist() == pytest.approx([0, 127.5, 255], abs=1e-3)


@pytest.mark.parametrize("kind", ["u1", "u2", "f4"])
def test_where_white_is_zero_levels_are_turned_around(kind: str) -> None:
    numbers = (WORDS[..., 0] >> (8 if kind == "u1" else 0)).astype(kind)

    picture = read(tiff(numbers, photometric="miniswhite"))

    assert np.allclose(picture.levels[..., 0], 255 - (numbers if kind == "u1" else numbers / 257), atol=1e-3)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_pixel_that_is_no_number_is_refused(number: float) -> None:
    with pytest.raises(PictureError, match="NaN or infinite"):
        read(hostile.tiff_with_float(number))


@pytest.mark.parametrize("form", ["PNG", "WEBP", "TIFF"])
def test_alpha_is_laid_over_white(form: str) -> None:
    color, alpha = BYTES[..., :3].astype(float), BYTES[..., 3:].astype(float)
    expected = np.floor((color * alpha + 255 * (255 - alpha)) / 255 + 0.5)
    lossless = {"lossless": True, "exact": True} if form == "WEBP" else {}

    picture = read(saved(BYTES, "RGBA", form, **lossless))

    assert picture.levels.dtype.is_floating_point is False
    assert (picture.levels.numpy() == expected).all()


def test_gray_with_alpha_stays_one_channel() -> None:
    pairs = BYTES[..., :2]
    expected = np.floor((pairs[..., :1] * (pairs[..., 1:] / 255) + (255 - pairs[..., 1:])) + 0.5)

    picture = read(saved(pairs, "LA", "PNG"))

    assert (picture.levels.numpy() == expected).all()


@pytest.mark.parametrize(
    ("kind", "row", "key", "expected"),
    [
        ((1, 0), bytes([0b01000000]), (0,), [255, 255]),
        ((2, 0), bytes([0b01100000]), (1,), [255, 170]),
        ((4, 0), bytes([0x5A]), (5,), [255, 170]),
        ((8, 0), bytes([5, 6]), (5,), [255, 6]),
        ((16, 0), struct.pack(">2H", 257, 514), (257,), [255, 2]),
        ((8, 2), bytes([1, 2, 3, 1, 2, 4]), (1, 2, 3), [255, 255, 255, 1, 2, 4]),
        ((16, 2), struct.pack(">6H", 257, 514, 771, 257, 514, 1028), (257, 514, 771), [255, 255, 255, 1, 2, 4]),
    ],
)
def test_a_transparent_color_becomes_white(
    kind: tuple[int, int], row: bytes, key: tuple[int, ...], expected: list[float]
) -> None:
    transparent = hostile.png_chunk(b"tRNS", struct.pack(f">{len(key)}H", *key))

    picture = read(hostile.png(2, 1, b"\0" + row, kind, transparent))

    assert picture.levels.flatten().tolist() == expected


def test_a_palette_gives_its_colors_and_their_transparency() -> None:
    palette = hostile.png_chunk(b"PLTE", bytes([200, 100, 0] * 3))
    half = hostile.png_chunk(b"tRNS", bytes([0, 51]))

    picture = read(hostile.png(3, 1, b"\0\0\1\2", (8, 3), palette + half))

    assert picture.mode == "P"
    assert picture.levels.flatten().tolist() == [255, 255, 255, 244, 224, 204, 200, 100, 0]


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_few_bits_spread_over_all_levels(depth: int) -> None:
    steps = 2**depth
    number = sum(value << depth * (8 // depth - 1 - value) for value in range(min(steps, 8 // depth)))

    picture = read(hostile.png(2, 1, b"\0" + bytes([number]), (depth, 0)))

    assert picture.levels.flatten().tolist() == [0, 255 // (steps - 1)]


def test_twelve_bits_use_the_whole_range() -> None:
    data = hostile.gray_tiff(2, 1, bytes([0x00, 0x0F, 0xFF]), t258=(3, (12,)))

    picture = read(data)

    assert (picture.depth, picture.levels.flatten().tolist()) == ("12-bit", [0, 255])


def test_cmyk_jpegs_with_adobes_inverted_ink_agree_with_opencv() -> None:
    blocks = RANDOM.integers(0, 256, (4, 4, 4), dtype=np.uint8).repeat(16, 0).repeat(16, 1)
    data = saved(blocks, "CMYK", "JPEG", quality=100, subsampling=0)

    picture = read(data)

    other = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[..., ::-1].astype(int)
    assert picture.mode == "CMYK"
    assert abs(picture.levels.numpy() - other).max() <= 2


def test_ycbcr_is_turned_into_rgb() -> None:
    y, cb, cr = (BYTES[..., i] // 4 + 96.0 for i in range(3))
    color = np.stack([y, cb, cr], axis=2).astype(np.uint8)
    y, cb, cr = (color[..., i].astype(float) for i in range(3))

    picture = read(saved(color, "YCbCr", "TIFF"))

    rgb = (y + 1.402 * (cr - 128), y - 0.344136 * (cb - 128) - 0.714136 * (cr - 128), y + 1.772 * (cb - 128))
    assert picture.mode == "YCbCr"
    assert abs(picture.levels.numpy() - np.stack(rgb, axis=2).clip(0, 255)).max() <= 1


def test_colors_at_half_size_are_read_compressed_and_refused_as_they_are() -> None:
    block = bytes([50, 100, 150, 200, 128, 128])
    color = {"t258": (3, (8, 8, 8)), "t262": (3, (6,)), "t277": (3, (3,)), "t530": (3, (2, 2))}

    picture = read(hostile.gray_tiff(2, 2, zlib.compress(block), **color, t259=(3, (8,))))

    assert picture.levels[..., 1].flatten().tolist() == pytest.approx([50, 100, 150, 200], abs=1)
    with pytest.raises(PictureError):
        read(hostile.gray_tiff(2, 2, block, **color))


def test_lab_is_turned_into_srgb() -> None:
    lab = np.array([[[50, 0, 0], [60, 40, 20], [70, -30, 30], [40, 10, -40]]])
    stored = np.concatenate([lab[..., :1] * 255 / 100, lab[..., 1:]], axis=2).round().astype(np.int16).astype(np.uint8)
    color = {"t258": (3, (8, 8, 8)), "t262": (3, (8,)), "t277": (3, (3,))}

    picture = read(hostile.gray_tiff(4, 1, stored.tobytes(), **color))

    assert picture.mode == "LAB"
    assert abs(picture.levels.numpy() - lab_to_srgb(lab)).max() <= 2


def lab_to_srgb(lab: NDArray[np.int_]) -> NDArray[np.float64]:
    """By the formulas of CIE 15 and IEC 61966-2-1, white D50 adapted by Bradford."""
    height = (lab[..., 0] + 16) / 116
    roots = np.stack([height + lab[..., 1] / 500, height, height - lab[..., 2] / 200], axis=-1)
    xyz = np.where(roots > 6 / 29, roots**3, 3 * (6 / 29) ** 2 * (roots - 4 / 29)) * [0.9642, 1, 0.8249]
    matrix = [[3.1338561, -1.6168667, -0.4906146], [-0.9787684, 1.9161415, 0.0334540],
              [0.0719453, -0.2289914, 1.4052427]]  # fmt: skip
    linear = (xyz @ np.array(matrix).T).clip(0, 1)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055) * 255


def test_a_bmp_whose_fourth_byte_is_all_zero_is_opaque() -> None:
    masks = struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    head = struct.pack("<IiiHHIIiiII", 108, 1, 1, 1, 32, 3, 4, 0, 0, 0, 0) + masks + bytes(52)
    data = b"BM" + struct.pack("<IHHI", 14 + 108 + 4, 0, 0, 14 + 108) + head + bytes([3, 2, 1, 0])

    picture = read(data)

    assert (picture.mode, picture.levels.flatten().tolist()) == ("RGBA", [1, 2, 3])


@pytest.mark.parametrize(("greens", "header"), [(6, 40), (5, 40), (6, 56), (6, 124)])
def test_a_bmp_of_16_bits_a_pixel_spreads_its_colors_over_all_levels(greens: int, header: int) -> None:
    shifts, widths = (5 + greens, 5, 0), (5, greens, 5)
    masks = [(1 << width) - 1 << shift for width, shift in zip(widths, shifts, strict=True)]
    pixels = np.arange(0, 65536, 97, dtype="<u2")[:660].reshape(20, 33)
    rows = np.pad(pixels, ((0, 0), (0, 1)))[::-1].tobytes()
    head = struct.pack("<IiiHHIIiiII4I", header, 33, 20, 1, 16, 3, len(rows), 0, 0, 0, 0, *masks, 0)
    head = (head + bytes(68))[:header] if header > 40 else head[:52]
    data = b"BM" + struct.pack("<IHHI", 14 + len(head) + len(rows), 0, 0, 14 + len(head)) + head + rows

    picture = read(data)

    parts = [(pixels >> shift) % (1 << width) / ((1 << width) - 1) for width, shift in zip(widths, shifts, strict=True)]
    assert (picture.mode, picture.depth) == ("RGB", "8-bit")
    assert abs(picture.levels.numpy() - np.stack(parts, axis=2) * 255).max() < 1


def test_a_gray_picture_of_colors_has_pillows_weights() -> None:
    color = np.ascontiguousarray(BYTES[..., :3])

    gray = levels.to_gray(color)

    assert (gray[..., 0] == np.asarray(Image.fromarray(color).convert("L"))).all()
    assert np.allclose(levels.to_gray(color.astype(np.float32)), gray, atol=0.51)


@pytest.mark.parametrize("planes", ["contig", "separate"])
def test_planes_kept_apart_give_the_same_picture(planes: str) -> None:
    for numbers in (BYTES[..., :3], WORDS[..., :3]):
        array = numbers if planes == "contig" else np.moveaxis(numbers, 2, 0)
        data = tiff(np.ascontiguousarray(array), photometric="rgb", planarconfig=planes)

        full = np.iinfo(numbers.dtype).max
        assert np.allclose(read(data).levels, numbers / (full / 255), atol=1e-3)
