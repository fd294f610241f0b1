"""For every channel of every convolution and block the nine pictures, of many, with the places that excite it most.

A channel's excitement is its activity after normalization and activation (`Anatomy.activity`), pooled where that is.
One pass over the pictures also gives each channel's mean activity by class, for `selectivity`, and how much each
channel of every layer is usually excited, for `columns`. It takes seconds to minutes, so what it found is kept: see
`surveys`. Without a data set the pictures are tiles cut from the bundled photographs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import torch
from torch import Tensor

from app.core.classification.activations import record_batch
from app.core.classification.anatomy import Anatomy, check_index
from app.core.pictures.images import open_sample
from app.core.pictures.preparation import match_channels, prepare_images, resize_images
from app.core.pictures.samples import SAMPLES

BEST = 9
PHOTOGRAPHS = "photographs"
_BATCH, _BATCH_VALUES = 50, 600_000  # pictures at once: fewer where they are large
_MULTIPLY_ADDS = 1.5e11  # of one survey that a visitor waits for: a few seconds on one core
_FEWEST, _MOST = 300, 5000


@dataclass(frozen=True, eq=False)
class Gallery:
    """Pictures to look through: uint8 N x C x H x W, a label each, what labels mean, and where they come from.

    `places`, N x ..., says where each is found again: its number in a data set, or as `cut_tiles` takes it.
    """

    images: Tensor
    labels: Tensor
    classes: tuple[str, ...]
    source: str
    places: Tensor | None = None


@dataclass(frozen=True, eq=False)
class Excitements:
    """Of one layer, by channel: `values`, `pictures` (index in the survey's), `x` and `y` of the best nine, O x 9.

    `class_means` is O x classes: the mean over pictures and places of the positive part of the channel's values.
    """

    values: Tensor
    pictures: Tensor
    x: Tensor
    y: Tensor
    class_means: Tensor


@dataclass(frozen=True, eq=False)
class Usual:
    """Of each channel of a layer the mean over its places, a number a picture: mean and deviation over the pictures."""

    mean: Tensor
    deviation: Tensor


@dataclass(frozen=True, eq=False)
class Survey:
    """What excites each layer, and the M pictures that won anywhere: their labels, and where they are found again.

    `album` gives some of them by number, uint8 N x C x H x W. `usual` is of all layers.
    """

    layers: dict[str, Excitements]
    usual: dict[str, Usual]
    album: Callable[[Sequence[int]], Tensor]
    labels: Tensor
    classes: tuple[str, ...]
    source: str
    looked_at: int
    places: Tensor | None = None


@dataclass(frozen=True, eq=False)
class Patches:
    """The best nine of a channel, best first: uint8 9 x C x h x w, what each unit sees.

    All are of the layer's largest field; where a unit at the border sees less, the patch reaches further inside.
    """

    pictures: Tensor
    values: tuple[float, ...]
    labels: tuple[str, ...]


def survey(anatomy: Anatomy, gallery: Gallery, limit: int | None = None) -> Survey:
    """Looks through `limit` pictures taken at random, always the same (default: as many as take a few seconds)."""
    assert anatomy.preparation is not None
    count = min(len(gallery.images), limit or _affordable(anatomy))
    gallery = _sample(gallery, count)
    tally = _Tally(anatomy, len(gallery.classes))
    batch = max(1, min(_BATCH, _BATCH_VALUES // gallery.images[0].numel()))
    for start in range(0, count, batch):
        images, labels = (part[start : start + batch] for part in (gallery.images, gallery.labels))
        tally.add(record_batch(anatomy, prepare_images(images, anatomy.preparation), anatomy.rows), labels, start)
    return _gather(gallery, tally, count)


def patches_of(anatomy: Anatomy, found: Survey, layer: str, channel: int) -> Patches:
    """The nine patches of a channel of a convolution or block, or of a layer that passes its channels on."""
    maker = anatomy.maker(layer)
    excitements = found.layers[maker]
    check_index("channel", channel, len(excitements.values))
    row = anatomy.row(anatomy.activity(maker))
    height, width = (max(last - first + 1 for first, last in view) for view in row.views)
    numbers = excitements.pictures[channel].tolist()
    cut = []
    for picture, x, y in zip(
        found.album(numbers), excitements.x[channel].tolist(), excitements.y[channel].tolist(), strict=True
    ):
        left, top, *_ = row.window(x, y)
        top, left = min(top, picture.shape[1] - height), min(left, picture.shape[2] - width)
        cut.append(picture[:, top : top + height, left : left + width])
    labels = tuple(found.classes[label] for label in found.labels[numbers].tolist())
    return Patches(torch.stack(cut), tuple(excitements.values[channel].tolist()), labels)


def photographs(size: tuple[int, int], channels: int, count: int = 2000, seed: int = 0) -> Gallery:
    """Square tiles of many scales from the bundled photographs, reduced to `size`; a photograph is a class."""
    generator = torch.Generator().manual_seed(seed)
    photos = _photos()
    rows = []
    for index in range(count):
        sides = photos[index % len(photos)].shape[1:]
        smallest, largest = min(*size, *sides), min(sides)
        side = int(smallest * (largest / smallest) ** float(torch.rand((), generator=generator)))
        top, left = (int(torch.randint(length - side + 1, (), generator=generator)) for length in sides)
        rows.append((index % len(photos), top, left, side))
    places = torch.tensor(rows)
    return Gallery(cut_tiles(places, size, channels), places[:, 0], tuple(PHOTOS), PHOTOGRAPHS, places)


def cut_tiles(places: Tensor, size: tuple[int, int], channels: int) -> Tensor:
    """uint8 N x `channels` x `size` of N rows: which of PHOTOS, the tile's top, left and side in its pixels."""
    photos, tiles = _photos(), []
    for photo, top, left, side in places.tolist():
        tile = photos[photo][None, :, top : top + side, left : left + side]
        tiles.append(match_channels(resize_images(tile, size), channels)[0])
    return torch.stack(tiles)


PHOTOS = [sample.name for sample in SAMPLES.values() if sample.family == "photograph"]


@lru_cache(maxsize=1)
def _photos() -> list[Tensor]:
    return [open_sample(name).permute(2, 0, 1) for name in PHOTOS]


def _sample(gallery: Gallery, count: int) -> Gallery:
    """Some of the pictures in their order; data sets may be sorted by class, so the first ones would not do."""
    order = torch.randperm(len(gallery.images), generator=torch.Generator().manual_seed(0))[:count].sort().values
    places = None if gallery.places is None else gallery.places[order]
    return replace(gallery, images=gallery.images[order], labels=gallery.labels[order], places=places)


def _affordable(anatomy: Anatomy) -> int:
    return int(min(max(_MULTIPLY_ADDS / max(anatomy.network.report.multiply_adds, 1), _FEWEST), _MOST))


def _strongest(maps: Tensor, start: int) -> Tensor:
    """4 x O x N: value, picture, x and y of the largest value of each map of N x O x H x W."""
    values, places = maps.flatten(2).max(2)
    pictures = torch.arange(start, start + len(maps)).unsqueeze(1).expand_as(values)
    width = maps.shape[3]
    rows = torch.stack([values.double(), pictures.double(), (places % width).double(), (places // width).double()])
    return _best(rows.transpose(1, 2))


def _best(rows: Tensor) -> Tensor:
    """Of 4 x O x N the nine with the largest value; among equals those that came first."""
    order = rows[0].argsort(stable=True, dim=1, descending=True)[:, :BEST]
    return rows.gather(2, order.expand(4, -1, -1))


class _Tally:
    """What is known after some batches."""

    def __init__(self, anatomy: Anatomy, classes: int) -> None:
        self.makers = {layer: anatomy.activity(layer) for layer in anatomy.makers}
        self.classes = classes
        self.best: dict[str, Tensor] = {}
        self.by_class: dict[str, Tensor] = {}
        self.sums: dict[str, Tensor] = {}  # 2 x channels: of means over places, and of their squares

    def add(self, values: dict[str, Tensor], labels: Tensor, start: int) -> None:
        """The values of all layers for the pictures from the `start`-th on."""
        members = torch.nn.functional.one_hot(labels.long(), self.classes).float()
        for maker, name in self.makers.items():
            found = _strongest(values[name], start)
            self.best[maker] = _best(torch.cat([self.best[maker], found], dim=2)) if maker in self.best else found
            activity = values[name].relu().mean((2, 3)).T @ members
            self.by_class[maker] = self.by_class.get(maker, 0) + activity
        for name, each in values.items():
            means = (each.mean((2, 3)) if each.ndim == 4 else each).double()
            self.sums[name] = self.sums.get(name, 0) + torch.stack([means.sum(0), means.square().sum(0)])


def _gather(gallery: Gallery, tally: _Tally, count: int) -> Survey:
    """Keeps the pictures that won, and numbers them anew."""
    winners = torch.cat([rows[1].flatten() for rows in tally.best.values()]).long().unique()
    sizes = torch.bincount(gallery.labels.long(), minlength=len(gallery.classes)).clamp_min(1)
    layers = {
        name: Excitements(
            values=rows[0].float(),
            pictures=torch.searchsorted(winners, rows[1].long()),
            x=rows[2].long(),
            y=rows[3].long(),
            class_means=tally.by_class[name] / sizes,
        )
        for name, rows in tally.best.items()
    }
    usual = {}
    for name, (total, squares) in tally.sums.items():
        mean = total / count
        usual[name] = Usual(mean.float(), (squares / count - mean.square()).clamp_min(0).sqrt().float())
    album = gallery.images[winners].clone().__getitem__
    places = None if gallery.places is None else gallery.places[winners]
    return Survey(layers, usual, album, gallery.labels[winners].clone(), gallery.classes, gallery.source, count, places)
