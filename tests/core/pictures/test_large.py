"""Pictures of more pixels than are worked on in full: reduced while they are read, or refused with a way out."""

import io

import numpy as np
import pytest
from PIL import Image

from app.core.errors import PictureTooLarge
from app.core.pictures.images import decode
from app.core.pictures.uploads import PictureLimits
from tests import hostile

SMALL = PictureLimits(bytes=1 << 20, pixels=5000, side=400, reduced_pixels=30_000)
WIDE, HIGH = 192, 120
NOISE = np.random.default_rng(8).integers(0, 256, (HIGH // 8, WIDE // 8, 4), dtype=np.uint8).repeat(8, 0).repeat(8, 1)


def saved(form: str, mode: str = "RGB", **options: object) -> bytes:
    file = io.BytesIO()
    array = NOISE[..., 0] if mode == "L" else NOISE[..., : len(mode)]
    Image.fromarray(np.ascontiguousarray(array)).save(file, form, **options)
    return file.getvalue()


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize(("form", "mode"), [("PNG", "RGB"), ("PNG", "L"), ("PNG", "RGBA"), ("TIFF", "RGB")])
def test_a_large_picture_is_reduced_to_what_it_would_be_in_full(form: str, mode: str, turn: int) -> None:
    exif = Image.Exif()
    exif[274] = turn
    data = saved(form, mode, exif=exif.tobytes())

    reduced = decode(data, SMALL, max_side=61)

    whole = decode(data, PictureLimits(), max_side=61)
    assert (reduced.width, reduced.height) == ((HIGH, WIDE) if turn >= 5 else (WIDE, HIGH))
    assert (reduced.levels == whole.levels).all()


@pytest.mark.parametrize("gray", [False, True])
def test_reducing_is_pillows_own_of_the_levels(gray: bool) -> None:
    small = decode(saved("PNG"), SMALL, max_side=50, gray=gray)

    upright = Image.fromarray(NOISE[..., :3]).convert("L" if gray else "RGB")
    expected = np.asarray(upright.resize((50, 31), Image.Resampling.BOX)).reshape(31, 50, -1)
    assert (small.levels.numpy() == expected).all()


@pytest.mark.parametrize("options", [{"subsampling": 0}, {"progressive": True}])
@pytest.mark.parametrize("side", [24, 40])
def test_a_large_jpeg_is_decoded_small(side: int, options: dict[str, object]) -> None:
    data = saved("JPEG", quality=95, **options)

    small = decode(data, SMALL, max_side=side)

    exact = decode(data, PictureLimits(), max_side=side)
    assert small.levels.shape == exact.levels.shape
    assert (small.levels.float() - exact.levels.float()).abs().mean() < 8


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_a_network_is_given_a_large_picture_in_as_many_pixels_as_are_enough(form: str) -> None:
    picture = decode(saved(form), SMALL, enough=20)

    assert (picture.width, picture.height) == (WIDE, HIGH)
    assert 20 <= min(picture.levels.shape[:2]) <= 60
    assert picture.levels.shape[0] * picture.levels.shape[1] <= SMALL.pixels


@pytest.mark.parametrize(
    ("data", "max_side", "words", "limit"),
    [
        (saved("PNG"), None, "max_side", 5000),
        (saved("PNG"), 180, "max_side", 5000),
        (hostile.picture("PNG", 250, 200), 20, "at most 30000 are read", 30_000),
        (hostile.picture("PNG", 401, 2), 20, "a side has at most 400", 400),
        (hostile.gif(190, 120, [hostile.gif_frame(3, 3)]), None, "max_side", 5000),
    ],
)
def test_a_refusal_says_what_to_do(data: bytes, max_side: int | None, words: str, limit: int) -> None:
    with pytest.raises(PictureTooLarge, match=words) as refusal:
        decode(data, SMALL, max_side=max_side)

    assert refusal.value.values["limit"] == limit


@pytest.mark.parametrize(("form", "limit"), [("WEBP", 6250), ("AVIF", 7692), ("JPEG2000", 5000)])
def test_a_decoder_that_holds_much_reads_less(form: str, limit: int) -> None:
    with pytest.raises(PictureTooLarge, match="of this kind") as refusal:
        decode(saved(form), SMALL, max_side=20)

    assert refusal.value.values["limit"] == limit


def test_deep_colors_count_twice() -> None:
    row = b"\0" + bytes(6 * 120)

    with pytest.raises(PictureTooLarge, match="of this kind"):
        decode(hostile.png(120, 120, row * 120, (16, 2)), SMALL, max_side=20)
