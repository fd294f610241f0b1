"""Twenty runs, each killed at a random moment: what its viewer missed, what was forgotten, how its weights differ.

    .venv/bin/python -m benchmarks.kills [--times 20] [--seed 1] [--postgresql]

A real server with its trainer; by SIGKILL end, in turn, the server, the trainer, both, or the process that trainers are
forked from; or the trainer hangs (SIGSTOP) and is found after a minute. A server that ended is started again at once; a
run whose trainer alone was killed has failed, and is set to go on as a visitor would. A viewer, whose connection breaks
now and then as well, has to hear every event once; the final weights have to be those of a run that nobody disturbed.
With --postgresql runs are kept there, and by turns PostgreSQL is stopped and crashes, and is away for up to three
seconds; `--ways` may name the others, too.
"""

import argparse
import random
import sys
import tempfile
from contextlib import ExitStack
from itertools import cycle, islice
from pathlib import Path

from tests.attacks.kills import DATABASE_WAYS, WAYS, break_run, house, unbroken
from tests.postgresql import PostgreSQL


def main() -> int:
    """Prints a row for each; 1 where one is not whole."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--ways", nargs="+", choices=(*WAYS, *DATABASE_WAYS))
    options = parser.parse_args()
    ways = options.ways or (tuple(DATABASE_WAYS) if options.postgresql else WAYS)
    chance, is_whole = random.Random(options.seed), True
    print("| killed | at step | events heard | logged | forgotten | weights differ by | went on after | |\n"
          "|---|---|---|---|---|---|---|---|", flush=True)  # fmt: skip
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        database = PostgreSQL() if options.postgresql else None
        if database:
            stack.callback(database.remove)
        there = stack.enter_context(house(folder, database))
        whole = unbroken(there)
        for way in islice(cycle(ways), options.times):
            found = break_run(there, way, chance.random(), whole)
            is_whole = is_whole and found.is_whole
            print(f"| {way} | {found.step} | {len(found.heard)} | {found.logged} | {', '.join(found.forgotten) or '-'} "
                  f"| {found.difference:.1g} | {found.seconds:.1f} s | {'whole' if found.is_whole else 'NOT WHOLE'} |",
                  flush=True)  # fmt: skip
    return int(not is_whole)


if __name__ == "__main__":
    sys.exit(main())
