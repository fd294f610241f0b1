"""What ordinary requests cost beside another checkout, such as the one before a change (bar: 3 % more).

    .venv/bin/python -m benchmarks.ordinary --beside DIR [--rounds 300] [--at-once 8]

Two real servers, asked in turns, so that what else the machine does hits both. A row is a kind of request: the median
of its time, that of the other checkout, and the median of the ratios of neighbors; then how many requests a second
eight connections get through, and what the main process spends on one, by its processor's clock.
"""

import argparse
import http.client
import statistics
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.request import BOUNDARY, form, photograph
from benchmarks.streaming import server_process
from benchmarks.training import ROOT
from tests.browser.conftest import running_server

BAR = 1.03
WINDOW_S = 2.0
FORM = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request."""

    name: str
    method: str
    path: str
    body: bytes = b""

    def send(self, connection: http.client.HTTPConnection) -> float:
        """Milliseconds until all of the answer is there."""
        began = time.perf_counter()
        connection.request(self.method, self.path, self.body or None, FORM if self.body else {})
        response = connection.getresponse()
        response.read()
        assert response.status == 200, (self, response.status)
        return (time.perf_counter() - began) * 1000


def requests() -> list[Asked]:
    """What visitors ask for most."""
    sample = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="sample"\r\n\r\ncat\r\n--{BOUNDARY}--\r\n'.encode()
    return [
        Asked("health", "GET", "/healthz"),
        Asked("a page", "GET", "/convolve"),
        Asked("a script", "GET", "/static/js/theme.js"),
        Asked("samples", "GET", "/api/samples"),
        Asked("runs", "GET", "/api/runs"),
        Asked("a filter, 512 x 512", "POST", "/api/convolutions", form(photograph())),
        Asked("a classification", "POST", "/api/models/explain/classifications", sample),
        Asked("all maps", "POST", "/api/models/explain/activations", sample),
    ]


class Side:
    """A server."""

    def __init__(self, address: str) -> None:
        self.host = address.removeprefix("http://")
        self.process: psutil.Process = server_process(address)
        self.connection = http.client.HTTPConnection(self.host, timeout=60)

    def throughput(self, asked: Asked, at_once: int) -> tuple[float, float]:
        """Requests a second, and milliseconds of the main process's processor for one."""
        ends, counts = time.perf_counter() + WINDOW_S, [0] * at_once
        before = sum(self.process.cpu_times()[:2])

        def ask(number: int) -> None:
            connection = http.client.HTTPConnection(self.host, timeout=60)
            while time.perf_counter() < ends:
                asked.send(connection)
                counts[number] += 1
            connection.close()

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(at_once)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sum(counts) / WINDOW_S, (sum(self.process.cpu_times()[:2]) - before) * 1000 / sum(counts)


def measure_latency(sides: list[Side], rounds: int) -> float:
    """Prints a row a kind; the median of all ratios."""
    print("| | ms | beside | times |\n|---|---|---|---|")
    everything = []
    for asked in requests():
        pairs = []
        for turn in range(rounds + 10):
            first, second = sides if turn % 2 else sides[::-1]
            told = {first: asked.send(first.connection), second: asked.send(second.connection)}
            pairs.append((told[sides[0]], told[sides[1]]))
        pairs = pairs[10:]
        ratio = statistics.median(ours / theirs for ours, theirs in pairs)
        everything.append(ratio)
        ours, theirs = (statistics.median(times) for times in zip(*pairs, strict=True))
        print(f"| {asked.name} | {ours:.2f} | {theirs:.2f} | {ratio:.3f} |", flush=True)
    return statistics.geometric_mean(everything)


def measure_throughput(sides: list[Side], windows: int, at_once: int) -> float:
    """Prints a row a kind; the mean of the ratios of the processor's time, which other work on the machine spares."""
    print(f"\n| {at_once} at once | a second | beside | times | processor, ms | beside | times |")
    print("|---|---|---|---|---|---|---|")
    spent = []
    for asked in requests():
        told: list[list[tuple[float, float]]] = [[], []]
        for turn in range(windows):
            for index in (0, 1) if turn % 2 else (1, 0):
                told[index].append(sides[index].throughput(asked, at_once))
        (rate, beside), (cost, other) = (
            [statistics.median(window[which] for window in told[index]) for index in (0, 1)] for which in (0, 1)
        )
        spent.append(cost / other)
        print(f"| {asked.name} | {rate:,.0f} | {beside:,.0f} | {rate / beside:.3f} | {cost:.3f} | {other:.3f} "
              f"| {cost / other:.3f} |", flush=True)  # fmt: skip
    return statistics.geometric_mean(spent)


def main() -> int:
    """Prints the tables; 1 where the mean is past the bar."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--beside", type=Path, default=ROOT)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--windows", type=int, default=6)
    parser.add_argument("--at-once", type=int, default=8)
    options = parser.parse_args()
    with ExitStack() as stack:
        sides = []
        for place in (ROOT, options.beside):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            sides.append(Side(stack.enter_context(running_server(folder, place))))
        time.sleep(8)  # the trainers load PyTorch
        latency = measure_latency(sides, options.rounds)
        spent = measure_throughput(sides, options.windows, options.at_once)
    print(f"\nall: {latency:.3f} times the time, {spent:.3f} times the processor (bar {BAR})")
    return int(max(latency, spent) > BAR)


if __name__ == "__main__":
    sys.exit(main())
