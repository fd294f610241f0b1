"""Steps are checked when they are made, and know their sizes."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.convolution.steps import Convolution, Pool, Relu
from app.core.errors import InvalidValue

ONE = ((1.0,),)


@pytest.mark.parametrize(
    ("matrix", "said"),
    [
        ((), "1 to 63 rows and columns; this one has 0"),
        (((),), "has 0"),
        (((1.0,) * 64,), "has 64"),
        (((1.0,),) * 10_000, "has 10000"),
        (((1.0, 2.0), (3.0,)), "row 2 has 1 numbers, the first 2"),
        (((math.nan,),), "finite"),
        (((math.inf,),), "finite"),
        (((1e999,),), "finite"),
        (((-1_000_001.0,),), "at most 1000000"),
    ],
)
def test_an_impossible_matrix_is_refused(matrix: Any, said: str) -> None:
    with pytest.raises(InvalidValue, match=said) as caught:
        Convolution(matrix)

    assert caught.value.field == "matrix"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("divisor", 0.0), ("divisor", -1e-7), ("divisor", math.nan), ("divisor", 1e7), ("offset", math.inf),
        ("stride", 0), ("stride", 65), ("dilation", 0), ("dilation", -1), ("dilation", 65), ("border", "mirror"),
        ("padding", -1), ("padding", 65), ("padding", "valid"), ("padding", True), ("padding", 1.5),
    ],
)  # fmt: skip
def test_an_impossible_setting_is_refused_by_name(field: str, value: Any) -> None:
    with pytest.raises(InvalidValue) as caught:
        Convolution(ONE, **{field: value})

    assert caught.value.field == field


@pytest.mark.parametrize("changes", [{"size": 0}, {"size": 65}, {"stride": 0}, {"stride": 65}])
def test_an_impossible_pool_is_refused_by_name(changes: dict[str, int]) -> None:
    with pytest.raises(InvalidValue) as caught:
        Pool("max_pool", **changes)

    assert [caught.value.field] == list(changes)


@pytest.mark.parametrize("side", [(1, 1), (63, 63), (1, 63), (2, 4)])
def test_the_largest_and_smallest_matrices_are_accepted(side: tuple[int, int]) -> None:
    step = Convolution(((-1e6,) * side[1],) * side[0])

    assert step.side == side


@given(length=st.integers(1, 200), side=st.integers(1, 63), stride=st.integers(1, 64), dilation=st.integers(1, 64))
def test_the_size_is_the_number_of_first_positions(length: int, side: int, stride: int, dilation: int) -> None:
    reach = dilation * (side - 1) + 1
    row = (tuple(range(side)),)

    same = Convolution(row, stride=stride, dilation=dilation)
    valid = Convolution(row, stride=stride, dilation=dilation, border="valid")

    assert same.output_size(1, length) == (math.ceil(1 / stride), len(range(0, length, stride)))
    assert same.reach == (1, reach)
    assert same.before == (0, (reach - 1) // 2)
    if reach <= length:
        assert valid.output_size(1, length) == (1, len(range(0, length - reach + 1, stride)))
    else:
        with pytest.raises(InvalidValue, match="needs room"):
            valid.output_size(1, length)


@given(length=st.integers(1, 90), side=st.integers(1, 9), stride=st.integers(1, 64), cells=st.integers(0, 64))
def test_a_padding_widens_the_picture_on_both_sides(length: int, side: int, stride: int, cells: int) -> None:
    row = (tuple(range(side)),)
    places = range(0, length + 2 * cells - side + 1, stride)

    padded = Convolution(row, stride=stride, padding=cells)

    assert padded.margins == ((cells, cells), (cells, cells))
    if places:
        assert padded.output_size(1, length)[1] == len(places)
    else:
        with pytest.raises(InvalidValue, match="with its padding") as caught:
            padded.output_size(1, length)
        assert caught.value.field == "padding"


def test_full_lets_in_every_window_that_meets_a_pixel() -> None:
    step = Convolution(((1.0,) * 4,) * 3, padding="full", dilation=2)

    assert step.margins == ((4, 4), (6, 6))
    assert step.output_size(5, 5) == (9, 11)


def test_border_valid_has_no_padding() -> None:
    with pytest.raises(InvalidValue, match="choose another border") as caught:
        Convolution(ONE, border="valid", padding=0)

    assert caught.value.field == "padding"


def test_an_even_side_has_its_extra_cell_right_and_below() -> None:
    step = Convolution(((1.0, 2.0), (3.0, 4.0)))

    assert step.before == (0, 0)


def test_flip_turns_the_matrix_by_180_degrees() -> None:
    rows = ((1.0, 2.0, 3.0), (4.0, 5.0, 6.0))

    assert np.array_equal(Convolution(rows, flip=True).applied, np.rot90(rows, 2))
    assert Convolution(rows).applied == rows


@pytest.mark.parametrize(("pool", "expected"), [
    (Pool("max_pool"), (3, 4)), (Pool("max_pool", 3), (2, 3)), (Pool("average_pool", 3, 1), (5, 7)),
])  # fmt: skip
def test_a_pool_gives_the_size_that_keras_gives(pool: Pool, expected: tuple[int, int]) -> None:
    assert pool.output_size(7, 9) == expected


def test_a_pool_without_room_is_refused() -> None:
    with pytest.raises(InvalidValue, match="9 x 3"):
        Pool("max_pool", 4).output_size(3, 9)


def test_relu_keeps_the_size() -> None:
    assert Relu().output_size(3, 9) == (3, 9)
