"""The arithmetic of one pixel agrees with the picture: at random places, for each kind of step, within chains."""

from typing import Any

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.core.convolution.arithmetic import explain
from app.core.convolution.chains import apply, output_size
from app.core.convolution.kernels import find_kernel
from app.core.convolution.steps import Convolution, Pool, Relu, Step
from app.core.errors import InvalidValue
from app.core.pictures.display import to_bytes
from app.core.pictures.outputs import DISPLAYS
from tests.core.convolution.references import convolutions, pictures, random_picture

LAPLACIAN = Convolution(find_kernel("edge-laplacian-4").matrix, border="reflect")
BLUR = Convolution(find_kernel("gaussian-blur").matrix, divisor=16, offset=-20)
STEPS: st.SearchStrategy[Step] = st.one_of(
    convolutions(st.integers(1, 6)),
    st.just(Relu()),
    st.builds(Pool, st.sampled_from(["max_pool", "average_pool"]), st.integers(1, 4), st.sampled_from([None, 1, 3])),
)


def has_room(picture: torch.Tensor, steps: list[Step]) -> bool:
    """Whether every window fits."""
    try:
        output_size(*picture.shape[:2], steps)
    except InvalidValue:
        return False
    return True


@settings(deadline=None, max_examples=200, derandomize=True)
@given(picture=pictures(st.integers(1, 16)), steps=st.lists(STEPS, min_size=1, max_size=3), choice=st.data())
def test_any_pixel_of_any_step_agrees_with_the_picture(
    picture: torch.Tensor, steps: list[Step], choice: st.DataObject
) -> None:
    assume(has_room(picture, steps))
    at = choice.draw(st.integers(-1, len(steps) - 1))
    display: Any = choice.draw(st.sampled_from(DISPLAYS))
    values = apply(picture, steps if at < 0 else steps[: at + 1])
    y, x, channel = (choice.draw(st.integers(0, size - 1)) for size in values.shape)

    found = explain(picture, steps, x, y, channel, display, at)

    assert found.value == float(values[y, x, channel])
    shown = to_bytes(values, display)[y, x].tolist()
    assert found.displayed == (tuple(shown) if display == "signed" else shown[channel])
    recomputed = recompute(found)
    assert recomputed == pytest.approx(found.value, abs=1e-3, rel=1e-6)


def recompute(found: Any) -> float:
    """The value from the numbers that are shown, as a reader would."""
    cells = [cell for row in found.patch for cell in row]
    if found.kind == "relu":
        return max(cells[0], 0.0)
    if found.kind == "max_pool":
        return max(cells)
    if found.kernel:
        weights = [weight for row in found.kernel for weight in row]
        products = [product for row in found.products for product in row]
        assert products == [cell * weight for cell, weight in zip(cells, weights, strict=True)]
        cells = products
    assert found.sum == pytest.approx(sum(cells), abs=1e-6)
    return found.sum / found.divisor + found.offset


def test_nine_products_make_a_pixel_by_hand() -> None:
    picture = torch.tensor([[1, 2, 3], [4, 5, 6], [7, 8, 9]], dtype=torch.uint8).unsqueeze(-1)

    found = explain(picture, [BLUR], 0, 0, 0, "clip")

    assert (found.rows, found.columns) == ((-1, 0, 1), (-1, 0, 1))
    assert found.patch == ((0, 0, 0), (0, 1, 2), (0, 4, 5))
    assert found.outside == ((True, True, True), (True, False, False), (True, False, False))
    assert found.products == ((0, 0, 0), (0, 4, 4), (0, 8, 5))
    assert (found.sum, found.divisor, found.offset, found.value, found.displayed) == (21, 16, -20, -18.6875, 0)


def test_the_kernel_is_shown_as_it_is_applied() -> None:
    step = Convolution(((1.0, 2.0, 3.0),), flip=True)

    found = explain(random_picture(2, 5), [step], 2, 1, 0, "clip")

    assert found.kernel == ((3.0, 2.0, 1.0),)


def test_a_reflected_border_is_marked_outside_though_it_has_numbers() -> None:
    picture = random_picture(4, 4, whole=False)

    found = explain(picture, [LAPLACIAN], 3, 0, 2, "signed")

    assert found.outside == ((True, True, True), (False, False, True), (False, False, True))
    assert found.patch[0][1] == pytest.approx(float(picture[1, 3, 2]))
    assert found.patch[1][2] == pytest.approx(float(picture[0, 2, 2]))


def test_a_stride_moves_the_window_that_far() -> None:
    step = Convolution(((1.0,) * 3,) * 3, stride=3, dilation=2, border="wrap")

    found = explain(random_picture(12, 12), [step], 2, 1, 0, "clip")

    assert (found.rows, found.columns) == ((1, 3, 5), (4, 6, 8))


def test_at_looks_into_the_middle_of_a_chain() -> None:
    picture = random_picture(9, 9)
    steps = [BLUR, Relu(), Pool("max_pool")]

    found = explain(picture, steps, 8, 7, 1, "clip", at=0)

    assert found.kind == "convolution"
    assert found.value == float(apply(picture, [BLUR])[7, 8, 1])


def test_a_maximum_has_no_sum_and_no_kernel() -> None:
    found = explain(random_picture(6, 6), [Pool("max_pool", 3)], 1, 1, 0, "clip")

    assert (found.kind, found.kernel, found.products, found.sum) == ("max_pool", None, None, None)
    assert (found.rows, found.columns) == ((3, 4, 5), (3, 4, 5))


def test_an_average_is_a_sum_over_the_number_of_cells() -> None:
    picture = torch.tensor([[1, 2], [3, 5]], dtype=torch.uint8).unsqueeze(-1)

    found = explain(picture, [Pool("average_pool")], 0, 0, 0, "clip")

    assert (found.sum, found.divisor, found.value, found.displayed) == (11, 4, 2.75, 3)


@pytest.mark.parametrize(
    ("field", "place"),
    [("x", (4, 0, 0, -1)), ("x", (-1, 0, 0, -1)), ("y", (0, 3, 0, -1)), ("channel", (0, 0, 3, -1)),
     ("at", (0, 0, 0, 1)), ("at", (0, 0, 0, -2))],
)  # fmt: skip
def test_a_place_beyond_the_result_is_refused_by_name(field: str, place: tuple[int, int, int, int]) -> None:
    x, y, channel, at = place

    with pytest.raises(InvalidValue) as caught:
        explain(random_picture(3, 4), [LAPLACIAN], x, y, channel, "clip", at)

    assert caught.value.field == field


def test_a_picture_without_steps_has_no_arithmetic() -> None:
    with pytest.raises(InvalidValue):
        explain(random_picture(3, 4), [], 0, 0, 0, "clip")
