"""The first picture of a file alone, upright, and what stays behind."""

import io

import numpy as np
import pytest
from PIL import Image

from app.core.errors import DamagedPicture
from app.core.pictures.containers import containers
from app.core.pictures.images import decode
from app.core.pictures.uploads import PictureLimits
from tests import hostile

LIMITS = PictureLimits(bytes=20 * 1024 * 1024, pixels=16_777_216, side=16_384)
COLORS = np.random.default_rng(3).integers(0, 256, (5, 7, 3), dtype=np.uint8)


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("form", ["PNG", "WEBP", "TIFF", "JPEG"])
def test_a_picture_is_turned_upright(form: str, turn: int) -> None:
    stored = np.zeros((16, 32, 3), np.uint8)
    stored[:8, :8] = 255
    file = io.BytesIO()
    exif = Image.Exif()
    exif[274] = turn
    Image.fromarray(stored).save(file, form, exif=exif.tobytes())

    picture = decode(file.getvalue(), LIMITS)

    down, across = (turn in (3, 4, 7, 8), turn in (2, 3, 6, 7))
    corner = picture.levels[-8:] if down else picture.levels[:8]
    corner = corner[:, -8:] if across else corner[:, :8]
    shape = (32, 16, 3) if turn >= 5 else (16, 32, 3)
    assert tuple(picture.levels.shape) == shape
    assert (picture.height, picture.width) == shape[:2]
    assert corner.float().mean() > 250


def test_no_turn_depends_on_pillows_own_idea_of_upright() -> None:
    file = io.BytesIO()
    exif = Image.Exif()
    for turn in range(1, 9):
        exif[274] = turn
        file = io.BytesIO()
        Image.fromarray(COLORS).save(file, "PNG", exif=exif.tobytes())

        picture = decode(file.getvalue(), LIMITS)

        names = Image.Transpose
        turns = [None, names.FLIP_LEFT_RIGHT, names.ROTATE_180, names.FLIP_TOP_BOTTOM, names.TRANSPOSE,
                 names.ROTATE_270, names.TRANSVERSE, names.ROTATE_90]  # fmt: skip
        method = turns[turn - 1]
        upright = Image.fromarray(COLORS) if method is None else Image.fromarray(COLORS).transpose(method)
        assert (picture.levels.numpy() == np.asarray(upright)).all(), turn


def saved_mpo() -> bytes:
    file = io.BytesIO()
    first, second = (Image.new("RGB", (16, 16), color) for color in ("red", "blue"))
    first.save(file, "MPO", save_all=True, append_images=[second])
    return file.getvalue()


def test_a_phones_mpo_is_a_jpeg_of_its_first_picture() -> None:
    picture = decode(saved_mpo(), LIMITS)

    assert picture.format == "JPEG"
    assert picture.levels[8, 8].tolist() == pytest.approx([254, 0, 0], abs=2)


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "TIFF"])
def test_only_the_first_frame_is_read(form: str) -> None:
    file = io.BytesIO()
    first, second = (Image.new("RGB", (16, 16), color) for color in ((200, 0, 0), (0, 0, 200)))
    first.save(file, form, save_all=True, append_images=[second])

    picture = decode(file.getvalue(), LIMITS)

    assert picture.levels[8, 8].tolist() == pytest.approx([200, 0, 0], abs=3)


def test_a_small_frame_is_placed_on_a_white_screen() -> None:
    picture = decode(hostile.gif(4, 3, [hostile.gif_frame(2, 1, black=True)]), LIMITS)

    expected = np.full((3, 4, 3), 255)
    expected[1, 2] = 0
    assert (picture.levels.numpy() == expected).all()
    assert (picture.width, picture.height) == (4, 3)


def test_a_frame_past_its_screen_widens_it() -> None:
    picture = decode(hostile.gif(2, 2, [hostile.gif_frame(3, 0, black=True)]), LIMITS)

    assert (picture.width, picture.height) == (4, 2)
    assert picture.levels[0, :, 0].tolist() == [255, 255, 255, 0]


def test_a_gif_keeps_its_transparent_color_and_drops_the_rest() -> None:
    control, comment = b"\x21\xf9\x04\x01\0\0\0\0", b"\x21\xfe\x05hello\0"
    data = hostile.gif(1, 1, [control + hostile.gif_frame(black=True), hostile.gif_frame()], before=comment)

    first = containers.isolate(data, "GIF")

    assert b"hello" not in first.data
    assert len(first.data) < len(data)
    assert decode(data, LIMITS).levels.flatten().tolist() == [255, 255, 255]


def test_text_profiles_and_what_follows_the_end_do_not_reach_pillow() -> None:
    text = hostile.png_chunk(b"tEXt", b"Comment\0hello") + hostile.png_chunk(b"iCCP", b"x\0\0garbage")
    data = hostile.png(2, 1, b"\0\x0a\xc8", extra=text) + b"hello again"

    first = containers.isolate(data, "PNG")

    assert first.data == hostile.png(2, 1, b"\0\x0a\xc8")


def test_a_png_chunk_must_be_what_its_sum_says() -> None:
    data = bytearray(hostile.picture("PNG"))
    data[data.index(b"IDAT") + 30] ^= 1

    with pytest.raises(DamagedPicture):
        containers.isolate(bytes(data), "PNG")


def test_a_jpeg_keeps_what_says_how_its_colors_are_stored() -> None:
    file = io.BytesIO()
    Image.new("CMYK", (8, 8)).save(file, "JPEG", exif=hostile.exif(6), comment=b"hello")

    first = containers.isolate(file.getvalue(), "JPEG")

    assert first.turn == 6
    assert b"Adobe" in first.data
    assert b"hello" not in first.data
    assert b"Exif" not in first.data
