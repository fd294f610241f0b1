"""Chains against the vectors that NumPy and SciPy made in float64, and what a chain costs."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from app.core.chains import apply
from app.core.steps import Convolution, Pool, Relu, Step

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "convolution.json").read_text("utf-8"))


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
