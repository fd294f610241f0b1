"""Formulas: read once, worked out as Python would, and refused where they are of more than counts."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.networks.formulas import Formula

VALUES: dict[str, Any] = {"filters": 16, "channels": 3, "sides": (5, 2), "groups": 3, "bias": True}


@pytest.mark.parametrize(("text", "value"), [
    ("7", 7),
    ("filters * (prod(sides) * channels + bias)", 16 * 31),
    ("filters - channels - 2", 11),
    ("filters * channels // groups", 16),
    ("filters % 5 + 2 * channels", 7),
    ("filters // (channels + 1) * 2", 8),
])  # fmt: skip
def test_a_formula_is_worked_out_by_hand(text: str, value: int) -> None:
    assert Formula(text)(VALUES) == value


def test_its_tree_is_what_the_page_is_told() -> None:
    assert Formula("filters * (prod(sides) + bias)").tree == ["*", "filters", ["+", ["prod", "sides"], "bias"]]


@pytest.mark.parametrize(
    "text", ["filters / 2", "-filters", "max(filters, 2)", "prod(2)", "sides[0]", "2.5", "a if b else c"]
)
def test_what_is_no_formula_is_refused_where_it_is_written(text: str) -> None:
    with pytest.raises(ValueError, match="no formula"):
        Formula(text)


TEXTS = st.recursive(
    st.sampled_from(["filters", "channels", "prod(sides)", "bias", "4"]),
    lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "*"]), inner),
    max_leaves=12,
)


@given(text=TEXTS)
def test_any_formula_has_the_value_that_python_gives_it(text: str) -> None:
    assert Formula(text)(VALUES) == eval(text, {"prod": math.prod}, dict(VALUES))
