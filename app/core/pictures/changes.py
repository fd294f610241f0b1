"""What may be done to a picture on purpose, within which limits: see `distortions` for how."""

from dataclasses import dataclass

from app.core.errors import N_, InvalidValue

MOST_SHIFT = 1024.0  # pixels
MOST_NOISE = 255.0
MOST_BLUR = 32.0


@dataclass(frozen=True, slots=True)
class Change:
    """`shift` (right, down) in pixels; `angle` in degrees, counterclockwise; `noise`, a deviation in levels; `blur`, a
    Gaussian's deviation in pixels; `cover` (left, top, side) of a square in pixels; `seed` of the noise.
    """

    shift: tuple[float, float] = (0.0, 0.0)
    angle: float = 0.0
    noise: float = 0.0
    blur: float = 0.0
    cover: tuple[int, int, int] | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        for name, value, low, high in (
            ("shift", self.shift[0], -MOST_SHIFT, MOST_SHIFT),
            ("shift", self.shift[1], -MOST_SHIFT, MOST_SHIFT),
            ("angle", self.angle, -360.0, 360.0),
            ("noise", self.noise, 0.0, MOST_NOISE),
            ("blur", self.blur, 0.0, MOST_BLUR),
            ("seed", self.seed, 0, 2**31),
        ):
            check_change(name, value, low, high)


def check_change(name: str, value: float, low: float, high: float) -> None:
    """Within the limits; InvalidValue else."""
    if not low <= value <= high:  # which NaN never is
        raise InvalidValue(
            N_("'%(name)s' must be from %(low)s to %(limit)s."), field="change", name=name, low=low, limit=high
        )
