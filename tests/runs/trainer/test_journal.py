from typing import Any

import pytest

from app.core.training.events import Epoch, Step
from app.runs.trainer.journal import Journal

NEW: dict[str, Any] = {"step": 0, "last": None, "seconds": 0.0}


def step(number: int, loss: float = 1.0, accuracy: float = 0.5, images: int = 10) -> Step:
    return Step(number, 100, 1, images, loss, accuracy, 0.01, 0.001)


def test_steps_are_put_together_and_smoothed() -> None:
    journal = Journal(NEW, None)

    for number, (loss, accuracy) in enumerate([(3.0, 0.2), (2.0, 0.4), (1.0, 0.6)], 1):
        journal.step(step(number, loss, accuracy))
    entries, columns = journal.take()

    ((kind, payload),) = entries
    assert (kind, payload["step"], payload["steps"], payload["loss"]) == ("step", 3, 100, 1.0)
    assert payload["accuracy"] == pytest.approx(0.4)
    assert payload["smoothed"] == pytest.approx((0.95**2 * 3 + 0.95 * 2 + 1) / (0.95**2 + 0.95 + 1))
    assert (columns["step"], columns["epoch"]) == (3, 1)
    assert columns["seconds"] == payload["seconds"] > 0


def test_what_is_logged_already_is_not_told_again() -> None:
    journal = Journal({"step": 12, "last": {"epoch": 1}, "seconds": 40.0}, None)

    new = [journal.step(step(number)) for number in (11, 12)], journal.epoch(Epoch(1, 1, 1, 1, 1, 2.0), 12)
    seconds = journal.seconds
    after = journal.step(step(13)), journal.epoch(Epoch(2, 1, 1, 1, 1, 2.0), 13)

    assert new == ([False, False], False)
    assert seconds == 40.0  # done again, not trained longer
    assert after == (True, True)
    assert [kind for kind, _ in journal.take()[0]] == ["step", "epoch"]


def test_an_epoch_that_was_not_logged_though_its_last_step_was_is_told() -> None:
    journal = Journal({"step": 12, "last": None, "seconds": 40.0}, None)

    is_new = journal.step(step(12)), journal.epoch(Epoch(1, 1, 1, 1, 1, 2.0), 12)

    assert is_new == (False, True)


def test_the_tally_goes_on_where_the_checkpoint_left_it() -> None:
    unbroken = Journal(NEW, None)
    broken = Journal(NEW, None)
    for number in range(1, 5):
        unbroken.step(step(number, loss=1 / number))
        broken.step(step(number, loss=1 / number))
    resumed = Journal({"step": 4, "last": None, "seconds": 1.0}, broken.tally())

    for journal in (unbroken, resumed):
        journal.step(step(5, loss=0.1))

    smoothed = [journal.take()[0][-1][1]["smoothed"] for journal in (unbroken, resumed)]
    assert smoothed[0] == pytest.approx(smoothed[1])


def test_an_epochs_row_counts_the_images_of_the_clock() -> None:
    journal = Journal(NEW, None)
    for number in (1, 2, 3):
        journal.step(step(number))

    journal.epoch(Epoch(1, 2.0, 0.5, None, None, 3.0), 3)

    row = journal.take()[0][-1][1]
    assert row["images_per_second"] > 0
    assert {name: row[name] for name in ("epoch", "train_loss", "validation_loss", "seconds", "step")} == {
        "epoch": 1, "train_loss": 2.0, "validation_loss": None, "seconds": 3.0, "step": 3,
    }  # fmt: skip


def test_the_rate_of_steps_counts_from_those_told_before(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter([0.0, 1.0, 2.0, 2.0, 3.0, 3.0, 3.0])  # made, a step, the epoch's end, a step, and what is due
    monkeypatch.setattr("app.runs.trainer.journal.time.monotonic", lambda: next(seconds))
    journal = Journal(NEW, None)

    journal.step(step(1))
    journal.epoch(Epoch(1, 1, 1, 1, 1, 2.0), 1)
    journal.step(step(2))

    rates = [payload["images_per_second"] for kind, payload in journal.take()[0] if kind == "step"]
    assert rates == [5.0, 10.0]


@pytest.mark.parametrize(
    ("trained", "wait"), [(0.0, 0.1), (4.0, 0.1), (10.0, 0.25), (20.0, 0.5), (300.0, 0.5), (3600.0, 1.0)]
)
def test_steps_are_told_often_at_first_and_rarely_later(
    monkeypatch: pytest.MonkeyPatch, trained: float, wait: float
) -> None:
    clock = [0.0]
    monkeypatch.setattr("app.runs.trainer.journal.time.monotonic", lambda: clock[-1])
    journal = Journal(NEW | {"seconds": trained}, None)
    journal.step(step(1))

    due = []
    for now in (wait - 0.001, wait + 0.001):
        clock.append(now)
        due.append(journal.is_due())

    assert due == [False, True]
