"""Small data sets and networks to train on: made of random numbers, learned in a second."""

from typing import Any

import torch

from app.core.datasets.labeled_images import DataSet
from app.core.networks.networks import Network, parse_network


def colored(count: int = 64, tests: int = 30, side: int = 8, channels: int = 3) -> DataSet:
    """Three classes, each brighter in one third of the rows; noise all over."""
    generator = torch.Generator().manual_seed(11)

    def make(number: int) -> tuple[torch.Tensor, torch.Tensor]:
        labels = torch.arange(number) % 3
        levels = torch.randint(0, 120, (number, channels, side, side), generator=generator)
        third = torch.arange(side) * 3 // side
        levels += 100 * (third[None, :] == labels[:, None])[:, None, :, None]
        return levels.to(torch.uint8), labels

    images, labels = make(count)
    test_images, test_labels = make(tests)
    return DataSet("colored", "Colored", ("top", "middle", "bottom"), images, labels, test_images, test_labels, ())


def small_network(*layers: dict[str, Any], input: tuple[int, int, int] = (3, 8, 8)) -> Network:  # noqa: A002
    """A convolution, `layers`, and a dense layer of three units."""
    first = {"type": "conv2d", "filters": 4, "kernel_size": 3, "activation": "relu"}
    last = [{"type": "flatten"}, {"type": "dense", "units": 3}]
    return parse_network({"input": list(input), "classes": 3, "layers": [first, *layers, *last]})


def whitened_network() -> Network:
    """As the best network begins: whitening filters, then a normalized convolution without a bias."""
    first = {"type": "conv2d", "filters": 24, "kernel_size": 2, "activation": "gelu"}
    second = {"type": "conv2d", "filters": 8, "kernel_size": 3, "padding": "same", "use_bias": False}
    rest = [{"type": "max_pooling2d"}, {"type": "batch_normalization"}, {"type": "activation", "activation": "gelu"},
            {"type": "global_max_pooling2d"}, {"type": "dense", "units": 3, "use_bias": False}]  # fmt: skip
    return parse_network({"input": [3, 8, 8], "classes": 3, "layers": [first, second, *rest]})
