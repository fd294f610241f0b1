"""Convolution against SciPy and OpenCV in float64: the classic kernels, and kernels, borders and pictures at random."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scipy.signal import convolve2d

from app.core.convolution import spectral
from app.core.convolution.convolution import convolve
from app.core.convolution.kernels import KERNELS
from app.core.convolution.steps import BORDERS, Convolution, Matrix
from app.core.errors import InvalidValue
from tests.core.convolution.references import (
    NDIMAGE_MODES,
    OPENCV_BORDERS,
    convolutions,
    has_room,
    pictures,
    random_picture,
    tolerance,
    with_ndimage,
    with_opencv,
    with_scipy,
)

SMALL, LARGE = st.integers(1, 7), st.integers(1, 63)
FITTING = settings(deadline=None, max_examples=100, derandomize=True)
FEW = settings(deadline=None, max_examples=25, derandomize=True)

Ways = pytest.mark.parametrize("way", ["bands", "spectral"])


def forced(monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    """Every kernel goes the same way, whatever it costs."""
    monkeypatch.setattr(spectral, "cost", lambda *_: {"bands": float("inf"), "spectral": -1.0}[way])


def agrees(result: torch.Tensor, expected: Any) -> None:
    """float32, of the expected shape, within the tolerance."""
    assert result.dtype == torch.float32
    assert tuple(result.shape) == expected.shape
    assert np.abs(result.double().numpy() - expected).max() <= tolerance(expected)


@pytest.mark.parametrize("whole", [True, False], ids=["uint8", "float32"])
@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("name", KERNELS)
def test_every_classic_kernel_agrees_with_scipy(name: str, border: Any, whole: bool) -> None:
    kernel = KERNELS[name]
    picture = random_picture(23, 31, whole=whole)
    step = Convolution(kernel.matrix, divisor=kernel.divisor, border=border)

    result = convolve(picture, step)

    agrees(result, with_scipy(picture, step))


@pytest.mark.parametrize(("border", "reference"), [
    *((border, with_ndimage) for border in NDIMAGE_MODES), *((border, with_opencv) for border in OPENCV_BORDERS),
])  # fmt: skip
@pytest.mark.parametrize("sides", [(3, 3), (4, 4), (2, 5), (7, 6)])
def test_ndimage_and_opencv_agree(border: Any, reference: Callable[..., Any], sides: tuple[int, int]) -> None:
    weights = np.random.default_rng(5).uniform(-2, 2, sides)
    step = Convolution(tuple(map(tuple, weights.tolist())), border=border, stride=2)
    picture = random_picture(20, 17, whole=False)

    result = convolve(picture, step)

    agrees(result, reference(picture, step))


@pytest.mark.parametrize("sides", [(1, 1), (3, 3), (4, 2), (7, 5)])
def test_full_is_scipys_full(sides: tuple[int, int]) -> None:
    weights = np.random.default_rng(6).uniform(-2, 2, sides)
    picture = random_picture(9, 11, 1, whole=False)

    result = convolve(picture, Convolution(tuple(map(tuple, weights.tolist())), padding="full", flip=True))

    agrees(result, convolve2d(picture[:, :, 0].double().numpy(), weights, mode="full")[:, :, None])


@pytest.mark.parametrize("padding", [0, 1, 2, 17])
def test_a_number_is_pytorchs_padding(padding: int) -> None:
    weights = np.random.default_rng(7).uniform(-2, 2, (4, 3))
    picture = random_picture(9, 11, 1, whole=False)

    result = convolve(picture, Convolution(tuple(map(tuple, weights.tolist())), padding=padding, stride=2))

    kernel = torch.from_numpy(weights)[None, None]
    expected = torch.nn.functional.conv2d(picture.double()[None, None, :, :, 0], kernel, padding=padding, stride=2)
    agrees(result, expected[0, 0, :, :, None].numpy())


@Ways
@FITTING
@given(picture=pictures(st.integers(1, 24)), step=convolutions(SMALL))
def test_small_kernels_agree_with_scipy_either_way(way: str, picture: torch.Tensor, step: Convolution) -> None:
    assume(has_room(picture, step))

    with pytest.MonkeyPatch.context() as monkeypatch:
        forced(monkeypatch, way)
        result = convolve(picture, step)

    agrees(result, with_scipy(picture, step))


@Ways
@FEW
@given(picture=pictures(st.integers(1, 90)), step=convolutions(LARGE))
@example(random_picture(63, 63, 1), Convolution(((1.5,) * 63,) * 63, border="valid"))
@example(
    picture=random_picture(1, 90, whole=False), step=Convolution(((0.25,) * 62,) * 63, border="reflect", dilation=9)
)
def test_large_kernels_agree_with_scipy_either_way(way: str, picture: torch.Tensor, step: Convolution) -> None:
    assume(has_room(picture, step))

    with pytest.MonkeyPatch.context() as monkeypatch:
        forced(monkeypatch, way)
        result = convolve(picture, step)

    agrees(result, with_scipy(picture, step))


@FITTING
@given(picture=pictures(st.integers(1, 30)), step=convolutions(SMALL))
def test_any_kernel_agrees_with_opencv(picture: torch.Tensor, step: Convolution) -> None:
    assume(step.border in OPENCV_BORDERS)
    step = replace(step, padding="same")  # filter2D knows no other
    assume(step.border != "reflect" or min(picture.shape[:2]) > max(step.reach))  # OpenCV folds once

    result = convolve(picture, step)

    agrees(result, with_opencv(picture, step))


@Ways
@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1)])
@pytest.mark.parametrize("border", ["zero", "reflect", "replicate", "wrap"])
def test_pictures_of_one_pixel_or_line_have_borders_too(way: str, border: Any, shape: tuple[int, int]) -> None:
    picture = random_picture(*shape)
    step = Convolution(tuple(map(tuple, np.random.default_rng(2).uniform(-1, 1, (6, 5)).tolist())), border=border)

    with pytest.MonkeyPatch.context() as monkeypatch:
        forced(monkeypatch, way)
        result = convolve(picture, step)

    agrees(result, with_scipy(picture, step))


@pytest.mark.parametrize("shape", [(301, 200), (40, 2500)])
def test_pictures_of_many_bands_agree_with_scipy(shape: tuple[int, int]) -> None:
    picture = random_picture(*shape)
    step = Convolution(((1, 2, -3), (4, 5, -6), (-7, 8, -2)), divisor=3, border="reflect", stride=1)

    result = convolve(picture, step)

    agrees(result, with_scipy(picture, step))


@pytest.mark.parametrize("border", ["zero", "reflect", "replicate", "wrap"])
@pytest.mark.parametrize("side", [1, 3, 63])
def test_identity_returns_the_picture_bit_for_bit(side: int, border: Any) -> None:
    middle = side // 2
    matrix: Matrix = tuple(tuple(float((i, j) == (middle, middle)) for j in range(side)) for i in range(side))
    picture = random_picture(70, 80, whole=False)

    result = convolve(picture, Convolution(matrix, border=border))

    assert result.numpy().tobytes() == picture.numpy().tobytes()


def test_whole_numbers_stay_exact() -> None:
    step = Convolution(((1, 2, 1), (2, 4, 2), (1, 2, 1)), divisor=9, border="wrap")
    picture = random_picture(200, 300)

    result = convolve(picture, step)

    sums = with_scipy(picture, Convolution(step.matrix, border="wrap")).astype(np.float32)
    assert np.array_equal(result.numpy(), sums / np.float32(9))


@pytest.mark.parametrize("size", [127, 128, 129, 32_896, 32_897, 65_793, 65_794])
@pytest.mark.parametrize("sign", [1, -1])
def test_sums_do_not_wrap_where_a_narrower_type_ends(size: int, sign: int) -> None:
    picture = torch.full((6, 7, 3), 255, dtype=torch.uint8)
    step = Convolution(((sign * (size - 3), sign), (sign, sign)), border="replicate")

    result = convolve(picture, step)

    assert bool((result == sign * size * 255).all())


def test_a_kernel_of_zeros_gives_the_offset() -> None:
    result = convolve(random_picture(5, 6), Convolution(((0.0, 0.0), (0.0, 0.0)), divisor=3, offset=-7))

    assert bool((result == -7).all())


def test_weights_that_cancel_keep_their_precision() -> None:
    picture = torch.full((40, 40, 1), 254.9, dtype=torch.float32)
    step = Convolution(((1e6, -1e6, 0.5), (-1e6, 1e6, 0.25)), border="replicate")

    result = convolve(picture, step)

    agrees(result, with_scipy(picture, step))


def test_the_picture_is_left_as_it_is() -> None:
    picture = random_picture(30, 30, whole=False)
    before = picture.clone()

    convolve(picture, Convolution(((2, 1), (0, -1)), offset=5))

    assert torch.equal(picture, before)


def test_a_window_without_room_is_refused() -> None:
    with pytest.raises(InvalidValue, match="3 x 3"):
        convolve(random_picture(2, 9), Convolution(((1,) * 3,) * 3, border="valid"))


PEAKS = """
from pathlib import Path
import torch
from app.core.convolution.convolution import convolve
from app.core.convolution.steps import Convolution

def memory(field):
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith(field)) * 1024

for side in (3, 31):
    for kind in (torch.uint8, torch.float32):
        picture = torch.zeros(1500, 2000, 3, dtype=kind)
        step = Convolution(tuple(tuple(1.0 + (i * j) % 7 for j in range(side)) for i in range(side)), divisor=3.0)
        convolve(picture[:100, :100], step)
        before = memory("VmRSS")
        Path("/proc/self/clear_refs").write_text("5")  # VmHWM, the peak, starts again from here
        convolve(picture, step)
        print((memory("VmHWM") - before) / picture.numel() / 4)
"""


def test_the_result_is_nearly_all_the_memory_that_is_taken() -> None:
    process = subprocess.run([sys.executable, "-c", PEAKS], check=True, capture_output=True, text=True)

    pictures_held = [float(line) for line in process.stdout.split()]

    assert len(pictures_held) == 4
    assert max(pictures_held) < 2
