"""Strangeness, against SciPy's Mahalanobis distance and scikit-learn's AUROC; and that it tells outsiders."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from scipy.spatial.distance import mahalanobis
from sklearn.metrics import roc_auc_score

from app.core.checkpoints import save_weights
from app.core.classification.familiarity import (
    EVENNESS,
    MEANS,
    VARIATION,
    Familiarity,
    Trait,
    describe_maps,
    measure_auroc,
    read_familiarity,
    save_familiarity,
)
from app.core.classification.familiarity_fitting import Watcher, fit_familiarity, measure_familiarity
from app.core.errors import InvalidValue
from tests.tiny_models import PREPARATION, random_pictures, tiny_anatomy

KINDS = ("noise", "drawings")


@pytest.fixture(scope="module")
def watcher() -> Watcher:
    return Watcher(tiny_anatomy(), PREPARATION, outsiders=30)


@pytest.fixture(scope="module")
def fitted(watcher: Watcher) -> Familiarity:
    return fit_familiarity(watcher, random_pictures(300, 1), random_pictures(160, 2), KINDS)


def test_a_distance_is_scipys_mahalanobis(watcher: Watcher, fitted: Familiarity) -> None:
    trait = next(trait for trait in fitted.traits if trait.layer == "relu_1" and trait.kind == MEANS)
    train = watcher.describe(random_pictures(300, 1))["relu_1", MEANS].double().numpy()
    maps = torch.rand(5, 4, 16, 16)

    distances = trait.measure(maps).exp()

    center, deviation = train.mean(0), train.std(0, ddof=1)
    scaled = (train - center) / deviation
    inverse = np.linalg.inv(scaled.T @ scaled / len(scaled) + 1e-3 * np.eye(4))
    means = (maps.mean((2, 3)).double().numpy() - center) / deviation
    expected = [mahalanobis(mean, np.zeros(4), inverse) for mean in means]
    np.testing.assert_allclose(distances.numpy(), expected, rtol=1e-3)


def test_maps_are_described_by_hand() -> None:
    regions = torch.arange(16.0).reshape(4, 4)
    maps = regions.repeat_interleave(2, 0).repeat_interleave(2, 1).reshape(1, 1, 8, 8)

    means, variation, evenness = (describe_maps(kind, maps) for kind in (MEANS, VARIATION, EVENNESS))

    assert means.tolist() == [[7.5]]
    between = np.arange(16.0).var(ddof=1)
    assert variation[0].tolist() == pytest.approx([np.log(between + 1e-3), np.log(1e-3)], abs=1e-4)
    energy = np.arange(16.0) ** 2
    assert float(evenness) == pytest.approx(np.log(energy.std(ddof=1) / (energy.mean() + 1e-3) + 1e-2), abs=1e-5)


def test_auroc_is_scikit_learns_ties_included() -> None:
    generator = np.random.default_rng(4)
    usual, strange = generator.integers(0, 20, 300), generator.integers(5, 25, 200)

    auroc = measure_auroc(torch.from_numpy(usual), torch.from_numpy(strange))

    labels = [0] * 300 + [1] * 200
    assert auroc == pytest.approx(roc_auc_score(labels, np.concatenate([usual, strange])), abs=1e-12)


def test_the_share_counts_those_at_least_as_strange() -> None:
    familiarity = Familiarity((), torch.tensor([1.0, 2.0, 3.0, 4.0]))

    assert [familiarity.share(score) for score in (0.0, 1.0, 2.5, 4.0, 9.0)] == [1.0, 1.0, 0.5, 0.25, 0.0]


def test_outsiders_are_told_from_what_was_trained_on(watcher: Watcher, fitted: Familiarity) -> None:
    measured = measure_familiarity(watcher, fitted, random_pictures(100, 3), KINDS)

    assert set(measured) == set(KINDS)
    assert min(measured.values()) > 0.9


def test_validation_pictures_are_evenly_familiar(watcher: Watcher, fitted: Familiarity) -> None:
    scores = watcher.strangeness(fitted, random_pictures(200, 4))

    shares = [fitted.share(float(score)) for score in scores]
    assert 0.3 < float(np.mean(shares)) < 0.7


def test_it_is_the_same_after_it_was_written(watcher: Watcher, fitted: Familiarity, tmp_path: Path) -> None:
    save_familiarity(tmp_path / "familiarity.safetensors", fitted)

    read = read_familiarity(tmp_path / "familiarity.safetensors")

    pictures = random_pictures(10, 6)
    torch.testing.assert_close(watcher.strangeness(read, pictures), watcher.strangeness(fitted, pictures))
    assert torch.equal(read.validation, fitted.validation)
    assert set(read.layers) == {"input", "relu_1", "gelu_1"}


def test_fitting_twice_gives_the_same(watcher: Watcher, fitted: Familiarity) -> None:
    again = fit_familiarity(watcher, random_pictures(300, 1), random_pictures(160, 2), KINDS)

    torch.testing.assert_close(again.validation, fitted.validation)


def test_a_channel_that_never_fired_does_not_make_all_strange() -> None:
    center, scale = torch.zeros(2), torch.ones(2)
    trait = Trait("relu_1", MEANS, torch.tensor([0, 1]), center, scale, torch.eye(2), torch.tensor(1.0))

    assert float(trait.measure(torch.zeros(1, 2, 4, 4))) == pytest.approx(np.log(1e-12), abs=1e-3)


@pytest.mark.parametrize("names", [("x",), ("a:means:center", "validation"), ("a:b", "validation")])
def test_a_file_of_something_else_is_refused(tmp_path: Path, names: tuple[str, ...]) -> None:
    save_weights(tmp_path / "familiarity.safetensors", {name: torch.ones(1) for name in names})

    with pytest.raises(InvalidValue):
        read_familiarity(tmp_path / "familiarity.safetensors")


WHOLE = Trait("relu_1", MEANS, torch.tensor([0, 1]), torch.zeros(2), torch.ones(2), torch.eye(2), torch.tensor(1.0))


@pytest.mark.parametrize(
    "part",
    [
        {"kind": "colors"}, {"kind": VARIATION}, {"channels": torch.tensor([0.0, 1.0])},
        {"channels": torch.tensor([0, -1])}, {"channels": torch.tensor([], dtype=torch.int64)},
        {"channels": torch.tensor([[0, 1]])}, {"center": torch.zeros(3)}, {"scale": torch.tensor([1.0, 0.0])},
        {"whitening": torch.eye(3)}, {"weight": torch.ones(2)},
    ],
)  # fmt: skip
def test_a_file_whose_parts_do_not_fit_is_refused(tmp_path: Path, part: dict[str, Any]) -> None:
    path = tmp_path / "familiarity.safetensors"
    save_familiarity(path, Familiarity((WHOLE,), torch.ones(3)))
    assert len(read_familiarity(path).traits) == 1
    save_familiarity(path, Familiarity((replace(WHOLE, **part),), torch.ones(3)))

    with pytest.raises(InvalidValue):
        read_familiarity(path)


@pytest.mark.parametrize("validation", [torch.ones(0), torch.ones(2, 2)])
def test_a_file_without_pictures_to_compare_with_is_refused(tmp_path: Path, validation: torch.Tensor) -> None:
    save_familiarity(tmp_path / "familiarity.safetensors", Familiarity((WHOLE,), validation))

    with pytest.raises(InvalidValue):
        read_familiarity(tmp_path / "familiarity.safetensors")
