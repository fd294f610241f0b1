"""How many pictures a split puts aside: arithmetic alone; which ones is `labeled_images`'s."""


def count_aside(count: int, fraction: float) -> int:
    """How many of `count` pictures a split by `fraction` puts aside: at least one and never all."""
    return min(max(1, round(count * fraction)), count - 1)
