"""How fast is learned at which step. It does not know optimizers."""

import math

from app.core.training.hyperparameters import Training


def rate_factor(training: Training, step: int, steps: int) -> float:
    """What the highest learning rate is multiplied by at `step` (from 0) of `steps`.

    decay is Keras': 1 / (1 + decay · step). one-cycle rises straight over the warm-up and falls straight to zero;
    cosine falls as (1 + cos πt) / 2.
    """
    factor = 1 / (1 + training.decay * step)
    if training.schedule == "constant":
        return factor
    rising = training.warm_up * steps
    if step < rising:
        return factor * (step + 1) / (rising + 1)
    left = 1 - (step - rising) / max(steps - rising, 1)
    return factor * (left if training.schedule == "one-cycle" else (1 - math.cos(math.pi * left)) / 2)
