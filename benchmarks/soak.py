"""Two hours of a class, two attackers and kills: does anything grow, break or get lost?

    .venv/bin/python -m benchmarks.soak [--minutes 120] [--to DIR] [--port 0] [--no-attacks] [--no-kills]

A real server (`python -m app serve`), started again whenever it ends, as systemd would. Thirty visitors of one address
walk through all rooms (tests/attacks/visitors), two attackers from two others do in turn all that they know
(tests/attacks/attackers), and a hand kills: trainers, workers, the trainers' parent, the server, and stops a trainer so
that it hangs. DIR gets the report, every sample and the server's log; the exit status is 1 where something that must
never happen has happened: an answer of 5xx that is not the documented one around a kill, a run or an event that is
lost, memory, file descriptors or processes that grow from the first quarter to the last.
"""

import argparse
import asyncio
import csv
import os
import random
import signal
import socket
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import psutil

from benchmarks.training import ROOT
from tests.attacks.attackers import ATTACKS, Target
from tests.attacks.siege import ask_health
from tests.attacks.visitors import OVER, Record, Visitor

VISITORS = 30
SAMPLE_S = 5.0
KEEP = 24  # samples after which what was seen so far is written down
KILL_S = (40.0, 80.0)  # between two
ATTACK_S, REST_S = 45.0, 15.0
SERVER_KILLS = (0.10, 0.20, 0.35, 0.50)  # of the whole time; then one life to the end, in which a leak would show
ABSENT_S = 120.0  # that a killed server may need to come back
SETTLE_S = 300.0  # in which the queue empties, after all is over
WARM_S = 180.0  # of the first quarter, in which workers and caches fill
GROWTH = {"memory": (1.10, 20.0), "descriptors": (1.10, 10.0), "processes": (1.0, 1.5)}  # times, and more beside
KINDS = ("server", "workers", "trainers", "helpers")


@dataclass
class House:
    """The server, kept running, and the processes that are its own: all that have its mark in their environment."""

    folder: Path
    port: int
    record: Record
    kills: Counter[str] = field(default_factory=Counter)
    process: asyncio.subprocess.Process | None = None
    is_over: bool = False
    is_killed: bool = False
    absent_since: float = 0.0  # since when it has not answered after a kill

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def keep(self) -> None:
        """Starts it, and again whenever it ends."""
        command = [sys.executable, "-m", "app", "serve", "--port", str(self.port), "--data", str(self.folder / "data")]
        mark = {"SOAK": str(self.folder), "PLAYGROUND_LOG_FORMAT": "json"}
        with (self.folder / "server.log").open("ab") as log:
            while not self.is_over:
                self.is_killed = False
                self.process = await asyncio.create_subprocess_exec(
                    *command, cwd=ROOT, env=os.environ | mark, stdout=log, stderr=log
                )
                code = await self.process.wait()
                if not (self.is_killed or self.is_over):
                    self.record.fault(f"the server ended by itself with {code}")

    def processes(self) -> Iterator[tuple[str, psutil.Process]]:
        """Each with its kind."""
        for process in psutil.process_iter():
            try:
                if process.environ().get("SOAK") == str(self.folder) and process.status() != psutil.STATUS_ZOMBIE:
                    yield self._kind(process), process
            except psutil.Error:
                continue

    def _kind(self, process: psutil.Process) -> str:
        words, parent = " ".join(process.cmdline()), process.parent()
        if self.process is not None and process.pid == self.process.pid:
            return "server"
        is_first = parent is None or parent.pid == (self.process and self.process.pid)
        if "app.runs.trainer" in words:
            return "helpers" if is_first and parent is not None else "trainers"
        return "workers" if "forkserver" in words and not is_first else "helpers"

    def strike(self, what: str) -> None:
        """Kills one process of that kind, or stops a trainer so that it hangs."""
        found = [process for kind, process in self.processes() if _is_struck(what, kind, process)]
        if not found:
            return
        victim = max(found, key=lambda process: process.cpu_times().user)
        self.record.killed_at, self.record.last_kill = time.monotonic(), what
        if what == "server":
            self.is_killed, self.absent_since = True, time.monotonic()
        self.kills[what] += 1
        victim.send_signal(signal.SIGSTOP if what == "hang" else signal.SIGKILL)

    def hear(self, told: str) -> None:
        """Of a health check: while a killed server comes back, on a busy machine, nobody is told of a fault."""
        if told == "200":
            self.absent_since = 0.0
        elif self.absent_since and time.monotonic() < self.absent_since + ABSENT_S:
            self.record.killed_at = time.monotonic()

    async def end(self) -> None:
        """As systemd stops it."""
        self.is_over = True
        if self.process is not None:
            self.process.terminate()


def _is_struck(what: str, kind: str, process: psutil.Process) -> bool:
    wanted = {"trainer": "trainers", "hang": "trainers", "worker": "workers", "server": "server", "parent": "helpers"}
    return kind == wanted[what] and (what != "parent" or "app.runs.trainer" in " ".join(process.cmdline()))


async def kill(house: House, began: float, ends: float, seed: int) -> None:
    """A process now and then; the server at its times."""
    chance, turns = random.Random(seed), cycle(("trainer", "worker", "parent", "hang", "trainer", "worker"))
    servers = [began + share * (ends - began) for share in SERVER_KILLS]
    while True:
        await asyncio.sleep(chance.uniform(*KILL_S))
        if time.monotonic() > ends - 90:
            return
        if servers and time.monotonic() > servers[0]:
            servers.pop(0)
            house.strike("server")
        else:
            house.strike(next(turns))


async def attack(target: Target, first: int, ends: float, record: Record) -> None:
    """All attacks in turn, from that one on."""
    for one in cycle(ATTACKS[first:] + ATTACKS[:first]):
        seconds = min(ATTACK_S, ends - time.monotonic())
        if seconds <= 1:
            return
        try:
            found = await one(target, seconds)
        except (OSError, TimeoutError) as error:  # as while the server is started again
            found = repr(error)
        record.told[f"attack: {one.__name__}"] += 1
        if isinstance(found, list) and any(200 <= status < 300 for status in found):
            record.fault(f"{one.__name__} got {Counter(found)}")
        await asyncio.sleep(REST_S)


@dataclass
class Sample:
    """What there was at a moment: MiB, descriptors, processes and threads by kind; and how long a health check took."""

    at: float
    memory: Counter[str] = field(default_factory=Counter)
    descriptors: Counter[str] = field(default_factory=Counter)
    processes: Counter[str] = field(default_factory=Counter)
    threads: Counter[str] = field(default_factory=Counter)
    health: list[float] = field(default_factory=list)
    server: int = 0  # its process number

    def take(self, house: House) -> "Sample":
        """Looks at every process. Pages that processes share count by their share; of the server only its own do.

        Else it would seem to grow when other programs of the machine end, which shared its libraries.
        """
        for kind, process in house.processes():
            try:
                held = process.memory_full_info()
                self.memory[kind] += (held.uss if kind == "server" else held.pss) / 2**20
                self.descriptors[kind] += process.num_fds()
                self.threads[kind] += process.num_threads()
                self.processes[kind] += 1
            except psutil.Error:
                continue
        self.server = house.process.pid if house.process else 0
        return self


async def watch(house: House, samples: list[Sample], began: float) -> None:
    """Samples, and asks for the health once a second."""
    while not house.is_over:
        sample = await asyncio.to_thread(Sample(time.monotonic() - began).take, house)
        for _ in range(int(SAMPLE_S)):
            await asyncio.sleep(1)
            if house.is_over:
                return
            told, seconds = await asyncio.to_thread(ask_health, house.port)  # this loop is busy with visitors
            house.hear(told)
            if house.record.is_excused():
                continue
            if told == "200":
                sample.health.append(seconds)
            else:
                house.record.fault(f"the health check was answered {told} after {seconds:.1f} s")
        samples.append(sample)
        if len(samples) % KEEP == 0:
            keep(house, samples, {}, sample.at / 60)


async def settle(visitors: list[Visitor], record: Record) -> dict[str, int]:
    """After all is over: every run that a visitor was told of is there, comes to its end, and its log has no gap."""
    found: Counter[str] = Counter()
    until = time.monotonic() + SETTLE_S
    while time.monotonic() < until:
        for visitor in visitors:
            await visitor.go_on()
            await visitor.check()
        if all(seen.state in OVER for visitor in visitors for seen in visitor.runs.values()):
            break
        await asyncio.sleep(10)
    for visitor in visitors:
        for run_id, seen in visitor.runs.items():
            found[seen.state] += 1
            if seen.state not in OVER:
                record.fault(f"run {run_id} is still {seen.state}")
                continue
            response = await visitor.want("GET", f"/api/runs/{run_id}/events?after=0")
            heard = [int(line[3:]) for line in response.text.splitlines() if line.startswith("id:")] if response else []
            if heard != list(range(1, len(heard) + 1)) or len(heard) < seen.last:
                record.fault(f"the log of run {run_id} has {len(heard)} events; {seen.last} were heard")
    return dict(found)


async def soak(options: argparse.Namespace, folder: Path) -> tuple[House, list[Sample], dict[str, int]]:
    """All of it."""
    record, samples = Record(), list[Sample]()
    record.killed_at = began = time.monotonic()
    house = House(folder, options.port or _free_port(), record)
    ends = began + 60 * options.minutes
    tasks = [asyncio.create_task(house.keep()), asyncio.create_task(watch(house, samples, began))]
    await asyncio.sleep(15)
    visitors = [Visitor(house.address, number, record) for number in range(VISITORS)]
    stays: list[Awaitable[None]] = [visitor.stay(ends) for visitor in visitors]
    if not options.no_attacks:
        stays += [attack(Target(house.port, source=f"127.0.0.{2 + number}", pause=0.01), 7 * number, ends, record)
                  for number in range(2)]  # fmt: skip
    if not options.no_kills:
        stays.append(kill(house, began, ends, seed=1))
    await asyncio.gather(*stays)
    states = await settle(visitors, record)
    await asyncio.gather(*(visitor.leave() for visitor in visitors))
    await house.end()
    await asyncio.gather(*tasks)
    return house, samples, states


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def median_of(samples: list[Sample], what: str, kind: str) -> float:
    return statistics.median(getattr(sample, what)[kind] for sample in samples) if samples else 0.0


def grown(what: str, first: float, last: float) -> bool:
    """Whether that is more than the noise of such a machine."""
    times, more = GROWTH[what]
    return last > first * times + more


def hourly(samples: list[Sample]) -> tuple[float, float]:
    """MiB an hour that the server's last life grew by (a line through all but its first tenth), and those hours."""
    life = [sample for sample in samples if sample.server == samples[-1].server and sample.memory["server"]]
    life = life[len(life) // 10 :]
    if len(life) < 10:
        return 0.0, 0.0
    hours = [sample.at / 3600 for sample in life]
    line = statistics.linear_regression(hours, [sample.memory["server"] for sample in life])
    return line.slope, hours[-1] - hours[0]


def report(house: House, samples: list[Sample], states: dict[str, int], minutes: float) -> tuple[str, bool]:
    """The table and the lists; and whether all is well."""
    seconds = minutes * 60
    first = [sample for sample in samples if min(WARM_S, seconds / 8) < sample.at < seconds / 4 + WARM_S]
    last = [sample for sample in samples if seconds * 3 / 4 < sample.at < seconds]
    rows, is_well = [], not house.record.faults
    for what in GROWTH:
        for kind in (*KINDS, "all"):
            if kind == "all":
                for sample in samples:
                    getattr(sample, what)["all"] = sum(getattr(sample, what)[each] for each in KINDS)
            early, late = median_of(first, what, kind), median_of(last, what, kind)
            worst = max((getattr(sample, what)[kind] for sample in samples), default=0)
            is_grown = kind in ("server", "all") and grown(what, early, late)
            is_well = is_well and not is_grown
            verdict = "" if kind not in ("server", "all") else "GROWN" if is_grown else "flat"
            rows.append(f"| {what} | {kind} | {early:,.0f} | {late:,.0f} | {worst:,.0f} | {verdict} |")
    return "\n".join([*_head(house, samples, minutes), *rows, "", *_lists(house, states)]) + "\n", is_well


def _head(house: House, samples: list[Sample], minutes: float) -> list[str]:
    record = house.record
    health = sorted(wait * 1000 for sample in samples for wait in sample.health) or [0.0]
    middle, late, worst = (health[int(len(health) * share)] for share in (0.5, 0.99, 0.9999999))
    slope, hours = hourly(samples)
    answers = sum(record.answers.values())
    return [
        f"{minutes:g} minutes, {VISITORS} visitors, {answers:,} calls, {record.told['events heard']:,} events heard",
        f"health between kills, {len(health):,} times: median {middle:.0f} ms, 99 % {late:.0f}, worst {worst:.0f}",
        f"the server's memory in its last life: {slope:+.1f} MiB an hour, over {hours:.2f} hours",
        "",
        "| | of | first quarter | last quarter | most | |",
        "|---|---|---|---|---|---|",
    ]


def _lists(house: House, states: dict[str, int]) -> list[str]:
    statuses: dict[str, Counter[int]] = {}
    for (route, status), count in sorted(house.record.answers.items()):
        statuses.setdefault(route, Counter())[status] += count
    return [
        f"kills: {dict(house.kills)}",
        f"runs at the end: {states}",
        "",
        *(f"    {route:45} {dict(counts)}" for route, counts in statuses.items()),
        "",
        *(f"    {name}: {count}" for name, count in sorted(house.record.told.items())),
        "",
        f"{len(house.record.faults)} faults",
        *(f"    {fault}" for fault in house.record.faults[:200]),
    ]


def keep(house: House, samples: list[Sample], states: dict[str, int], minutes: float) -> tuple[str, bool]:
    """Writes the report, and a row for each sample, into the folder."""
    text, is_well = report(house, samples, states, minutes)
    (house.folder / "report.md").write_text(text, "utf-8")
    with (house.folder / "samples.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        whats = (*GROWTH, "threads")
        rows.writerow(["seconds", "server", "worst health", *(f"{what} {kind}" for what in whats for kind in KINDS)])
        for sample in samples:
            values = (f"{getattr(sample, what)[kind]:.1f}" for what in whats for kind in KINDS)
            rows.writerow([f"{sample.at:.0f}", sample.server, f"{max(sample.health, default=0):.3f}", *values])
    return text, is_well


def main() -> int:
    """Prints and keeps the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--to", type=Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--no-attacks", action="store_true")
    parser.add_argument("--no-kills", action="store_true")
    options = parser.parse_args()
    folder = options.to or Path(tempfile.mkdtemp(prefix="soak-"))
    folder.mkdir(parents=True, exist_ok=True)
    house, samples, states = asyncio.run(soak(options, folder.resolve()))
    text, is_well = keep(house, samples, states, options.minutes)
    print(text)
    return int(not is_well)


if __name__ == "__main__":
    sys.exit(main())
