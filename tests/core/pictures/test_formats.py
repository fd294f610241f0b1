"""Formats beside those that Pillow always read: phones', icons, JPEG 2000, Netpbm; and animations' first frames."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from app.core.errors import DamagedPicture, PictureError, PictureTooLarge
from app.core.pictures.images import Picture, decode
from app.core.pictures.uploads import PictureLimits
from tests import heic, hostile

LIMITS = PictureLimits()
ROWS, COLUMNS = np.mgrid[0:48, 0:64]
RAMP = np.stack([COLUMNS * 255 // 63, 255 - ROWS * 255 // 47, np.full_like(ROWS, 90)], axis=2).astype(np.uint8)
DEEP = np.random.default_rng(4).integers(0, 65536, (5, 7, 3), dtype=np.uint16)


def saved(form: str, array: np.ndarray = RAMP, **options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(array).save(file, form, **options)
    return file.getvalue()


def read(data: bytes) -> Picture:
    return decode(data, LIMITS)


def distance(picture: Picture, expected: np.ndarray) -> float:
    assert picture.levels.shape == expected.shape
    return float(np.abs(picture.levels.numpy().astype(float) - expected).max())


def test_a_phones_heic_is_read_and_turned_as_it_says() -> None:
    plain, turned = read(heic.PLAIN), read(heic.TURNED)

    assert (plain.format, plain.mode, plain.depth) == ("HEIF", "RGB", "8-bit")
    assert distance(plain, RAMP) < 12
    assert (turned.width, turned.height) == (48, 64)
    assert distance(turned, np.rot90(RAMP, -1)) < 12


def test_heic_of_10_bits_keeps_them() -> None:
    picture = read(heic.DEEP)

    assert picture.depth == "10-bit"
    assert distance(picture, RAMP) < 12
    assert len(set(picture.levels.flatten().tolist())) > 300


@pytest.mark.parametrize("share", [0.05, 0.3, 0.7, 0.95])
def test_heic_that_is_cut_off_is_damaged(share: float) -> None:
    with pytest.raises(DamagedPicture):
        read(hostile.cut(heic.PLAIN, share))


def test_the_size_of_a_heic_counts_before_it_is_decoded() -> None:
    at = heic.PLAIN.index(b"ispe") + 8
    large = heic.PLAIN[:at] + struct.pack(">II", 60_000, 60_000) + heic.PLAIN[at + 8 :]

    with pytest.raises(PictureTooLarge):
        read(large)


def test_what_calls_itself_heic_and_is_jpeg_is_jpeg() -> None:
    assert read(saved("JPEG")).format == "JPEG"


@pytest.mark.parametrize(("form", "most"), [("AVIF", 12), ("JPEG2000", 0)])
def test_other_formats_of_boxes_are_read(form: str, most: int) -> None:
    picture = read(saved(form))

    assert (picture.format, picture.depth) == (form, "8-bit")
    assert distance(picture, RAMP) <= most


def test_an_avif_is_turned_as_it_says() -> None:
    exif = Image.Exif()
    exif[274] = 6

    picture = read(saved("AVIF", exif=exif.tobytes()))

    assert (picture.width, picture.height) == (48, 64)
    assert distance(picture, np.rot90(RAMP, -1)) < 12


def test_jpeg_2000_keeps_16_bits_of_gray() -> None:
    picture = read(saved("JPEG2000", DEEP[..., 0]))

    assert picture.depth == "16-bit"
    assert np.allclose(picture.levels[..., 0], DEEP[..., 0] / 257, atol=1e-3)


def test_the_size_that_a_jpeg_2000_says_inside_counts() -> None:
    data = saved("JPEG2000")
    at = data.index(b"\xff\x4f\xff\x51") + 8
    large = data[:at] + struct.pack(">II", 60_000, 60_000) + data[at + 8 :]

    with pytest.raises(PictureTooLarge):
        read(large)


@pytest.mark.parametrize("form", ["png", "bmp"])
def test_an_icon_is_its_largest_picture(form: str) -> None:
    square = RAMP[:32, :32]

    picture = read(saved("ICO", square, sizes=[(16, 16), (32, 32), (24, 24)], bitmap_format=form))

    assert (picture.format, picture.width, picture.height) == ("ICO", 32, 32)
    assert distance(picture, square) == 0


@pytest.mark.parametrize("form", ["png", "bmp"])
def test_a_cursor_is_an_icon_that_points(form: str) -> None:
    icon = bytearray(saved("ICO", RAMP[:32, :32], sizes=[(32, 32)], bitmap_format=form))
    icon[2], icon[10:14] = 2, struct.pack("<HH", 7, 9)

    assert distance(read(bytes(icon)), RAMP[:32, :32]) == 0


def test_a_picture_in_an_icon_is_judged_like_any_other() -> None:
    bomb = hostile.png_bomb()
    icon = struct.pack("<HHHBBBBHHII", 0, 1, 1, 16, 16, 0, 0, 1, 32, len(bomb), 22) + bomb

    with pytest.raises(PictureTooLarge):
        read(icon)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"P5 2 1 255\n\x00\xc8", [0, 200]),
        (b"P5 # a comment\n2\n1 # another\n15\n\x00\x0f", [0, 255]),
        (b"P5 2 1 1023\n" + struct.pack(">2H", 0, 1023), [0, 255]),
        (b"P5 2 1 65535\n" + struct.pack(">2H", 257, 65535), [1, 255]),
        (b"P2 2 1 100 50\n100", [128, 255]),
        (b"P2\n2 1\n4095\n0 # black\n4095", [0, 255]),
        (b"P6 1 1 255 abc", [97, 98, 99]),
        (b"P6 1 1 65535\n" + struct.pack(">3H", 257, 514, 65535), [1, 2, 255]),
        (b"P3 1 1 255 1 2 3", [1, 2, 3]),
        (b"P4 3 1\n\x40", [255, 0, 255]),
        (b"P1 3 1\n010", [255, 0, 255]),
        (b"P1 3 1\n0 1\n0", [255, 0, 255]),
    ],
)
def test_netpbm_of_any_maximum_is_read(data: bytes, expected: list[float]) -> None:
    picture = read(data)

    assert picture.format == "PPM"
    assert picture.levels.flatten().tolist() == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize(
    "data",
    [b"P5 2 2 255\n\0\0\0", b"P3 1 1 255 1 2", b"P3 1 1 255 1 2 x", b"P6 1 1 0\nabc", b"P6 1 1 70000\nabcabc", b"P6 1",
     b"P6 0 5 255\n", b"P2 9 9 255 " + b"1" * 10_000],
)  # fmt: skip
def test_netpbm_without_all_its_numbers_is_refused(data: bytes) -> None:
    with pytest.raises(PictureError):
        read(data)


def animated(is_part: bool) -> bytes:
    """An APNG: a gray still picture of 4 x 3, then a white frame of 2 x 1 at 1, 1; the still one may be a frame too."""

    def control(number: int, width: int, height: int, left: int, top: int) -> bytes:
        return hostile.png_chunk(b"fcTL", struct.pack(">5IHHBB", number, width, height, left, top, 1, 10, 0, 0))

    still = hostile.png(4, 3, b"\0\x50\x50\x50\x50" * 3)
    at, end = still.index(b"IDAT") - 4, still.index(b"IEND") - 4
    head = hostile.png_chunk(b"acTL", struct.pack(">II", 1 + is_part, 0)) + (control(0, 4, 3, 0, 0) if is_part else b"")
    frame = struct.pack(">I", is_part + 1) + zlib.compress(b"\0\0\xff")
    return (
        still[:at]
        + head
        + still[at:end]
        + control(is_part, 2, 1, 1, 1)
        + hostile.png_chunk(b"fdAT", frame)
        + still[end:]
    )


def test_of_an_animation_the_first_frame_is_read() -> None:
    first, only = read(animated(is_part=True)), read(animated(is_part=False))

    assert set(first.levels.flatten().tolist()) == {0x50}
    assert only.levels[..., 0].tolist() == [[255] * 4, [255, 0, 255, 255], [255] * 4]


P3 = b"\0" * 16 + b"RGB XYZ " + bytes(100) + "Display P3".encode("utf-16-be") + bytes(60)
SRGB = b"\0" * 16 + b"RGB XYZ " + bytes(100) + b"sRGB IEC61966-2.1" + bytes(60)
STRANGE = b"\0" * 16 + b"RGB XYZ " + bytes(100) + b"Epson scanner" + bytes(60)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize(
    ("profile", "name"), [(P3, "Display P3"), (SRGB, ""), (STRANGE, "other"), (b"", ""), (b"nonsense" * 9, "")]
)
def test_whose_colors_a_file_has_is_told_and_changes_no_level(form: str, profile: bytes, name: str) -> None:
    with_profile, without = (saved(form, icc_profile=icc) for icc in (profile, None))

    picture = read(with_profile)

    assert picture.profile == name
    assert (picture.levels == read(without).levels).all()


def test_a_profile_of_the_heif_family_may_be_a_number() -> None:
    at = heic.PLAIN.index(b"nclx") + 4

    picture = read(heic.PLAIN[:at] + struct.pack(">H", 12) + heic.PLAIN[at + 2 :])

    assert picture.profile == "Display P3"
