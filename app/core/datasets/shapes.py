"""Endless pictures of eight shapes, made offline: random in size, place, turn, color, background and noise.

Each shape is a signed distance (pixels to its outline, inside negative; formulas as in I. Quilez, "2D distance
functions"), so that edges are smooth without oversampling. Work is batched by shape. It does not know data sets.
"""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from app.core.datasets.builtin import SHAPES

SIDE = 32
_BATCH = 2_500  # pictures drawn at once: their float32 planes stay below 100 MB

Plane = NDArray[np.float32]
Distance = Callable[[Plane, Plane], Plane]


def make_shapes(count: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    """uint8 `count` x 3 x 32 x 32 pictures and int64 numbers of SHAPES, as many of each as can be, in random order.

    The same for a seed on every machine, but for a rare level by rounding.
    """
    generator = np.random.default_rng(seed)
    labels = generator.permutation(np.arange(count) % len(SHAPES))
    images = np.empty((count, 3, SIDE, SIDE), np.uint8)
    for start in range(0, count, _BATCH):
        part = slice(start, start + _BATCH)
        images[part] = _draw(labels[part], generator)
    return torch.from_numpy(images), torch.from_numpy(labels.astype(np.int64))


def _draw(labels: NDArray[np.int64], generator: np.random.Generator) -> NDArray[np.uint8]:
    """One batch: the shape's color over its background, by how much of a pixel the shape covers."""
    count = len(labels)
    radius = generator.uniform(6, 13, (count, 1, 1)).astype(np.float32)
    x, y = _place(generator, count, radius)
    covered = np.empty((count, SIDE, SIDE), np.float32)
    for number, name in enumerate(SHAPES):
        chosen = labels == number
        distance = _DISTANCES[name](x[chosen] / radius[chosen], y[chosen] / radius[chosen]) * radius[chosen]
        covered[chosen] = np.clip(0.5 - distance, 0, 1)
    ink, ground = _colors(generator, count)
    pictures = ground + (ink[:, :, None, None] - ground) * covered[:, None]
    pictures += generator.standard_normal(pictures.shape, np.float32) * _spread(generator, count, 0, 24)
    return np.clip(np.rint(pictures), 0, 255).astype(np.uint8)


def _place(generator: np.random.Generator, count: int, radius: Plane) -> tuple[Plane, Plane]:
    """Coordinates in pixels around each shape's center, turned; the shape stays inside the picture."""
    line = np.arange(SIDE, dtype=np.float32) + 0.5
    room = SIDE / 2 - radius
    center_x = SIDE / 2 + room * _spread(generator, count, -1, 1)[:, 0]
    center_y = SIDE / 2 + room * _spread(generator, count, -1, 1)[:, 0]
    turn = _spread(generator, count, 0, 2 * np.pi)[:, 0]
    x, y = line[None, None, :] - center_x, line[None, :, None] - center_y
    cosine, sine = np.cos(turn), np.sin(turn)
    return cosine * x + sine * y, cosine * y - sine * x


def _colors(generator: np.random.Generator, count: int) -> tuple[Plane, Plane]:
    """Ink N x 3 and background N x 3 x H x W in levels: a slope between two colors, away from the ink in brightness."""
    ink = generator.uniform(0, 255, (count, 3)).astype(np.float32)
    is_dark = ink.mean(1, keepdims=True) < 127.5
    offset = generator.uniform(70, 160, (count, 1)).astype(np.float32)
    center = ink.mean(1, keepdims=True) + np.where(is_dark, offset, -offset)
    ends = center[:, None] + generator.uniform(-45, 45, (count, 2, 3)).astype(np.float32)
    angle = generator.uniform(0, 2 * np.pi, (count, 1, 1)).astype(np.float32)
    line = np.linspace(-0.5, 0.5, SIDE, dtype=np.float32)
    slope = np.clip(0.5 + np.cos(angle) * line + np.sin(angle) * line[:, None], 0, 1)[:, None]
    first, second = ends[:, 0, :, None, None], ends[:, 1, :, None, None]
    return ink, first + (second - first) * slope


def _spread(generator: np.random.Generator, count: int, low: float, high: float) -> Plane:
    """N x 1 x 1 x 1 uniform numbers."""
    return generator.uniform(low, high, (count, 1, 1, 1)).astype(np.float32)


def _circle(x: Plane, y: Plane) -> Plane:
    return np.hypot(x, y) - np.float32(0.9)


def _ring(x: Plane, y: Plane) -> Plane:
    return np.abs(np.hypot(x, y) - np.float32(0.7)) - np.float32(0.2)


def _crescent(x: Plane, y: Plane) -> Plane:
    """A disk without the one beside it."""
    return np.maximum(np.hypot(x, y) - 0.95, 0.75 - np.hypot(x - 0.5, y))


def _box(x: Plane, y: Plane, width: float, height: float) -> Plane:
    outside_x, outside_y = np.abs(x) - width, np.abs(y) - height
    outside = np.hypot(np.maximum(outside_x, 0), np.maximum(outside_y, 0))
    return outside + np.minimum(np.maximum(outside_x, outside_y), 0)


def _square(x: Plane, y: Plane) -> Plane:
    return _box(x, y, 0.7, 0.7)


def _cross(x: Plane, y: Plane) -> Plane:
    return np.minimum(_box(x, y, 0.95, 0.28), _box(x, y, 0.28, 0.95))


def _polygon(x: Plane, y: Plane, corners: int, inner: float) -> Plane:
    """Around the center: the nearest of the edges that face outward, at `inner` from it."""
    angles = 2 * np.pi * (np.arange(corners) + 0.5) / corners
    edges = [np.float32(np.cos(angle)) * x + np.float32(np.sin(angle)) * y for angle in angles]
    return np.maximum.reduce(edges) - np.float32(inner)


def _triangle(x: Plane, y: Plane) -> Plane:
    return _polygon(x, y, 3, 0.5)


def _hexagon(x: Plane, y: Plane) -> Plane:
    return _polygon(x, y, 6, 0.8)


def _star(x: Plane, y: Plane) -> Plane:
    """Five points: within one tenth of a turn, one straight edge from the point (radius 1) to the notch (0.42)."""
    tenth = np.pi / 5
    angle = np.abs((np.arctan2(y, x) + tenth) % (2 * tenth) - tenth)
    length = np.hypot(x, y)
    along, across = length * np.cos(angle), length * np.sin(angle)
    notch = 0.42 * np.cos(tenth), 0.42 * np.sin(tenth)
    edge = notch[0] - 1, notch[1]
    return ((along - 1) * edge[1] - across * edge[0]) / np.hypot(*edge)


_DISTANCES: dict[str, Distance] = {
    "circle": _circle,
    "crescent": _crescent,
    "cross": _cross,
    "hexagon": _hexagon,
    "ring": _ring,
    "square": _square,
    "star": _star,
    "triangle": _triangle,
}
