"""Steps that are really taken: the clock is replaced, so that nothing depends on how fast the machine is."""

import itertools

import pytest

from app.core.errors import InvalidValue
from app.core.training import step_timing
from app.core.training.hyperparameters import Training
from app.core.training.step_timing import measure_step
from app.core.training.timing import Timing
from tests.core.training.small_trainings import small_network


class Clock:
    """Each look at it is `seconds` later."""

    def __init__(self, seconds: float) -> None:
        self._ticks = itertools.count()
        self._seconds = seconds

    def perf_counter(self) -> float:
        return next(self._ticks) * self._seconds


def test_quick_steps_are_measured_several_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step_timing, "time", Clock(0.01))

    found = measure_step(small_network(), Training(batch_size=8))

    assert (found.steps, found.images) == (step_timing.MOST_STEPS, 8)
    assert found.learning == pytest.approx(0.01 / 8)


def test_where_a_step_takes_a_second_one_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step_timing, "time", Clock(1.0))

    found = measure_step(small_network(), Training(batch_size=8))

    assert (found.steps, found.learning) == (1, pytest.approx(1 / 8))


def test_large_batches_are_measured_by_a_part_of_them() -> None:
    training = Training(batch_size=5000, validation_split=0.5, train_limit=1, statistics="test", early_stopping=1,
                        normalization="standardize")  # fmt: skip

    found = measure_step(small_network(), training)

    assert found.images == step_timing.MOST_PICTURES
    assert 0 < found.learning < 0.1
    assert 0 < found.validating < 0.1


def test_an_epoch_is_its_pictures_and_its_validation() -> None:
    assert Timing(0.002, 0.001, 5, 128).epoch_seconds(1000, 100) == pytest.approx(2.1)


def test_a_training_that_does_not_fit_the_network_is_refused() -> None:
    with pytest.raises(InvalidValue) as refusal:
        measure_step(small_network(), Training(whiten=0.5))

    assert refusal.value.field == "whiten"
