"""How soon a server that is started again answers, and what its processes hold.

    .venv/bin/python -m benchmarks.starting [--beside DIR] [--rounds 5]

Seconds from the start of `python -m app serve` to the first page (bar 1.5), to the first convolution's answer, and to
warm workers (/readyz); and the resident memory of each process afterwards, of which workers share most with the one
that they were forked from. DIR is another checkout, such as the commit before, which takes turns with this one; ratios
are the median's. The first round, which makes the
data folder and fills the system's caches, is not counted.
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

from benchmarks.training import ROOT

PORT = 8590
BAR_S = 1.5
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
        rounds = [list(map(start, places, data)) for _ in range(options.rounds + 1)][1:]
    for index, place in enumerate(places):
        print(place)
        for name in rounds[0][index]:
            values = [measured[index][name] for measured in rounds]
            told = f"  {name:24} {statistics.median(values):8.2f}   ({min(values):.2f} to {max(values):.2f})"
            print(told + ratio(rounds, index, name))
    page = statistics.median(measured[0]["first page, s"] for measured in rounds)
    return int(page > BAR_S)


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
            time.sleep(8)  # the trainer loads PyTorch
            return told | memory(psutil.Process(process.pid))
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
