"""What 30 to a million learners need, as a table of docs/scale.md.

    .venv/bin/python -m benchmarks.scale [LEARNERS ...]

From costs.json, which `python -m benchmarks.scale.costs` measures, by a simulation of a week with a deadline and of a
lecture's first minute. Nothing is measured here.
"""

import json
import sys

from benchmarks.scale.costs import COSTS
from benchmarks.scale.needs import Need, foresee

LEARNERS = (30, 300, 3_000, 30_000, 1_000_000)
HEAD = (
    "| learners | trainers: evening | first minute | viewers | web servers | workers of all | requests a second |"
    " commits a second | events a second | file writes a second | files | sent | starts a second |"
)


def row(need: Need) -> str:
    """Of the table."""
    cells = [
        f"{need.learners:,}", f"{need.evening_trainers:,}", f"{need.lecture_trainers:,}", f"{need.viewers:,}",
        f"{need.servers:,}", f"{need.workers:,}", f"{need.requests:,.1f}", f"{need.commits:,.0f}",
        f"{need.events:,.0f}", f"{need.file_writes:,.1f}", f"{need.file_bytes / 1e6:,.1f} MB/s",
        f"{need.sent_bytes / 1e6:,.1f} MB/s", f"{need.pressed:,.1f}",
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Prints it."""
    costs = json.loads(COSTS.read_text("utf-8"))
    print(HEAD + "\n" + "|---" * HEAD.count(" | ") + "|---|")
    for learners in [int(said) for said in sys.argv[1:]] or LEARNERS:
        print(row(foresee(learners, costs)), flush=True)


if __name__ == "__main__":
    main()
