"""A pool's padding never counts: by hand, by cutting each window to the map, in Keras, and in PyTorch."""

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from app.core.networks.arithmetic import same_margins
from app.core.networks.modules import PaddedAvgPool2d, PaddedMaxPool2d, build
from app.core.networks.networks import parse_network
from tests.core.networks.test_code import compare_keras, compare_pytorch
from tests.core.networks.test_networks import small

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
KINDS = ("max_pooling2d", "average_pooling2d")


def pool(kind: str, shape: tuple[int, int, int], **fields: Any) -> nn.Module:
    return build(parse_network(small({"type": kind, **fields}, size=shape)))[0]


def cut(x: Tensor, kind: str, size: int, stride: int, before: list[int], places: tuple[int, int]) -> Tensor:
    """Each window as the slice of the map that it holds, one after another."""
    take = torch.amax if kind == "max_pooling2d" else torch.mean
    out = torch.empty(*x.shape[:2], *places)
    for i in range(places[0]):
        for j in range(places[1]):
            top, left = i * stride - before[0], j * stride - before[1]
            out[..., i, j] = take(x[..., max(top, 0) : top + size, max(left, 0) : left + size], dim=(2, 3))
    return out


@given(
    kind=st.sampled_from(KINDS),
    sides=st.tuples(st.integers(3, 9), st.integers(3, 9)),
    size=st.integers(1, 5),
    stride=st.integers(1, 4),
    padding=st.sampled_from(["same", 0, 1, 2, 3]),
)
@settings(max_examples=150, deadline=None)
def test_each_window_gives_what_its_cells_inside_the_map_give(
    kind: str, sides: tuple[int, int], size: int, stride: int, padding: Any
) -> None:
    same = padding == "same"
    padding = padding if same else min(padding, size - 1)
    if not same and min(sides) + 2 * padding < size:
        return
    x = torch.randn(2, 3, *sides) - 3  # below 0, where a zero of padding would be the largest
    before = [same_margins(n, size, stride)[0] if same else padding for n in sides]
    places = [-(-n // stride) if same else (n + 2 * padding - size) // stride + 1 for n in sides]

    found = pool(kind, (3, *sides), pool_size=size, stride=stride, padding=padding)(x)

    torch.testing.assert_close(found, cut(x, kind, size, stride, before, (places[0], places[1])))


def test_numbers_worked_out_by_hand() -> None:
    x = torch.tensor([[[[-1.0, -2, -3], [-4, -5, -6], [-7, -8, -9]]]])

    largest = pool("max_pooling2d", (1, 3, 3), padding="same")(x)
    mean = pool("average_pooling2d", (1, 3, 3), padding="same")(x)

    assert largest.tolist() == [[[[-1, -3], [-7, -9]]]]
    assert mean.tolist() == [[[[-3, -4.5], [-7.5, -9]]]]


def test_pytorchs_own_pools_are_used_where_they_can() -> None:
    shape = (2, 7, 7)

    made = [type(pool(kind, shape, pool_size=3, padding=padding)) for kind in KINDS for padding in ("same", 1, 2)]

    assert made == [nn.MaxPool2d, nn.MaxPool2d, PaddedMaxPool2d, nn.AvgPool2d, nn.AvgPool2d, PaddedAvgPool2d]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [7, 8])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize(("window", "padding"), [(1, "same"), (2, "same"), (3, "same"), (4, "same"), (3, 1), (4, 3)])
def test_both_programs_give_the_numbers_of_the_module(
    kind: str, size: int, stride: int, window: int, padding: Any
) -> None:
    layer = {"type": kind, "pool_size": window, "stride": stride, "padding": padding}
    below = {"type": "rescaling", "scale": 1.0, "offset": -3.0}  # so that a zero of padding would be the largest
    network = parse_network(small(below, layer, size=(2, size, size + 1)))

    compare_keras(network)
    compare_pytorch(network)
