"""Broken pictures, against NumPy and SciPy."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from app.core.errors import InvalidValue
from app.core.pictures.changes import Change
from app.core.pictures.distortions import change_picture

GROUND = (10.0, 20.0, 30.0)
PICTURE = torch.from_numpy(np.random.default_rng(3).integers(0, 256, (3, 20, 20), dtype=np.uint8))


def test_no_change_changes_nothing() -> None:
    assert torch.equal(change_picture(PICTURE, Change(), GROUND), PICTURE)


@pytest.mark.parametrize("shift", [(3, 0), (0, -2), (4, 5), (-1, -1)])
def test_a_shift_moves_pixels_right_and_down(shift: tuple[int, int]) -> None:
    right, down = shift

    shifted = change_picture(PICTURE, Change(shift=shift), GROUND)

    moved = np.roll(PICTURE.numpy(), (down, right), (1, 2))
    inside = (slice(max(down, 0), 20 + min(down, 0)), slice(max(right, 0), 20 + min(right, 0)))
    np.testing.assert_array_equal(shifted.numpy()[:, *inside], moved[:, *inside])


def test_what_comes_in_at_the_edge_mirrors_the_picture() -> None:
    shifted = change_picture(PICTURE, Change(shift=(2, 0)), GROUND)

    assert torch.equal(shifted[:, :, :2], PICTURE[:, :, :2].flip(-1))


@pytest.mark.parametrize(("angle", "turns"), [(90, 1), (180, 2), (-90, 3), (360, 0)])
def test_a_quarter_turn_goes_counterclockwise(angle: float, turns: int) -> None:
    turned = change_picture(PICTURE, Change(angle=angle), GROUND)

    np.testing.assert_array_equal(turned.numpy(), np.rot90(PICTURE.numpy(), turns, (1, 2)))


@pytest.mark.parametrize("blur", [0.5, 1.0, 2.3])
def test_blur_is_scipys_gaussian(blur: float) -> None:
    blurred = change_picture(PICTURE, Change(blur=blur), GROUND)

    radius = math.ceil(3 * blur)
    expected = gaussian_filter(
        PICTURE.numpy().astype(float), (0, blur, blur), mode="nearest", radius=(0, radius, radius)
    )
    assert np.abs(blurred.numpy() - expected).max() <= 0.51


@pytest.mark.parametrize("blur", [5e-324, 1e-300, 1e-46, 0.01])
def test_a_blur_of_next_to_nothing_changes_nothing(blur: float) -> None:
    assert torch.equal(change_picture(PICTURE, Change(blur=blur), GROUND), PICTURE)


def test_noise_has_its_deviation_and_is_the_same_for_a_seed() -> None:
    gray = torch.full((3, 64, 64), 128, dtype=torch.uint8)

    first, again, other = (change_picture(gray, Change(noise=20, seed=seed), GROUND) for seed in (1, 1, 2))

    assert float(first.double().std()) == pytest.approx(20, rel=0.05)
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_a_cover_hides_its_square_and_no_more() -> None:
    covered = change_picture(PICTURE, Change(cover=(15, 2, 4)), GROUND)

    hidden = torch.zeros(20, 20, dtype=torch.bool)
    hidden[2:6, 15:19] = True
    assert covered[:, hidden].unique(dim=1).flatten().tolist() == [10, 20, 30]
    assert torch.equal(covered[:, ~hidden], PICTURE[:, ~hidden])


@pytest.mark.parametrize("cover", [(20, 0, 2), (0, 20, 2), (-1, 0, 2), (0, 0, 21), (0, 0, -1)])
def test_a_cover_outside_the_picture_is_refused(cover: tuple[int, int, int]) -> None:
    with pytest.raises(InvalidValue) as refused:
        change_picture(PICTURE, Change(cover=cover), GROUND)

    assert refused.value.field == "change"


numbers = st.floats(allow_nan=True, allow_infinity=True) | st.floats(-40, 40)


@given(st.tuples(numbers, numbers), numbers, numbers, numbers, st.integers(-(2**40), 2**40))
@settings(max_examples=200, deadline=None)
def test_any_numbers_give_a_picture_or_a_sentence(
    shift: tuple[float, float], angle: float, noise: float, blur: float, seed: int
) -> None:
    try:
        changed = change_picture(PICTURE, Change(shift, angle, noise, blur, None, seed), GROUND)
    except InvalidValue:
        return

    assert changed.shape == PICTURE.shape
    assert changed.dtype == torch.uint8
