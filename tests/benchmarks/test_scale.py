"""The simulation behind docs/scale.md: against formulas, against a class that was measured, and as the page says."""

import json
import math
import random
from statistics import mean

import pytest

from benchmarks.scale.costs import COSTS
from benchmarks.scale.courses import (
    ASKS,
    EVENING_HOURS,
    HOUR,
    IN_THE_EVENING,
    RUNS,
    come_in_a_week,
    draw,
    last_evening,
    press_start,
    weights_of_the_week,
)
from benchmarks.scale.measuring_runs import RECIPES, Mark, foretell
from benchmarks.scale.needs import TURN_S, foresee
from benchmarks.scale.queues import Job, fewest, most_at_once, play, share_of
from benchmarks.scale.tables import PAGE, needs, put, recipes, row, units
from tests.test_cli import ROOT

CLASS_S = 175.0  # the longest wait of thirty, on two quiet cores (docs/decisions/0027), where ...
SHAPES_S = 15.4  # ... such a run took so much of one (docs/training.md)


def erlang_c(offered: float, places: int) -> float:
    """How likely one waits in M/M/c (Erlang 1917): `offered` is the arrival rate times the mean service time."""
    last = offered**places / math.factorial(places) * places / (places - offered)
    return last / (sum(offered**k / math.factorial(k) for k in range(places)) + last)


@pytest.mark.parametrize(("rate", "places"), [(0.7, 1), (1.6, 2), (4.0, 5), (18.0, 20)])
def test_waits_are_those_of_the_formula(rate: float, places: int) -> None:
    chance, at, jobs = random.Random(7), 0.0, list[Job]()
    for _ in range(200_000):
        at += chance.expovariate(rate)
        jobs.append((at, chance.expovariate(1.0)))

    waits = play(jobs, places)

    likely = erlang_c(rate, places)
    assert mean(wait > 0 for wait in waits) == pytest.approx(likely, rel=0.06)
    assert mean(waits) == pytest.approx(likely / (places - rate), rel=0.12)


def test_one_place_without_chance_is_arithmetic() -> None:
    jobs = [(0.0, 10.0), (1.0, 10.0), (2.0, 10.0), (60.0, 10.0)]

    assert play(jobs, 1) == [0.0, 9.0, 18.0, 0.0]
    assert play(jobs, 2) == [0.0, 0.0, 8.0, 0.0]
    assert most_at_once(jobs, play(jobs, 1)) == 3
    assert fewest(jobs, lambda waits: max(waits) <= 8.0) == 2
    assert fewest(jobs, lambda waits: max(waits) == 0.0) == 3
    assert share_of([3.0, 1.0, 2.0, 4.0], 0.5) == 3.0


def test_the_class_that_was_measured_waits_as_long() -> None:
    chance = random.Random(1)
    begins = sorted(60.0 * chance.random() for _ in range(30))

    waits = play([(at, SHAPES_S + TURN_S) for at in begins], 2)

    assert max(waits) == pytest.approx(CLASS_S, rel=0.15)


def test_a_week_ends_with_its_deadline() -> None:
    weights, begins = weights_of_the_week(), come_in_a_week(20_000, random.Random(3))
    evening = last_evening(begins)

    assert sum(weights) == pytest.approx(1.0)
    assert len(evening) / len(begins) == pytest.approx(IN_THE_EVENING, abs=0.02)
    assert 0 <= evening[0] <= evening[-1] <= EVENING_HOURS * HOUR
    assert sum(at > (EVENING_HOURS - 1) * HOUR for at in evening) > 5 * sum(at < HOUR for at in evening)
    assert (len(press_start(30, random.Random(1))), len(press_start(3000, random.Random(1)))) == (30, 435)


def test_a_session_holds_what_it_is_said_to_on_the_mean() -> None:
    chance = random.Random(5)
    drawn = [draw(RUNS, chance) for _ in range(5000)]

    for name, often in RUNS.items():
        assert mean(one.count(name) for one in drawn) == pytest.approx(often, abs=0.05)


def test_all_that_learners_do_was_measured() -> None:
    costs = json.loads(COSTS.read_text("utf-8"))

    assert set(ASKS) <= set(costs["requests"])
    assert set(RUNS) <= set(costs["runs"])


@pytest.mark.parametrize("learners", [30, 300, 3000])
def test_the_page_says_what_the_simulation_says(learners: int) -> None:
    costs = json.loads(COSTS.read_text("utf-8"))

    assert row(foresee(learners, costs)) in (ROOT / "docs/scale.md").read_text("utf-8").splitlines()


def test_the_page_has_the_tables_of_what_was_measured() -> None:
    costs, page = json.loads(COSTS.read_text("utf-8")), PAGE.read_text("utf-8")

    assert put(put(page, units(costs)), recipes(costs)) == page


def test_a_table_takes_the_place_of_the_one_with_its_head() -> None:
    costs = json.loads(COSTS.read_text("utf-8"))
    needed = needs(costs, [30])
    costs["runs"] = {"lecture": {
        "processor": 7200.4, "tried": 0.004, "events": None, "event_bytes": 1161, "commits": None, "file_writes": None,
        "file_bytes": None, "kept_bytes": 355_700_000,
    }}  # fmt: skip
    page = "\n".join(["before", *recipes(costs)[:2], "| `old` |", "", *needed, "after"]) + "\n"

    lines = put(page, recipes(costs)).splitlines()

    assert lines[:5] == ["before", *recipes(costs), ""]
    assert lines[3] == "| `lecture` | 7,200 s | 0.4 % | | 1,161 B | | | | 355.7 MB |"
    assert lines[5:] == [*needed, "after"]


def test_the_rest_of_a_run_costs_what_its_steps_did_before_it_was_stopped() -> None:
    run = {"steps": 1000, "step": 30, "seconds": 15.0}

    told = foretell(run, 50.0, Mark(10, 12.0), Mark(26, 28.0), {"events": 60, "commits": 90})
    of_little = foretell(run | {"step": 19}, 50.0, Mark(10, 12.0), Mark(18, 28.0), {"events": 60})

    assert told == {"processor": 1020.0, "seconds": 500.0, "tried": 0.03, "events": 2000, "commits": 3000}
    assert (of_little["processor"], of_little["events"]) == (2012.0, None)
    assert "lecture" in RECIPES


def test_more_learners_need_no_less() -> None:
    costs = json.loads(COSTS.read_text("utf-8"))
    few, many = foresee(100, costs), foresee(2000, costs)

    assert few.trainers < many.trainers
    assert few.commits < many.commits
    assert few.workers <= many.workers
