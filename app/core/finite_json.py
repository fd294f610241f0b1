"""JSON for numbers that a training may lose: NaN and infinity, which JSON does not have, are null."""

import json
import math
from typing import Any


def to_json(value: Any, **layout: Any) -> str:
    """JSON text that every reader understands; `layout` as of `json.dumps`."""
    return json.dumps(finite(value), allow_nan=False, **layout)


def finite(value: Any) -> Any:
    """The same value with None in the place of every float that is no number, at any depth."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [finite(inner) for inner in value]
    return value
