import json
import math
from pathlib import Path

import pytest
import torch
from safetensors import safe_open

from app.core.classification.cards import (
    PICTURES,
    Trained,
    count_pictures,
    make_card,
    read_trained,
    write_json,
    write_trained,
)
from app.core.classification.familiarity import FAMILIARITY
from app.core.classification.folders import CARD, NETWORK, WEIGHTS
from app.core.errors import InvalidValue
from app.core.networks.modules import build
from app.core.pictures.preparation import Preparation
from app.core.training.batches import keep
from app.core.training.evaluation import evaluate
from tests.core.training.small_trainings import colored, small_network

NORM = {"type": "batch_normalization"}


def trained() -> Trained:
    network = small_network(NORM)
    module = build(network, seed=3).eval()
    return Trained(network, module, ("top", "middle", "bottom"), Preparation((8, 8), 3, (0.5,) * 3, (0.25,) * 3), True)


def written(folder: Path, model: Trained) -> Path:
    dataset = colored()
    pictures = keep(dataset.images, dataset.labels, (3, 8, 8))
    write_trained(folder, model, pictures)
    card = make_card(model, evaluate(model.logits(pictures), dataset.labels, 1.5), 1.5, {"name": "m"})
    write_json(folder / CARD, card)
    return folder


def stored(folder: Path) -> set[str]:
    with safe_open(folder / WEIGHTS, "pt") as file:
        return {str(file.get_tensor(name).dtype) for name in file.keys() if "num_batches" not in name}  # noqa: SIM118


def test_a_folder_read_back_gives_the_same_logits(tmp_path: Path) -> None:
    model, dataset = trained(), colored()
    folder = written(tmp_path / "m", model)
    pictures = keep(dataset.test_images, dataset.test_labels, (3, 8, 8))

    found, card = read_trained(folder)

    torch.testing.assert_close(found.logits(pictures), model.logits(pictures), rtol=1e-5, atol=1e-6)
    assert (found.mirror, found.preparation, tuple(found.classes)) == (True, model.preparation, model.classes)
    assert sorted(path.name for path in folder.iterdir()) == sorted([CARD, NETWORK, WEIGHTS])
    assert card["name"] == "m"


def test_a_figure_that_is_no_number_is_null(tmp_path: Path) -> None:
    write_json(
        tmp_path / CARD, {"loss": math.nan, "norms": [1.5, math.inf, -math.inf], "seen": (1, {"deep": math.nan})}
    )

    found = json.loads((tmp_path / CARD).read_text("utf-8"), parse_constant=pytest.fail)

    assert found == {"loss": None, "norms": [1.5, None, None], "seen": [1, {"deep": None}]}


def test_the_pictures_of_a_card_are_counted_in_words() -> None:
    dataset = colored()

    said = PICTURES % count_pictures(dataset), PICTURES % count_pictures(dataset, "Stripes")

    counts = f"{len(dataset.labels)} training and {len(dataset.test_labels)} test pictures"
    assert said == (f"{dataset.title}: {counts}", f"Stripes: {counts}")


def test_weights_that_lose_nothing_are_kept_in_half_the_room(tmp_path: Path) -> None:
    assert stored(written(tmp_path / "m", trained())) == {"torch.float16"}


def test_weights_that_float16_spoils_stay_float32(tmp_path: Path) -> None:
    model = trained()
    with torch.no_grad():  # past float16's 65,504, and the dense layer undoes it
        model.module.get_submodule("batch_normalization_1").weight.mul_(1e6)
        model.module.get_submodule("dense_1").weight.mul_(1e-6)
    before = {name: tensor.clone() for name, tensor in model.module.state_dict().items()}

    folder = written(tmp_path / "m", model)

    assert stored(folder) == {"torch.float32"}
    assert all(torch.equal(before[name], tensor) for name, tensor in model.module.state_dict().items())


def test_without_validation_pictures_nothing_is_rounded(tmp_path: Path) -> None:
    nothing = keep(colored().images[:0], colored().labels[:0], (3, 8, 8))

    precision, logits = write_trained(tmp_path / "m", trained(), nothing)

    assert (precision, len(logits)) == ("float32", 0)


def test_new_weights_take_away_what_was_familiar_to_the_old(tmp_path: Path) -> None:
    folder = written(tmp_path / "m", trained())
    (folder / FAMILIARITY).write_bytes(b"of the old weights")

    written(folder, trained())

    assert not (folder / FAMILIARITY).exists()


def test_a_card_says_what_was_measured(tmp_path: Path) -> None:
    card = json.loads((written(tmp_path / "m", trained()) / CARD).read_text("utf-8"))

    assert card["classes"] == ["top", "middle", "bottom"]
    assert card["input"] == [3, 8, 8]
    assert card["parameters"] == 4 * 27 + 4 + 8 + 4 * 36 * 3 + 3
    assert card["test_images"] == 64
    assert card["accuracy_interval"][0] < card["accuracy"] < card["accuracy_interval"][1]
    assert set(card["per_class"]) == {"top", "middle", "bottom"}
    assert set(card["calibration"]) == {"before", "after", "temperature"}


@pytest.mark.parametrize("missing", [CARD, NETWORK, WEIGHTS])
def test_a_folder_that_lacks_a_part_is_refused(missing: str, tmp_path: Path) -> None:
    folder = written(tmp_path / "m", trained())
    (folder / missing).unlink()

    with pytest.raises(InvalidValue):
        read_trained(folder)


def test_a_card_without_its_preparation_is_refused(tmp_path: Path) -> None:
    folder = written(tmp_path / "m", trained())
    write_json(folder / CARD, {"classes": ["a"]})

    with pytest.raises(InvalidValue):
        read_trained(folder)
