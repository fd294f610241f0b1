"""Thirty students click a map of `best` within a second, each another one, on a server that has kept nothing yet.

    .venv/bin/python -m benchmarks.clicks [--students 30] [--model best]

A click is what the page asks for: how the number was made, the kernels, and what the channel looks for, each over a
connection of its own. The bar: no refusal, and 95 % of the clicks have all three answers within 2 s. The picture that
is made for a channel comes after them; how long the last student waits for it is told, without a bar.
"""

import argparse
import http.client
import random
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from app.core.classification.cards import read_json
from app.core.networks.networks import expand, parse_network
from app.core.networks.reports import ANY_SIZE
from benchmarks.request import BOUNDARY
from benchmarks.training import ROOT
from tests.browser.conftest import running_server

BAR_S = 2.0
WITHIN_S = 1.0


@dataclass
class Seen:
    """Seconds and statuses, by what was asked for."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    refusals: list[tuple[str, int]] = field(default_factory=list)

    def ask(self, host: str, name: str, path: str, body: bytes | None = None) -> None:
        """One request, from the connection to the last byte."""
        began = time.perf_counter()
        connection = http.client.HTTPConnection(host, timeout=120)
        headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"} if body else {}
        connection.request("POST" if body else "GET", path, body, headers)
        response = connection.getresponse()
        response.read()
        connection.close()
        self.seconds.setdefault(name, []).append(time.perf_counter() - began)
        if response.status != 200:
            self.refusals.append((name, response.status))


def maps_of(model: str) -> list[tuple[str, int]]:
    """(layer, channel) of every map that kernels make."""
    network = expand(parse_network(read_json(ROOT / "models" / model / "network.json"), ANY_SIZE))
    rows = [row for row in network.report.layers if row.role == "kernels"]
    return [(row.name, channel) for row in rows for channel in range(row.output_shape[0])]


def number(layer: str, channel: int) -> bytes:
    """The form that asks how the first number of a map was made."""
    fields = {"sample": "cat", "layer": layer, "channel": str(channel)}
    parts = [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
             for name, value in fields.items()]  # fmt: skip
    return "".join([*parts, f"--{BOUNDARY}--\r\n"]).encode()


def click(host: str, model: str, place: tuple[str, int], seen: Seen, wait: float) -> None:
    """After a while, the three answers at once; then the picture."""
    time.sleep(wait)
    layer, channel = place
    base, began = f"/api/models/{model}", time.perf_counter()
    calls = {
        "number": (f"{base}/explanations", number(layer, channel)),
        "kernels": (f"{base}/filters/{layer}?channel={channel}", None),
        "channel": (f"{base}/channels/{layer}/{channel}", None),
    }
    threads = [threading.Thread(target=seen.ask, args=(host, name, *call)) for name, call in calls.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seen.seconds.setdefault("click", []).append(time.perf_counter() - began)
    seen.ask(host, "picture", f"{base}/maximizations/{layer}/{channel}")


def measure(address: str, model: str, students: int) -> Seen:
    """What they all saw."""
    drawn, seen, host = random.Random(0), Seen(), address.removeprefix("http://")
    places = drawn.sample(maps_of(model), students)
    threads = [
        threading.Thread(target=click, args=(host, model, place, seen, drawn.uniform(0, WITHIN_S))) for place in places
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seen


def main() -> int:
    """Prints a row a kind of request; 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=30)
    parser.add_argument("--model", default="best")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder)) as address:
        time.sleep(8)  # a page was opened before: the workers are there
        Seen().ask(address.removeprefix("http://"), "page", f"/api/models/{options.model}")
        seen = measure(address, options.model, options.students)
    print(f"{options.students} students, {options.model}\n\n| | median, s | 95 %, s | last, s |\n|---|---|---|---|")
    late = {}
    for name, seconds in seen.seconds.items():
        ordered = sorted(seconds)
        late[name] = ordered[max(int(len(ordered) * 0.95) - 1, 0)]
        print(f"| {name} | {ordered[len(ordered) // 2]:.2f} | {late[name]:.2f} | {ordered[-1]:.2f} |")
    print(f"\nrefused: {seen.refusals or 'nobody'}; bar: 95 % of the clicks within {BAR_S} s")
    return int(bool(seen.refusals) or late["click"] > BAR_S)


if __name__ == "__main__":
    sys.exit(main())
