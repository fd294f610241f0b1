"""The generated shapes: their outlines against OpenCV's, and what makes them a data set."""

import math
import time

import cv2
import numpy as np
import pytest

from app.core.datasets.builtin import SHAPES
from app.core.datasets.shapes import _DISTANCES, make_shapes

LINE = np.linspace(-1.3, 1.3, 53)
X, Y = (plane.astype(np.float32) for plane in np.meshgrid(LINE, LINE))


def regular(corners: int, radius: float, turn: float) -> np.ndarray:
    angles = turn + 2 * math.pi * np.arange(corners) / corners
    return radius * np.stack([np.cos(angles), np.sin(angles)], 1)


def star() -> np.ndarray:
    corners = np.empty((10, 2))
    corners[::2], corners[1::2] = regular(5, 1, 0), regular(5, 0.42, math.pi / 5)
    return corners


A, B = 0.95, 0.28
OUTLINES = {
    "square": np.array([(-0.7, -0.7), (0.7, -0.7), (0.7, 0.7), (-0.7, 0.7)]),
    "triangle": regular(3, 1, 0),
    "hexagon": regular(6, 0.8 / math.cos(math.pi / 6), 0),
    "star": star(),
    "cross": np.array([(A, B), (B, B), (B, A), (-B, A), (-B, B), (-A, B), (-A, -B), (-B, -B), (-B, -A), (B, -A),
                       (B, -B), (A, -B)]),
}  # fmt: skip


@pytest.mark.parametrize("name", OUTLINES)
def test_outlines_are_those_of_polygons(name: str) -> None:
    outline = OUTLINES[name].astype(np.float32)

    distance = _DISTANCES[name](X, Y)

    inside = [cv2.pointPolygonTest(outline, point, measureDist=True) for point in zip(X.flat, Y.flat, strict=True)]
    expected = -np.array(inside).reshape(X.shape)
    clear = np.abs(expected) > 1e-3
    assert np.array_equal(distance[clear] < 0, expected[clear] < 0)
    assert np.abs(distance).max() <= np.abs(expected).max() + 1e-5


@pytest.mark.parametrize(("name", "points"), [
    ("circle", {(0, 0): -0.9, (0.9, 0): 0, (0, -1.2): 0.3}),
    ("ring", {(0, 0): 0.5, (0.7, 0): -0.2, (0, 0.9): 0, (0.5, 0): 0}),
    ("crescent", {(-0.95, 0): 0, (-0.6, 0): -0.35, (0.5, 0): 0.75}),
])  # fmt: skip
def test_round_shapes_are_at_the_distances_worked_out_by_hand(
    name: str, points: dict[tuple[float, float], float]
) -> None:
    for (x, y), distance in points.items():
        found = _DISTANCES[name](np.float32([x]), np.float32([y]))

        assert found[0] == pytest.approx(distance, abs=1e-6)


def test_a_seed_gives_the_same_pictures_and_another_seed_others() -> None:
    images, labels = make_shapes(64, seed=3)
    again, same_labels = make_shapes(64, seed=3)
    others, _ = make_shapes(64, seed=4)

    assert images.equal(again)
    assert labels.equal(same_labels)
    assert (images != others).float().mean() > 0.9


def test_classes_are_even_and_mixed() -> None:
    images, labels = make_shapes(800)

    assert images.shape == (800, 3, 32, 32)
    assert labels.bincount(minlength=len(SHAPES)).tolist() == [100] * len(SHAPES)
    assert labels[:100].unique().numel() == len(SHAPES)


def test_a_shape_stands_out_from_its_background() -> None:
    images, _ = make_shapes(400, seed=1)

    spread = images.float().flatten(1).std(1)

    assert spread.min() > 10
    assert images.float().mean((0, 2, 3)).sub(127.5).abs().max() < 15


def test_color_and_brightness_do_not_give_the_class_away() -> None:
    images, labels = make_shapes(4000, seed=2)

    means = np.stack([images[labels == label].float().mean((0, 2, 3)).numpy() for label in range(len(SHAPES))])

    assert np.abs(means - means.mean(0)).max() < 12


def test_a_thousand_pictures_take_no_time_to_speak_of() -> None:
    started = time.process_time()

    make_shapes(1000)

    assert time.process_time() - started < 2
