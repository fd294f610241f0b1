"""What training costs by arithmetic: an epoch on a nominal machine, and whether a core is enough for a step.

Good for comparing runs, not for telling the time: how fast this machine is next to it, the runs themselves tell
(`app/runs/store/durations`).
"""

import math

from app.core.networks.reports import Report
from app.core.training.hyperparameters import Training

_A_STEP = 0.004  # seconds that a step costs whatever it computes
_A_MULTIPLY_ADD = 1 / 90e9  # of a network that is large enough to be fast
_SMALL_STEP = 100e6  # multiply-adds of one that two cores do hardly faster than one (benchmarks/two_at_once.py)
_SMALL_MB = 256.0
_BACKWARDS = 3  # times the arithmetic of the answer alone


def nominal_epoch(report: Report, training: Training, learned: int, aside: int) -> float:
    """Seconds of an epoch with so many pictures to learn from, and put aside."""
    steps = math.ceil(learned / training.batch_size)
    return steps * _A_STEP + report.multiply_adds * (_BACKWARDS * learned + aside) * _A_MULTIPLY_ADD


def is_small(report: Report, training: Training) -> bool:
    """Whether two such trainings end sooner side by side, a thread each, than one after the other; and have room."""
    step = report.multiply_adds * training.batch_size
    return step <= _SMALL_STEP and report.memory_for(training.batch_size) <= _SMALL_MB
