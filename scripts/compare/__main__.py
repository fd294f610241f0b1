"""Says what differs between the apps of two checkouts: the pixels of their pages, and the answers of their API.

.venv/bin/python -m scripts.compare ../before . --to /tmp/compared

Each checkout is a folder with a .venv and static/vendor, as `make setup` leaves it; a folder that an earlier comparison
has gathered (its `before`, say) does as well, and saves its half of the time. The exit status is 1 where they differ.
"""

import argparse
import os
import re
import shutil
import signal
import sys
from pathlib import Path

from scripts.compare.differences import differences
from scripts.compare.gathering import ANSWERS, PATIENCE_S, gather
from scripts.compare.report import save, write_lines
from scripts.compare.states import ALL_VIEWS, VIEWS


def main() -> int:
    """Gathers both, compares, and writes the report."""
    wanted = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is stopped
    os.environ.setdefault("PLAYGROUND_TASK_SECONDS", str(PATIENCE_S))  # other things may run beside it
    shutil.rmtree(wanted.to, ignore_errors=True)
    for name in ("before", "after"):
        _provide(getattr(wanted, name).resolve(), wanted.to / name, wanted)
    found = differences(wanted.to / "before", wanted.to / "after")
    seen = len(list((wanted.to / "after").glob("*.png")))
    summary = f"{seen} pictures; {len(found)} of pictures and answers differ; see {wanted.to / 'report.html'}"
    save(found, summary, wanted.to)
    print(summary, write_lines(found), sep="\n")
    return 1 if found else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("scripts.compare", description=__doc__)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--to", type=Path, required=True, help="folder for pictures and report; it is emptied first")
    parser.add_argument("--all", action="store_true", help=f"{len(ALL_VIEWS)} views of each state, not {len(VIEWS)}")
    parser.add_argument("--only", type=re.compile, default="", help="states whose names match, and `answers`")
    return parser.parse_args()


def _provide(place: Path, folder: Path, wanted: argparse.Namespace) -> None:
    if (place / ANSWERS).exists():
        shutil.copytree(place, folder)
    else:
        gather(place, folder, ALL_VIEWS if wanted.all else VIEWS, re.compile(wanted.only))


if __name__ == "__main__":
    sys.exit(main())
