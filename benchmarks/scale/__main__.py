"""The tables of docs/scale.md: what a unit costs, and what 30 to a million learners need.

    .venv/bin/python -m benchmarks.scale [--put] [LEARNERS ...]

From costs.json, which `python -m benchmarks.scale.costs` measures, the last one by a simulation of a week with a
deadline and of a lecture's first minute. Nothing is measured here. With --put they take their places in the page.
"""

import argparse
import json

from benchmarks.scale.costs import COSTS
from benchmarks.scale.tables import LEARNERS, PAGE, needs, put, recipes, units


def main() -> None:
    """Prints them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--put", action="store_true")
    parser.add_argument("learners", nargs="*", type=int, default=LEARNERS)
    options = parser.parse_args()
    costs, page = json.loads(COSTS.read_text("utf-8")), PAGE.read_text("utf-8")
    for table in (units(costs), recipes(costs), needs(costs, options.learners)):
        print("\n".join(table) + "\n", flush=True)
        page = put(page, table)
    if options.put:
        PAGE.write_text(page, "utf-8")


if __name__ == "__main__":
    main()
