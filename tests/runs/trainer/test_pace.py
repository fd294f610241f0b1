import pytest

from app.runs.trainer.pace import Pace


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, to be set: the last of the list."""
    times = [1000.0]
    monkeypatch.setattr("app.runs.trainer.pace.time.monotonic", lambda: times[-1])
    return times


def test_what_costs_much_is_done_rarely(clock: list[float]) -> None:
    pace = Pace(1.0, share=0.1)
    with pace.spent(0.0):
        clock.append(1002.0)  # two seconds of work

    due = []
    for now in (1003.5, 1021.9, 1022.0):
        clock.append(now)
        due.append(pace.is_due())

    assert due == [False, False, True]


def test_what_is_done_often_at_first_is_done_rarely_later(clock: list[float]) -> None:
    early, late = Pace(1.0, growth=0.05, share=0.1), Pace(1.0, growth=0.05, share=0.1)
    for pace, passed in ((early, 3.0), (late, 100.0)):
        with pace.spent(passed):
            pass

    due = []
    for now in (1000.9, 1001.0, 1005.0):
        clock.append(now)
        due.append((early.is_due(), late.is_due()))

    assert due == [(False, False), (True, False), (True, True)]
