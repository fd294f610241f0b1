"""Behind the last pixel nothing is judged; before it, nothing may be missing. Raw files are never their thumbnail."""

import io
import struct

import numpy as np
import pytest
from PIL import Image

from app.core.errors import DamagedPicture, UnsupportedPicture
from app.core.pictures.images import decode
from app.core.pictures.uploads import PictureLimits
from tests import hostile

LIMITS = PictureLimits()
RANDOM = np.random.default_rng(11)
NOISE = RANDOM.integers(0, 256, (75, 100, 3), dtype=np.uint8)
TRAILER = RANDOM.bytes(20_000).replace(b"\xff\xd9", b"\xff\x00") + b"SEFT"
KINDS = [{}, {"progressive": True}, {"quality": 95}, {"subsampling": 0}]


def jpeg(**options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(NOISE).resize((400, 300)).save(file, "JPEG", **options)
    return file.getvalue()


@pytest.mark.parametrize("options", KINDS)
@pytest.mark.parametrize("tail", [b"", b"\0" * 4, b"\0" * 2000, b"\xff", b"\xff\xff", b"\xff\xab" + TRAILER])
def test_a_jpeg_needs_no_end_where_all_its_pixels_are_there(options: dict[str, object], tail: bytes) -> None:
    data = jpeg(**options)

    picture = decode(data[:-2] + tail, LIMITS)

    assert (picture.levels == decode(data, LIMITS).levels).all()


def test_what_a_phone_writes_behind_a_panorama_is_left_alone() -> None:
    data = jpeg()

    for seed in range(20):
        tail = np.random.default_rng(seed).bytes(3000)
        picture = decode(data[:-2] + b"\x11" + tail, LIMITS)
        assert (picture.levels[:-16] == decode(data, LIMITS).levels[:-16]).all()


@pytest.mark.parametrize("options", KINDS)
@pytest.mark.parametrize("missing", [20, 100, 3000])
def test_a_jpeg_whose_last_pixels_are_missing_is_cut_off(options: dict[str, object], missing: int) -> None:
    with pytest.raises(DamagedPicture, match="Copy or download it again"):
        decode(jpeg(**options)[:-missing], LIMITS)


def test_a_video_behind_a_photo_is_left_alone() -> None:
    data = jpeg()

    picture = decode(data + b"\0\0\0\x18ftypmp42" + RANDOM.bytes(5000), LIMITS)

    assert (picture.levels == decode(data, LIMITS).levels).all()


@pytest.mark.parametrize("cut", [12, 8, 4])
def test_a_png_needs_no_end_where_all_its_pixels_are_there(cut: int) -> None:
    data = hostile.picture("PNG")

    picture = decode(data[:-cut], LIMITS)

    assert (picture.levels == decode(data, LIMITS).levels).all()


@pytest.mark.parametrize(
    "tail", [b"garbage", struct.pack(">I4s", 1 << 31, b"teXt"), hostile.png_chunk(b"tEXt", b"x")[:-1]]
)
def test_behind_a_pngs_pixels_no_chunk_has_to_be_sound(tail: bytes) -> None:
    data = hostile.picture("PNG")

    picture = decode(data[:-12] + tail, LIMITS)

    assert (picture.levels == decode(data, LIMITS).levels).all()


@pytest.mark.parametrize("cut", [60, 200])
def test_a_png_whose_last_pixels_are_missing_is_cut_off(cut: int) -> None:
    with pytest.raises(DamagedPicture, match="Copy or download it again"):
        decode(hostile.picture("PNG")[:-cut], LIMITS)


def test_a_gif_needs_no_end() -> None:
    data = hostile.picture("GIF")

    picture = decode(data[:-2], LIMITS)

    assert (picture.levels == decode(data, LIMITS).levels).all()


def thumbnail_first(**inner: tuple[int, tuple[int, ...]]) -> bytes:
    """A TIFF: a small copy of 2 x 1 first, the picture of 4 x 2 in a directory behind it."""
    small = hostile.gray_tiff(2, 1, bytes(2), t254=(4, (1,)))
    full = {
        256: (4, (4,)),
        257: (4, (2,)),
        258: (3, (8,)),
        259: (3, (1,)),
        262: (3, (1,)),
        277: (3, (1,)),
        278: (4, (2,)),
    }
    entries = full | {int(tag[1:]): entry for tag, entry in inner.items()} | {273: (4, (len(small),)), 279: (4, (8,))}
    table = b"".join(
        struct.pack("<HHI", tag, kind, 1) + struct.pack("<I" if kind == 4 else "<Hxx", number)
        for tag, (kind, (number,)) in sorted(entries.items())
    )
    directory = struct.pack("<H", len(entries)) + table + bytes(4)
    return small[:-4] + struct.pack("<I", len(small) + 8) + bytes(range(10, 18)) + directory


def test_a_tiff_that_begins_with_a_small_copy_is_its_picture_in_full() -> None:
    picture = decode(thumbnail_first(), LIMITS)

    assert picture.levels[..., 0].tolist() == [[10, 11, 12, 13], [14, 15, 16, 17]]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (hostile.gray_tiff(2, 2, bytes(4), t50706=(1, (1, 4, 0, 0))), "DNG"),
        (thumbnail_first(t262=(3, (32803,))), "TIFF/EP"),
        (thumbnail_first(t259=(3, (34713,))), "TIFF/EP"),
        (hostile.gray_tiff(2, 2, bytes(4), t271=(1, tuple(b"NIKON CORPORATION\0")), t262=(3, (32803,))), "NEF"),
        (hostile.gray_tiff(8, 1, b"CR\2\0\0\0\0\0"), "CR2"),
        (hostile.gray_tiff(8, 1, b"IIIITwaR"), "IIQ"),
    ],
)
def test_a_raw_file_is_named_and_never_its_thumbnail(data: bytes, kind: str) -> None:
    with pytest.raises(UnsupportedPicture, match="raw file") as refusal:
        decode(data, LIMITS)

    assert refusal.value.values["kind"] == kind
