"""A network out of a package as a model folder: what is checked, and that it computes as the package itself does."""

import hashlib
import json
import pickle
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import torch
from efficientnet_lite_pytorch import EfficientNet

from app.core.classification.activations import record
from app.core.classification.adoption import adopt, find_file, read_tensors
from app.core.classification.folders import WEIGHTS
from app.core.classification.models import load_model
from app.core.errors import InvalidNetwork, InvalidValue
from app.core.networks.networks import parse_network
from app.core.pictures.preparation import prepare_images
from app.core.pictures.sample_levels import read_sample

ROOT = Path(__file__).parents[3]
PHOTOS = ROOT / "models" / "photos"
RECIPE: dict[str, Any] = json.loads((PHOTOS / "recipe.json").read_text("utf-8"))


def reference() -> EfficientNet:
    """The package's own network with the same weights."""
    network = EfficientNet.from_name("efficientnet-lite0")
    network.load_state_dict(read_tensors(find_file(RECIPE["source"]), RECIPE["source"]["sha256"]))
    return network.eval()


def prepared(name: str) -> torch.Tensor:
    """1 x 3 x 224 x 224 of a bundled photograph."""
    levels = torch.from_numpy(read_sample(name)[:448:2, :448:2].copy()).permute(2, 0, 1)[None]
    return prepare_images(levels[:, :, :224, :224], load_model(PHOTOS).preparation)


def test_every_block_gives_what_the_packages_own_code_gives() -> None:
    """Stem, sixteen blocks, head and logits."""
    network, picture = reference(), prepared("cat")
    theirs: dict[str, torch.Tensor] = {}
    blocks = {f"block {index}": block for index, block in enumerate(network._blocks)}
    for name, module in {"stem": network._bn0, **blocks, "head": network._bn1, "logits": network}.items():
        module.register_forward_hook(lambda _, __, output, name=name: theirs.__setitem__(name, output[0]))

    with torch.no_grad():
        network(picture)
    ours = record(load_model(PHOTOS).anatomy, picture).values

    assert len(theirs) == 19
    ends = [name for name in ours if name.startswith("batch_normalization_")]
    ends += [name for name in ours if name.startswith("residual_") and "/" not in name]
    found = [value for value in theirs.values() if value.ndim == 3]
    for value in found:
        near = [name for name in ends if ours[name].shape == value.shape and (ours[name] - value).abs().max() < 1e-4]
        assert len(near) == 1
    assert (ours["dense_1"] - theirs["logits"]).abs().max() < 1e-4


def test_the_card_says_where_it_comes_from_and_what_was_not_measured_here() -> None:
    card = load_model(PHOTOS).card

    assert card["parameters"] == 4_652_008
    assert card["source"]["license"] == "Apache-2.0"
    assert card["source"]["release"] == version(card["source"]["package"])
    assert (card["accuracy"], card["reported"]["accuracy"]) == (None, 0.751)
    assert (card["classes"][0], card["classes"][967], len(set(card["classes"]))) == ("tench", "espresso", 1000)
    assert len(card["biases"]) >= 5


def test_levels_minus_127_over_128_is_what_the_network_computes_with() -> None:
    preparation = load_model(PHOTOS).preparation
    levels = torch.arange(256, dtype=torch.uint8).view(1, 1, 16, 16).expand(-1, 3, -1, -1)

    found = prepare_images(levels, preparation)

    assert (found - (levels.float() - 127) / 128).abs().max() < 1e-6
    assert (preparation.size, preparation.crop, preparation.filter) == ((224, 224), 0.875, "bicubic")


def test_a_visitor_may_not_describe_as_deep_a_network() -> None:
    with pytest.raises(InvalidNetwork, match="40 layers"):
        parse_network(RECIPE["network"])


def test_a_file_with_another_digest_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "weights.pth"
    path.write_bytes(b"no weights")

    with pytest.raises(InvalidValue, match="SHA-256"):
        read_tensors(path, RECIPE["source"]["sha256"])


class Hostile:
    """Pickled, it asks for a call when it is read."""

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path("/tmp/was-run-by-a-pickle"),)


def test_a_file_that_holds_more_than_tensors_is_refused_even_with_its_digest(tmp_path: Path) -> None:
    path = tmp_path / "weights.pth"
    torch.save({"weight": Hostile()}, path)

    with pytest.raises(pickle.UnpicklingError):
        read_tensors(path, hashlib.sha256(path.read_bytes()).hexdigest())

    assert not Path("/tmp/was-run-by-a-pickle").exists()


@pytest.mark.parametrize("changes", [{"package": "no-such-package"}, {"release": "0.0.9"}, {"file": "no-such.pth"}])
def test_a_package_that_is_not_there_is_said(changes: dict[str, str]) -> None:
    with pytest.raises(InvalidValue, match="make setup"):
        find_file(RECIPE["source"] | changes)


def test_tensors_of_another_network_are_refused(tmp_path: Path) -> None:
    layers = [*RECIPE["network"]["layers"][:-2], {"type": "dense", "units": 1000, "use_bias": False}]
    recipe = RECIPE | {"network": RECIPE["network"] | {"layers": layers}}
    (tmp_path / "recipe.json").write_text(json.dumps(recipe), "utf-8")

    with pytest.raises(InvalidValue, match="are not those"):
        adopt(tmp_path)

    assert not (tmp_path / WEIGHTS).exists()
