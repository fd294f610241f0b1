import math
import time
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view
from PIL import Image
from scipy import ndimage
from skimage import data

from app.core.convolution.convolution import convolve
from app.core.convolution.fitting import FRAMES, fit
from app.core.convolution.kernels import KERNELS
from app.core.convolution.steps import Convolution
from app.core.errors import InvalidValue
from app.core.pictures.display import to_bytes
from app.core.pictures.images import open_sample

PHOTOGRAPHS = ("astronaut", "camera", "coffee", "cat", "rocket")
CLASSIC = ("box-blur", "sobel-x", "sharpen", "gaussian-blur-5", "emboss", "edge-laplacian-4", "edge-laplacian-8",
           "unsharp", "motion-blur")  # fmt: skip


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """As in the server's workers; beside other busy processes two threads wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def classic(name: str) -> np.ndarray:
    kernel = KERNELS[name]
    return np.array(kernel.matrix) / kernel.divisor


def filtered(picture: torch.Tensor, weights: np.ndarray) -> torch.Tensor:
    """SciPy's correlation, float32; for even sides its extra cell is moved to the right and below."""
    origin = [-1 if side % 2 == 0 else 0 for side in weights.shape]
    result = ndimage.correlate(picture.double().numpy(), weights[..., None], mode="mirror", origin=(*origin, 0))
    return torch.from_numpy(result.astype(np.float32))


def error(found: Any, weights: np.ndarray) -> float:
    return float(np.abs(np.array(found.kernel) - weights).max())


@pytest.mark.parametrize("photograph", PHOTOGRAPHS)
@pytest.mark.parametrize("name", CLASSIC)
def test_a_classic_kernel_is_found_again(photograph: str, name: str) -> None:
    picture, weights = open_sample(photograph), classic(name)

    found = fit(picture, filtered(picture, weights), weights.shape)

    assert found.identifiable
    assert error(found, weights) < 1e-4
    assert found.loss < 1e-6


@pytest.mark.parametrize("photograph", PHOTOGRAPHS[:2])
@pytest.mark.parametrize("name", CLASSIC)
def test_a_kernel_is_found_from_a_picture_that_was_clipped_and_rounded(photograph: str, name: str) -> None:
    picture, kernel = open_sample(photograph), KERNELS[name]
    target = to_bytes(convolve(picture, Convolution(kernel.matrix, kernel.divisor)), "clip")

    found = fit(picture, target, (len(kernel.matrix), len(kernel.matrix[0])))

    assert error(found, classic(name)) < 0.01
    assert found.loss < 0.1  # rounding alone leaves 1/12


@pytest.mark.parametrize("name", ["box-blur", "sobel-x", "sharpen"])
def test_512_x_512_in_color_takes_under_two_seconds(name: str) -> None:
    picture = torch.from_numpy(data.astronaut())
    target = filtered(picture, classic(name))
    started = time.perf_counter()

    found = fit(picture, target, 3)

    assert time.perf_counter() - started < 2
    assert error(found, classic(name)) < 0.01


@given(st.integers(1, 7), st.integers(1, 7), st.integers(1, 2), st.integers(0, 1000))
@settings(max_examples=30, deadline=None)
def test_any_kernel_is_found_on_noise(rows: int, columns: int, channels: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    picture = torch.from_numpy(random.integers(0, 256, (30, 34, channels), dtype=np.uint8))
    weights = random.normal(size=(rows, columns))

    found = fit(picture, filtered(picture, weights), (rows, columns))

    assert error(found, weights) < 1e-4


def test_what_no_kernel_explains_is_explained_as_well_as_least_squares_do() -> None:
    picture = open_sample("cat")[:120, :140]
    noise = np.random.default_rng(1).normal(0, 10, picture.shape).astype(np.float32)
    target = filtered(picture, classic("emboss")) + torch.from_numpy(noise)
    windows = sliding_window_view(picture.double().numpy(), (3, 3), axis=(0, 1)).reshape(-1, 9)
    wanted = target.double().numpy()[1:-1, 1:-1].reshape(-1)
    best, residual, *_ = np.linalg.lstsq(windows, wanted, rcond=None)

    found = fit(picture, target, 3)

    assert error(found, best.reshape(3, 3)) < 1e-5
    assert math.isclose(found.loss, residual[0] / len(wanted), rel_tol=1e-6)


def test_frames_tell_the_descent_from_zeros_to_the_kernel() -> None:
    picture = open_sample("astronaut")
    target = filtered(picture, classic("sharpen"))

    found = fit(picture, target, 3)

    steps = [frame.step for frame in found.frames]
    losses = [frame.loss for frame in found.frames]
    assert len(found.frames) == FRAMES
    assert found.frames[0].kernel == ((0.0,) * 3,) * 3
    assert math.isclose(losses[0], float(target[1:-1, 1:-1].double().square().mean()), rel_tol=1e-9)
    assert (found.frames[-1].kernel, found.frames[-1].loss) == (found.kernel, found.loss)
    assert steps == sorted(set(steps))
    assert all(after <= before + 1e-6 for before, after in pairwise(losses))


def test_the_loss_of_a_frame_is_the_mean_squared_error_of_its_kernel() -> None:
    picture = open_sample("camera")
    target = filtered(picture, classic("sobel-y"))

    frame = fit(picture, target, 3).frames[20]

    guess = filtered(picture, np.array(frame.kernel))
    assert math.isclose(frame.loss, float((guess - target)[1:-1, 1:-1].double().square().mean()), rel_tol=1e-5)


@pytest.mark.parametrize("level", [0, 77])
def test_a_constant_picture_does_not_tell_kernels_apart(level: int) -> None:
    picture = torch.full((40, 40, 3), level, dtype=torch.uint8)

    found = fit(picture, picture.float(), 3)

    assert not found.identifiable
    assert found.loss < 1e-6
    assert math.isclose(sum(map(sum, found.kernel)), 1 if level else 0, abs_tol=1e-6)


def test_a_ramp_does_not_tell_kernels_apart() -> None:
    picture = open_sample("ramp")

    found = fit(picture, filtered(picture, classic("sharpen")), 3)

    assert not found.identifiable
    assert found.loss < 1e-6


def test_too_few_windows_do_not_tell_kernels_apart() -> None:
    picture = open_sample("cat")[:4, :4, :1]

    assert not fit(picture, picture.float(), 3).identifiable


def test_a_picture_of_one_window_is_enough_for_one_weight() -> None:
    picture = torch.tensor([[[100]]], dtype=torch.uint8)

    found = fit(picture, torch.tensor([[[250.0]]]), 1)

    assert found.identifiable
    assert math.isclose(found.kernel[0][0], 2.5, rel_tol=1e-6)


def test_the_largest_size_is_found_on_a_large_picture_and_a_16_bit_one() -> None:
    photograph = Image.fromarray(data.coffee()).resize((1500, 1000), Image.Resampling.BICUBIC)
    grain = np.random.default_rng(0).integers(-6, 7, (1000, 1500, 3))
    picture = torch.from_numpy((np.array(photograph) + grain).clip(0, 255).astype(np.float32) * 0.997)
    weights = np.random.default_rng(0).normal(0, 0.2, (15, 15))
    step = Convolution(tuple(tuple(row) for row in weights.tolist()), border="replicate")

    found = fit(picture, convolve(picture, step), 15)

    assert found.identifiable
    assert error(found, weights) < 0.01


def test_a_float_target_can_be_said_to_be_clipped() -> None:
    picture = open_sample("cat")
    target = filtered(picture, classic("edge-laplacian-8")).clamp(0, 255)

    found = fit(picture, target, 3, clipped=True)

    assert error(found, classic("edge-laplacian-8")) < 1e-4
    assert error(fit(picture, target, 3), classic("edge-laplacian-8")) > 0.1


@pytest.mark.parametrize(
    ("picture", "target", "size", "field"),
    [
        ((9, 9, 3), (9, 8, 3), 3, "target"),
        ((9, 9, 3), (9, 9, 1), 3, "target"),
        ((9, 9, 1), (9, 9, 1), 0, "size"),
        ((99, 99, 1), (99, 99, 1), 16, "size"),
        ((9, 9, 1), (9, 9, 1), (10, 3), "size"),
    ],
)
def test_what_cannot_be_fitted_is_refused(picture: Any, target: Any, size: Any, field: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        fit(torch.zeros(picture), torch.zeros(target), size)

    assert refused.value.field == field


def test_a_target_that_is_clipped_everywhere_is_refused() -> None:
    picture = open_sample("checkerboard")

    with pytest.raises(InvalidValue, match="black or white"):
        fit(picture, picture, 3)


def test_descent_from_random_weights_finds_the_same_kernel() -> None:
    picture = open_sample("camera")
    target = filtered(picture, classic("sobel-x"))

    found, again = (fit(picture, target, 3, start="random") for _ in range(2))

    assert np.unique(found.frames[0].kernel).size == 9
    assert np.abs(found.frames[0].kernel).max() <= 1
    assert error(found, classic("sobel-x")) < 1e-4
    assert found == again
