"""What a unit costs in processor seconds, bytes, database writes and file writes; remakes costs.json.

    .venv/bin/python -m benchmarks.scale.costs [--data DIR] [--only requests streams runs log queue] [--enough S]
        [--to FILE]

A real server with its own workers and trainers, alone with this process. Processor time is the system's own count,
which holds on a busy machine (caches and turbo apart); what the server spends with nothing to do is told apart. DIR
holds CIFAR-10 for the recipes that need it (`python -m app fetch cifar10 --data DIR`). Trainings have one thread, as
beside others. With --only the other parts stay as the file has them, without CIFAR-10 its recipes. Some six minutes of
a quiet machine; then `python -m benchmarks.scale --put` writes the tables.

A run is stopped after S seconds of a processor (12), and the rest is foretold by its steps: what is written by the
clock up to three times too high. With --enough 900, which takes forty minutes, all but `lecture` are trained whole.
"""

import argparse
import json
import os
import platform
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.scale.measuring import House, measure_idle
from benchmarks.scale.measuring_log import measure_log, measure_queue
from benchmarks.scale.measuring_requests import measure_requests
from benchmarks.scale.measuring_runs import ENOUGH_S, measure_runs
from benchmarks.scale.measuring_streams import measure_streams
from tests.test_cli import serving

COSTS = Path(__file__).parent / "costs.json"
PARTS: dict[str, Callable[[House], dict[str, Any]]] = {
    "idle": measure_idle,
    "requests": measure_requests,
    "streams": measure_streams,
    "runs": measure_runs,
    "log": measure_log,
    "queue": measure_queue,
}


def main() -> None:
    """Writes the file, and prints it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--only", nargs="*", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--enough", type=float, default=ENOUGH_S)
    parser.add_argument("--to", type=Path, default=COSTS)
    options = parser.parse_args()
    parts = PARTS | {"runs": partial(measure_runs, enough_s=options.enough)}
    found: dict[str, Any] = json.loads(options.to.read_text("utf-8")) if options.to.exists() else {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        (folder / "d/datasets").mkdir(parents=True)
        for file in (options.data / "datasets").glob("*.safetensors") if options.data else ():
            (folder / "d/datasets" / file.name).symlink_to(file.resolve())
        process, port, _ = stack.enter_context(serving(folder, patience=300, OMP_NUM_THREADS="1"))
        time.sleep(10)  # the first trainer loads PyTorch
        house = House(process.pid, port, folder / "d")
        for part in options.only:
            measured = parts[part](house)
            found[part] = found.get(part, {}) | measured if part == "runs" else measured
            found["measured"] = {
                "on": f"{datetime.now(UTC):%Y-%m-%d}", "processor": _processor(), "load": round(os.getloadavg()[0], 1)
            }  # fmt: skip
            options.to.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
            print(part, json.dumps(found[part], indent=1), flush=True)


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


if __name__ == "__main__":
    main()
