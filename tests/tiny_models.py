"""Model folders for tests: tiny networks with random weights, written in milliseconds."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from app.core.checkpoints import save_weights
from app.core.classification.anatomy import Anatomy
from app.core.classification.familiarity import save_familiarity
from app.core.classification.familiarity_fitting import fit_familiarity
from app.core.classification.inspection.probes import (
    METHOD,
    Probe,
    count_values,
    probed_layers,
    round_probe,
    save_probes,
)
from app.core.classification.models import load_model
from app.core.classification.unfamiliar_pictures import make_outsiders
from app.core.networks.modules import build
from app.core.networks.networks import parse_network
from app.core.pictures.preparation import Preparation

TEMPERATURE = 1.5
CLASSES = ("cat", "dog", "frog")
TINY: dict[str, Any] = {
    "input": [3, 16, 16],
    "classes": 3,
    "layers": [
        {"type": "conv2d", "filters": 4, "padding": "same", "activation": "relu"},
        {
            "type": "residual",
            "layers": [{"type": "conv2d", "filters": 6, "padding": "same"}, {"type": "batch_normalization"}],
        },
        {"type": "activation", "activation": "gelu"},
        {"type": "max_pooling2d"},
        {"type": "flatten"},
        {"type": "dense", "units": 3},
    ],
}  # fmt: skip
PREPARATION = Preparation((16, 16), 3, (0.5, 0.4, 0.3), (0.25, 0.2, 0.3))


def write_model(
    folder: Path, description: Mapping[str, Any] = TINY, *, preparation: Preparation = PREPARATION,
    temperature: float = TEMPERATURE, mirror: bool = False, with_familiarity: bool = False,
    with_probes: bool = False, **card: Any,
) -> Path:  # fmt: skip
    """The folder, with network.json, weights.safetensors and card.json, and what was measured of it if wished."""
    folder.mkdir(parents=True, exist_ok=True)
    network = parse_network(description)
    save_weights(folder / "weights.safetensors", build(network, seed=3).state_dict())
    (folder / "network.json").write_text(json.dumps(network.describe()), "utf-8")
    written = {
        "name": folder.name,
        "title": "Tiny",
        "dataset": "none",
        "classes": list(CLASSES),
        "input": list(network.input),
        "parameters": network.report.parameters,
        "accuracy": 0.5,
        "calibration": {"before": 0.2, "after": 0.1, "temperature": temperature},
        "preparation": preparation.to_dict(),
        "mirror": mirror,
    }
    if with_probes:
        save_probes(folder, tiny_probes())
        rows = [{"layer": probe.layer, "accuracy": 0.5, "interval": [0.4, 0.6]} for probe in tiny_probes()]
        written["probes"] = {"method": METHOD, "training_images": 0, "layers": rows}
    (folder / "card.json").write_text(json.dumps(written | card), "utf-8")
    if with_familiarity:
        fitted = fit_familiarity(load_model(folder), random_pictures(240, 2), strange_pictures(20, 0))
        save_familiarity(folder / "familiarity.safetensors", fitted)
    return folder


def tiny_anatomy(description: Mapping[str, Any] = TINY, preparation: Preparation = PREPARATION) -> Anatomy:
    """The same network without files."""
    network = parse_network(description)
    return Anatomy(network, build(network, seed=3).eval(), TEMPERATURE, preparation)


def tiny_probes() -> tuple[Probe, ...]:
    """Probes of the tiny network with random weights."""
    generator = torch.Generator().manual_seed(5)
    sizes = {layer: count_values(shape) for layer, shape in probed_layers(tiny_anatomy()).items()}
    return tuple(
        round_probe(Probe(layer, torch.randn(3, size, generator=generator), torch.randn(3, generator=generator)))
        for layer, size in sizes.items()
    )


def random_pictures(count: int, seed: int = 0, side: int = 16) -> torch.Tensor:
    """uint8 N x 3 x side x side, smooth with a bright middle: something to be familiar with."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand(count, 3, 4, 4, generator=generator)
    smooth = torch.nn.functional.interpolate(coarse, (side, side), mode="bilinear")
    rows = torch.arange(side) - (side - 1) / 2
    middle = torch.exp(-(rows[:, None] ** 2 + rows**2) / side)
    return (smooth * (100 + 155 * middle)).round().clamp(0, 255).to(torch.uint8)


def strange_pictures(count: int, half: int, side: int = 16) -> dict[str, torch.Tensor]:
    """`count` each of two kinds, uint8 N x 3 x side x side."""
    return {kind: make_outsiders(kind, count, (3, side, side), half) for kind in ("noise", "drawings")}
