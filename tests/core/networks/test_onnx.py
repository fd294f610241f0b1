"""ONNX by another program, onnxruntime: the module's own probabilities, of networks drawn at random."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from hypothesis import HealthCheck, given, settings

from app.core.networks.libraries.onnx import LOGITS, PROBABILITIES, write_onnx
from app.core.networks.networks import Network, parse_network
from app.core.networks.presets import presets
from app.core.pictures.preparation import Preparation, prepare_images
from tests.core.networks.drawn_networks import networks
from tests.core.networks.test_code import weighted

QUIET = onnxruntime.SessionOptions()
QUIET.log_severity_level = 3  # it remarks on what it simplifies


def compare(folder: Path, network: Network, *, temperature: float = 1.0, mirror: bool = False) -> None:
    module, state = weighted(network)
    channels, height, width = network.input
    preparation = Preparation((height, width), channels, (0.4,) * channels, (0.3,) * channels)
    levels = torch.randint(0, 256, (3, *network.input), dtype=torch.uint8)

    write_onnx(
        folder / "model.onnx", network, {name: values.numpy() for name, values in state.items()}, preparation.mean,
        preparation.std, temperature, mirror, {"title": "Drawn"},
    )  # fmt: skip

    onnx.checker.check_model(onnx.load(folder / "model.onnx"), full_check=True)
    session = onnxruntime.InferenceSession(folder / "model.onnx", QUIET, providers=["CPUExecutionProvider"])
    logits, probabilities = session.run([LOGITS, PROBABILITIES], {"levels": levels.numpy().astype(np.float32)})
    with torch.no_grad():
        x = prepare_images(levels, preparation)
        expected = (module(x) + module(x.flip(-1))) / 2 if mirror else module(x)
    scale = max(1.0, float(expected.abs().max()))
    np.testing.assert_allclose(logits, expected.numpy(), atol=1e-5 * scale)
    np.testing.assert_allclose(probabilities, (expected / temperature).softmax(1).numpy(), atol=1e-5 * scale)


@given(network=networks())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_network_gives_the_same_in_onnxruntime(network: Network, tmp_path: Path) -> None:
    compare(tmp_path, network)


@pytest.mark.parametrize("name", [name for name in presets() if name != "lecture"])
def test_the_named_networks_do_too_mirrored_and_cooled(name: str, tmp_path: Path) -> None:
    compare(tmp_path, presets()[name].network, temperature=1.7, mirror=True)


@pytest.mark.parametrize("layer", [
    {"type": "average_pooling2d", "pool_size": 3, "padding": "same"},
    {"type": "max_pooling2d", "pool_size": 3, "stride": 2, "padding": [1, 1]},
    {"type": "separable_conv2d", "filters": 5, "kernel_size": 3, "activation": "hard_swish"},
])  # fmt: skip
def test_borders_never_count(layer: dict[str, Any], tmp_path: Path) -> None:
    layers = [{"type": "conv2d", "filters": 4, "stride": 2}, layer, {"type": "flatten"}, {"type": "dense", "units": 3}]

    compare(tmp_path, parse_network({"input": [3, 12, 10], "classes": 3, "layers": layers}))
