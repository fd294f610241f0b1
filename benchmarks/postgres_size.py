"""PostgreSQL with very many runs and events: what each thing that is asked often takes, and which indices it goes by.

    .venv/bin/python -m benchmarks.postgres_size [--runs 100000] [--events 5000000]

A server of its own, as Debian configures it but for its memory (256 MiB) and fsync; its rows are made by PostgreSQL
itself, with a network's description and events of the size that trainers write. Most runs have as many events, a
hundredth of them many more. Each call is the application's own, over a Unix socket. One that goes through a whole table
of those is told.
"""

import argparse
import json
import re
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine, event, text

from app.core.networks.presets import find_preset
from app.core.training.hyperparameters import Training, describe_training
from app.files.files import Files
from app.runs.executor.orphans import rescue
from app.runs.executor.slices import set_aside
from app.runs.store.database import migrate, open_engine, reading, writing
from app.runs.store.orders import Order
from app.runs.store.queue import QueueLimits, claim_next
from app.runs.store.states import Visitor, Wish
from app.runs.store.store import Store
from app.runs.trainer.lease import Lease
from tests.postgresql import PostgreSQL

PRESET = find_preset("lecture-light")
STEP = {
    "step": 1234, "steps": 24680, "epoch": 3, "loss": 1.2345678901, "smoothed": 1.2345678901, "learning_rate": 0.001,
    "accuracy": 0.5678901234, "images_per_second": 1234.5678901, "seconds": 123.4567890123,
}  # fmt: skip
RUNS = """
INSERT INTO runs (id, name, state, dataset, network, training, parameters, classes, address, visitor, cookie,
                  created_at, started_at, ended_at, is_resumed, epoch, step, steps, seconds, learning_rate, losses)
SELECT to_hex((x'1000000000000000'::bigint + k)), 'Run ' || k, CASE WHEN k % 10 = 0 THEN 'paused' ELSE 'finished' END,
       'cifar10', :network, :training, 100000, '[]', '10.0.' || k % 200 || '.' || k / 200 % 200,
       'visitor ' || k % 9000, 'visitor ' || k % 9000, start + k, start + k + 1, start + k + 60, false, 10, 1000, 1000,
       60, 0.001, 0
FROM generate_series(1, CAST(:runs AS int)) k, (SELECT extract(epoch FROM now()) - CAST(:runs AS int) AS start) s"""
EVENTS = """
INSERT INTO events (run_id, sequence, kind, payload, written_at)
SELECT to_hex((x'1000000000000000'::bigint + k)), s, CASE WHEN s % 20 = 0 THEN 'epoch' ELSE 'step' END, :payload, 0
FROM generate_series(CAST(:first AS int), CAST(:last AS int)) k,
     generate_series(1, CASE WHEN k % 100 = 0 THEN CAST(:many AS int) ELSE CAST(:few AS int) END) s"""
A_FEW, OFTEN = 20, 100
ADDRESS = Visitor("somebody", "10.1.1.1")
_WAY = re.compile(
    r"(Seq Scan) on (runs|events)|(?:Index(?: Only)? Scan(?: Backward)? using|Bitmap Index Scan on) (\w+)"
)


def fill(engine: Engine, count: int, events: int) -> None:
    """As many runs, and events in all: each hundredth run has fifty times the others'."""
    few = max(round(events / count / 1.49), 1)
    told = {"network": json.dumps(PRESET.network.describe()), "training": json.dumps(describe_training(Training()))}
    with writing(engine) as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text(RUNS), told | {"runs": count})
    for first in range(1, count + 1, 2000):
        part = {"first": first, "last": min(first + 1999, count), "few": few, "many": 50 * few}
        with writing(engine) as connection:
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text(EVENTS), part | {"payload": json.dumps(STEP)})
    with engine.connect() as connection:
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM ANALYZE"))


class Watched:
    """How long calls take, and by which ways their statements find rows."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._statements: dict[str, object] = {}
        event.listen(engine, "before_cursor_execute", self._note)

    def measure(self, what: str, call: Callable[[], object], times: int) -> None:
        """Prints a row: the median and the slowest of so many, and the ways."""
        self._statements = {}
        spent = []
        for _ in range(times):
            begun = time.perf_counter()
            call()
            spent.append(1000 * (time.perf_counter() - begun))
        ways = sorted(self._ways())
        print(f"| {what} | {statistics.median(spent):.1f} | {max(spent):.1f} | {', '.join(ways)} |", flush=True)

    def _note(self, _connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        self._statements[statement] = parameters

    def _ways(self) -> set[str]:
        found = set()
        with self._engine.connect() as connection, connection.begin():
            for statement, parameters in list(self._statements.items()):
                if statement.startswith(("SELECT", "UPDATE", "DELETE")) and re.search(r"\b(runs|events)\b", statement):
                    plan = "\n".join(connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars())
                    found |= {f"all of {match[2]}" if match[1] else match[3] for match in _WAY.finditer(plan)}
        return found


def show_sizes(engine: Engine) -> None:
    """What is there, and what it weighs."""
    told = "SELECT count(*), pg_size_pretty(pg_table_size(:name)), pg_size_pretty(pg_indexes_size(:name)) FROM "
    for name in ("runs", "events"):
        with reading(engine) as connection:
            rows, table, indices = connection.execute(text(told + name), {"name": name}).one()
        print(f"{name}: {rows:,} rows, {table}, indices {indices}")


def measure(store: Store, watched: Watched, count: int) -> None:
    """Each thing that is asked often."""
    order = Order("cifar10", PRESET.network, Training())
    pupils = iter(Visitor(f"pupil {k}", f"10.2.{k // 200}.{k % 200}") for k in range(10_000))
    ordinary, large = (f"{0x1000000000000000 + k:x}" for k in (count // 2 + 1, count // 200 * 100))
    watched.measure("submit", lambda: store.submit(order, next(pupils)), 60)
    leases: list[Lease] = []

    def claim() -> None:
        with writing(store.engine) as connection:
            claimed = claim_next(connection, store.limits)
        assert claimed
        leases.append(Lease(store.engine, claimed))

    watched.measure("claim, of 60 that wait", claim, A_FEW)
    for lease in leases:
        lease.take()
    watched.measure("a trainer's write of a step", lambda: leases[0].write([("step", STEP)], step=5), OFTEN)
    live = store.list()[0].id
    watched.measure("tail: the newest events", lambda: store.events(leases[0]._claim.run_id, 80, 200), OFTEN)
    watched.measure(
        "tail of a long run: the last 200", lambda: store.events(large, store.newest(large) - 200, 200), OFTEN
    )
    watched.measure("a run", lambda: store.find(ordinary), OFTEN)
    watched.measure("a run that waits", lambda: store.find(live), A_FEW)
    watched.measure("a long run's history", lambda: store.history(large), A_FEW)
    watched.measure("the list", store.list, A_FEW)
    watched.measure("counts by state", store.count_states, A_FEW)
    watched.measure("metrics", store.feel_pulse, A_FEW)
    watched.measure("whether a cookie has runs", lambda: store.knows("visitor 77"), OFTEN)
    watched.measure("needed data sets", store.needed_datasets, A_FEW)
    store.tickets._at = -10.0

    def renew() -> None:
        store.tickets._at = -10.0
        store.tickets.renew()

    watched.measure("tickets", renew, A_FEW)
    watched.measure("a wish", lambda: store.ask(live, Wish(name="Another")), A_FEW)
    watched.measure("rescue", lambda: rescue(store.engine), A_FEW)
    watched.measure("slices", lambda: set_aside(store.engine, store.limits), A_FEW)
    gone = iter(f"{0x1000000000000000 + k:x}" for k in range(1, 10_000) if k % 100)
    watched.measure("deletion of a run", lambda: store.delete(next(gone)), A_FEW)
    long_gone = iter(f"{0x1000000000000000 + k:x}" for k in range(100, 10_000, 100))
    watched.measure("deletion of a long run", lambda: store.delete(next(long_gone)), A_FEW)


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--events", type=int, default=5_000_000)
    options = parser.parse_args()
    server = PostgreSQL(shared_buffers="256MB", max_wal_size="4GB", maintenance_work_mem="256MB")
    try:
        url = server.url(server.make_database())
        engine = open_engine(url)
        migrate(engine)
        begun = time.perf_counter()
        fill(engine, options.runs, options.events)
        print(f"filled in {time.perf_counter() - begun:.0f} s")
        show_sizes(engine)
        print("\n| | median, ms | slowest, ms | found by |\n|---|---|---|---|")
        with tempfile.TemporaryDirectory() as folder:
            limits = QueueLimits(at_once=A_FEW, queued=100, kept=200_000)
            store = Store(engine, Files(Path(folder)), limits)
            store.root.mkdir()
            measure(store, Watched(engine), options.runs)
            store.close()
    finally:
        server.remove()


if __name__ == "__main__":
    main()
