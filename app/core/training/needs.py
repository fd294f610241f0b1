"""What a training needs of a machine, by arithmetic: processors, memory, a part of a graphics card.

Good for placing it, a little too much rather than too little. It does not know machines.
"""

import math
from dataclasses import dataclass

from app.core.networks.reports import MEBIBYTE, Report
from app.core.training.hyperparameters import Training

PROCESS_MB = 700  # of a process that has loaded PyTorch and taken a step
CARD_CONTEXT_MB = 700  # of one on a graphics card before its first tensor
_USUAL_PICTURES = 200 * MEBIBYTE  # bytes of CIFAR-10, 60,000 pictures of 32 x 32 x 3
_COPIES = 3  # of the pictures: as read, as the network takes them, and prepared in parts for a validation
_LARGE = 2  # processors of a training that one is not enough for; more gain little on pictures of 32 x 32
# MiB of the cards that Ray tells by name (`accelerator_type:...`); of another one the smallest is assumed.
_CARDS_MB = {"T4": 15_000, "P4": 7_500, "P100": 16_000, "V100": 16_000, "L4": 23_000, "A10G": 23_000, "L40S": 46_000,
             "A100": 40_000, "A100-40G": 40_000, "A100-80G": 80_000, "H100": 80_000, "H200": 140_000}  # fmt: skip
SMALLEST_CARD_MB = min(_CARDS_MB.values())


@dataclass(frozen=True, slots=True)
class Need:
    """`card_mb` is what it takes of a graphics card's memory; 0 where a card would not make it faster."""

    processors: int
    memory_mb: int
    card_mb: int


def need_of(report: Report, training: Training, pictures: int | None, *, is_small: bool) -> Need:
    """Of a network and its training on so many bytes of pictures (None: CIFAR-10's), by `effort.is_small`."""
    copies = _COPIES * (_USUAL_PICTURES if pictures is None else pictures) / MEBIBYTE
    training_mb = report.memory_for(training.batch_size)
    card_mb = 0 if is_small else math.ceil(CARD_CONTEXT_MB + training_mb + copies)
    return Need(1 if is_small else _LARGE, math.ceil(PROCESS_MB + training_mb + copies), card_mb)


def card_memory(resources: dict[str, float]) -> int:
    """MiB of a card of the machine that has these of Ray's resources."""
    names = [name.partition(":")[2] for name in resources if name.startswith("accelerator_type:")]
    return min((_CARDS_MB.get(name, SMALLEST_CARD_MB) for name in names), default=SMALLEST_CARD_MB)


def part_of_card(card_mb: int, memory_mb: int) -> float:
    """The part of a card with that memory, in hundredths and upwards; all of it at most."""
    return min(math.ceil(100 * card_mb / memory_mb) / 100, 1.0)
