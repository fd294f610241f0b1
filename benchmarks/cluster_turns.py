"""Forty runs of twenty visitors, submitted at once on four places of a Ray cluster: who waits how long.

    .venv/bin/python -m benchmarks.cluster_turns [--visitors 20] [--each 2]

Two nodes with two processors each, on this machine; short runs, so that most of the time is Ray's, which starts a
process for each. What a visitor waits is the mean of what the visitor's runs waited until they started.
"""

import argparse
import statistics
import sys
import time

from app.runs.store.states import FINISHED, TERMINAL, Visitor
from app.runs.store.store import RunRow, Store
from benchmarks.cluster_world import world
from tests.runs.conftest import QUICK, order

PLACES = 4
PATIENCE_S = 1800.0


def waited(run: RunRow) -> float:
    """Seconds until it started."""
    return (run.started_at or time.time()) - run.created_at


def train(store: Store, visitors: int, each: int) -> dict[str, list[RunRow]]:
    """All of them to their end, by visitor."""
    submitted = {
        store.submit(order(QUICK, photo=None), Visitor(f"v{k}", f"10.0.0.{k}")).id: f"v{k}"
        for _ in range(each)
        for k in range(visitors)
    }
    until = time.monotonic() + PATIENCE_S
    while not all(run.state in TERMINAL for run in store.list()) and time.monotonic() < until:
        time.sleep(0.5)
    found: dict[str, list[RunRow]] = {}
    for run_id, visitor in submitted.items():
        found.setdefault(visitor, []).append(store.find(run_id))
    return found


def main() -> int:
    """Prints what they waited; 1 where a run did not end, or one visitor waited more than twice as long as the mean."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visitors", type=int, default=20)
    parser.add_argument("--each", type=int, default=2)
    options = parser.parse_args()
    with world(PLACES) as place:
        began = time.monotonic()
        runs = train(place.store, options.visitors, options.each)
        seconds = time.monotonic() - began
    waits = {visitor: statistics.mean(waited(run) for run in mine) for visitor, mine in runs.items()}
    ended = [run.state == FINISHED for mine in runs.values() for run in mine]
    mean, longest = statistics.mean(waits.values()), max(waits.values())
    print(f"{sum(ended)} of {len(ended)} runs finished in {seconds:.0f} s on {PLACES} places; a visitor waited "
          f"{mean:.0f} s on average, {min(waits.values()):.0f} s at least and {longest:.0f} s at most "
          f"({longest / mean:.2f} times the mean)")  # fmt: skip
    return int(not all(ended) or longest > 2 * mean)


if __name__ == "__main__":
    sys.exit(main())
