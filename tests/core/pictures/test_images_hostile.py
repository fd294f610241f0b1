"""Files that attack: refused or read, at once, within bounded memory. They are made in tests/hostile.py."""

import io
import subprocess
import sys
import time
import tracemalloc
import warnings
from contextlib import suppress
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from app.core.errors import DamagedPicture, PictureError, PictureTooLarge, UnsupportedPicture
from app.core.pictures.images import Picture, decode
from app.core.pictures.uploads import PictureLimits
from tests import hostile
from tests.hostile import FORMATS

LIMITS = PictureLimits(bytes=20 * 1024 * 1024, pixels=16_777_216, side=16_384)
SECONDS = 5.0  # far more than any file here takes, far less than a hang


@pytest.mark.parametrize("name", hostile.WRONG_TYPES)
def test_other_files_are_named_whatever_they_are_called(name: str) -> None:
    data, words = hostile.WRONG_TYPES[name]

    with pytest.raises(UnsupportedPicture, match=words):
        decode(data, LIMITS)


@pytest.mark.parametrize("name", hostile.REFUSED)
def test_a_hostile_file_is_refused_at_once(name: str) -> None:
    data = hostile.REFUSED[name]()
    start = time.perf_counter()

    with pytest.raises(PictureError):
        decode(data, LIMITS)

    assert time.perf_counter() - start < SECONDS


@pytest.mark.parametrize("name", hostile.HARMLESS)
def test_a_file_that_only_looks_hostile_is_read_at_once(name: str) -> None:
    data = hostile.HARMLESS[name]()
    start = time.perf_counter()

    decode(data, LIMITS)

    assert time.perf_counter() - start < SECONDS


@pytest.mark.parametrize("name", ["png-bomb", "webp-bomb", "webp-canvas-bomb", "tiff-bomb", "bmp-of-a-large-size"])
def test_too_many_pixels_are_counted_in_the_header_alone(name: str) -> None:
    data = hostile.REFUSED[name]()
    tracemalloc.start()

    with pytest.raises(PictureTooLarge):
        decode(data, LIMITS)

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3_000_000


@pytest.mark.parametrize(("form", "share"), list(product(FORMATS, [0.02, 0.3, 0.6, 0.9])))
def test_a_file_that_is_cut_off_is_damaged_or_not_known(form: str, share: float) -> None:
    data = hostile.cut(hostile.picture(form, 64, 64), share)

    with pytest.raises((DamagedPicture, UnsupportedPicture)) as refusal:
        decode(data, LIMITS)

    assert isinstance(refusal.value, DamagedPicture) or len(data) < 100


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(form=st.sampled_from(FORMATS), seed=st.integers(0, 2**32), flips=st.integers(0, 12), share=st.floats(0.2, 1.0))
def test_damage_of_any_kind_gives_a_picture_or_a_picture_error(form: str, seed: int, flips: int, share: float) -> None:
    random = np.random.default_rng(seed)
    data = bytearray(hostile.picture(form))
    for place in random.integers(0, len(data), flips):
        data[place] = random.integers(0, 256)
    start = time.perf_counter()
    picture = read(hostile.cut(bytes(data), share))
    seconds = time.perf_counter() - start

    assert seconds < SECONDS
    assert picture is None or is_sound(picture)


@settings(max_examples=100, deadline=None)
@given(form=st.sampled_from(FORMATS), tail=st.binary(max_size=200))
def test_random_bytes_after_a_signature_give_a_picture_or_a_picture_error(form: str, tail: bytes) -> None:
    data = hostile.picture(form)[:12] + tail

    picture = read(data)

    assert picture is None or is_sound(picture)


def read(data: bytes) -> Picture | None:
    """None for a PictureError; everything else gets out."""
    with suppress(PictureError):
        return decode(data, PictureLimits(1 << 20, 1 << 20, 1 << 14))
    return None


def is_sound(picture: Picture) -> bool:
    levels = picture.levels
    kind = levels.dtype in (torch.uint8, torch.float32) and levels.shape[2] in (1, 3)
    return kind and bool(levels.isfinite().all()) and 0 <= float(levels.min()) <= float(levels.max()) < 255.001


def test_pillows_warnings_do_not_leak() -> None:
    damaged = hostile.gray_tiff(2, 2, b"\1\2\3\4", t305=(1, (65,) * 40))
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")

        decode(damaged, LIMITS)
        decode(hostile.png_bomb(9600), PictureLimits(1 << 20, 1 << 30, 1 << 20))  # past what Pillow itself warns of

    assert [str(warning.message) for warning in seen] == []


MEASURE = """
import sys
from app.core.pictures.images import PictureLimits, PictureError, decode

def peak():
    with open("/proc/self/status") as status:
        return int(status.read().split("VmHWM:")[1].split()[0]) * 1024

def restart():
    with open("/proc/self/clear_refs", "w") as references:
        references.write("5")  # the peak starts anew from what is held now

limits = PictureLimits(64 << 20, 16_777_216, 16_384)
for path in sys.argv[1:]:
    with open(path, "rb") as file:
        data = file.read()
    restart()
    before = peak()
    try:
        levels = decode(data, limits, max_side=512 if path.endswith("reduced") else None).levels
        print(levels.nbytes, peak() - before)
        del levels
    except PictureError:
        print(0, peak() - before)
"""


def memory(folder: Path, files: dict[str, bytes]) -> dict[str, tuple[int, int]]:
    """For each file, read in a fresh process: bytes of the levels, and the most memory that reading took."""
    named = {"first": hostile.picture("PNG")} | files
    for name, data in named.items():
        (folder / name).write_bytes(data)
    command = [sys.executable, "-c", MEASURE, *(str(folder / name) for name in named)]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    figures = [tuple(map(int, line.split())) for line in run.stdout.splitlines()]
    return {name: (levels, peak) for name, (levels, peak) in zip(named, figures, strict=True) if name in files}


def largest(form: str) -> bytes:
    gradient = np.linspace(0, 255, 4096).astype(np.uint8)
    array = np.stack([gradient[None].repeat(4096, 0)] * 3, axis=2)
    file = io.BytesIO()
    Image.fromarray(array).save(file, form, **FASTEST.get(form, {}))
    return file.getvalue()


FASTEST = {"WEBP": {"method": 0, "quality": 10}, "PNG": {"compress_level": 1}}


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak memory from /proc")
def test_the_largest_picture_takes_little_more_than_its_levels_twice(tmp_path: Path) -> None:
    times = {"JPEG": 2.6, "BMP": 2.6, "PNG": 2.6, "WEBP": 5.6}  # WebP's decoder holds two canvases of its own
    files = {form: largest(form) for form in times}

    whole = memory(tmp_path, files | {form + "-reduced": data for form, data in files.items()})

    for name, (levels, peak) in whole.items():
        form, _, reduced = name.partition("-")
        assert levels == (512 if reduced else 4096) ** 2 * 3
        assert peak < times[form] * 4096 * 4096 * 3, name


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak memory from /proc")
def test_refused_files_take_no_memory(tmp_path: Path) -> None:
    figures = memory(tmp_path, {name: make() for name, make in hostile.REFUSED.items()})

    for name, (levels, peak) in figures.items():
        assert levels == 0
        assert peak < 40 * 1024 * 1024, name
