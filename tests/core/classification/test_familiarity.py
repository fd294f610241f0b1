"""Strangeness, against a weighed sum by hand and scikit-learn's AUROC; and that it tells outsiders."""

from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

from app.core.checkpoints import save_weights
from app.core.classification.familiarity import (
    Familiarity,
    measure_auroc,
    read_familiarity,
    read_signs,
    save_familiarity,
)
from app.core.classification.familiarity_fitting import fit_familiarity, measure_familiarity, measure_signs
from app.core.classification.models import Model, load_model
from app.core.errors import InvalidValue
from app.core.pictures.preparation import prepare_images
from tests.tiny_models import TEMPERATURE, random_pictures, strange_pictures, write_model


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return load_model(write_model(tmp_path_factory.mktemp("models") / "tiny"))


@pytest.fixture(scope="module")
def fitted(model: Model) -> Familiarity:
    return fit_familiarity(model, random_pictures(400, 2), strange_pictures(40, 0))


def test_signs_are_the_levels_what_the_last_layer_reads_and_the_sorted_probabilities(model: Model) -> None:
    pictures = random_pictures(5, 1)

    signs = measure_signs(model, pictures)

    prepared = prepare_images(pictures, model.preparation)
    features = model.module[:-1](prepared)
    probabilities = (model.module(prepared) / TEMPERATURE).softmax(1).numpy()
    torch.testing.assert_close(signs[:, :3], prepared.flatten(2).mean(2))
    torch.testing.assert_close(signs[:, 3:6], (prepared**2).flatten(2).mean(2))
    torch.testing.assert_close(signs[:, 6:-3], features)
    np.testing.assert_allclose(signs[:, -3:].exp().numpy(), -np.sort(-probabilities), rtol=1e-5)


def test_a_mirroring_models_signs_are_those_of_both_sides(tmp_path: Path) -> None:
    model = load_model(write_model(tmp_path / "mirror", mirror=True))
    pictures = random_pictures(3, 1)

    straight, mirrored = (measure_signs(model, side) for side in (pictures, pictures.flip(-1)))

    torch.testing.assert_close(straight, mirrored)


@pytest.mark.parametrize(
    ("layers", "signs"),
    [
        ([{"type": "conv2d", "filters": 3}, {"type": "global_average_pooling2d"}], 9 + 3),
        ([{"type": "conv2d", "filters": 5}, {"type": "global_max_pooling2d"}, {"type": "dense", "units": 3}], 9 + 5),
    ],
)
def test_maps_before_the_last_layer_count_by_their_means(tmp_path: Path, layers: list[object], signs: int) -> None:
    description = {"input": [3, 16, 16], "classes": 3, "layers": layers}

    model = load_model(write_model(tmp_path / "tiny", description))

    assert measure_signs(model, random_pictures(2)).shape == (2, signs)


def test_a_probability_of_nothing_is_still_a_number() -> None:
    assert read_signs(torch.zeros(1, 1, 2, 2), torch.zeros(1, 2), torch.tensor([[0.0, 1.0]])).isfinite().all()


def test_strangeness_is_a_weighed_sum() -> None:
    familiarity = Familiarity(torch.tensor([2.0, -1.0]), torch.tensor([0.0]))

    assert familiarity.strangeness(torch.tensor([[1.0, 3.0], [0.5, 0.0]])).tolist() == [-1.0, 1.0]


def test_auroc_is_scikit_learns_ties_included() -> None:
    generator = np.random.default_rng(4)
    usual, strange = generator.integers(0, 20, 300), generator.integers(5, 25, 200)

    auroc = measure_auroc(torch.from_numpy(usual), torch.from_numpy(strange))

    labels = [0] * 300 + [1] * 200
    assert auroc == pytest.approx(roc_auc_score(labels, np.concatenate([usual, strange])), abs=1e-12)


def test_the_share_counts_those_at_least_as_strange() -> None:
    familiarity = Familiarity(torch.empty(0), torch.tensor([1.0, 2.0, 3.0, 4.0]))

    assert [familiarity.share(score) for score in (0.0, 1.0, 2.5, 4.0, 9.0)] == [1.0, 1.0, 0.5, 0.25, 0.0]


def test_outsiders_are_told_from_what_was_trained_on(model: Model, fitted: Familiarity) -> None:
    measured = measure_familiarity(model, fitted, random_pictures(100, 3), strange_pictures(40, 1))

    assert set(measured) == {"noise", "drawings"}
    assert min(measured.values()) > 0.9


def test_validation_pictures_are_evenly_familiar(model: Model, fitted: Familiarity) -> None:
    scores = fitted.strangeness(measure_signs(model, random_pictures(200, 4)))

    shares = [fitted.share(float(score)) for score in scores]
    assert 0.3 < float(np.mean(shares)) < 0.7


def test_it_is_the_same_after_it_was_written(model: Model, fitted: Familiarity, tmp_path: Path) -> None:
    save_familiarity(tmp_path / "familiarity.safetensors", fitted)

    read = read_familiarity(tmp_path / "familiarity.safetensors")

    assert torch.equal(read.weights, fitted.weights)
    assert torch.equal(read.validation, fitted.validation)


def test_fitting_twice_gives_the_same(model: Model, fitted: Familiarity) -> None:
    again = fit_familiarity(model, random_pictures(400, 2), strange_pictures(40, 0))

    torch.testing.assert_close(again.validation, fitted.validation)


WHOLE = {"weights": torch.ones(2), "validation": torch.ones(3)}


@pytest.mark.parametrize(
    "tensors",
    [
        {"x": torch.ones(1)}, {"weights": torch.ones(2)}, WHOLE | {"more": torch.ones(1)},
        WHOLE | {"weights": torch.ones(2, 2)}, WHOLE | {"weights": torch.ones(0)},
        WHOLE | {"validation": torch.ones(2, 2)}, WHOLE | {"validation": torch.ones(0)},
    ],
)  # fmt: skip
def test_a_file_of_something_else_is_refused(tmp_path: Path, tensors: dict[str, torch.Tensor]) -> None:
    save_weights(tmp_path / "familiarity.safetensors", tensors)

    with pytest.raises(InvalidValue):
        read_familiarity(tmp_path / "familiarity.safetensors")
