"""What a probe weighs, which layers have one, and that one belongs to the weights it was fitted for."""

import json
import shutil
from pathlib import Path

import pytest
import torch

from app.core.checkpoints import digest_of, save_weights
from app.core.classification.activations import record_batch
from app.core.classification.folders import PROBES, WEIGHTS
from app.core.classification.inspection.probes import (
    MOST_VALUES,
    Probe,
    count_values,
    probed_layers,
    read_probes,
    save_probes,
    values_of,
)
from app.core.classification.inspection.views import show_probes
from app.core.classification.models import load_model
from app.core.classification.questions import Implant, Question
from app.core.errors import InvalidValue, NoProbes
from app.core.pictures.preparation import prepare_images
from tests.core.classification.networks_at_random import RESIDUAL, make_anatomy
from tests.core.classification.test_classification import PICTURE, SOBEL, upload
from tests.hostile import cut
from tests.tiny_models import CLASSES, PREPARATION, tiny_anatomy, tiny_probes, write_model


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_model(tmp_path / "tiny", with_probes=True)


def test_maps_are_averaged_over_cells_by_hand() -> None:
    maps = torch.arange(2.0 * 8 * 8).reshape(1, 2, 8, 8)

    found = values_of(maps)

    cells = [maps[0, c, y : y + 2, x : x + 2].mean() for c in range(2) for y in range(0, 8, 2) for x in range(0, 8, 2)]
    assert found.tolist() == [[pytest.approx(float(cell)) for cell in cells]]


@pytest.mark.parametrize(
    ("shape", "count"),
    [((3, 32, 32), 48), ((24, 31, 31), 384), ((64, 15, 15), 256), ((256, 7, 7), 256), ((16, 3, 1), 48), ((84,), 84),
     ((1280, 7, 7), 427), ((5000,), 500)],
)  # fmt: skip
def test_so_many_values_are_weighed_and_never_more_than_allowed(shape: tuple[int, ...], count: int) -> None:
    found = values_of(torch.zeros(2, *shape))

    assert found.shape == (2, count) == (2, count_values(shape))
    assert count <= MOST_VALUES


def test_probes_stand_where_activations_and_pools_are() -> None:
    assert list(probed_layers(tiny_anatomy())) == ["input", "relu_1", "gelu_1", "max_pooling2d_1"]


def test_what_has_no_activation_is_probed_itself_and_a_block_at_its_end() -> None:
    anatomy = make_anatomy([{"type": "conv2d", "filters": 2}, RESIDUAL, {"type": "flatten"}])

    assert list(probed_layers(anatomy)) == [
        "input",
        "conv2d_1",
        next(name for name in anatomy.rows if name == "relu_1"),
    ]


def test_probes_are_the_same_after_they_were_written(folder: Path) -> None:
    read = read_probes(folder, tiny_anatomy())

    for found, expected in zip(read, tiny_probes(), strict=True):
        assert found.layer == expected.layer
        assert torch.equal(found.weight, expected.weight)
        assert torch.equal(found.bias, expected.bias)


def test_every_layers_answer_is_its_probes_softmax(folder: Path) -> None:
    told = show_probes(Question(upload(), folder))

    prepared = prepare_images(PICTURE.unsqueeze(0), PREPARATION)
    outputs = {"input": prepared} | record_batch(tiny_anatomy(), prepared, ["relu_1", "gelu_1", "max_pooling2d_1"])
    for row, probe in zip(told, tiny_probes(), strict=True):
        values = values_of(outputs[probe.layer])[0]
        sums = torch.stack([(values * weight).sum() for weight in probe.weight]) + probe.bias
        expected = dict(zip(CLASSES, (sums.exp() / sums.exp().sum()).tolist(), strict=True))
        assert {item["label"]: item["probability"] for item in row["predictions"]} == pytest.approx(expected, abs=1e-6)
        assert (row["layer"], row["accuracy"], row["interval"]) == (probe.layer, 0.5, [0.4, 0.6])
        assert row["predictions"][0]["label"] == max(expected, key=lambda label: expected[label])


def test_an_implant_changes_what_later_layers_know_and_not_the_input(folder: Path) -> None:
    sobel = Implant("conv2d_1", 0, SOBEL)

    plain, changed = (show_probes(Question(upload(), folder, implant=wish)) for wish in (None, sobel))

    assert plain[0] == changed[0]
    assert all(one["predictions"] != other["predictions"] for one, other in zip(plain[1:], changed[1:], strict=True))


def test_accuracies_that_the_card_lacks_are_told_as_unknown(folder: Path) -> None:
    card = json.loads((folder / "card.json").read_text("utf-8"))
    del card["probes"]
    (folder / "card.json").write_text(json.dumps(card), "utf-8")

    assert {row["accuracy"] for row in show_probes(Question(upload(), folder))} == {None}


def test_a_network_without_probes_says_so(tmp_path: Path) -> None:
    with pytest.raises(NoProbes):
        show_probes(Question(upload(), write_model(tmp_path / "tiny")))


def test_probes_of_other_weights_are_refused(folder: Path) -> None:
    weights = load_model(folder).module.state_dict()
    save_weights(folder / WEIGHTS, {name: tensor + 1 for name, tensor in weights.items()})

    with pytest.raises(InvalidValue) as refused:
        read_probes(folder, tiny_anatomy())

    assert refused.value.field == "probes"


def test_probes_of_another_network_are_refused(folder: Path) -> None:
    anatomy = make_anatomy([{"type": "conv2d", "filters": 2}, {"type": "flatten"}])

    with pytest.raises(InvalidValue):
        read_probes(folder, anatomy)


def test_probes_that_do_not_say_whose_they_are_are_refused(folder: Path) -> None:
    tensors = {f"{probe.layer}:{name}": getattr(probe, name) for probe in tiny_probes() for name in ("weight", "bias")}
    save_weights(folder / PROBES, tensors)

    with pytest.raises(InvalidValue):
        read_probes(folder, tiny_anatomy())


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_damaged_probes_are_refused(folder: Path, share: float) -> None:
    (folder / PROBES).write_bytes(cut((folder / PROBES).read_bytes(), share))

    with pytest.raises(InvalidValue):
        read_probes(folder, tiny_anatomy())


def test_probes_that_are_no_numbers_are_refused(folder: Path) -> None:
    save_probes(folder, tuple(Probe(probe.layer, probe.weight * torch.nan, probe.bias) for probe in tiny_probes()))

    with pytest.raises(InvalidValue):
        read_probes(folder, tiny_anatomy())


def test_a_copy_of_the_folder_keeps_its_probes(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "copy")

    assert digest_of(tmp_path / "copy" / WEIGHTS) == digest_of(folder / WEIGHTS)
    assert read_probes(tmp_path / "copy", tiny_anatomy())
