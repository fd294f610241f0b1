"""Many viewers of many runs over two web servers on one PostgreSQL: from written to received, and the database's load.

    .venv/bin/python -m benchmarks.viewers [--viewers 500] [--runs 20] [--seconds 20] [--every 0.5]

Two servers that train nothing; events are written by a process of its own as trainers write them, `every` so many
seconds a run; viewers are sockets of this process, spread over both servers, so that every run is watched at both.
PostgreSQL waits for its disk (fsync). The bar is 250 ms at the 95th percentile. All share this machine's processors.
"""

import argparse
import asyncio
import json
import multiprocessing
import resource
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from app.files.opening import open_files
from app.runs.store import event_log
from app.runs.store.database import writing
from app.runs.store.schema import runs
from app.runs.store.states import Visitor
from app.runs.store.store import QueueLimits, Store
from benchmarks.scale.processors import spent_by
from tests.deploy.alike import two_servers
from tests.postgresql import PostgreSQL
from tests.web.logged_runs import SMALL

BAR_S = 0.250
SETTLE_S = 3.0  # until all viewers are there
DURABLE = {"fsync": "on", "full_page_writes": "on"}


@dataclass
class Seen:
    """By one viewer: how late each event was that was written after `since`, and the numbers of all."""

    since: float
    waits: list[float] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)


def write_on(url: str, folder: str, ids: list[str], every: float, seconds: float) -> None:
    """As so many trainers: an event each, at moments of their own."""
    store = Store.open(url, open_files(Path(folder)))

    def train(run_id: str, delay: float) -> None:
        time.sleep(delay)
        until, step = time.monotonic() + seconds, 0
        while time.monotonic() < until:
            step += 1
            told = {"step": step, "steps": 1000, "epoch": 1, "loss": 0.1234567, "smoothed": 0.1234567, "accuracy": 0.5,
                    "learning_rate": 0.001, "images_per_second": 5123.4, "written": time.time()}  # fmt: skip
            with writing(store.engine) as connection:
                event_log.append(connection, run_id, [("step", told)])
            time.sleep(every)

    threads = [threading.Thread(target=train, args=(one, every * k / len(ids))) for k, one in enumerate(ids)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store.close()


async def view(port: int, run_id: str, seen: Seen, until: float) -> None:
    """Follows a run until then."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    writer.write(f"GET /api/runs/{run_id}/events HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    try:
        async with asyncio.timeout(until - time.time()):
            while line := await reader.readline():
                if line.startswith(b"id: "):
                    seen.numbers.append(int(line[4:]))
                elif line.startswith(b'data: {"step"'):
                    written = json.loads(line[6:])["written"]
                    seen.waits += [time.time() - written] if written > seen.since else []
    except TimeoutError:
        pass
    finally:
        writer.close()


async def view_all(ports: list[int], ids: list[str], viewers: int, seconds: float) -> list[Seen]:
    """Each run by equally many, at both servers."""
    now = time.time()
    seen, until = [Seen(now + SETTLE_S) for _ in range(viewers)], now + seconds
    watching = (view(ports[n % len(ports)], ids[n // len(ports) % len(ids)], seen[n], until) for n in range(viewers))
    await asyncio.gather(*watching)
    return seen


def order_runs(store: Store, count: int) -> list[str]:
    """So many that are on, without a trainer."""
    from app.core.networks.networks import parse_network
    from app.core.training.hyperparameters import Training
    from app.runs.store.orders import Order

    order = Order("digits", parse_network(SMALL), Training(), classes=tuple("0123456789"))
    ids = [store.submit(order, Visitor(f"visitor-{n}", "10.0.0.1")).id for n in range(count)]
    with writing(store.engine) as connection:
        connection.execute(runs.update().values(state="running", heartbeat=time.time() + 3600))
    return ids


def load_of(url: str) -> dict[str, int]:
    """What the database has done so far."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("SELECT pg_stat_clear_snapshot()")
        row = connection.execute(
            "SELECT xact_commit, tup_fetched, tup_inserted, blks_hit + blks_read FROM pg_stat_database"
            " WHERE datname = current_database()"
        ).fetchone()
    return dict(zip(("commits", "rows read", "rows written", "blocks"), row or (), strict=True))


def measure(options: argparse.Namespace, folder: Path, database: PostgreSQL) -> list[float]:
    """Prints what there is to tell; how late each event was for each viewer."""
    url = database.url(database.make_database())
    limits = QueueLimits(queued=options.runs, per_visitor=options.runs)
    with two_servers(folder, url, PLAYGROUND_EVENT_STREAMS=str(options.viewers)) as servers:
        store = Store.open(url, open_files(folder / "shared"), limits)
        ids = order_runs(store, options.runs)
        seconds = options.seconds + SETTLE_S
        writer = multiprocessing.get_context("spawn").Process(
            target=write_on, args=(url, str(folder / "shared"), ids, options.every, seconds + 1)
        )
        writer.start()
        time.sleep(SETTLE_S)
        pids = [process.pid for process, _ in servers]
        before, began = load_of(url), time.monotonic()
        spent = [spent_by(pid).all for pid in (*pids, database.pid)]
        seen = asyncio.run(view_all([port for _, port in servers], ids, options.viewers, seconds))
        passed, after = time.monotonic() - began, load_of(url)
        shares = [(spent_by(pid).all - was) / passed for pid, was in zip((*pids, database.pid), spent, strict=True)]
        writer.join()
        store.close()
    return report(options, seen, {name: (after[name] - before[name]) / passed for name in after}, shares)


def report(options: argparse.Namespace, seen: list[Seen], load: dict[str, float], shares: list[float]) -> list[float]:
    """The figures, a line each."""
    waits = sorted(wait for one in seen for wait in one.waits)
    gaps = sum(one.numbers != list(range(1, len(one.numbers) + 1)) for one in seen)
    middle, late = statistics.median(waits), waits[int(len(waits) * 0.95)]
    print(f"{options.viewers} viewers of {options.runs} runs over two servers, {len(waits):,} events received")
    middle, late, worst = (round(1000 * wait) for wait in (middle, late, waits[-1]))
    print(f"from written to received: median {middle} ms, 95 % {late} ms, worst {worst} ms")
    print(f"viewers with a gap or a repetition: {gaps}")
    print("the database, a second: " + ", ".join(f"{value:,.0f} {name}" for name, value in load.items()))
    first, second, database = (100 * share for share in shares)
    print(f"processor: servers {first:.0f} % and {second:.0f} % of one, PostgreSQL {database:.0f} %")
    return waits


def main() -> None:
    """Exits with 1 where the bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--viewers", type=int, default=500)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--every", type=float, default=0.5)
    options = parser.parse_args()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    database = PostgreSQL(**DURABLE)
    try:
        with tempfile.TemporaryDirectory() as folder:
            waits = measure(options, Path(folder), database)
    finally:
        database.remove()
    sys.exit(waits[int(len(waits) * 0.95)] > BAR_S)


if __name__ == "__main__":
    main()
