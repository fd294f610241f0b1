"""Snapshots against SciPy's correlation, NumPy's norms and the module itself."""

import zlib
from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
import torch
from PIL import Image
from scipy.signal import correlate
from torch import nn

from app.core.classification.snapshots import (
    Sheet,
    feature_weights,
    maps_at,
    photo_checksum,
    take_snapshot,
    watched_layers,
)
from app.core.errors import InvalidValue
from app.core.networks.modules import build
from app.core.networks.networks import Network, parse_network
from app.core.networks.presets import presets
from app.core.pictures.preparation import Preparation, prepare_images
from app.core.training.layouts import lay_out
from tests.core.training.small_trainings import small_network

PREPARATION = Preparation((8, 8), 3, (0.5, 0.4, 0.3), (0.2, 0.25, 0.3))
CLASSES = ("top", "middle", "bottom")
NORM = {"type": "batch_normalization"}


def photo(shape: tuple[int, int, int] = (3, 8, 8)) -> torch.Tensor:
    return torch.randint(0, 256, shape, dtype=torch.uint8, generator=torch.Generator().manual_seed(2))


def trained(network: Network) -> nn.Module:
    """As a trainer holds it: laid out, in training mode, with moving statistics of its own."""
    module = lay_out(build(network, seed=3))
    generator = torch.Generator().manual_seed(4)
    for child in module.modules():
        if isinstance(child, nn.BatchNorm2d):
            child.running_mean = torch.rand(child.num_features, generator=generator)
            child.running_var = torch.rand(child.num_features, generator=generator) + 0.5
    return module.train()


def values_of(sheet: Sheet) -> np.ndarray:
    """What a browser reads back, to half of limit / 127."""
    image = Image.open(BytesIO(b64decode(sheet.image.partition(",")[2])))
    return ((np.asarray(image, dtype=np.float64) - 128) / 127 * sheet.limit).reshape(sheet.shape)


def test_the_first_layers_kernels_are_its_weights() -> None:
    network = small_network()
    module = trained(network)

    kernels = take_snapshot(module, network, PREPARATION, None).kernels

    assert kernels is not None
    assert (kernels.layer, kernels.shape, kernels.total) == ("conv2d_1", (4, 3, 3, 3), 4)
    weights = module.get_parameter("conv2d_1.weight").detach().numpy()
    assert kernels.limit == pytest.approx(np.abs(weights).max())
    np.testing.assert_allclose(values_of(kernels), weights, atol=kernels.limit / 254 * 1.01)


def test_the_first_maps_are_scipys_correlation_behind_the_relu() -> None:
    network = small_network()
    module = trained(network)
    seen = photo()
    prepared = (seen.double().numpy() / 255 - np.reshape(PREPARATION.mean, (3, 1, 1))) / np.reshape(
        PREPARATION.std, (3, 1, 1)
    )
    nn.init.uniform_(module.get_parameter("conv2d_1.bias"))
    weights, bias = (module.get_parameter(f"conv2d_1.{name}").detach() for name in ("weight", "bias"))
    expected = [
        np.maximum(correlate(prepared, kernel.numpy(), mode="valid")[0] + float(b), 0)
        for kernel, b in zip(weights, bias, strict=True)
    ]

    (sheet,) = take_snapshot(module, network, PREPARATION, seen).maps

    assert (sheet.layer, sheet.shape) == ("relu_1", (4, 6, 6))
    np.testing.assert_allclose(values_of(sheet), expected, atol=sheet.limit / 254 * 1.01)


def test_predictions_are_the_softmax_in_eval_mode_and_the_module_stays_in_its_own() -> None:
    network = small_network(NORM, {"type": "dropout", "rate": 0.5})
    module = trained(network)
    state = {name: tensor.clone() for name, tensor in module.state_dict().items()}

    described = take_snapshot(module, network, PREPARATION, photo()).describe(CLASSES)

    assert all(child.training for child in module.modules())
    assert all(torch.equal(state[name], tensor) for name, tensor in module.state_dict().items())
    logits = module.eval()(prepare_images(photo()[None], PREPARATION))[0].detach().double().numpy()
    expected = dict(zip(CLASSES, np.exp(logits) / np.exp(logits).sum(), strict=True))
    found = {row["label"]: row["probability"] for row in described["predictions"]}
    assert found == pytest.approx(expected, abs=1e-6)
    assert list(found.values()) == sorted(found.values(), reverse=True)


def test_norms_are_numpys_for_every_layer_with_kernels() -> None:
    network = small_network()
    module = trained(network)

    convolution, dense = take_snapshot(module, network, PREPARATION, None, max_norm=2.5).norms

    assert (convolution.layer, dense.layer, dense.limit) == ("conv2d_1", "dense_1", 2.5)
    for found in (convolution, dense):
        weight = module.get_parameter(f"{found.layer}.weight").detach().numpy()
        expected = np.linalg.norm(weight.reshape(len(weight), -1), axis=1)
        np.testing.assert_allclose(found.norms, expected, rtol=1e-5)


@pytest.mark.parametrize("name", list(presets()))
def test_maps_come_back_from_the_weights_that_are_kept(name: str) -> None:
    network = presets()[name].network
    if name == "lecture":  # as it is, but for the 88 million weights of its first dense layer
        entries = network.describe()
        entries["layers"][4]["units"] = 8
        network = parse_network(entries)
    module = trained(network)
    preparation = Preparation(
        network.input[1:], network.input[0], (0.5,) * network.input[0], (0.25,) * network.input[0]
    )
    snapshot = take_snapshot(module, network, preparation, photo(network.input))

    kept = feature_weights(module, network)
    again = maps_at(kept, network, preparation, photo(network.input))

    assert sum(tensor.numel() for tensor in kept.values()) <= 200_000
    assert len(snapshot.maps) in (2, 3)
    assert [sheet.layer for sheet in snapshot.maps] == list(watched_layers(network))
    assert all(sheet.shape[0] <= 32 for sheet in snapshot.maps)
    assert again.kernels == snapshot.kernels
    for found, expected in zip(again.maps, snapshot.maps, strict=True):
        assert (found.layer, found.shape, found.total) == (expected.layer, expected.shape, expected.total)
        np.testing.assert_allclose(values_of(found), values_of(expected), atol=expected.limit / 100)
    assert again.probabilities in ((), pytest.approx(snapshot.probabilities, abs=1e-5))


def test_a_small_network_is_kept_whole_and_tells_its_opinion_again() -> None:
    network = small_network(NORM)
    module = trained(network)

    again = maps_at(feature_weights(module, network), network, PREPARATION, photo())

    assert again.probabilities == pytest.approx(
        take_snapshot(module, network, PREPARATION, photo()).probabilities, abs=1e-6
    )


def test_kept_weights_are_copies() -> None:
    network = small_network()
    module = trained(network)
    kept = feature_weights(module, network)
    before = kept["conv2d_1.weight"].clone()

    with torch.no_grad():
        module.get_parameter("conv2d_1.weight").add_(1)

    assert torch.equal(kept["conv2d_1.weight"], before)


def test_weights_of_another_network_are_refused() -> None:
    kept = feature_weights(trained(small_network()), small_network())
    other = parse_network({"input": [3, 8, 8], "classes": 3, "layers": [
        {"type": "conv2d", "filters": 5}, {"type": "flatten"}, {"type": "dense", "units": 3}]})  # fmt: skip

    with pytest.raises(InvalidValue) as refusal:
        maps_at(kept, other, PREPARATION, photo())

    assert refusal.value.field == "weights"


@pytest.mark.parametrize("seen", [photo((3, 9, 8)), photo((1, 8, 8)), photo().float()])
def test_a_photo_of_another_size_is_refused(seen: torch.Tensor) -> None:
    network = small_network()

    with pytest.raises(InvalidValue) as refusal:
        take_snapshot(trained(network), network, PREPARATION, seen)

    assert refusal.value.field == "image"


def test_weights_that_are_no_numbers_are_shown_without_breaking_json() -> None:
    network = small_network()
    module = trained(network)
    nn.init.constant_(module.get_parameter("dense_1.weight"), float("nan"))

    described = take_snapshot(module, network, PREPARATION, photo()).describe(CLASSES)

    assert [row["probability"] for row in described["predictions"]] == [None] * 3
    assert described["norms"][1]["norms"] == (0.0, 0.0, 0.0)


def test_a_network_without_convolutions_has_no_kernels_and_no_maps() -> None:
    network = parse_network({"input": [3, 8, 8], "classes": 3, "layers": [{"type": "flatten"},
                             {"type": "dense", "units": 3}]})  # fmt: skip

    snapshot = take_snapshot(trained(network), network, PREPARATION, photo())

    assert (snapshot.kernels, snapshot.maps) == (None, ())
    assert len(snapshot.probabilities) == 3
    assert [norms.layer for norms in snapshot.norms] == ["dense_1"]


def test_a_photo_is_told_by_the_crc_of_its_pixels() -> None:
    photo = torch.tensor([[[1, 2]], [[3, 4]], [[5, 6]]], dtype=torch.uint8)

    assert photo_checksum(photo) == zlib.crc32(bytes([1, 3, 5, 2, 4, 6]))
