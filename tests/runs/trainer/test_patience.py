import threading
import time

import pytest

from app.core.errors import FilesAway
from app.runs.trainer import patience
from app.runs.trainer.pace import Pace
from app.runs.trainer.patience import Patience


def failing(times: int) -> tuple[list[float], "object"]:
    """When it was called, and a function that fails so often."""
    calls: list[float] = []

    def work() -> str:
        calls.append(time.monotonic())
        if len(calls) <= times:
            raise FilesAway("away")
        return "done"

    return calls, work


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "WAIT_S", 0.05)
    monkeypatch.setattr(patience, "AGAIN_S", 0.1)


def test_what_cannot_wait_is_tried_until_it_succeeds_and_others_hear_that_the_trainer_lives() -> None:
    beats: list[int] = []
    calls, work = failing(3)

    result = Patience(lambda: beats.append(1), threading.Event()).wait(work)

    assert (result, len(calls), len(beats)) == ("done", 4, 3)


def test_what_can_wait_is_due_again_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    calls, work = failing(1)
    pace = Pace(100.0, share=0.01)
    with pace.spent(0.0):
        pass

    Patience(lambda: None, threading.Event()).spare(work, pace)
    at_once = pace.is_due()
    time.sleep(0.11)

    assert (len(calls), at_once, pace.is_due()) == (1, False, True)


def test_after_long_enough_both_give_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "LONGEST_S", 0.15)
    patient, pace = Patience(lambda: None, threading.Event()), Pace(0.0, share=1.0)

    with pytest.raises(FilesAway):
        patient.wait(failing(1000)[1])
    patient.spare(failing(1000)[1], pace)
    time.sleep(0.2)
    with pytest.raises(FilesAway):
        patient.spare(failing(1000)[1], pace)


def test_a_success_begins_the_count_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "LONGEST_S", 0.15)
    patient, pace = Patience(lambda: None, threading.Event()), Pace(0.0, share=1.0)

    patient.spare(failing(1000)[1], pace)
    time.sleep(0.2)
    patient.spare(failing(0)[1], pace)
    patient.spare(failing(1000)[1], pace)


def test_who_has_to_leave_waits_for_nothing() -> None:
    leaving = threading.Event()
    leaving.set()
    calls, work = failing(1000)

    with pytest.raises(FilesAway):
        Patience(lambda: None, leaving).wait(work)

    assert len(calls) == 1
