"""Runs the texts of programs.json that are whole programs in Keras (on PyTorch) and PyTorch, and writes what they have.

`parameters` are those that learn; a row with `bare` is a fragment that was run with care by hand. Of the others each is
run behind the imports below, and its network is called model, or model2 or m1 where it trains that.
Run it from the repository's root: python -m tests.vectors.make_programs
"""

import json
import math
import os
from pathlib import Path
from typing import Any

os.environ["KERAS_BACKEND"] = "torch"

FILE = Path(__file__).parent / "programs.json"
BEFORE = {
    "keras": "from keras import layers, models, Sequential, Input, Model\nfrom keras.layers import *\nimport keras\n",
    "torch": "import torch, torch.nn as nn, torch.nn.functional as F\nfrom collections import OrderedDict\n",
}


def count(library: str, text: str) -> int:
    """The numbers that learn in the network that the text builds."""
    import keras
    from torch import nn

    names: dict[str, Any] = {"__name__": "__main__"}
    kept = [(module, dict(vars(module))) for module in (keras.layers, nn)]
    exec(compile(BEFORE[library] + text, "text", "exec"), names)
    for module, before in kept:  # some texts change a library's own words
        vars(module).update(before)
    others = (name for name in ("model2", "m1") if f"{name}.compile" in text or f"{name}.parameters" in text)
    trained = next(others, "model")
    network = names[trained]
    if library == "keras":
        return sum(math.prod(weights.shape) for weights in network.trainable_weights)
    return sum(weights.numel() for weights in network.parameters() if weights.requires_grad)


def main() -> None:
    """Every row anew."""
    rows = json.loads(FILE.read_text())
    for row in rows:
        if not row.get("bare"):
            row["parameters"] = count(row["library"], row["text"])
    FILE.write_text("[\n" + ",\n".join(map(json.dumps, rows)) + "\n]\n")


if __name__ == "__main__":
    main()
