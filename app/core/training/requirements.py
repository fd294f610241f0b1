"""What a training demands of its network and its pictures, found by arithmetic before anything is built.

It does not know how a training goes.
"""

from collections.abc import Iterable, Iterator

from app.core.datasets.splits import count_aside
from app.core.errors import N_, InvalidValue
from app.core.networks.arithmetic import Traced
from app.core.networks.networks import Network
from app.core.networks.window_layers import Conv2d
from app.core.training.hyperparameters import Training


def count_learned(train: int, classes: int, training: Training) -> tuple[int, int]:
    """Of `train` pictures of so many classes those that are learned from, and those that are put aside."""
    share = training.validation_split
    aside = count_aside(train, share, classes if training.stratify else 1) if share else 0
    return min(train - aside, training.train_limit or train), aside


def check_demands(network: Network, training: Training, learned: int) -> None:
    """Whether a training from `learned` pictures can be done by this network. Raises InvalidValue."""
    layers = list(_flat(network.traced))
    if training.whiten:
        _check_whitening(layers)
    smallest = min(learned, training.batch_size)  # a last batch of a single picture is left out
    if smallest == 1 and any(_is_of_one_value(item) for item in layers):
        raise InvalidValue(
            N_(
                "Batch normalization behind a dense layer or global pooling needs at least two pictures a step; with "
                "%(learned)d pictures in batches of %(value)d, a step has one. Take another batch size."
            ),
            field="batch_size", value=training.batch_size, learned=learned,
        )  # fmt: skip


def _check_whitening(layers: Iterable[Traced]) -> None:
    """The first convolution's kernels are eigenvectors of patches, each with either sign."""
    item = next((item for item in layers if item.layer.role == "kernels"), None)
    layer = item.layer if item else None
    if not item or not isinstance(layer, Conv2d) or not _can_whiten(layer):
        raise InvalidValue(N_("Whitening needs a first convolution with a square kernel and a bias."), field="whiten")
    needed = 2 * item.before[0] * layer.kernel_size[0] ** 2
    if layer.filters != needed:
        raise InvalidValue(
            N_("Whitening needs %(needed)d filters in the first convolution; it has %(filters)d."),
            field="whiten", needed=needed, filters=layer.filters,
        )  # fmt: skip


def _can_whiten(layer: Conv2d) -> bool:
    """Whether its kernels are squares of all channels, and each has a bias."""
    height, width = layer.kernel_size
    return height == width and layer.use_bias and layer.groups == 1 and layer.dilation == (1, 1)


def _flat(items: Iterable[Traced]) -> Iterator[Traced]:
    """A block's layers in their places."""
    for item in items:
        yield item
        yield from _flat(item.inside)


def _is_of_one_value(item: Traced) -> bool:
    """Whether it is batch normalization of one value a channel and picture, which has no variance in a batch of one."""
    _, *sides = item.before
    return item.layer.role == "normalize" and all(side == 1 for side in sides)
