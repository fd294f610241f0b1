"""What an epoch costs on a nominal machine, by arithmetic: good for comparing runs, not for telling the time.

How fast this machine is next to it, the runs themselves tell (`app/runs/store/durations`).
"""

import math

from app.core.networks.reports import Report
from app.core.training.hyperparameters import Training

_A_STEP = 0.002  # seconds that a step costs whatever it computes
_A_MULTIPLY_ADD = 1 / 30e9  # of a network that is large enough to be fast
_BACKWARDS = 3  # times the arithmetic of the answer alone


def nominal_epoch(report: Report, training: Training, learned: int, aside: int) -> float:
    """Seconds of an epoch with so many pictures to learn from, and put aside."""
    steps = math.ceil(learned / training.batch_size)
    return steps * _A_STEP + report.multiply_adds * (_BACKWARDS * learned + aside) * _A_MULTIPLY_ADD
