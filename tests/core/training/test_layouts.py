import copy

import torch
from torch.nn import functional

from app.core.networks.modules import build
from app.core.training.layouts import ChannelsLastFlatten, lay_out
from tests.core.training.small_trainings import small_network


def test_a_module_laid_out_gives_the_same_values_and_gradients() -> None:
    plain = build(small_network())
    laid_out = lay_out(copy.deepcopy(plain))
    batch, labels = torch.randn(5, 3, 8, 8), torch.arange(5) % 3

    for module in (plain, laid_out):
        functional.cross_entropy(module(batch), labels).backward()

    torch.testing.assert_close(laid_out(batch), plain(batch))
    for found, expected in zip(laid_out.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(found.grad, expected.grad)


def test_the_gradient_that_comes_out_of_a_flattening_is_channels_last() -> None:
    maps = torch.randn(2, 3, 4, 4).to(memory_format=torch.channels_last).requires_grad_()

    ChannelsLastFlatten()(maps * 1).sum().backward()

    assert maps.grad is not None
    assert maps.grad.is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(maps.grad, torch.ones_like(maps))


def test_names_stay_so_that_weights_fit() -> None:
    module = build(small_network())
    names = list(module.state_dict()), [name for name, _ in module.named_children()]

    laid_out = lay_out(module)

    assert (list(laid_out.state_dict()), [name for name, _ in laid_out.named_children()]) == names
    assert isinstance(laid_out.get_submodule("flatten_1"), ChannelsLastFlatten)
