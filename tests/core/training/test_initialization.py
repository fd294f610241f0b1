import torch
from torch.nn import functional

from app.core.networks.modules import build
from app.core.training.hyperparameters import Training
from app.core.training.initialization import initialize, whitening_kernels
from tests.core.training.small_trainings import small_network, whitened_network


def correlated(count: int = 400) -> torch.Tensor:
    """Pictures whose neighbors are alike and whose channels are too, as photographs' are."""
    noise = torch.randn(count, 3, 12, 12, generator=torch.Generator().manual_seed(0))
    smooth = functional.avg_pool2d(noise, 3, 1) * 2
    return smooth + smooth.mean(1, keepdim=True)


def test_whitened_patches_are_uncorrelated_with_variance_one() -> None:
    pictures = correlated()

    answers = functional.conv2d(pictures, whitening_kernels(pictures, 2))[:, :12]

    flat = answers.permute(1, 0, 2, 3).flatten(1)
    moments = flat @ flat.T / flat.shape[1]
    torch.testing.assert_close(moments, torch.eye(12), rtol=0, atol=0.03)


def test_the_second_half_of_the_filters_is_the_first_turned_over() -> None:
    kernels = whitening_kernels(correlated(), 2)

    assert kernels.shape == (24, 3, 2, 2)
    assert torch.equal(kernels[:12], -kernels[12:])


def test_dirac_convolutions_pass_their_input_on() -> None:
    layer = {"type": "conv2d", "filters": 8, "kernel_size": 3, "padding": "same", "use_bias": False}
    module = build(small_network(layer))
    initialize(module, Training(initialization="dirac"), correlated())
    values = torch.randn(1, 4, 6, 6)

    passed = module.get_submodule("conv2d_2")(values)

    torch.testing.assert_close(passed[:, :4], values)
    assert passed[:, 4:].abs().sum() > 0


def test_whitening_fixes_kernels_and_leaves_the_bias_to_learn() -> None:
    module = build(whitened_network())

    initialize(module, Training(whiten=0.5), correlated())

    weight, bias = module.get_parameter("conv2d_1.weight"), module.get_parameter("conv2d_1.bias")
    torch.testing.assert_close(weight.detach(), whitening_kernels(correlated(), 2))
    assert not weight.requires_grad
    assert bias.requires_grad
    assert not bias.any()


def test_batch_normalizations_factor_can_be_left_at_one() -> None:
    module = build(whitened_network())

    initialize(module, Training(batch_norm_scale=False), correlated())

    weight = module.get_parameter("batch_normalization_1.weight")
    assert not weight.requires_grad
    assert torch.equal(weight, torch.ones(8))
