"""How soon an event reaches a viewer after it was written, how soon a run begins, and what viewers cost the server.

    .venv/bin/python -m benchmarks.streaming [--viewers 1 50 200]

A real server with its own trainer; viewers are sockets of this process. The time of writing is the database's
`written_at`, that of arrival this process's clock, on one machine.
"""

import argparse
import asyncio
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx2
import psutil

from tests.browser.conftest import running_server

ORDER: dict[str, Any] = {
    "dataset": "digits",
    "network": {"input": [1, 8, 8], "classes": 10, "layers": [
        {"type": "conv2d", "filters": 16, "activation": "relu"}, {"type": "max_pooling2d"}, {"type": "flatten"},
        {"type": "dense", "units": 10},
    ]},
    "training": {"epochs": 10_000, "batch_size": 32},
    "sample": "cat",
}  # fmt: skip
WARM_S = 12.0  # until the trainer has loaded PyTorch
WATCHED_S = 10.0


async def watch(port: int, run_id: str, until: float) -> dict[int, float]:
    """When each event's number arrived, by this process's clock."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET /api/runs/{run_id}/events HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    arrived: dict[int, float] = {}
    try:
        async with asyncio.timeout(until - time.time()):
            while line := await reader.readline():
                if line.startswith(b"id: "):
                    arrived[int(line[4:])] = time.time()
    except TimeoutError:
        pass
    finally:
        writer.close()
    return arrived


async def watch_all(port: int, run_id: str, viewers: int) -> list[dict[int, float]]:
    """Many at once, for WATCHED_S."""
    until = time.time() + WATCHED_S
    return list(await asyncio.gather(*(watch(port, run_id, until) for _ in range(viewers))))


def written(folder: Path, run_id: str) -> dict[int, float]:
    """When each event was written."""
    with sqlite3.connect(f"file:{folder / 'runs.sqlite3'}?mode=ro", uri=True) as connection:
        rows = connection.execute("SELECT sequence, written_at FROM events WHERE run_id = ?", [run_id])
        found = dict(rows.fetchall())
    connection.close()
    return found


def server_process(address: str) -> psutil.Process:
    """The server's own process."""
    port = address.rpartition(":")[2]
    return next(child for child in psutil.Process().children() if port in child.cmdline())


def measure(client: httpx2.Client, folder: Path, address: str, viewers: int) -> None:
    """One row: a fresh run, watched by so many."""
    started = time.time()
    run_id = client.post("/api/runs", json=ORDER).json()["id"]
    process = server_process(address)
    before, processor = started, sum(process.cpu_times()[:2])
    seen = asyncio.run(watch_all(int(address.rpartition(":")[2]), run_id, viewers))
    share = (sum(process.cpu_times()[:2]) - processor) / (time.time() - before)
    times = written(folder, run_id)
    kinds = client.get(f"/api/runs/{run_id}/metrics.csv?steps=true").text.splitlines()
    client.delete(f"/api/runs/{run_id}")
    first = min(moment for number, moment in seen[0].items() if number > 2) - started
    fresh = {number for number, moment in times.items() if moment > started + 2}
    waits = sorted(moment - times[number] for one in seen for number, moment in one.items() if number in fresh)
    print(f"| {viewers} | {first:.2f} s | {1000 * statistics.median(waits):.0f} ms |"
          f" {1000 * waits[int(len(waits) * 0.95)]:.0f} ms | {1000 * waits[-1]:.0f} ms | {len(kinds) - 1} |"
          f" {100 * share:.0f} % | {process.memory_info().rss / 2**20:.0f} MB |")  # fmt: skip


def main() -> None:
    """Prints a row for each number of viewers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--viewers", type=int, nargs="+", default=[1, 10, 50, 200])
    wanted = parser.parse_args().viewers
    print("| viewers | first event | written to received, median | 95 % | worst | step events | server's processor | "
          "server's memory |\n|---|---|---|---|---|---|---|---|")  # fmt: skip
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder)) as address,
        httpx2.Client(base_url=address, timeout=60) as client,
    ):
        for viewers in wanted:
            time.sleep(WARM_S)
            measure(client, Path(folder), address, viewers)


if __name__ == "__main__":
    main()
