"""The lecture's mouse: a line drawing made of curves, so that its numbers are the same everywhere.

Lines have level 50 on black. On the mouse's back lies, cell for cell, the window of the lecture's worked
example: with the kernel `curve` (border `zero`) the result is exactly 6600 at MOUSE_BACK and exactly 0 at MOUSE_HEAD.
"""

import numpy as np
import torch
from torch import Tensor

WIDTH, HEIGHT = 80, 60
INK = 50
MOUSE_BACK = (13, 27)  # x, y of the result
MOUSE_HEAD = (56, 22)

# The window on the back, as the lecture shows it: a line that rises, then bends to the right.
_BEND = (
    (0, 0, 0, 0, 0, 0, 30),
    (0, 0, 0, 0, 50, 50, 50),
    (0, 0, 0, 20, 50, 0, 0),
    (0, 0, 0, 50, 50, 0, 0),
    (0, 0, 0, 50, 50, 0, 0),
    (0, 0, 0, 50, 50, 0, 0),
    (0, 0, 0, 50, 50, 0, 0),
)

# Each line is a row of points (x, y) in pixels, joined by a smooth curve.
_LINES = (
    # the back, from the foot up over the window of the example to the nape
    ((20, 51), (15, 45), (13.5, 37), (13.5, 30), (13.8, 26.6), (16, 24.6), (22, 21), (31, 18.5), (40, 20), (46, 24)),
    # forehead, nose, chin
    ((54, 23.5), (61, 27), (68, 33), (72, 37.5), (71, 40), (66, 42.5), (58, 44)),
    # breast and belly
    ((58, 44), (56, 48), (52, 50.5)),
    ((47, 51), (36, 51.5)),
    # hind leg and foot
    ((24, 42), (27, 36), (33, 35), (38, 39), (37.5, 45), (33, 49)),
    ((20, 51), (26, 52), (36, 52), (37, 49.5), (32, 49)),
    # forefoot
    ((47, 45), (47, 50.5), (52, 52), (55, 51), (52, 50)),
    # ear, inner ear
    ((47, 26), (43, 19), (45, 11.5), (51, 9.5), (56, 13), (56, 19), (54, 23.5)),
    ((48.5, 21), (47.5, 16), (50.5, 13), (53, 16)),
    # eye
    ((62, 32), (63, 31.3), (63.7, 32.2), (62.7, 33), (62, 32)),
    # mouth, whiskers
    ((71, 40), (68, 39.5), (66, 38)),
    ((67, 37), (61, 36), (55, 37)),
    ((67, 38.5), (62, 39), (57, 41.5)),
    # tail
    ((14.5, 43), (9, 45), (5, 50), (8, 55), (17, 56.5), (30, 55), (42, 56.5), (50, 56)),
)


def draw_mouse() -> Tensor:
    """uint8 HEIGHT x WIDTH x 1, levels 0..50."""
    levels = np.zeros((HEIGHT, WIDTH))
    for points in _LINES:
        levels = np.maximum(levels, _stroke(_curve(np.array(points, float))))
    x, y = MOUSE_BACK
    levels[y - 3 : y + 4, x - 3 : x + 4] = _BEND
    return torch.from_numpy(levels.round().astype(np.uint8)).unsqueeze(-1)


def _curve(points: np.ndarray, steps: int = 40) -> np.ndarray:
    """A Catmull-Rom spline through n x 2 points (Catmull and Rom, 1974), as many short steps."""
    before, after = 2 * points[0] - points[1], 2 * points[-1] - points[-2]
    a, b, c, d = (np.vstack([before, points, after])[i : len(points) - 1 + i, None] for i in range(4))
    t = np.linspace(0, 1, steps)[:, None]
    curve = (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3) / 2
    return curve.reshape(-1, 2)


def _stroke(curve: np.ndarray, radius: float = 0.75) -> np.ndarray:
    """Levels of a line along the curve: INK within `radius` pixels of it, fading over the next pixel."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    distance = np.hypot(x[..., None] - curve[:, 0], y[..., None] - curve[:, 1]).min(-1)
    return INK * np.clip(radius + 0.5 - distance, 0, 1)
