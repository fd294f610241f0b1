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

RECIPES = ("digits", "shapes", "few-shapes", "rate-right", "too-deep", "overfits", "default", "lecture-light")
ENOUGH_S = 12.0  # of a processor, from the first steps on; what is left is foretold by its steps
OVER = ("finished", "stopped", "diverged", "failed")


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


def measure_runs(house: House) -> dict[str, Any]:
    """Each alone; recipes whose data set is not there are left out."""
    from app.core.training.recipes import find_recipe

    there = {path.stem for path in (house.data / "datasets").glob("*.safetensors")} | {"digits", "shapes"}
    return {name: _run(house, name) for name in RECIPES if find_recipe(name).dataset in there}


def _run(house: House, name: str) -> dict[str, Any]:
    from app.core.training.recipes import find_recipe

    order = find_recipe(name).describe()
    watcher = Watcher(house.data / "runs.sqlite3")
    with httpx2.Client(base_url=house.address, timeout=120) as client:
        time.sleep(3)  # another trainer gets warm
        looking = threading.Thread(target=watcher.look)
        looking.start()
        before, began = house.spent().all, time.monotonic()
        run_id = client.post("/api/runs", json=order | {"sample": "cat"}).json()["id"]
        watcher.folder = house.data / "runs" / run_id
        first, first_step, last, run = _wait(client, house, run_id)
        idle = house.idle.all * (time.monotonic() - began)
        watcher.over.set()
        looking.join()
        lines = client.get(f"/api/runs/{run_id}/events", params={"after": 0}).text.splitlines()
        client.delete(f"/api/runs/{run_id}")
    whole, done = run["steps"], max(run["step"], 1)
    rest = (last - first) / max(done - first_step, 1) * (whole - done)
    told = [line for line in lines if line.startswith("data:")]
    return {
        "processor": round(max(last - before - idle + rest, 0.0), 1),
        "seconds": round(run["seconds"] * whole / done, 1),
        "tried": round(done / whole, 4),
        "events": round(len(told) * whole / done),
        "event_bytes": round(sum(map(len, lines)) / max(len(told), 1)),
        "commits": round(watcher.commits * whole / done),
        "file_writes": round(len(watcher.files) * whole / done),
        "file_bytes": round(sum(watcher.files.values()) * whole / done),
        "kept_bytes": round(sum({path: size for (path, _), size in watcher.files.items()}.values())),
    }


def _wait(client: httpx2.Client, house: House, run_id: str) -> tuple[float, int, float, dict[str, Any]]:
    """To its end, or until it has trained for long enough and is stopped.

    Processor seconds by its first steps, how many these were, processor seconds at last, and the run.
    """
    first, first_step = 0.0, 0
    while True:
        run: dict[str, Any] = client.get(f"/api/runs/{run_id}").json()
        spent = house.spent().all
        if run["step"] and not first_step:
            first, first_step = spent, run["step"]
        if run["state"] in OVER:
            return first, first_step, spent, run
        if first_step and spent - first > ENOUGH_S and run["state"] == "running":
            client.patch(f"/api/runs/{run_id}", json={"state": "stopped"})
        time.sleep(0.5)
