"""Where the weights start, beyond PyTorch's own defaults: dirac convolutions, whitening filters.

It does not know optimizers; parameters that must not learn are marked by `requires_grad`.
"""

from typing import TypeVar

import torch
from torch import Tensor, nn

from app.core.training.hyperparameters import Training

Layer = TypeVar("Layer", bound=nn.Module)

_WHITENING_EPSILON = 5e-4  # added to the variances, in prepared units squared: noise is not blown up
_WHITENING_PICTURES = 5000


@torch.no_grad()
def initialize(module: nn.Module, training: Training, prepared: Tensor) -> None:
    """Sets the starting weights that `training` asks for; `prepared` are training pictures, float32 N x C x H x W."""
    if training.initialization == "dirac":
        _start_as_dirac(module)
    if not training.batch_norm_scale:
        for layer in _layers(module, nn.BatchNorm2d):
            layer.weight.requires_grad_(False)
    if training.whiten:
        _whiten(module, prepared)


def whitening_kernels(pictures: Tensor, size: int) -> Tensor:
    """2·C·size² kernels C x size x size whose answers to patches of the pictures are uncorrelated, of variance one.

    They are the eigenvectors of the patches' second moments over the roots of their eigenvalues, and then the
    same with the sign turned, so that a following activation loses nothing (Page 2019; Jordan 2024).
    """
    patches = pictures.unfold(2, size, 1).unfold(3, size, 1).permute(0, 2, 3, 1, 4, 5)
    patches = patches.reshape(-1, pictures.shape[1] * size * size)
    variances, directions = torch.linalg.eigh((patches.T @ patches) / len(patches))
    kernels = directions.T / (variances.clamp(min=0) + _WHITENING_EPSILON).sqrt()[:, None]
    kernels = kernels.view(-1, pictures.shape[1], size, size)
    return torch.cat([kernels, -kernels])


def whitening_bias(module: nn.Module) -> nn.Parameter:
    """The bias of the whitening layer, which learns only at first."""
    bias: nn.Parameter = _whitening_layer(module).bias  # type: ignore[assignment]
    return bias


def _whiten(module: nn.Module, prepared: Tensor) -> None:
    layer = _whitening_layer(module)
    kernels = whitening_kernels(prepared[:_WHITENING_PICTURES].contiguous(), layer.kernel_size[0])
    layer.weight.copy_(kernels)
    layer.weight.requires_grad_(False)
    layer.bias.zero_()  # type: ignore[union-attr]


def _whitening_layer(module: nn.Module) -> nn.Conv2d:
    """The first convolution; `requirements` has found it to fit."""
    return _layers(module, nn.Conv2d)[0]


def _start_as_dirac(module: nn.Module) -> None:
    weights = [layer.weight for layer in _layers(module, nn.Conv2d)] + [m.weight for m in _layers(module, nn.Linear)]
    for weight in weights:
        nn.init.kaiming_uniform_(weight, a=5**0.5)  # PyTorch's own start: within 1 / root of the fan-in
    for convolution in _layers(module, nn.Conv2d):
        for kernels in convolution.weight.chunk(convolution.groups):
            nn.init.dirac_(kernels[: kernels.shape[1]])


def _layers(module: nn.Module, kind: type[Layer]) -> list[Layer]:
    return [layer for layer in module.modules() if isinstance(layer, kind)]
