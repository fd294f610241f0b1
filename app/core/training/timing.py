"""How long a network takes to learn, as it is told. How it is measured is `step_timing`."""

from dataclasses import dataclass

MOST_PICTURES = 256  # a step that is measured; a larger batch costs as much a picture


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds a picture takes to be learned once, and to be validated; `steps` were measured, of `images` each."""

    learning: float
    validating: float
    steps: int
    images: int

    def epoch_seconds(self, train: int, validation: int) -> float:
        """Of an epoch with so many pictures."""
        return train * self.learning + validation * self.validating
