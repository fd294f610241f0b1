"""The lecture's mouse: a line drawing made of curves, so that its numbers are the same everywhere.

Lines have level 50 on black. On the mouse's back lies, cell for cell, the window of the lecture's worked
example: with the kernel `curve` (border `zero`) the result is exactly 6600 at MOUSE_BACK and exactly 0 at MOUSE_HEAD.
"""

import numpy as np

from app.core.pictures.samples import MOUSE_BACK

WIDTH, HEIGHT = 96, 72
INK = 50

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

# A line is a row of points (x, y) in pixels, joined by a smooth curve.
Line = tuple[tuple[float, float], ...]

_LINES: tuple[Line, ...] = (
    # the back: from the tail up over the window of the example to the nape
    (
        (30, 62),
        (22.5, 57.5),
        (17.5, 49.5),
        (15.5, 41),
        (15.5, 36),
        (15.8, 32.6),
        (18, 30.4),
        (25, 24),
        (35, 20),
        (45, 21.5),
        (52, 26),
    ),
    # forehead, nose and chin
    ((65, 25), (74, 29), (81, 35.5), (87, 43), (85.5, 46.5), (79, 50), (71, 52)),
    # breast and belly
    ((71, 52), (68.5, 55.5), (66, 57.5)),
    ((46, 61.5), (57, 61.5)),
    # hind leg and foot
    ((29, 48), (32, 41), (39, 38.5), (46, 43), (46.5, 51), (40, 57)),
    ((29, 61.5), (35, 62.5), (44, 62.5), (47, 60.5), (45, 57.5), (39, 56.5), (33, 57.5)),
    # forefoot
    ((58, 52), (57.5, 60), (61, 62.5), (67, 62.5), (69, 60), (64, 58)),
    # ears
    ((55, 29), (49, 22), (48.5, 13), (54, 7), (62, 7), (67.5, 13), (67.5, 20), (65, 25)),
    ((56.5, 22), (54.5, 16), (58, 12.5), (62, 15)),
    ((66.5, 10.5), (71, 7), (76, 9), (77.5, 15), (75.5, 21), (72, 26)),
    # eye and nose
    ((74, 37), (75.5, 36.3), (76, 37.5), (74.7, 38.2), (74, 37)),
    ((86, 42.8), (86.4, 44.4), (86.8, 43)),
    # mouth
    ((83, 47.5), (79.5, 46.8), (77.5, 44.8)),
    # tail
    ((19, 52.5), (12, 53), (6.5, 57), (6, 63), (13, 67), (25, 67.5), (38, 66.5), (50, 67.5), (58, 66.5)),
)

_WHISKERS: tuple[Line, ...] = (
    ((88, 40), (91, 38), (94.5, 37.5)),
    ((87.5, 47), (90.5, 49.5), (93, 53)),
    ((83, 50), (85.5, 54), (86.5, 58)),
)


def draw_mouse() -> np.ndarray:
    """uint8 HEIGHT x WIDTH x 1, levels 0..50."""
    levels = np.zeros((HEIGHT, WIDTH))
    for points in _LINES:
        levels = np.maximum(levels, _stroke(_curve(np.array(points, float)), 1.0))
    for points in _WHISKERS:
        levels = np.maximum(levels, _stroke(_curve(np.array(points, float)), 0.2))
    x, y = MOUSE_BACK
    levels[y - 3 : y + 4, x - 3 : x + 4] = _BEND
    return levels.round().astype(np.uint8)[:, :, None]


def _curve(points: np.ndarray, steps: int = 20) -> np.ndarray:
    """A Catmull-Rom spline through n x 2 points (Catmull and Rom, 1974), as many short steps."""
    before, after = 2 * points[0] - points[1], 2 * points[-1] - points[-2]
    a, b, c, d = (np.vstack([before, points, after])[i : len(points) - 1 + i, None] for i in range(4))
    t = np.linspace(0, 1, steps)[:, None]
    curve = (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3) / 2
    return curve.reshape(-1, 2)


def _stroke(curve: np.ndarray, radius: float) -> np.ndarray:
    """Levels of a line along the curve: INK within `radius` pixels of it, fading over the next pixel."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    distance = np.hypot(x[..., None] - curve[:, 0], y[..., None] - curve[:, 1]).min(-1)
    return INK * np.clip(radius + 0.5 - distance, 0, 1)
