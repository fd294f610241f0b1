"""Where windows read, against numpy.pad; and that a band's slots hold what each tap needs."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from app.core.convolution.steps import BORDERS, Convolution
from app.core.convolution.windows import Band, lay_out, sources
from tests.core.convolution.references import NUMPY_MODES, random_picture


@pytest.mark.parametrize("border", NUMPY_MODES)
@given(length=st.integers(1, 12), reach=st.integers(0, 70))
def test_borders_read_where_numpy_pad_reads(border: Any, length: int, reach: int) -> None:
    places = np.arange(1, length + 1)
    mode: Any = NUMPY_MODES[border]

    found = sources(np.arange(-reach, length + reach), length, border)

    assert (found + 1).tolist() == np.pad(places, reach, mode=mode).tolist()


@given(count=st.integers(1, 20), side=st.integers(1, 12), stride=st.integers(1, 9), dilation=st.integers(1, 9))
def test_each_tap_finds_its_windows_side_by_side(count: int, side: int, stride: int, dilation: int) -> None:
    layout = lay_out(count, side, stride, dilation)

    for tap, start in enumerate(layout.starts):
        expected = np.arange(count) * stride + tap * dilation
        assert np.array_equal(layout.offsets[start : start + count], expected)
    assert len(layout.offsets) <= side * count


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize(("stride", "dilation"), [(1, 1), (2, 1), (3, 2), (1, 4), (64, 1)])
def test_a_band_holds_the_pixels_under_its_windows(border: Any, stride: int, dilation: int) -> None:
    picture = random_picture(40, 30)
    step = Convolution(((1.0,) * 4,) * 3, stride=stride, dilation=dilation, border=border)
    height, width = step.output_size(40, 30)
    rows = min(3, height)
    band = Band(picture, step, rows, torch.float32)
    first = height - rows

    for start in (0, first):  # the second filling leaves nothing of the first
        band.fill(start)

    top, left = step.before
    i = sources(first * stride - top + band.down.offsets, 40, border)
    j = sources(band.across.offsets - left, 30, border)
    expected = picture.float().numpy()[i][:, j]
    expected[i < 0] = 0
    expected[:, j < 0] = 0
    assert band.across.count == width
    assert np.array_equal(band.cells.numpy(), expected)
