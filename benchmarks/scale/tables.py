"""What was measured, and what it makes learners need, as the tables of docs/scale.md; and put into that page.

It does not measure, and knows no sentence of the page but the heads of its tables.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.scale.needs import Need, foresee

Costs = dict[str, Any]
Table = list[str]  # its lines
LEARNERS = (30, 300, 3_000, 30_000, 1_000_000)
PAGE = Path(__file__).parents[2] / "docs/scale.md"
_UNIT_HEAD = "| unit | the process that answers | workers, trainers | bytes | database |"
_RUN_HEAD = "| recipe | processor | trained | events | bytes of one | commits | file writes | written | kept |"
_NEED_HEAD = (
    "| learners | trainers: evening | first minute | viewers | web servers | workers of all | requests a second |"
    " commits a second | events a second | file writes a second | files | sent | starts a second |"
)
_COUNTED = ("events", "commits", "file_writes")
_REQUESTS = {
    "a filtered picture, 512 x 512, PNG there and back": "picture",
    "a phone's photo, 12 megapixels, JPEG there, PNG back": "photo",
    "a classification by `explain`": "classification by explain",
    "... by `best`": "classification by best",
    "... by `digits`": "classification by digits",
    "... by `photos`": "classification by photos",
    "all feature maps of `explain`": "maps",
    "a question of the lecture": "question",
    "a page": "page",
    "a first visit: the page, and all that it loads": "first visit",
    "the list of runs, of a few": "list of runs",
}


def units(costs: Costs) -> Table:
    """What each thing costs that is asked for, watched or written."""
    streams, log = costs["streams"], costs["log"]
    rows = [_request(said, costs["requests"][name]) for said, name in _REQUESTS.items()]
    viewer, idle = streams["viewer-hour"], costs["idle"]["processor_of_a_second"]
    watched, written = streams["watched run-hour"]["main"], f"{log['commit']['processor'] * 1e3:.1f} ms"
    return _table(_UNIT_HEAD, [
        *rows,
        f"| a viewer's hour of a live run | {viewer['main']:.1f} s | | {viewer['bytes'] / 1e6:.1f} MB | |",
        f"| a watched run's hour, for all who watch | {watched:.0f} s | | | a look at the log for each event |",
        f"| an event, written and committed (SQLite) | | {written} | {log['commit']['bytes']} B kept | 1 commit |",
        f"| an event, read by a server | {log['read']['processor'] * 1e3:.1f} ms | | | |",
        f"| a second of a server with nobody there | {idle * 1e3:.0f} ms in all | | | |",
    ])  # fmt: skip


def recipes(costs: Costs) -> Table:
    """What a run of each costs; what nobody could foretell from the part that was trained is left out."""
    return _table(_RUN_HEAD, [_recipe(name, run) for name, run in costs["runs"].items()])


def needs(costs: Costs, learners: Sequence[int] = LEARNERS) -> Table:
    """What so many need."""
    return _table(_NEED_HEAD, [row(foresee(many, costs)) for many in learners])


def row(need: Need) -> str:
    """Of that table."""
    cells = [
        f"{need.learners:,}", f"{need.evening_trainers:,}", f"{need.lecture_trainers:,}", f"{need.viewers:,}",
        f"{need.servers:,}", f"{need.workers:,}", f"{need.requests:,.1f}", f"{need.commits:,.0f}",
        f"{need.events:,.0f}", f"{need.file_writes:,.1f}", f"{need.file_bytes / 1e6:,.1f} MB/s",
        f"{need.sent_bytes / 1e6:,.1f} MB/s", f"{need.pressed:,.1f}",
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def put(page: str, table: Table) -> str:
    """The page with the table in the place of the one that has the same head."""
    lines = page.splitlines()
    first = last = lines.index(table[0])
    while last < len(lines) and lines[last].startswith("|"):
        last += 1
    return "\n".join([*lines[:first], *table, *lines[last:]]) + "\n"


def _table(head: str, rows: list[str]) -> Table:
    return [head, "|---" * head.count(" | ") + "|---|", *rows]


def _request(said: str, cost: dict[str, float]) -> str:
    main, others = (f"{cost[part] * 1e3:.0f} ms" for part in ("main", "others"))
    return f"| {said} | {main} | {others} | {cost['bytes'] / 1e3:,.0f} kB | |"


def _recipe(name: str, run: dict[str, Any]) -> str:
    trained = "whole" if run["tried"] == 1 else f"{run['tried'] * 100:.{int(run['tried'] < 0.01)}f} %"
    events, commits, writes = ("" if run[what] is None else f"{run[what]:,}" for what in _COUNTED)
    size = "" if run["file_bytes"] is None else _megabytes(run["file_bytes"])
    cells = [f"`{name}`", f"{run['processor']:,.0f} s", trained, events, f"{run['event_bytes']:,} B", commits, writes,
             size, _megabytes(run["kept_bytes"])]  # fmt: skip
    return "|" + "|".join(f" {cell} " if cell else " " for cell in cells) + "|"


def _megabytes(size: float) -> str:
    return f"{size / 1e6:,.1f} MB"
