"""The lecture's worked example, number by number, computed by the engine."""

import numpy as np
import torch

from app.core.convolution.arithmetic import explain
from app.core.convolution.convolution import convolve
from app.core.convolution.kernels import find_kernel
from app.core.convolution.steps import Convolution
from app.core.pictures.mouse import HEIGHT, INK, WIDTH, draw_mouse
from app.core.pictures.samples import MOUSE_BACK, MOUSE_HEAD

LECTURE_BACK = (
    (0, 0, 0, 0, 0, 0, 30),
    (0, 0, 0, 0, 50, 50, 50),
    (0, 0, 0, 20, 50, 0, 0),
    (0, 0, 0, 50, 50, 0, 0),
    (0, 0, 0, 50, 50, 0, 0),
    (0, 0, 0, 50, 50, 0, 0),
    (0, 0, 0, 50, 50, 0, 0),
)
MOUSE = torch.from_numpy(draw_mouse())
CURVE = Convolution(find_kernel("curve").matrix)


def terms(place: tuple[int, int]) -> list[tuple[float, float]]:
    """(weight, level) of the kernel's cells that are not zero, in the order in which one reads."""
    found = explain(MOUSE, [CURVE], *place, 0, "signed")
    assert found.kernel is not None
    return [
        (weight, level)
        for weights, levels in zip(found.kernel, found.patch, strict=True)
        for weight, level in zip(weights, levels, strict=True)
        if weight
    ]


def test_the_window_on_the_back_is_the_one_of_the_lecture() -> None:
    found = explain(MOUSE, [CURVE], *MOUSE_BACK, 0, "signed")

    assert found.patch == LECTURE_BACK


def test_the_back_gives_6600_by_the_six_products_of_the_lecture() -> None:
    found = explain(MOUSE, [CURVE], *MOUSE_BACK, 0, "signed")

    assert terms(MOUSE_BACK) == [(30, 0), (30, 50), (30, 20), (30, 50), (30, 50), (30, 50)]
    assert found.sum == found.value == 6600


def test_the_head_gives_0_although_lines_cross_its_window() -> None:
    found = explain(MOUSE, [CURVE], *MOUSE_HEAD, 0, "signed")

    assert terms(MOUSE_HEAD) == [(30, 0)] * 6
    assert found.sum == found.value == 0
    assert sum(level >= INK / 2 for row in found.patch for level in row) > 10


def test_the_back_is_where_the_curve_answers_among_the_most() -> None:
    result = convolve(MOUSE, CURVE)[:, :, 0]
    x, y = MOUSE_BACK

    near = result[y - 3 : y + 4, x - 3 : x + 4]

    assert near.max() == result.max()
    assert (result < 6600).float().mean() > 0.98


def test_the_drawing_is_gray_lines_on_black_with_room_around_them() -> None:
    mouse = MOUSE

    assert mouse.shape == (HEIGHT, WIDTH, 1)
    assert mouse.dtype == torch.uint8
    assert mouse.max() == INK
    assert 0.1 < (mouse > 0).float().mean() < 0.4
    border = torch.cat([mouse[0], mouse[-1], mouse[:, 0], mouse[:, -1]])
    assert border.max() == 0


def test_the_same_mouse_is_drawn_each_time() -> None:
    assert np.array_equal(draw_mouse(), draw_mouse())
