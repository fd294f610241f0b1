"""A classic kernel is found in a layer that holds it, in any size and sign; likeness by luck is told."""

import numpy as np
import pytest
import torch
from scipy.spatial.distance import cosine

from app.core.classification.anatomy import Anatomy
from app.core.classification.inspection.likeness import candidates, likeness_to_classics
from app.core.convolution.kernels import find_kernel
from app.core.convolution.windows import center
from tests.core.classification.networks_at_random import make_anatomy


def with_kernels(size: int, *kernels: torch.Tensor) -> Anatomy:
    """A network whose first layer has these, each height x width (all channels alike) or 3 x height x width."""
    layer = {"type": "conv2d", "filters": len(kernels), "kernel_size": size}
    anatomy = make_anatomy([layer, {"type": "flatten"}])
    with torch.no_grad():
        for index, kernel in enumerate(kernels):
            anatomy.convolution("conv2d_1").weight[index] = kernel.expand(3, size, size)
    return anatomy


def matrix_of(name: str) -> torch.Tensor:
    """As float32."""
    return torch.tensor(find_kernel(name).matrix)


def test_a_classic_kernel_is_found_in_any_strength_and_sign() -> None:
    anatomy = with_kernels(3, 0.3 * matrix_of("sobel-x"), -2 * matrix_of("gaussian-blur"))

    found = likeness_to_classics(anatomy, "conv2d_1").nearest

    assert [(item.kernel, round(item.similarity, 5)) for item in found] == [("sobel-x", 1), ("gaussian-blur", -1)]
    assert [round(item.gray_share, 5) for item in found] == [1, 1]
    assert [item.beats for item in found] == [1, 1]


def test_a_small_classic_kernel_is_found_inside_a_larger_one() -> None:
    anatomy = with_kernels(5, center(matrix_of("line-45"), 5), matrix_of("gaussian-blur-5"))

    found = likeness_to_classics(anatomy, "conv2d_1").nearest

    assert [item.kernel for item in found] == ["line-45", "gaussian-blur-5"]


def test_color_is_not_hidden() -> None:
    edge = matrix_of("sobel-x")
    anatomy = with_kernels(3, torch.stack([edge, -edge, torch.zeros(3, 3)]), torch.stack([edge, edge, -edge]))

    opponent, mixed = likeness_to_classics(anatomy, "conv2d_1").nearest

    assert opponent.gray_share == pytest.approx(0, abs=1e-6)
    assert mixed.gray_share == pytest.approx(1 / 9)
    assert mixed.kernel == "sobel-x"


def test_random_kernels_are_about_as_alike_as_other_random_kernels() -> None:
    generator = torch.Generator().manual_seed(5)
    anatomy = with_kernels(3, *torch.randn(60, 3, 3, 3, generator=generator))

    found = likeness_to_classics(anatomy, "conv2d_1")

    assert found.mean == pytest.approx(found.random_mean, abs=3 * found.random_sd / 60**0.5)
    assert 0.3 < np.mean([item.beats for item in found.nearest]) < 0.7


def test_the_similarity_is_scipys_cosine() -> None:
    kernel = torch.randn(3, 3, 3, generator=torch.Generator().manual_seed(1))
    anatomy = with_kernels(3, kernel)

    (found,) = likeness_to_classics(anatomy, "conv2d_1").nearest

    theirs = {k.name: 1 - cosine(kernel.mean(0).flatten(), np.ravel(k.matrix)) for k in candidates(3)}
    best = max(theirs, key=lambda name: abs(theirs[name]))
    assert found.kernel == best
    assert found.similarity == pytest.approx(theirs[best], abs=1e-5)


def test_twins_are_compared_once_and_no_classic_is_larger_than_the_kernel() -> None:
    names = [kernel.name for kernel in candidates(3)]

    assert "edge-laplacian-8" in names
    assert "outline" not in names
    assert "gaussian-blur-5" not in names


def test_an_empty_kernel_is_like_nothing() -> None:
    anatomy = with_kernels(3, torch.zeros(3, 3))

    (found,) = likeness_to_classics(anatomy, "conv2d_1").nearest

    assert (found.similarity, found.gray_share, found.beats) == (0, 0, 0)


def test_an_even_kernel_keeps_the_cell_over_the_pixel() -> None:
    assert center(torch.tensor([[1.0, 2], [3, 4]]), 3).tolist() == [[0, 0, 0], [0, 1, 2], [0, 3, 4]]
