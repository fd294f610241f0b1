"""For every channel of every convolution and block the nine pictures, of many, with the places that excite it most.

A channel's excitement is its activity after normalization and activation (`Anatomy.activity`), pooled where that is.
One pass over the pictures also gives each channel's mean activity by class, for `selectivity`. It takes seconds to
minutes, so what it found is kept in a file of the data folder, with the winning pictures: pictures of a data set are
never part of the project. Without a data set the pictures are tiles cut from the bundled photographs.
"""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from app.core.classification.activations import record_batch
from app.core.classification.anatomy import Anatomy, check_index
from app.core.pictures.images import open_sample
from app.core.pictures.preparation import match_channels, prepare_images, resize_images
from app.core.pictures.samples import SAMPLES

BEST = 9
_BATCH = 50
_MULTIPLY_ADDS = 1.5e11  # of one survey that a visitor waits for: a few seconds on one core
_FEWEST, _MOST = 300, 5000


@dataclass(frozen=True, eq=False)
class Gallery:
    """Pictures to look through: uint8 N x C x H x W, a label each, what labels mean, and where they come from."""

    images: Tensor
    labels: Tensor
    classes: tuple[str, ...]
    source: str


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
class Survey:
    """What excites each layer; `pictures` are only those that won anywhere, uint8 M x C x H x W, with their labels."""

    layers: dict[str, Excitements]
    pictures: Tensor
    labels: Tensor
    classes: tuple[str, ...]
    source: str
    looked_at: int


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
    names, classes = {layer: anatomy.activity(layer) for layer in anatomy.makers}, len(gallery.classes)
    best: dict[str, Tensor] = {}
    sums: dict[str, Tensor] = {}
    for start in range(0, count, _BATCH):
        images = gallery.images[start : start + _BATCH]
        members = torch.nn.functional.one_hot(gallery.labels[start : start + len(images)].long(), classes).float()
        maps = record_batch(anatomy, prepare_images(images, anatomy.preparation), names.values())
        for layer, name in names.items():
            found = _strongest(maps[name], start)
            best[layer] = _best(torch.cat([best[layer], found], dim=2)) if layer in best else found
            activity = maps[name].relu().mean((2, 3)).T @ members
            sums[layer] = sums[layer] + activity if layer in sums else activity
    sizes = torch.bincount(gallery.labels.long(), minlength=classes).clamp_min(1)
    return _gather(anatomy, gallery, best, {name: total / sizes for name, total in sums.items()}, count)


def patches_of(anatomy: Anatomy, found: Survey, layer: str, channel: int) -> Patches:
    """The nine patches of a channel of a convolution or block, or of a layer that passes its channels on."""
    maker = anatomy.maker(layer)
    excitements = found.layers[maker]
    check_index("channel", channel, len(excitements.values))
    row = anatomy.row(anatomy.activity(maker))
    height, width = (max(last - first + 1 for first, last in view) for view in row.views)
    cut = []
    for picture, x, y in zip(
        excitements.pictures[channel].tolist(), excitements.x[channel].tolist(), excitements.y[channel].tolist(),
        strict=True,
    ):  # fmt: skip
        left, top, *_ = row.window(x, y)
        top, left = min(top, found.pictures.shape[2] - height), min(left, found.pictures.shape[3] - width)
        cut.append(found.pictures[picture, :, top : top + height, left : left + width])
    labels = tuple(found.classes[label] for label in found.labels[excitements.pictures[channel]].tolist())
    return Patches(torch.stack(cut), tuple(excitements.values[channel].tolist()), labels)


def photographs(size: tuple[int, int], channels: int, count: int = 2000, seed: int = 0) -> Gallery:
    """Square tiles of many scales from the bundled photographs, reduced to `size`; a photograph is a class."""
    generator = torch.Generator().manual_seed(seed)
    names = [sample.name for sample in SAMPLES.values() if sample.family == "photograph"]
    photos = [open_sample(name).permute(2, 0, 1) for name in names]
    tiles, labels = [], []
    for index in range(count):
        photo = photos[index % len(photos)]
        smallest, largest = min(*size, *photo.shape[1:]), min(photo.shape[1:])
        side = int(smallest * (largest / smallest) ** float(torch.rand((), generator=generator)))
        top, left = (
            int(torch.randint(length - side + 1, (), generator=generator)) for length in photo.shape[1:]
        )  # fmt: skip
        tile = photo[None, :, top : top + side, left : left + side]
        tiles.append(match_channels(resize_images(tile, size), channels)[0])
        labels.append(index % len(photos))
    return Gallery(torch.stack(tiles), torch.tensor(labels), tuple(names), "photographs")


def _sample(gallery: Gallery, count: int) -> Gallery:
    """Some of the pictures in their order; data sets may be sorted by class, so the first ones would not do."""
    order = torch.randperm(len(gallery.images), generator=torch.Generator().manual_seed(0))[:count].sort().values
    return replace(gallery, images=gallery.images[order], labels=gallery.labels[order])


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


def _gather(
    anatomy: Anatomy, gallery: Gallery, best: dict[str, Tensor], means: dict[str, Tensor], count: int
) -> Survey:
    """Keeps the pictures that won, and numbers them anew."""
    winners = torch.cat([rows[1].flatten() for rows in best.values()]).long().unique()
    layers = {
        name: Excitements(
            values=rows[0].float(),
            pictures=torch.searchsorted(winners, rows[1].long()),
            x=rows[2].long(),
            y=rows[3].long(),
            class_means=means[name],
        )
        for name, rows in best.items()
    }
    pictures, labels = gallery.images[winners].clone(), gallery.labels[winners].clone()
    return Survey(layers, pictures, labels, gallery.classes, gallery.source, count)
