"""What one hostile address does to a class: each attack for a while, with thirty polite visitors, and without it.

    .venv/bin/python -m benchmarks.attacks [--seconds 20] [--only endless_header non_readers] [--beside DIR]

A real server with 1,024 file descriptors. A row is an attack: the worst of some twenty health checks a second (bar
250 ms), what the main process came to hold beyond idle (bar 300 MB), the visitors' 95th percentile and how many times
that without the attack it is (bar 2), and who was not answered (bar: nobody). Calm and attacked windows take turns, so
ratios are of one run; visitors do the same in each. The bars are for `--seconds 60`. DIR is another checkout, whose
server is attacked instead, such as the one of the commit before; `--process PID --port PORT` attacks one that runs on
this machine already, such as a container's (docs/security.md).
"""

import argparse
import asyncio
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.streaming import server_process
from benchmarks.training import ROOT
from tests.attacks.attackers import ATTACKS, nobody
from tests.attacks.siege import GROWN_MB, Siege, besiege
from tests.attacks.visitors import Record, Visitor
from tests.browser.conftest import running_server

VISITORS = 30
THINK_S = (3.0, 8.0)
WORST_S = 0.25
SLOWER = 2.0
DESCRIPTORS = 1024


@dataclass(frozen=True, slots=True)
class Window:
    """What was seen in one."""

    siege: Siege
    record: Record

    @property
    def late(self) -> float:
        """The visitors' 95th percentile, in seconds."""
        waits = sorted(wait for route in self.record.seconds.values() for wait in route) or [float("inf")]
        return waits[int(len(waits) * 0.95)]

    @property
    def unanswered(self) -> list[str]:
        """Health checks and visitors."""
        return self.siege.unanswered + self.record.faults


async def see(process: int, address: str, attack: str, seconds: float) -> Window:
    """One window: the attack, health checks, and visitors who do what they always do."""
    record = Record()
    visitors = [Visitor(address, number, record, THINK_S, ("convolve", "classify")) for number in range(VISITORS)]
    port, until = int(address.rpartition(":")[2]), time.monotonic() + seconds
    siege, *_ = await asyncio.gather(
        asyncio.to_thread(besiege, process, port, attack, seconds), *(visitor.stay(until) for visitor in visitors)
    )
    await asyncio.gather(*(visitor.leave() for visitor in visitors))
    return Window(siege, record)


@contextmanager
def attacked(options: argparse.Namespace) -> Iterator[tuple[int, str]]:
    """The number of the server's process, and its address."""
    if options.process:
        yield options.process, f"http://127.0.0.1:{options.port}"
        return
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder), options.beside) as address:
        process = server_process(address).pid
        resource.prlimit(process, resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))
        yield process, address


def row(name: str, calm: Window, seen: Window) -> tuple[str, bool]:
    """A line of the table, and whether it is within the bars."""
    ratio = seen.late / calm.late
    health = sorted(seen.siege.health)
    is_well = (
        seen.siege.worst <= WORST_S
        and seen.siege.grown_mb <= GROWN_MB
        and ratio <= SLOWER
        and not seen.unanswered
    )  # fmt: skip
    told = (
        f"| {name} | {calm.siege.worst * 1000:.0f} ms | {seen.siege.worst * 1000:.0f} ms "
        f"| {health[int(len(health) * 0.99)] * 1000:.0f} ms | {seen.siege.grown_mb:.0f} MB "
        f"| {calm.late * 1000:.0f} ms | {seen.late * 1000:.0f} ms | {ratio:.2f} | {len(seen.unanswered)} "
        f"| {os.getloadavg()[0]:.1f} | {'' if is_well else 'past a bar'} |"
    )
    return "\n".join([told, *(f"    {fault}" for fault in seen.unanswered[:5])]), is_well


def main() -> int:
    """Prints a row for each attack; 1 where one is past a bar."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = [attack.__name__ for attack in ATTACKS]
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--only", nargs="+", choices=names, default=names)
    parser.add_argument("--beside", type=Path, default=ROOT)
    parser.add_argument("--process", type=int)
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    print("| attack | worst health, calm | worst | 99 % | memory grown | visitors' 95 %, calm | attacked | times "
          "| unanswered | load | |\n|---|---|---|---|---|---|---|---|---|---|---|", flush=True)  # fmt: skip
    is_well = True
    with attacked(options) as (process, address):
        asyncio.run(see(process, address, nobody.__name__, 20.0))  # the workers open their models
        for name in options.only:
            calm = asyncio.run(see(process, address, nobody.__name__, options.seconds))
            told, is_within = row(name, calm, asyncio.run(see(process, address, name, options.seconds)))
            print(told, flush=True)
            is_well = is_well and is_within
    return int(not is_well)


if __name__ == "__main__":
    sys.exit(main())
