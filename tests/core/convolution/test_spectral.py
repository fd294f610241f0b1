"""The Fourier transform's way: how it cuts a picture, and when it pays. Its values: test_convolution.py."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.convolution import spectral
from app.core.convolution.convolution import convolve
from app.core.convolution.spectral import Cut
from app.core.convolution.steps import Convolution, Matrix
from tests.core.convolution.references import random_picture, tolerance, with_scipy


def full(side: int) -> Matrix:
    """No zeros, no column times a row."""
    return tuple(tuple(1.0 + (i * j) % 7 for j in range(side)) for i in range(side))


@settings(max_examples=60)
@given(length=st.integers(1, 300), side=st.integers(4, 64), taps=st.integers(1, 40), phases=st.integers(1, 9))
def test_the_tiles_of_an_axis_give_each_result_once(length: int, side: int, taps: int, phases: int) -> None:
    cut = Cut(length, side + taps, side + 1, phases)

    spans = list(cut.spans())

    assert sorted(np.concatenate(spans).tolist()) == list(range(length))
    assert all(len(span) <= cut.valid for span in spans)
    assert len(spans) <= cut.tiles


def test_tiles_are_put_together_without_a_seam() -> None:
    picture = random_picture(700, 530, 1)
    step = Convolution(full(23), divisor=2000, border="reflect", stride=2)
    result = torch.empty(350, 265, 1)

    spectral.correlate(picture, step, torch.tensor(step.applied, dtype=torch.float64), result)

    expected = with_scipy(picture, Convolution(step.matrix, border="reflect", stride=2))
    assert abs(result.double().numpy() - expected).max() <= tolerance(expected)


@pytest.mark.parametrize(("side", "expected"), [(3, False), (7, False), (31, True), (63, True)])
def test_only_large_kernels_go_through_the_transform(
    monkeypatch: pytest.MonkeyPatch, side: int, expected: bool
) -> None:
    taken = []
    monkeypatch.setattr(spectral, "correlate", lambda *_: taken.append(True))

    convolve(random_picture(512, 512), Convolution(full(side)))

    assert bool(taken) == expected


def test_zeros_and_products_of_a_column_and_a_row_need_no_transform(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(spectral, "correlate")
    diagonal = tuple(tuple(float(i == j) for j in range(31)) for i in range(31))
    product = tuple(tuple((i + 1) * (j + 2) / 2**18 for j in range(31)) for i in range(31))

    for matrix in (diagonal, product):
        convolve(random_picture(512, 512), Convolution(matrix))
