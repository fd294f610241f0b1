"""A drawing found in a picture, cut to its box, and laid where the drawings of a data set lie.

Whatever its size, its place, its ink (bright on dark or dark on bright, gray or thick) and the light that fell on the
paper. It does not know networks, nor which data sets there are.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import max_pool2d, pad

from app.core.pictures.framings import Frame, Framing
from app.core.pictures.preparation import Preparation, crop_middle, match_channels, resize_images

_LEAST_CONTRAST = 16  # levels between ground and ink
_FAINT = 0.2  # of the strongest ink: less is paper
_DRAWN = 0.3  # more is part of the drawing's box
# A drawing is ink on a plain ground: hardly anything on the other side of the ground's level, little at the edges.
_MOST_OTHER, _MOST_EDGE, _MOST_SHARE = 0.35, 0.4, 0.6
_THINNING_SIDE, _MOST_THINNING = 64, 14  # pixels of the drawing while it is thinned; of a stroke, on each side


@dataclass(frozen=True, slots=True)
class _Ink:
    """Ink 0..1, H x W, and its box: the first row and column, and those behind the last."""

    levels: Tensor
    top: int
    bottom: int
    left: int
    right: int


def frame_drawing(levels: Tensor, framing: Framing) -> tuple[Tensor, Frame] | None:
    """uint8 side x side x 1, bright on black as the data set's own, and which part of the picture that is.

    Of H x W x C levels 0..255 (C = 1 or 3). None where the picture is no drawing on a plain ground.
    """
    found = _find_ink(match_channels(levels.permute(2, 0, 1)[None].float(), 1)[0, 0])
    if found is None:
        return None
    top, left, side = _square(found, framing)
    cut = _cut(found.levels, top, left, side)
    drawn = _laid(_thinned(cut, framing), framing.side)
    height, width = found.levels.shape
    frame = Frame("drawing", left / width, top / height, side / width, side / height)
    return (drawn * 255).round().to(torch.uint8)[:, :, None], frame


def frame_middle(levels: Tensor, preparation: Preparation) -> Frame:
    """The part of H x W x C levels that `prepare_picture` takes."""
    height, width = levels.shape[:2]
    rows, columns = crop_middle(levels.permute(2, 0, 1), preparation.size, preparation.crop).shape[1:]
    left, top = (width - columns) // 2, (height - rows) // 2
    return Frame("middle", left / width, top / height, columns / width, rows / height)


def _find_ink(gray: Tensor) -> _Ink | None:
    """How far each pixel is from the ground, in the direction in which most is."""
    apart = gray - _ground(gray)
    ink, other = (apart, -apart) if float(apart.max()) >= -float(apart.min()) else (-apart, apart)
    peak = float(ink.max())
    if peak < _LEAST_CONTRAST or float(other.max()) > _MOST_OTHER * peak:
        return None
    ink = ink / peak
    drawn = ink > _DRAWN
    edge = torch.cat([drawn[0], drawn[-1], drawn[:, 0], drawn[:, -1]]).float()
    if float(edge.mean()) > _MOST_EDGE or float(drawn.float().mean()) > _MOST_SHARE:
        return None
    return _Ink(ink.where(ink > _FAINT, 0), *_box(ink))


def _ground(gray: Tensor) -> Tensor:
    """The level without ink: the plane through the corners, as light falls on paper, or else one level."""
    height, width = gray.shape
    rows, columns = max(1, height // 12), max(1, width // 12)
    sides = (slice(0, rows), slice(height - rows, height)), (slice(0, columns), slice(width - columns, width))
    (a, b), (c, d) = [[float(gray[y, x].median()) for x in sides[1]] for y in sides[0]]
    edge = torch.cat([gray[0], gray[-1], gray[:, 0], gray[:, -1]])
    if abs(a + d - b - c) > _LEAST_CONTRAST:
        return torch.full_like(gray, float(edge.median()))
    down, across = torch.linspace(-0.5, 0.5, height)[:, None], torch.linspace(-0.5, 0.5, width)[None]
    return (a + b + c + d) / 4 + across * (b + d - a - c) / 2 + down * (c + d - a - b) / 2


def _square(found: _Ink, framing: Framing) -> tuple[int, int, int]:
    """Top, left and side of the square around the drawing, in pixels of the picture."""
    side = max(1, round(max(found.bottom - found.top, found.right - found.left) / framing.fill))
    if framing.by_mass:
        half = side / framing.side / 2  # MNIST's centers lie in the pixel behind the middle
        y, x = (_center_of_mass(found.levels.sum(axis)) - half for axis in (1, 0))
    else:
        y, x = (found.top + found.bottom) / 2, (found.left + found.right) / 2
    return round(y - side / 2), round(x - side / 2), side


def _center_of_mass(sums: Tensor) -> float:
    return float((sums * (torch.arange(len(sums)) + 0.5)).sum() / sums.sum())


def _cut(ink: Tensor, top: int, left: int, side: int) -> Tensor:
    """side x side from there on, nothing where that lies beyond the picture."""
    inside = ink[max(0, top) : max(0, top + side), max(0, left) : max(0, left + side)]
    above, beside = max(0, -top), max(0, -left)
    return pad(inside, (beside, side - beside - inside.shape[1], above, side - above - inside.shape[0]))


def _thinned(cut: Tensor, framing: Framing) -> Tensor:
    """Strokes that are thicker than the data set's (a broad pencil in a small drawing) lose their edges."""
    laid = _laid(cut, framing.side)
    large = resize_images(cut[None, None], (_THINNING_SIDE, _THINNING_SIDE))
    for width in range(1, _MOST_THINNING + 1):
        if float(laid.mean()) <= framing.most_ink:
            break
        thin = -max_pool2d(-pad(large, (1, 1, 1, 1)), 2 * width + 1, 1, width)[0, 0]
        if float(thin.max()) < 0.5:
            break
        found = _Ink(thin, *_box(thin))
        cut = _cut(thin, *_square(found, framing))
        laid = _laid(cut, framing.side)
    return cut


def _box(ink: Tensor) -> tuple[int, int, int, int]:
    rows, columns = ((ink > _DRAWN).any(axis).nonzero().flatten().tolist() for axis in (1, 0))
    return rows[0], rows[-1] + 1, columns[0], columns[-1] + 1


def _laid(cut: Tensor, side: int) -> Tensor:
    """side x side, its strongest ink 1."""
    laid = resize_images(cut[None, None], (side, side))[0, 0]
    return laid / max(float(laid.max()), 1e-6)
