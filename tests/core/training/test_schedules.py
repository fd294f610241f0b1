import math

import pytest
from keras.optimizers.schedules import CosineDecay, InverseTimeDecay

from app.core.training.hyperparameters import Training
from app.core.training.schedules import rate_factor


@pytest.mark.parametrize("step", [0, 1, 7, 1000, 390_000])
def test_decay_is_kerass_time_based_decay(step: int) -> None:
    training = Training(decay=1e-3)

    factor = rate_factor(training, step, 10**6)

    assert factor == pytest.approx(float(InverseTimeDecay(1.0, 1, 1e-3)(step)), rel=1e-5)


@pytest.mark.parametrize("step", [0, 10, 50, 99])
def test_cosine_is_kerass(step: int) -> None:
    training = Training(decay=0, schedule="cosine")

    factor = rate_factor(training, step, 100)

    assert factor == pytest.approx(float(CosineDecay(1.0, 100)(step)), abs=1e-6)


def test_one_cycle_rises_and_falls_straight_to_zero() -> None:
    training = Training(decay=0, schedule="one-cycle", warm_up=0.2)

    factors = [rate_factor(training, step, 20) for step in range(21)]

    assert factors[:5] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])
    assert factors[4:] == pytest.approx([1 - k / 16 for k in range(17)])


def test_without_warm_up_one_cycle_only_falls() -> None:
    training = Training(decay=0, schedule="one-cycle")

    factors = [rate_factor(training, step, 4) for step in range(4)]

    assert factors == [1.0, 0.75, 0.5, 0.25]


def test_a_constant_rate_stays() -> None:
    assert {rate_factor(Training(decay=0), step, 10) for step in range(10)} == {1.0}


def test_decay_and_cosine_multiply() -> None:
    training = Training(decay=0.1, schedule="cosine")

    factor = rate_factor(training, 5, 10)

    assert factor == pytest.approx((1 + math.cos(math.pi / 2)) / 2 / 1.5)
