"""Makes schedules.json: learning rates as app/core/training/schedules gives them, which the page must draw too.

Run it from anywhere: python tests/vectors/make_schedules.py
"""

import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from app.core.training.hyperparameters import Training
from app.core.training.schedules import rate_factor

STEPS = 100
PLACES = (0, 1, 10, 19, 20, 50, 99)
CASES: tuple[dict[str, Any], ...] = (
    {"decay": 1e-6, "schedule": "constant", "warm_up": 0.0},
    {"decay": 1e-3, "schedule": "constant", "warm_up": 0.5},
    {"decay": 0.0, "schedule": "one-cycle", "warm_up": 0.2},
    {"decay": 0.0, "schedule": "one-cycle", "warm_up": 0.0},
    {"decay": 1e-4, "schedule": "cosine", "warm_up": 0.05},
)


def make() -> dict[str, Any]:
    """Everything that schedules.json holds."""
    cases = [
        {"training": case, "factors": [rate_factor(Training(**case), step, STEPS) for step in PLACES]} for case in CASES
    ]
    return {"steps": STEPS, "places": list(PLACES), "cases": cases}


if __name__ == "__main__":
    (Path(__file__).parent / "schedules.json").write_text(json.dumps(make()) + "\n", "utf-8")
