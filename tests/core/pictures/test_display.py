"""Display modes against the vectors, and the range that is written beside a picture."""

import json
import math
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from app.core.pictures.display import measure, to_bytes
from app.core.pictures.outputs import NEGATIVE, POSITIVE, ZERO, Display

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "convolution.json").read_text("utf-8"))
MODES: tuple[Display, ...] = get_args(Display)


@pytest.mark.parametrize("case", VECTORS["displays"], ids=lambda case: case["name"])
def test_the_bytes_are_those_of_numpy(case: dict[str, Any]) -> None:
    values = torch.tensor(case["values"], dtype=torch.float32)

    shown = to_bytes(values, case["display"])

    assert shown.dtype == torch.uint8
    assert shown.tolist() == case["bytes"]


@given(st.lists(st.floats(-1e4, 1e4, width=32), min_size=1, max_size=30))
def test_clip_and_absolute_round_halves_up_for_any_value(numbers: list[float]) -> None:
    values = torch.tensor(numbers, dtype=torch.float32).reshape(1, -1, 1)

    clipped, absolute = (to_bytes(values, mode).flatten().tolist() for mode in ("clip", "absolute"))

    assert clipped == [math.floor(min(255.0, max(0.0, number)) + 0.5) for number in numbers]
    assert absolute == [math.floor(min(255.0, abs(number)) + 0.5) for number in numbers]


def test_every_byte_is_shown_as_itself() -> None:
    values = torch.arange(256).float().reshape(16, 16, 1)

    shown = [to_bytes(values, mode) for mode in ("clip", "absolute", "rescale")]

    assert all(bool((picture == values).all()) for picture in shown)


def test_signed_draws_zero_as_white_and_both_ends_in_full_color() -> None:
    values = torch.tensor([[[-8.0], [0.0], [8.0]]])

    shown = to_bytes(values, "signed")

    assert shown[0].tolist() == [list(NEGATIVE), list(ZERO), list(POSITIVE)]


def test_signed_shows_a_tenth_of_the_limit_in_half_the_color() -> None:
    values = torch.tensor([[[10.0], [-100.0]]])

    shown = to_bytes(values, "signed")

    halfway = [math.floor((zero + end) / 2 + 0.5) for zero, end in zip(ZERO, POSITIVE, strict=True)]
    assert shown[0, 0].tolist() == halfway


@pytest.mark.parametrize("mode", MODES)
def test_a_large_picture_is_shown_in_bands_as_a_small_one(mode: Display) -> None:
    values = torch.from_numpy(np.random.default_rng(1).normal(100, 150, (700, 600, 3)).astype(np.float32))
    low, high = float(values.min()), float(values.max())

    shown = to_bytes(values, mode)

    corner = values[-2:, -2:].clone()
    ends = torch.tensor([low, high, 0.0, 0.0, 0.0, 0.0]).reshape(1, 2, 3)
    assert shown.shape == (700, 600, 3)
    assert torch.equal(shown[-2:, -2:], to_bytes(torch.cat([corner, ends]), mode)[:2])


def test_the_values_are_left_as_they_are() -> None:
    values = torch.tensor([[[-3.5], [300.0]]])
    before = values.clone()

    for mode in MODES:
        to_bytes(values, mode)

    assert torch.equal(values, before)


def test_the_range_counts_what_lies_outside_0_to_255() -> None:
    values = torch.tensor([-1.0, 0.0, 255.0, 256.0, 40.0]).reshape(5, 1, 1)

    found = measure(values)

    assert (found.minimum, found.maximum, found.mean) == (-1.0, 256.0, 110.0)
    assert found.clipped_fraction == 0.4


def test_the_mean_of_a_large_picture_is_exact() -> None:
    values = torch.full((1000, 800, 3), 16_777_215.0)

    assert measure(values).mean == 16_777_215.0
