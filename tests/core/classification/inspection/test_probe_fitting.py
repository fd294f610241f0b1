"""The fit against scikit-learn's; what probes find in networks whose layers are known; the shipped networks' cards."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from app.core.classification.anatomy import Anatomy
from app.core.classification.inspection.probe_fitting import fit_classifier, fit_logistic, fit_probes, measure_probes
from app.core.classification.inspection.probes import probed_layers
from app.core.networks.modules import build
from app.core.networks.networks import parse_network
from app.core.pictures.preparation import Preparation
from app.core.training.batches import Pictures

SHIPPED = Path(__file__).parents[4] / "models"
CLASSES = 3
PREPARATION = Preparation((8, 8), 3, (0.5,) * 3, (0.25,) * 3)


def blobs(count: int, width: int, seed: int, apart: float = 1.0) -> tuple[torch.Tensor, torch.Tensor]:
    """Values of three overlapping classes, correlated and of several scales, and their labels."""
    centers = torch.randn(CLASSES, width, generator=torch.Generator().manual_seed(0)) * apart
    mixing = torch.randn(width, width, generator=torch.Generator().manual_seed(1))
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(CLASSES, (count,), generator=generator)
    values = (centers[labels] + torch.randn(count, width, generator=generator)) @ mixing
    return values * torch.logspace(-0.5, 0.5, width) + 7, labels


def colored(count: int, seed: int) -> Pictures:
    """8 x 8 pictures of noise, in each class with another color a little brighter: separable by weighing pixels."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(CLASSES, (count,), generator=generator)
    levels = torch.randint(90, 160, (count, 8, 8, 3), generator=generator)
    levels += 25 * torch.nn.functional.one_hot(labels, 3).reshape(count, 1, 1, 3)
    return Pictures(levels.to(torch.uint8), labels)


def network(*layers: dict[str, object]) -> Anatomy:
    """With random weights."""
    described = [*layers, {"type": "flatten"}, {"type": "dense", "units": CLASSES}]
    parsed = parse_network({"input": [3, 8, 8], "classes": CLASSES, "layers": described})
    return Anatomy(parsed, build(parsed, seed=1).eval(), 1.0, PREPARATION)


def accuracies(anatomy: Anatomy) -> dict[str, float]:
    """Of its layers' probes on pictures that they have not seen."""
    probes = fit_probes(anatomy, PREPARATION, colored(600, 1), colored(300, 2))
    measured = measure_probes(anatomy, PREPARATION, probes, colored(500, 3))
    assert list(measured) == list(probed_layers(anatomy))
    return {layer: share for layer, (share, _) in measured.items()}


def conv(filters: int, **fields: object) -> dict[str, object]:
    return {"type": "conv2d", "filters": filters, "kernel_size": 1, **fields}


@pytest.mark.parametrize("penalty", [1.0, 0.03, 0.001])
def test_a_fit_is_scikit_learns(penalty: float) -> None:
    values, labels = blobs(400, 12, seed=3)
    values = torch.from_numpy(StandardScaler().fit_transform(values.double().numpy()))

    found = fit_logistic(values, labels, penalty, torch.zeros(CLASSES, 13, dtype=torch.float64))

    reference = LogisticRegression(C=1 / (penalty * len(labels)), tol=1e-8, max_iter=10_000).fit(values, labels)
    np.testing.assert_allclose(found[:, 1:], reference.coef_, atol=5e-3)
    np.testing.assert_allclose(
        (values @ found[:, 1:].T + found[:, 0]).softmax(1), reference.predict_proba(values), atol=1e-3
    )


def test_raw_values_are_weighed_as_scikit_learn_does_after_standardizing() -> None:
    learned, chosen, other = (blobs(count, 12, seed, apart=0.5) for count, seed in ((300, 3), (300, 4), (500, 5)))

    weight, bias = fit_classifier(learned, chosen, CLASSES)

    scaler = StandardScaler().fit(learned[0])
    losses = {}
    for penalty in (0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 0.0003):
        model = LogisticRegression(C=1 / (penalty * 300), tol=1e-8, max_iter=10_000)
        model.fit(scaler.transform(learned[0]), learned[1])
        share = model.predict_proba(scaler.transform(chosen[0]))[np.arange(300), chosen[1]]
        losses[-np.log(share).mean()] = model.predict_proba(scaler.transform(other[0]))
    found = (other[0] @ weight.T + bias).softmax(1)
    np.testing.assert_allclose(found, losses[min(losses)], atol=0.01)


def test_layers_that_change_nothing_know_as_much_as_the_input() -> None:
    anatomy = network(conv(3, use_bias=False), conv(3, use_bias=False))
    with torch.no_grad():
        for name in anatomy.convolutions:
            anatomy.convolution(name).weight.copy_(torch.eye(3).reshape(3, 3, 1, 1))

    found = accuracies(anatomy)

    assert list(found) == ["input", "conv2d_1", "conv2d_2"]
    assert len(set(found.values())) == 1


def test_random_weights_keep_what_can_be_told_apart() -> None:
    found = accuracies(network(conv(16, activation="leaky_relu"), conv(16, activation="leaky_relu")))

    assert min(found.values()) > 0.95


def test_a_layer_that_forgets_knows_no_more_than_chance() -> None:
    anatomy = network(conv(4, activation="relu"), conv(4, activation="relu"))
    with torch.no_grad():
        anatomy.convolution("conv2d_2").weight.zero_()

    found = accuracies(anatomy)

    assert found["relu_1"] > 0.9
    assert found["relu_2"] < 0.45


def test_rows_of_units_are_probed_too() -> None:
    found = accuracies(network({"type": "flatten"}, {"type": "dense", "units": 20, "activation": "tanh"}))

    assert found["tanh_1"] > 0.9


def test_fitting_twice_gives_the_same() -> None:
    anatomy = network(conv(4, activation="relu"))

    first, again = (fit_probes(anatomy, PREPARATION, colored(200, 1), colored(100, 2)) for _ in range(2))

    assert all(torch.equal(one.weight, other.weight) for one, other in zip(first, again, strict=True))


@pytest.mark.parametrize("name", ["best", "explain"])
def test_what_is_known_rises_layer_by_layer_within_the_intervals(name: str) -> None:
    card = json.loads((SHIPPED / name / "card.json").read_text("utf-8"))

    rows = card["probes"]["layers"]

    assert all(row["interval"][0] <= row["accuracy"] <= row["interval"][1] for row in rows)
    assert all(after["interval"][1] >= before["accuracy"] for before, after in pairwise(rows))
    assert rows[0]["interval"][1] < rows[len(rows) // 2]["interval"][0] < rows[-1]["accuracy"]
    assert rows[-1]["accuracy"] <= card["accuracy_interval"][1]
