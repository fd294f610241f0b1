"""Pictures made of a data set's own that show none of its classes any more: they teach what is strange.

They have its colors, sharpness and noise, so that a network that finds them strange does so for what they show. It does
not know networks or scores.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import interpolate

_TILES = 4  # a jigsaw's, along a side

Break = Callable[[Tensor, torch.Generator], Tensor]


def break_pictures(kind: str, pictures: Tensor, seed: int) -> Tensor:
    """uint8 N x C x H x W pictures of a kind of BROKEN, of as many; always the same of the same."""
    generator = torch.Generator().manual_seed(seed)
    return BROKEN[kind](pictures.float(), generator).round().clamp(0, 255).to(torch.uint8)


def _collages(pictures: Tensor, generator: torch.Generator) -> Tensor:
    """Four pictures in the corners, each reduced or cut to its corner; where they meet is drawn."""
    others = [pictures[torch.randperm(len(pictures), generator=generator)] for _ in range(3)]
    return torch.stack([_corners(four, generator) for four in zip(pictures, *others, strict=True)])


def _corners(four: tuple[Tensor, ...], generator: torch.Generator) -> Tensor:
    height, width = four[0].shape[1:]
    row, column = (int(_draw(generator, 0.3, 0.7) * side) for side in (height, width))
    made = torch.empty_like(four[0])
    parts = [(rows, columns) for rows in (slice(0, row), slice(row, None)) for columns in
             (slice(0, column), slice(column, None))]  # fmt: skip
    for picture, (rows, columns) in zip(four, parts, strict=True):
        cut = picture[:, rows, columns]
        reduced = _draw(generator, 0, 1) < 0.5
        made[:, rows, columns] = _resize(picture, (cut.shape[1], cut.shape[2])) if reduced else cut
    return made


def _mixtures(pictures: Tensor, generator: torch.Generator) -> Tensor:
    """Two pictures shining through each other."""
    others = pictures.roll(1, 0)
    share = torch.rand(len(pictures), 1, 1, 1, generator=generator) * 0.3 + 0.35
    return pictures * share + others * (1 - share)


def _zooms(pictures: Tensor, generator: torch.Generator) -> Tensor:
    """A square of a quarter to four tenths of the side, enlarged."""
    return torch.stack([_zoom(picture, generator) for picture in pictures])


def _zoom(picture: Tensor, generator: torch.Generator) -> Tensor:
    height, width = picture.shape[1:]
    share = _draw(generator, 0.25, 0.4)
    rows, columns = max(2, round(share * height)), max(2, round(share * width))
    top, left = int(_draw(generator, 0, height - rows + 1)), int(_draw(generator, 0, width - columns + 1))
    return _resize(picture[:, top : top + rows, left : left + columns], (height, width))


def _jigsaws(pictures: Tensor, generator: torch.Generator) -> Tensor:
    """The tiles of a picture in another order."""
    return torch.stack([_shuffle(picture, generator) for picture in pictures])


def _shuffle(picture: Tensor, generator: torch.Generator) -> Tensor:
    rows, columns = (side // _TILES for side in picture.shape[1:])
    made = picture.clone()
    for place, source in enumerate(torch.randperm(_TILES**2, generator=generator).tolist()):
        (top, left), (y, x) = divmod(place, _TILES), divmod(source, _TILES)
        made[:, top * rows : (top + 1) * rows, left * columns : (left + 1) * columns] = picture[
            :, y * rows : (y + 1) * rows, x * columns : (x + 1) * columns
        ]
    return made


def _blurs(pictures: Tensor, generator: torch.Generator) -> Tensor:
    """A picture of three to eight pixels a side, enlarged."""
    return torch.stack([_blur(picture, int(_draw(generator, 3, 9))) for picture in pictures])


def _blur(picture: Tensor, side: int) -> Tensor:
    return _resize(_resize(picture, (side, side)), (picture.shape[1], picture.shape[2]))


def _resize(picture: Tensor, size: tuple[int, int]) -> Tensor:
    return interpolate(picture[None], size, mode="bicubic", antialias=True, align_corners=False)[0]


def _draw(generator: torch.Generator, low: float, high: float) -> float:
    return low + (high - low) * float(torch.rand((), generator=generator))


BROKEN: dict[str, Break] = {
    "collages": _collages,
    "mixtures": _mixtures,
    "zooms": _zooms,
    "jigsaws": _jigsaws,
    "blurs": _blurs,
}
