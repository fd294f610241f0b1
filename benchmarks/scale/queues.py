"""A queue before several equal places, played event by event, and the fewest places that are good enough.

Who comes first is served first: the app's own turns, by address and visitor, change who waits, not how long all wait
together. It does not know what is done at a place.
"""

from collections.abc import Callable, Sequence
from heapq import heappop, heappush

Job = tuple[float, float]  # when it comes, and how long it keeps a place; seconds


def play(jobs: Sequence[Job], places: int) -> list[float]:
    """How long each waits, in the order in which they come; `jobs` are sorted by it."""
    free = [0.0] * places  # from when each place is; a heap
    waits = []
    for at, lasts in jobs:
        begins = max(at, heappop(free))
        heappush(free, begins + lasts)
        waits.append(begins - at)
    return waits


def share_of(values: Sequence[float], share: float) -> float:
    """The value that so large a share of all does not pass; 0 of none."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)] if values else 0.0


def fewest(jobs: Sequence[Job], is_good: Callable[[Sequence[float]], bool]) -> int:
    """The fewest places whose waits are good: doubled until they are, then halved between."""
    too_few, enough = 0, 1
    while not is_good(play(jobs, enough)):
        too_few, enough = enough, 2 * enough
    while enough - too_few > max(1, enough // 200):  # half a percent is nearer than what is known of the arrivals
        middle = (too_few + enough) // 2
        if is_good(play(jobs, middle)):
            enough = middle
        else:
            too_few = middle
    return enough


def most_at_once(jobs: Sequence[Job], waits: Sequence[float]) -> int:
    """How many wait or are served at the busiest moment."""
    changes = [(at, 1) for at, _ in jobs] + [
        (at + wait + lasts, -1) for (at, lasts), wait in zip(jobs, waits, strict=True)
    ]
    most = count = 0
    for _, change in sorted(changes):
        count += change
        most = max(most, count)
    return most
