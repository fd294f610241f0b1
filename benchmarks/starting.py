"""How soon a server that is started again answers, what its processes hold, and how it trains.

    .venv/bin/python -m benchmarks.starting [--beside DIR] [--rounds 5]

Seconds from the start of `python -m app serve` to the first page (bar 1.5), to the first convolution's answer, and to
warm workers (/readyz); and the resident memory of each process afterwards, of which workers share most with the one
that they were forked from. Then a run of a small network, in which what is around a step costs most: seconds until its
first step is told, steps a second after that, and what one costs. DIR is another checkout, such as the commit before,
which takes turns with this one; ratios are the median's. Processor time is steadier than the clock's. The first round,
which makes the data folder and fills the system's caches, is not counted.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import httpx2
import psutil

from benchmarks.live import events
from benchmarks.scale.processors import spent_by
from benchmarks.streaming import ORDER
from benchmarks.training import ROOT

PORT = 8590
BAR_S = 1.5
TRAINED_S = 10.0
PICTURE = {"sample": "cat", "kernel": "sobel-x"}


def main() -> int:
    """Prints the figures; 1 where the first page came too late."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--beside", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    places = [ROOT, *([options.beside] if options.beside else [])]
    with ExitStack() as stack:
        data = [stack.enter_context(tempfile.TemporaryDirectory()) for _ in places]
        rounds = [visit(places, data, is_back=bool(number % 2)) for number in range(options.rounds + 1)][1:]
    for index, place in enumerate(places):
        print(place)
        for name in rounds[0][index]:
            values = [measured[index][name] for measured in rounds]
            told = f"  {name:24} {statistics.median(values):8.2f}   ({min(values):.2f} to {max(values):.2f})"
            print(told + ratio(rounds, index, name))
    page = statistics.median(measured[0]["first page, s"] for measured in rounds)
    return int(page > BAR_S)


def visit(places: list[Path], data: list[str], *, is_back: bool) -> list[dict[str, float]]:
    """A round, every other one from the last place to the first: none has always the same before it."""
    order = range(len(places))[:: -1 if is_back else 1]
    told = {index: start(places[index], data[index]) for index in order}
    return [told[index] for index in range(len(places))]


def ratio(rounds: list[list[dict[str, float]]], index: int, name: str) -> str:
    """How many times this checkout's figure the other's is."""
    if not index or any(name not in measured[0] for measured in rounds):
        return ""
    return f"   {statistics.median(measured[index][name] / measured[0][name] for measured in rounds):.2f} times"


def start(place: Path, data: str) -> dict[str, float]:
    """The figures of one server of that checkout, in the order in which they come about."""
    command = [sys.executable, "-m", "app", "serve", "--port", str(PORT), "--data", data]
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=place, env=os.environ, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{PORT}", timeout=90) as client:
            told = {}
            for name, ask in (
                ("first page, s", lambda: client.get("/convolve")),
                ("first convolution, s", lambda: client.post("/api/convolutions", data=PICTURE)),
                ("workers warm, s", lambda: client.get("/readyz")),
            ):
                wait(ask)
                told[name] = time.perf_counter() - started
            told["processor until then, s"] = spent_by(process.pid).all
            time.sleep(8)  # the trainer loads PyTorch
            return told | memory(psutil.Process(process.pid)) | train(client, process.pid)
    finally:
        process.terminate()
        process.wait()


def wait(ask: Callable[[], httpx2.Response]) -> None:
    """Until it is answered, and well."""
    while True:
        try:
            ask().raise_for_status()
        except httpx2.TransportError:
            time.sleep(0.01)
        else:
            return


def train(client: httpx2.Client, pid: int) -> dict[str, float]:
    """How soon a run's first step is told, how many it does a second, and what one costs all processes together."""
    started = time.perf_counter()
    run_id = client.post("/api/runs", json=ORDER).raise_for_status().json()["id"]
    steps = ((time.perf_counter(), values["step"]) for kind, values in events(client, run_id) if kind == "step")
    first_at, first = next(steps)
    before = spent_by(pid).all
    last_at, last = next((at, step) for at, step in steps if at > first_at + TRAINED_S)
    processor = spent_by(pid).all - before
    client.delete(f"/api/runs/{run_id}")
    return {
        "first step told, s": first_at - started,
        "steps a second": (last - first) / (last_at - first_at),
        "processor of a step, ms": 1000 * processor / (last - first),
    }


def memory(server: psutil.Process) -> dict[str, float]:
    """MiB that the server and its children hold."""
    told = {"server, MiB": server.memory_info().rss / 2**20}
    for child in server.children(recursive=True):
        words = " ".join(child.cmdline())
        kind = (
            "trainer" if "app.runs.trainer" in words else "worker or its parent" if "forkserver" in words else "helper"
        )
        name = f"{kind}, MiB"
        told[name] = max(told.get(name, 0.0), child.memory_info().rss / 2**20)
    return told


if __name__ == "__main__":
    sys.exit(main())
