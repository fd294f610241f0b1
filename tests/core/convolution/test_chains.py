"""Chains against the vectors that NumPy and SciPy made in float64, and what a chain costs."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.core.convolution.chains import apply, check_growth, check_work, multiply_adds, output_size
from app.core.convolution.steps import Convolution, Pool, Relu, Step
from app.core.errors import InvalidValue, TooMuchWork
from tests.core.convolution.references import convolutions, has_room, pictures, random_picture

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "convolution.json").read_text("utf-8"))


def step_of(row: dict[str, Any]) -> Step:
    """A step from its JSON."""
    fields = {name: value for name, value in row.items() if name != "type"}
    match row["type"]:
        case "relu":
            return Relu()
        case "convolution":
            return Convolution(**{**fields, "matrix": tuple(tuple(map(float, line)) for line in row["matrix"])})
        case kind:
            return Pool(kind, **fields)


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32])
def test_a_chain_gives_what_numpy_and_scipy_give(case: dict[str, Any], dtype: torch.dtype) -> None:
    picture = torch.tensor(case["picture"], dtype=torch.float32)
    if dtype == torch.uint8 and bool((picture == picture.round()).all()):
        picture = picture.to(torch.uint8)

    result = apply(picture, [step_of(row) for row in case["steps"]])

    assert result.dtype == torch.float32
    torch.testing.assert_close(result.double(), torch.tensor(case["result"], dtype=torch.float64), atol=1e-4, rtol=0)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(
    picture=pictures(st.integers(1, 20)),
    size=st.integers(1, 5),
    stride=st.sampled_from([None, 1, 2, 7]),
    kind=st.sampled_from(["max_pool", "average_pool"]),
)
def test_pooling_agrees_with_torch(picture: torch.Tensor, size: int, stride: int | None, kind: Any) -> None:
    assume(size <= min(picture.shape[:2]))
    pool = {"max_pool": torch.nn.functional.max_pool2d, "average_pool": torch.nn.functional.avg_pool2d}[kind]

    result = apply(picture, [Pool(kind, size, stride)])

    expected = pool(picture.double().permute(2, 0, 1), size, stride).permute(1, 2, 0)
    torch.testing.assert_close(result.double(), expected, atol=1e-4, rtol=0)


def test_no_steps_give_the_picture_as_a_copy() -> None:
    picture = random_picture(4, 5, whole=False)

    result = apply(picture, [])

    assert torch.equal(result, picture)
    assert result.data_ptr() != picture.data_ptr()


def test_sixteen_kernels_in_a_row_stay_within_reason() -> None:
    picture = random_picture(9, 9)
    blur = Convolution(((1.0, 2.0, 1.0), (2.0, 4.0, 2.0), (1.0, 2.0, 1.0)), divisor=16, border="replicate")

    result = apply(picture, [blur] * 16)

    assert picture.min() <= result.min() <= result.max() <= picture.max()


def test_numbers_past_float32_are_refused() -> None:
    huge = Convolution(((1e6,) * 5,) * 5, divisor=1e-6)

    with pytest.raises(InvalidValue, match="too large"):
        apply(random_picture(5, 5), [huge] * 4)


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([], 0),
        ([Convolution(((1.0, 0.0, 1.0),) * 3)], 10 * 12 * 3 * 9),
        ([Convolution(((1.0,) * 3,) * 3, stride=2)], 5 * 6 * 3 * 9),
        ([Convolution(((1.0,) * 3,) * 3, border="valid")], 8 * 10 * 3 * 9),
        ([Relu()], 10 * 12 * 3),
        ([Pool("max_pool", 2), Relu(), Convolution(((2.0,),))], 5 * 6 * 3 * (4 + 1 + 1)),
    ],
)
def test_multiply_adds_are_the_windows_cells_for_each_value(steps: list[Step], expected: int) -> None:
    assert multiply_adds(10, 12, 3, steps) == expected


@settings(deadline=None, max_examples=40, derandomize=True)
@given(picture=pictures(st.integers(1, 20)), step=convolutions(st.integers(1, 5)))
def test_the_size_is_known_before_anything_is_computed(picture: torch.Tensor, step: Convolution) -> None:
    steps = [step, Relu(), Pool("max_pool", 1, 2)]
    assume(has_room(picture, step))

    size = output_size(*picture.shape[:2], steps)

    assert (*size, picture.shape[2]) == tuple(apply(picture, steps).shape)


def test_too_much_work_says_the_estimate_and_the_limit() -> None:
    steps = [Convolution(((1.0,) * 3,) * 3)]

    check_work(10, 10, 3, steps, limit=2700)
    with pytest.raises(TooMuchWork, match="2700 multiply-adds; at most 2699"):
        check_work(10, 10, 3, steps, limit=2699)


def test_a_chain_of_seventeen_steps_is_refused() -> None:
    check_work(9, 9, 1, [Relu()] * 16, limit=10**6)
    with pytest.raises(InvalidValue, match="at most 16") as caught:
        check_work(9, 9, 1, [Relu()] * 17, limit=10**6)

    assert caught.value.field == "steps"


def test_a_window_without_room_is_refused_before_the_work_is_counted() -> None:
    with pytest.raises(InvalidValue):
        check_work(9, 9, 1, [Pool("max_pool", 8), Pool("max_pool", 8)], limit=10**9)


def test_a_padding_makes_no_result_larger_than_is_allowed() -> None:
    widened = [Convolution(((1.0,) * 3,), padding="full"), Pool("max_pool", 2)]

    check_growth(10, 10, widened, limit=140)
    with pytest.raises(TooMuchWork, match="less padding") as caught:
        check_growth(10, 10, widened, limit=119)

    assert caught.value.values["estimate"] == 120
    assert caught.value.field == "padding"
