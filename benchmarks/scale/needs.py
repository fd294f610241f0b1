"""What so many learners need: trainers, web servers, database writes, file writes and bytes, from what a unit costs."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.scale.courses import (
    ASKS,
    HOUR,
    MINUTE,
    RUNS,
    SESSION_S,
    come_in_a_week,
    draw,
    last_evening,
    press_start,
)
from benchmarks.scale.queues import Job, fewest, most_at_once, play, share_of

Costs = dict[str, Any]
STARTS_IN_S = {"deadline": 60.0, "lecture": 180.0}  # 95 % of the runs, at the latest
ANSWERS_IN_S = 0.25  # 95 % of the requests wait no longer for a worker
FULL = 0.6  # of a processor that one process may use in the mean, so that nothing piles up behind it
VIEWERS_A_SERVER = 300  # PLAYGROUND_EVENT_STREAMS
MOST_REQUESTS = 100_000  # that are played: of larger courses a shorter time of the busiest
MADE = ("commits", "events", "file_writes", "file_bytes")
TURN_S = 1.0  # what a turn costs beside the training: a claim, a process, the first pictures


@dataclass(frozen=True, slots=True)
class Need:
    """Trainers are places of a thread each; all else is of the busier of the two moments, with the larger of them."""

    learners: int
    evening_trainers: int
    lecture_trainers: int
    viewers: int
    servers: int
    workers: int
    requests: float
    commits: float
    events: float
    file_writes: float
    file_bytes: float
    sent_bytes: float
    pressed: float

    @property
    def trainers(self) -> int:
        """For both moments."""
        return max(self.evening_trainers, self.lecture_trainers)


def foresee(learners: int, costs: Costs, seed: int = 1) -> Need:
    """Both moments, each with its own peak."""
    chance = random.Random(seed)
    begins, opened = last_evening(come_in_a_week(learners, chance)), press_start(learners, chance)
    evening, lecture = _runs_of(begins, costs, chance), [(at, lasts(costs, "shapes")) for at in opened]
    evening_trainers, lecture_trainers = _trainers(evening, "deadline"), _trainers(lecture, "lecture")
    on = max(evening_trainers, lecture_trainers)
    viewers = max(most_at_once(jobs, play(jobs, on)) for jobs in (evening, lecture))
    asked = _busier(_busiest(begins, HOUR), len(opened) / MINUTE, costs)
    main = _sum(costs, asked, "main") + viewers * costs["streams"]["viewer-hour"]["main"] / HOUR
    main += min(on, viewers) * costs["streams"]["watched run-hour"]["main"] / HOUR
    made = {
        what: min(on, viewers) * _a_second(costs, what) for what in ("commits", "events", "file_writes", "file_bytes")
    }
    return Need(
        learners=learners, evening_trainers=evening_trainers, lecture_trainers=lecture_trainers, viewers=viewers,
        servers=max(math.ceil(main / FULL), math.ceil(viewers / VIEWERS_A_SERVER)),
        workers=_workers(begins, costs, chance), requests=sum(asked.values()), **made,
        sent_bytes=_sum(costs, asked, "bytes") + viewers * costs["streams"]["viewer-hour"]["bytes"] / HOUR,
        pressed=max(_busiest([at for at, _ in jobs], 10) for jobs in (evening, lecture)),
    )  # fmt: skip


def _busier(sessions: float, openings: float, costs: Costs) -> dict[str, float]:
    """What is asked a second: by sessions that begin in the evening, or by those who open the page at a lecture."""
    moments = [
        {what: often * sessions for what, often in ASKS.items()},
        {"first visit": openings, "page": openings, "list of runs": openings},
    ]
    return max(moments, key=lambda asked: _sum(costs, asked, "main"))


def _sum(costs: Costs, asked: dict[str, float], what: str) -> float:
    return sum(costs["requests"][name][what] * often for name, often in asked.items())


def _runs_of(begins: Sequence[float], costs: Costs, chance: random.Random) -> list[Job]:
    """Each somewhere within its session."""
    jobs = [(at + chance.random() * SESSION_S, lasts(costs, name)) for at in begins for name in draw(RUNS, chance)]
    return sorted(jobs)


def lasts(costs: Costs, recipe: str) -> float:
    """Seconds that a run keeps a place of one thread."""
    return float(costs["runs"][recipe]["processor"]) + TURN_S


def _trainers(jobs: Sequence[Job], moment: str) -> int:
    return fewest(jobs, lambda waits: share_of(waits, 0.95) <= STARTS_IN_S[moment])


def _workers(begins: Sequence[float], costs: Costs, chance: random.Random) -> int:
    """Processes that decode, filter and classify, at the busiest time."""
    rate = _busiest(begins, HOUR)
    asked = {what: often for what, often in ASKS.items() if costs["requests"][what]["others"] > 0}
    total = rate * sum(asked.values())
    count = min(MOST_REQUESTS, max(round(total * HOUR), 1))
    whats = chance.choices(list(asked), weights=list(asked.values()), k=count)
    times, at = [], 0.0
    for _ in range(count):
        at += chance.expovariate(total) if total else HOUR
        times.append(at)
    jobs = [(when, costs["requests"][what]["others"]) for when, what in zip(times, whats, strict=True)]
    return fewest(jobs, lambda waits: share_of(waits, 0.95) <= ANSWERS_IN_S)


def _busiest(times: Sequence[float], seconds: float) -> float:
    """Of those that come, how many a second in the busiest stretch so long."""
    ordered, first, most = sorted(times), 0, 0
    for last, at in enumerate(ordered):
        while ordered[first] <= at - seconds:
            first += 1
        most = max(most, last - first + 1)
    return most / seconds


def _a_second(costs: Costs, what: str) -> float:
    """Of a place that is taken all the time, by the mix of recipes.

    By the clock: a trainer writes so many times a second, however much of a processor it has.
    """
    rate = {name: costs["runs"][name][what] / costs["runs"][name]["seconds"] for name in RUNS}
    taken = {name: often * lasts(costs, name) for name, often in RUNS.items()}
    return sum(rate[name] * taken[name] for name in RUNS) / sum(taken.values())
