"""Plans: products of a column and a row are found, and the bound on rounding errors holds."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.convolution.convolution import convolve
from app.core.convolution.steps import Convolution, Matrix
from app.core.convolution.strategies import TOLERANCE, factors, plan_for
from tests.core.convolution.references import matrices, pictures, random_picture, with_scipy

FULL = ((1.0, 2.0, -3.0), (4.0, 5.0, -6.0), (-7.0, 8.0, -2.0))


def test_a_column_times_a_row_is_found_and_stays_whole() -> None:
    found = factors(np.array([[2.0, 4, 2], [4, 8, 4], [2, 4, 2]]))

    assert found is not None
    assert [part.tolist() for part in found] == [[2, 4, 2], [1, 2, 1]]


@pytest.mark.parametrize(
    "rows", [[[1.0, 2, 1], [2, 4, 2], [1, 2, 1.0001]], [[0.0, 0], [0, 0]], [[5.0]], [[1.0, 2, 3]], [[1.0], [2]]]
)
def test_where_two_passes_save_nothing_or_are_wrong_there_are_none(rows: list[list[float]]) -> None:
    assert factors(np.array(rows)) is None


@pytest.mark.parametrize(
    ("whole", "matrix", "divisor", "expected"),
    [
        (True, FULL, 3.0, torch.int16),
        (True, ((200.0, 1.0),), 1.0, torch.float32),
        (True, ((0.1, 0.2),), 1.0, torch.float32),
        (True, ((1e6, 1.0),), 1.0, torch.float64),
        (False, FULL, 3.0, torch.float32),
        (False, ((1000.0, -1000.0),), 1.0, torch.float64),
    ],
)
def test_sums_are_as_narrow_as_is_safe(whole: bool, matrix: Matrix, divisor: float, expected: torch.dtype) -> None:
    plan = plan_for(random_picture(20, 20, whole=whole), Convolution(matrix, divisor=divisor))

    assert plan.dtype == expected


@settings(deadline=None, max_examples=100, derandomize=True)
@given(picture=pictures(st.integers(12, 20)), matrix=matrices(st.integers(1, 12)), divisor=st.floats(0.5, 1000))
def test_the_bound_on_rounding_errors_holds(picture: torch.Tensor, matrix: Matrix, divisor: float) -> None:
    step = Convolution(matrix, divisor=divisor)

    result = convolve(picture, step)

    if plan_for(picture, step).dtype == torch.float32:
        assert np.abs(result.double().numpy() - with_scipy(picture, step)).max() <= TOLERANCE
