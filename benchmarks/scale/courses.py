"""When learners come, and what each does: a week with a deadline, and a lecture's first minute.

What a session holds is an assumption, and stands here alone. Seeded: the same learners each time.
"""

import random
from itertools import accumulate

HOUR = 3600.0
WEEK_HOURS = 7 * 24
EVENING_HOURS = 6  # before the deadline
IN_THE_EVENING = 0.4  # of a week's sessions: as deadlines go
MINUTE = 60.0
LARGEST_HALL = 300  # that hear one lecture; of more learners a twentieth more sits before a screen at the same time
AT_THE_SCREEN = 0.05

# What a learner does in one session, with how often; `runs` are recipes.
ASKS = {
    "first visit": 0.5, "page": 6, "list of runs": 4, "picture": 30, "photo": 1, "maps": 8, "question": 10,
    "classification by explain": 10, "classification by best": 4, "classification by digits": 4,
    "classification by photos": 4,
}  # fmt: skip
RUNS = {"shapes": 1.2, "digits": 0.8, "few-shapes": 0.4, "default": 0.3, "overfits": 0.2, "rate-right": 0.1}
SESSION_S = 45 * 60.0


def weights_of_the_week() -> list[float]:
    """A share of the sessions for each hour; Sunday's last six hold IN_THE_EVENING, and rise to the deadline."""
    day = [0.1 if hour < 7 else 1.0 if hour < 18 else 1.6 for hour in range(24)]
    hours = [day[number % 24] for number in range(WEEK_HOURS)]
    before, evening = hours[:-EVENING_HOURS], [float(number) for number in range(1, EVENING_HOURS + 1)]
    rest = sum(before) / (1 - IN_THE_EVENING)
    return [hour / rest for hour in before] + [hour / sum(evening) * IN_THE_EVENING for hour in evening]


def come_in_a_week(learners: int, chance: random.Random) -> list[float]:
    """When each begins the week's session, in order."""
    steps = list(accumulate(weights_of_the_week()))
    hours = chance.choices(range(WEEK_HOURS), cum_weights=steps, k=learners)
    return sorted((hour + chance.random()) * HOUR for hour in hours)


def last_evening(begins: list[float]) -> list[float]:
    """Those of the evening of the deadline, from its start."""
    since = (WEEK_HOURS - EVENING_HOURS) * HOUR
    return [at - since for at in begins if at >= since]


def press_start(learners: int, chance: random.Random) -> list[float]:
    """When those press that hear a lecture at the same time, within a minute."""
    together = round(min(learners, LARGEST_HALL) + AT_THE_SCREEN * max(learners - LARGEST_HALL, 0))
    return sorted(chance.random() * MINUTE for _ in range(together))


def draw(often: dict[str, float], chance: random.Random) -> list[str]:
    """What one does of what is done so often on the mean: each the whole number, and one more by chance."""
    return [what for what, mean in often.items() for _ in range(int(mean) + (chance.random() < mean % 1))]
