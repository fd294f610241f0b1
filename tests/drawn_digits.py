"""Thirty digits as hands draw them, three of each: strokes in a box of 1 x 1, y downwards, drawn as the board draws."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
from PIL import Image, ImageDraw

Stroke = Sequence[tuple[float, float]]
SIDE = 128  # of the board

_FOUR = 4  # drawn so many times larger, then reduced: smooth edges


def _arc(x: float, y: float, across: float, down: float, start: float, end: float) -> Stroke:
    """Part of an ellipse, from one angle to another in degrees; 0 is at the right, 90 below."""
    angles = np.linspace(math.radians(start), math.radians(end), 24)
    return [(x + across * math.cos(angle), y + down * math.sin(angle)) for angle in angles]


DIGITS: dict[int, list[list[Stroke]]] = {
    0: [
        [_arc(0.5, 0.5, 0.34, 0.5, 0, 360)],
        [_arc(0.5, 0.5, 0.28, 0.5, -100, 260)],
        [[(x + 0.12 * (0.5 - y), y) for x, y in _arc(0.5, 0.5, 0.3, 0.5, 0, 360)]],
    ],
    1: [
        [[(0.5, 0), (0.5, 1)]],
        [[(0.3, 0.25), (0.55, 0), (0.55, 1)]],
        [[(0.3, 0.22), (0.5, 0), (0.5, 1)], [(0.28, 1), (0.72, 1)]],
    ],
    2: [
        [[*_arc(0.5, 0.27, 0.3, 0.27, 180, 380), (0.2, 1), (0.82, 1)]],
        [[*_arc(0.48, 0.3, 0.3, 0.3, 200, 395), (0.22, 0.98), (0.85, 0.98)]],
        [[*_arc(0.5, 0.25, 0.26, 0.25, 190, 400), (0.2, 1), (0.8, 0.96)]],
    ],
    3: [
        [[*_arc(0.45, 0.25, 0.3, 0.25, 200, 450), *_arc(0.45, 0.75, 0.33, 0.25, -90, 160)]],
        [[*_arc(0.46, 0.24, 0.27, 0.24, 210, 440), *_arc(0.46, 0.73, 0.31, 0.27, -80, 150)]],
        [[(0.18, 0.02), (0.72, 0.02), (0.44, 0.4), *_arc(0.45, 0.7, 0.31, 0.3, -80, 150)]],
    ],
    4: [
        [[(0.58, 0), (0.15, 0.65), (0.88, 0.65)], [(0.66, 0.35), (0.66, 1)]],
        [[(0.25, 0), (0.2, 0.52), (0.8, 0.52)], [(0.7, 0.05), (0.66, 1)]],
        [[(0.68, 1), (0.68, 0), (0.16, 0.68), (0.9, 0.68)]],
    ],
    5: [
        [[(0.78, 0), (0.28, 0), (0.24, 0.44), *_arc(0.45, 0.69, 0.33, 0.3, -110, 150)]],
        [[(0.3, 0.02), (0.26, 0.42), *_arc(0.47, 0.69, 0.31, 0.3, -120, 140)], [(0.3, 0.02), (0.8, 0.02)]],
        [[(0.74, 0.02), (0.3, 0.02), (0.28, 0.45), *_arc(0.48, 0.7, 0.3, 0.29, -120, 155)]],
    ],
    6: [
        [[(0.66, 0), (0.3, 0.45), *_arc(0.5, 0.7, 0.3, 0.3, 200, 560)]],
        [[*_arc(0.62, 0.5, 0.4, 0.5, 270, 180), *_arc(0.5, 0.71, 0.28, 0.28, 180, 540)]],
        [[(0.58, 0), (0.26, 0.55), *_arc(0.5, 0.72, 0.27, 0.28, 190, 550)]],
    ],
    7: [
        [[(0.16, 0), (0.84, 0), (0.42, 1)]],
        [[(0.18, 0.02), (0.82, 0.02), (0.45, 1)], [(0.34, 0.5), (0.78, 0.5)]],
        [[(0.15, 0.1), (0.17, 0), (0.8, 0), (0.5, 0.55), (0.42, 1)]],
    ],
    8: [
        [_arc(0.5, 0.25, 0.25, 0.25, 90, 450), _arc(0.5, 0.74, 0.3, 0.26, -90, 270)],
        [_arc(0.5, 0.24, 0.22, 0.24, 90, 450), _arc(0.5, 0.74, 0.26, 0.26, -90, 270)],
        [_arc(0.52, 0.25, 0.24, 0.25, 90, 450), _arc(0.48, 0.75, 0.27, 0.25, -90, 270)],
    ],
    9: [
        [_arc(0.48, 0.28, 0.28, 0.28, 0, 360), [(0.76, 0.28), (0.7, 1)]],
        [_arc(0.48, 0.28, 0.26, 0.28, 0, 360), [(0.74, 0.28), *_arc(0.46, 0.72, 0.28, 0.28, 0, 110)]],
        [_arc(0.5, 0.27, 0.26, 0.27, 0, 360), [(0.76, 0.27), (0.62, 1)]],
    ],
}


def drawings(
    share: float = 0.55, pencil: float = 20, *, ink: int = 255, ground: int = 0, seed: int = 0, side: int = SIDE,
    unsteady: bool = False,
) -> Iterator[tuple[int, Image.Image]]:  # fmt: skip
    """Each digit with its picture: `share` of the board high, anywhere on it, with that pencil, ink and ground.

    `unsteady`: turned, slanted, narrower or wider, with a trembling pencil.
    """
    random = np.random.default_rng(seed)
    for digit, forms in DIGITS.items():
        for form in forms:
            strokes = _by_another_hand(form, random) if unsteady else form
            yield digit, _draw(strokes, share * side, pencil * side / SIDE, (ink, ground), random, side)


def _by_another_hand(strokes: Sequence[Stroke], random: np.random.Generator) -> list[Stroke]:
    turn, slant, across = math.radians(random.uniform(-12, 12)), random.uniform(-0.25, 0.25), random.uniform(0.75, 1.2)
    moved = []
    for stroke in strokes:
        x, y = (np.array(stroke) - 0.5).T
        x = across * x + slant * y + random.normal(0, 0.012, len(x))
        places = x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn)
        moved.append(list(zip(*(values + 0.5 for values in places), strict=True)))
    return moved


def _draw(
    strokes: Sequence[Stroke],
    high: float,
    pencil: float,
    levels: tuple[int, int],
    random: np.random.Generator,
    side: int,
) -> Image.Image:
    scale = max(1.0, high - pencil)
    room = side - scale - pencil
    left, top = (pencil / 2 + room * random.random(2)) if room > 0 else (pencil / 2, pencil / 2)
    board = Image.new("L", (side * _FOUR, side * _FOUR), levels[1])
    pen, radius = ImageDraw.Draw(board), pencil * _FOUR / 2
    for stroke in strokes:
        places = [((left + x * scale) * _FOUR, (top + y * scale) * _FOUR) for x, y in stroke]
        pen.line(places, fill=levels[0], width=round(2 * radius))
        for x, y in places:
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=levels[0])
    return board.resize((side, side), Image.Resampling.BOX)
