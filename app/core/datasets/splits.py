"""How many pictures a split puts aside: arithmetic alone; which ones is `labeled_images`'s."""

from collections.abc import Sequence

from app.core.errors import N_, InvalidValue


def count_aside(count: int, fraction: float, classes: int = 1) -> int:
    """How many of `count` pictures a split by `fraction` puts aside.

    At least one of each of the `classes`, and never all of one; a split that does not look at classes has one.
    """
    return min(max(classes, round(count * fraction)), count - classes)


def check_each(classes: Sequence[str], counts: Sequence[int]) -> None:
    """Whether each class with training pictures has two, so that one can be put aside. Raises InvalidValue."""
    for label, count in zip(classes, counts, strict=True):
        if count == 1:
            raise InvalidValue(
                N_(
                    "The class %(label)s has a single training picture, which cannot be both learned from and put "
                    "aside. Add pictures to it, or put none aside (validation_split 0)."
                ),
                field="validation_split", label=label,
            )  # fmt: skip
