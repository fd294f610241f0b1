"""Makes told.json: what the pages are told of layers and trainings, in English, for the scripts' tests.

Run it from anywhere, after each change of a layer's row or a training's field: python tests/vectors/make_told.py
"""

import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from app.core.networks.telling import tell_layers
from app.core.training.hyperparameters import tell_hyperparameters


def make() -> dict[str, Any]:
    """Everything that told.json holds."""
    return {"layers": tell_layers(str), "hyperparameters": tell_hyperparameters(), "names": {}}


if __name__ == "__main__":
    (Path(__file__).parent / "told.json").write_text(json.dumps(make(), separators=(",", ":")) + "\n", "utf-8")
