import math

import numpy as np
import pytest
import torch
from scipy import optimize, special, stats

from app.core.networks.modules import build
from app.core.pictures.preparation import Preparation, prepare_images
from app.core.training.batches import keep
from app.core.training.evaluation import (
    calibration_error,
    cross_entropy,
    evaluate,
    fit_temperature,
    logits_of,
    wilson_interval,
)
from tests.core.training.small_trainings import colored, small_network


def some_logits(count: int = 20_000, classes: int = 5, sharpness: float = 3.0) -> tuple[torch.Tensor, torch.Tensor]:
    """Labels drawn from softmax(z); the logits given are `sharpness` z, too sure by that factor."""
    generator = torch.Generator().manual_seed(4)
    truth = torch.randn(count, classes, generator=generator) * 1.5
    labels = torch.multinomial(truth.softmax(1), 1, generator=generator)[:, 0]
    return truth * sharpness, labels


def test_calibration_error_by_hand() -> None:
    # Confidences 0.9, 0.9, 0.6, 0.6; right: yes, no, yes, yes. |0.5 - 0.9| * 2/4 + |1 - 0.6| * 2/4 = 0.4.
    probabilities = torch.tensor([[0.9, 0.1], [0.9, 0.1], [0.4, 0.6], [0.6, 0.4]], dtype=torch.float64)

    found = calibration_error(probabilities.log(), torch.tensor([0, 1, 1, 0]), bins=15)

    assert found == pytest.approx(0.4, abs=1e-9)


def test_calibration_error_is_that_of_numpys_histogram() -> None:
    logits, labels = some_logits()
    probabilities = special.softmax(logits.double().numpy(), axis=1)
    confidence, right = probabilities.max(1), probabilities.argmax(1) == labels.numpy()
    edges = np.linspace(0, 1, 16)
    accuracy, _, _ = stats.binned_statistic(confidence, right, "sum", edges)
    sureness, _, _ = stats.binned_statistic(confidence, confidence, "sum", edges)

    found = calibration_error(logits, labels)

    assert found == pytest.approx(np.abs(accuracy - sureness).sum() / len(labels), abs=1e-9)


@pytest.mark.parametrize("sharpness", [0.3, 1.0, 3.0])
def test_temperature_is_scipys_minimum_and_mends_calibration(sharpness: float) -> None:
    logits, labels = some_logits(sharpness=sharpness)

    def loss(temperature: float) -> float:
        scaled = logits.double().numpy() / temperature
        return float(-(scaled[range(len(labels)), labels] - special.logsumexp(scaled, axis=1)).mean())

    expected = optimize.minimize_scalar(loss, bounds=(0.05, 20), method="bounded", options={"xatol": 1e-8}).x

    found = fit_temperature(logits, labels)

    assert found == pytest.approx(expected, rel=1e-4)
    assert found == pytest.approx(sharpness, rel=0.05)
    assert calibration_error(logits / found, labels) < 0.02


def test_temperature_of_a_network_that_is_always_right_is_the_coldest() -> None:
    logits = torch.eye(3)

    assert fit_temperature(logits, torch.arange(3)) == pytest.approx(0.05)


@pytest.mark.parametrize(("right", "total"), [(0, 10), (5, 10), (10, 10), (4650, 5000), (1, 1)])
def test_wilson_is_scipys(right: int, total: int) -> None:
    expected = stats.binomtest(right, total).proportion_ci(0.95, method="wilson")

    found = wilson_interval(right, total)

    assert found == pytest.approx((expected.low, expected.high), abs=1e-6)


def test_cross_entropy_of_equal_logits_is_the_logarithm_of_the_classes() -> None:
    assert cross_entropy(torch.zeros(4, 10), torch.arange(4)) == pytest.approx(math.log(10))


def test_an_evaluation_counts_by_class() -> None:
    logits = torch.tensor([[2.0, 0, 0], [2, 0, 0], [0, 2, 0], [0, 0, 2]])

    found = evaluate(logits, torch.tensor([0, 1, 1, 0]), temperature=2.0)

    assert (found.images, found.accuracy) == (4, 0.5)
    assert found.per_class == (0.5, 0.5, 0.0)
    confidence = math.e**2 / (math.e**2 + 2)
    assert found.calibration_before == pytest.approx(confidence - 0.5)
    assert found.calibration_after == pytest.approx(math.e / (math.e + 2) - 0.5)
    assert found.loss == pytest.approx((-math.log(confidence) - math.log((1 - confidence) / 2)) / 2)


@pytest.mark.parametrize("mirror", [False, True])
def test_logits_are_the_modules_own_in_eval_mode(mirror: bool) -> None:
    dataset = colored(7)
    module = build(small_network({"type": "dropout", "rate": 0.5}, {"type": "batch_normalization"}))
    preparation = Preparation((8, 8), 3, (0.5, 0.4, 0.3), (0.2, 0.2, 0.2))

    found = logits_of(module, keep(dataset.images, dataset.labels, (3, 8, 8)), preparation, mirror=mirror, batch=3)

    assert module.training
    prepared = prepare_images(dataset.images, preparation)
    module.eval()
    with torch.no_grad():
        expected = (module(prepared) + module(prepared.flip(-1))) / 2 if mirror else module(prepared)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)
