"""The programs are run as they are written: same parameters, and with the same weights the same outputs."""

import os
import re
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings

from app.core.networks.code import write_network
from app.core.networks.libraries.keras import arrange_weights
from app.core.networks.modules import build
from app.core.networks.networks import Network, parse_network
from app.core.networks.presets import presets
from tests.core.networks.drawn_networks import networks
from tests.core.networks.test_networks import conv, small

# Keras asks torch for arrays in a way that NumPy 2 wants changed; that is between the two.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

RUNNABLE = [name for name in presets() if name != "lecture"]
State = dict[str, torch.Tensor]


@pytest.fixture(autouse=True, scope="module")
def _backend() -> None:
    os.environ.setdefault("KERAS_BACKEND", "torch")


def run(program: str) -> Any:
    """The model that the program defines."""
    names: dict[str, Any] = {}
    exec(compile(program, "program", "exec"), names)
    return names["model"]


def weighted(network: Network) -> tuple[torch.nn.Sequential, State]:
    """The built module with random numbers everywhere, moving statistics and biases included."""
    module = build(network).eval()
    generator = torch.Generator().manual_seed(1)
    state = {
        name: torch.rand(values.shape, generator=generator) - (0.0 if "running_var" in name else 0.4)
        for name, values in module.state_dict().items()
        if values.is_floating_point()
    }
    module.load_state_dict(state, strict=False)
    return module, module.state_dict()


def expect(network: Network, module: torch.nn.Sequential, x: torch.Tensor) -> np.ndarray:
    """The module's logits, or probabilities where the description ends in a softmax."""
    with torch.no_grad():
        logits = module(x)
    softmax = getattr(network.layers[-1], "activation", "") == "softmax"
    return (torch.softmax(logits, 1) if softmax else logits).numpy()


def compare_pytorch(network: Network) -> None:
    module, state = weighted(network)
    x = torch.rand(3, *network.input)
    model = run(write_network(network)["pytorch"])

    model.load_state_dict(state)

    with torch.no_grad():
        np.testing.assert_allclose(model(x).numpy(), expect(network, module, x), rtol=1e-5, atol=1e-6)
    assert sum(weights.numel() for weights in model.parameters()) == network.report.parameters


def compare_keras(network: Network) -> None:
    module, state = weighted(network)
    x = torch.rand(3, *network.input)
    model = run(write_network(network)["keras"])

    model.set_weights(arrange_weights(network, {name: tensor.numpy() for name, tensor in state.items()}))

    with torch.no_grad():
        found = model(x.permute(0, 2, 3, 1), training=False).cpu().numpy()
    expected = expect(network, module, x)
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-5 * max(1, np.abs(expected).max()))
    trained = sum(int(np.prod(weights.shape)) for weights in model.trainable_weights)
    assert trained == network.report.parameters
    assert model.count_params() == network.report.parameters + network.report.statistics


@given(network=networks())
@settings(max_examples=40, deadline=None)
def test_the_pytorch_program_gives_the_outputs_of_the_module(network: Network) -> None:
    compare_pytorch(network)


@given(network=networks())
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_keras_program_gives_the_outputs_of_the_module(network: Network) -> None:
    compare_keras(network)


@pytest.mark.parametrize("name", RUNNABLE)
def test_the_presets_run_in_both_libraries_with_the_same_outputs(name: str) -> None:
    compare_pytorch(presets()[name].network)
    compare_keras(presets()[name].network)


@pytest.mark.parametrize("size", [7, 8, 9])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("kernel", [1, 2, 3, 4])
def test_padding_same_is_that_of_keras_for_every_stride(size: int, stride: int, kernel: int) -> None:
    layer = conv(2, stride=stride, padding="same") | {"kernel_size": kernel}

    compare_keras(parse_network(small(layer, size=(2, size, size + 1))))


def test_the_lectures_programs_have_the_lectures_parameters(capsys: pytest.CaptureFixture[str]) -> None:
    code = write_network(presets()["lecture"].network)

    with torch.device("meta"):  # nothing is allocated
        model = run(code["pytorch"])
    keras_model = run(code["keras"])

    assert sum(weights.numel() for weights in model.parameters()) == keras_model.count_params() == 88_914_698
    assert capsys.readouterr().out.count("88,914,698 parameters") == 2


def test_programs_are_short_and_say_what_each_layer_gives() -> None:
    for name, preset in presets().items():
        for program in write_network(preset.network).values():
            assert max(map(len, program.splitlines())) <= 120, name
    code = write_network(presets()["tiny-vgg"].network)

    assert '("conv2d_1", nn.Conv2d(3, 10, 3)),  # 10 x 30 x 30' in code["pytorch"]
    assert 'layers.Conv2D(10, 3, activation="relu"),  # 30 x 30 x 10' in code["keras"]
    assert "Residual" not in code["pytorch"] + code["keras"]


def test_a_softmax_is_written_with_a_warning_for_training() -> None:
    code = write_network(presets()["lecture-light"].network)["pytorch"]

    assert re.search(r"nn\.Softmax\(dim=1\)\),  # probabilities; leave it out to train", code)


@pytest.mark.parametrize("multiplier", [1, 3])
def test_a_depthwise_convolution_starts_as_wide_as_in_keras(multiplier: int) -> None:
    network = parse_network(
        small({"type": "depthwise_conv2d", "depth_multiplier": multiplier}, size=(40, 5, 5))
    )  # fmt: skip

    ours = build(network).state_dict()["depthwise_conv2d_1.weight"].numpy()
    theirs = run(write_network(network)["keras"]).get_weights()[0]

    assert np.abs(ours).max() == pytest.approx(np.abs(theirs).max(), rel=0.02)
