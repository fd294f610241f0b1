"""The lecture's seven kernels, number by number, and what holds for all."""

import numpy as np
import pytest

from app.core.convolution.kernels import KERNELS, find_kernel
from app.core.convolution.steps import Convolution
from app.core.errors import InvalidValue

LECTURE = {
    "identity": ([[0, 0, 0], [0, 1, 0], [0, 0, 0]], 1),
    "edge-diagonal": ([[1, 0, -1], [0, 0, 0], [-1, 0, 1]], 1),
    "edge-laplacian-4": ([[0, 1, 0], [1, -4, 1], [0, 1, 0]], 1),
    "edge-laplacian-8": ([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]], 1),
    "sharpen": ([[0, -1, 0], [-1, 5, -1], [0, -1, 0]], 1),
    "box-blur": ([[1, 1, 1], [1, 1, 1], [1, 1, 1]], 9),
    "gaussian-blur": ([[1, 2, 1], [2, 4, 2], [1, 2, 1]], 16),
}
EXPECTED_BESIDE = {
    "sobel-x", "sobel-y", "prewitt-x", "prewitt-y", "scharr-x", "scharr-y", "emboss", "outline", "motion-blur",
    "unsharp", "gaussian-blur-5", "gaussian-blur-7", "line-horizontal", "line-vertical", "line-45", "line-135",
}  # fmt: skip


@pytest.mark.parametrize("name", LECTURE)
def test_the_lectures_kernels_are_exactly_the_lectures(name: str) -> None:
    kernel = find_kernel(name)

    assert ([list(row) for row in kernel.matrix], kernel.divisor) == LECTURE[name]


def test_the_lectures_kernels_come_first_and_the_usual_ones_beside_them() -> None:
    assert list(KERNELS)[:7] == list(LECTURE)
    assert set(KERNELS) >= EXPECTED_BESIDE


@pytest.mark.parametrize("name", KERNELS)
def test_every_kernel_can_be_applied_and_says_what_it_does(name: str) -> None:
    kernel = KERNELS[name]

    step = Convolution(kernel.matrix, divisor=kernel.divisor)

    assert step.side[0] % 2 == 1
    assert step.side[1] % 2 == 1
    assert kernel.name == name
    assert kernel.title
    assert kernel.description.endswith(".")


@pytest.mark.parametrize("name", [name for name in KERNELS if KERNELS[name].family in {"blur", "sharpen", "identity"}])
def test_blurs_and_sharpeners_keep_the_brightness(name: str) -> None:
    kernel = KERNELS[name]

    assert np.sum(kernel.matrix) / kernel.divisor == 1


@pytest.mark.parametrize("name", [name for name in KERNELS if KERNELS[name].family in {"edges", "gradient", "lines"}])
def test_edge_gradient_and_line_detectors_answer_zero_on_flat_areas(name: str) -> None:
    assert np.sum(KERNELS[name].matrix) == 0


def test_motion_blur_is_a_diagonal() -> None:
    kernel = find_kernel("motion-blur")

    assert np.array_equal(np.array(kernel.matrix) / kernel.divisor, np.eye(7) / 7)


def test_an_unknown_name_is_refused_without_repeating_it() -> None:
    with pytest.raises(InvalidValue) as caught:
        find_kernel("<script>")

    assert caught.value.field == "kernel"
    assert "script" not in str(caught.value)
