"""The network out of a package as programs and as ONNX: what is taken home computes the same numbers."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch

from app.core.classification.activations import record
from app.core.classification.models import Model, compute_logits, load_model
from app.core.networks.code import write_network
from app.core.networks.libraries.keras import arrange_weights
from app.core.networks.networks import parse_network
from app.core.networks.reports import ANY_SIZE
from app.core.pictures.preparation import prepare_images
from app.core.pictures.sample_levels import read_sample
from app.web.work.onnx import write_model

PHOTOS = Path(__file__).parents[3] / "models" / "photos"

# Keras asks torch for arrays in a way that NumPy 2 wants changed; that is between the two.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model(PHOTOS)


@pytest.fixture(scope="module")
def levels() -> torch.Tensor:
    """uint8 1 x 3 x 224 x 224 of a bundled photograph."""
    return torch.from_numpy(read_sample("coffee")[:224, :224].copy()).permute(2, 0, 1)[None]


def run(program: str) -> Any:
    """The model that the program defines."""
    names: dict[str, Any] = {}
    exec(compile(program, "program", "exec"), names)
    return names["model"]


def test_the_keras_program_gives_the_values_of_every_layer_and_block(model: Model, levels: torch.Tensor) -> None:
    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras

    network = parse_network(model.network.describe(), ANY_SIZE)
    x = prepare_images(levels, model.preparation)
    ours = record(model.anatomy, x).values

    program = run(write_network(network)["keras"])
    program.set_weights(arrange_weights(network, {k: v.numpy() for k, v in model.module.state_dict().items()}))
    steps = keras.Model(program.inputs, [layer.output for layer in program.layers])
    with torch.no_grad():
        found = steps(x.permute(0, 2, 3, 1), training=False)

    names = [name for name, _ in model.module.named_children()]
    assert len(found) == len(names) == 71
    for name, values in zip(names, found, strict=True):
        theirs = values[0].permute(2, 0, 1) if values.ndim == 4 else values[0]
        np.testing.assert_allclose(theirs.numpy(), ours[name], atol=1e-3, err_msg=name)
    assert program.count_params() == network.report.parameters + network.report.statistics


def test_the_pytorch_program_gives_its_logits(model: Model, levels: torch.Tensor) -> None:
    x = prepare_images(levels, model.preparation)

    program = run(write_network(model.network)["pytorch"])
    program.load_state_dict(model.module.state_dict())

    with torch.no_grad():
        torch.testing.assert_close(program.eval()(x), model.module(x), atol=1e-4, rtol=0)


def test_the_onnx_file_gives_what_the_network_answers(model: Model, levels: torch.Tensor, tmp_path: Path) -> None:
    path = tmp_path / "photos.onnx"
    with path.open("wb") as file:
        answer = write_model(PHOTOS)
        assert answer.write is not None
        answer.write(file)

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (logits,) = session.run(["logits"], {"levels": levels.numpy().astype(np.float32)})

    np.testing.assert_allclose(logits, compute_logits(model, levels).numpy(), atol=1e-3)
    assert session.get_modelmeta().custom_metadata_map["preparation"].count("bicubic") == 1
