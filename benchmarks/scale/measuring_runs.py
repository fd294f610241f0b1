"""What a run of each recipe costs: processor seconds, events, database writes, files written."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from benchmarks.scale.measuring import House

RECIPES = (
    "digits",
    "shapes",
    "few-shapes",
    "rate-right",
    "too-deep",
    "overfits",
    "default",
    "lecture-light",
    "lecture",
)
ENOUGH_S = 12.0  # of a processor
ENOUGH_STEPS = 12  # from the first ones on
QUIET = 0.1  # of a processor: nothing gets warm any more
FORETOLD = 0.02  # of a run at least: what is written by the clock is foretold by no smaller part
OVER = ("finished", "stopped", "diverged", "failed")


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a run was at a moment, and the processor seconds of all until then."""

    step: int
    spent: float


@dataclass
class Watcher:
    """Counts commits of the database and files of a run, by looking often: never more than there were."""

    database: Path
    commits: int = 0
    files: dict[tuple[str, int], int] = field(default_factory=dict)  # of each writing of each file: its bytes
    folder: Path | None = None
    over: threading.Event = field(default_factory=threading.Event)

    def look(self) -> None:
        """Until it is over."""
        connection, seen, turn = sqlite3.connect(self.database), None, 0
        while not self.over.wait(0.002):
            number = connection.execute("PRAGMA data_version").fetchone()[0]
            self.commits += seen is not None and number != seen
            seen, turn = number, turn + 1
            if turn % 20 == 0:
                self.files |= dict(self._find())
        connection.close()

    def _find(self) -> Iterator[tuple[tuple[str, int], int]]:
        for path in self.folder.rglob("*") if self.folder and self.folder.exists() else ():
            try:
                found = path.stat()
            except OSError:
                continue
            if path.is_file() and not path.name.startswith("."):
                yield (str(path), found.st_mtime_ns), found.st_size


def measure_runs(house: House, enough_s: float = ENOUGH_S) -> dict[str, Any]:
    """Each alone; recipes whose data set is not there are left out.

    Of a run that takes longer than `enough_s` seconds of a processor what is left is foretold by its steps.
    """
    from app.core.training.recipes import find_recipe

    there = {path.stem for path in (house.data / "datasets").glob("*.safetensors")} | {"digits", "shapes"}
    return {name: _run(house, name, enough_s) for name in RECIPES if find_recipe(name).dataset in there}


def _run(house: House, name: str, enough_s: float) -> dict[str, Any]:
    from app.core.training.recipes import find_recipe

    order = find_recipe(name).describe()
    watcher = Watcher(house.data / "runs.sqlite3")
    with httpx2.Client(base_url=house.address, timeout=120) as client:
        _settle(house)
        looking = threading.Thread(target=watcher.look)
        looking.start()
        before, began = house.spent().all, time.monotonic()
        run_id = client.post("/api/runs", json=order | {"sample": "cat"}).json()["id"]
        watcher.folder = house.data / "runs" / run_id
        first, enough, last, run = _wait(client, house, run_id, enough_s)
        idle = house.idle.all * (time.monotonic() - began)
        watcher.over.set()
        looking.join()
        kept = sum(path.stat().st_size for path in watcher.folder.rglob("*") if path.is_file())
        lines = client.get(f"/api/runs/{run_id}/events", params={"after": 0}).text.splitlines()
        client.delete(f"/api/runs/{run_id}")
    told = [line for line in lines if line.startswith("data:")]
    seen = {
        "events": len(told), "commits": watcher.commits, "file_writes": len(watcher.files),
        "file_bytes": sum(watcher.files.values()),
    }  # fmt: skip
    return foretell(run, last - before - idle, first, enough, seen) | {
        "event_bytes": round(sum(map(len, lines)) / max(len(told), 1)),
        "kept_bytes": kept,
    }


def _settle(house: House) -> None:
    """Until the next trainer is warm, half a minute at most: on a busy machine it would count as the run's."""
    for _ in range(30):
        before = house.spent().all
        time.sleep(1)
        if house.spent().all - before < QUIET:
            return


def foretell(run: dict[str, Any], spent: float, first: Mark, enough: Mark, seen: dict[str, int]) -> dict[str, Any]:
    """Of the whole run, of which a part was trained for so many processor seconds: steps cost what they did between.

    What was written meanwhile is None for the whole where the part was too small: the first seconds are like no others.
    """
    whole, done = run["steps"], max(run["step"], 1)
    rest = (enough.spent - first.spent) / max(enough.step - first.step, 1) * (whole - done)
    return {
        "processor": round(max(spent + rest, 0.0), 1),
        "seconds": round(run["seconds"] * whole / done, 1),
        "tried": round(done / whole, 4),
    } | {what: round(count * whole / done) if done / whole >= FORETOLD else None for what, count in seen.items()}


def _wait(
    client: httpx2.Client, house: House, run_id: str, enough_s: float
) -> tuple[Mark, Mark, float, dict[str, Any]]:
    """To its end, or until it has trained for long enough and is stopped.

    Its first steps, those after which it was asked to stop (which writes its files once more), processor seconds at
    last, and the run.
    """
    first = enough = None
    while True:
        run: dict[str, Any] = client.get(f"/api/runs/{run_id}").json()
        now = Mark(run["step"], house.spent().all)
        first = first or (now if now.step else None)
        if run["state"] in OVER:
            return first or now, enough or now, now.spent, run
        is_enough = first and now.spent - first.spent > enough_s and now.step - first.step >= ENOUGH_STEPS
        if is_enough and not enough and run["state"] == "running":
            enough = now
            client.patch(f"/api/runs/{run_id}", json={"state": "stopped"})
        time.sleep(0.5)
