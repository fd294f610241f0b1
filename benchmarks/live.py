"""A network trained live by the server: how soon it is good, what the web around it costs, and what it costs the web.

    .venv/bin/python -m benchmarks.live --data DIR [--only demo throughput load] [--rounds 3]

DIR holds CIFAR-10 (`python -m app fetch cifar10 --data DIR`). Every figure is of a real server and its trainer.

demo        seconds from Start to 60 % validation accuracy of the light network with the page's settings (bar 60), and
            to 97 % of the small data sets (bar 15).
throughput  images a second with ten viewers connected, beside the same training loop alone in a process of its own
            (bar: 0.97 of it) and beside the loop that tutorials show. Sides take turns; ratios' median.
load        what visitors wait for while a run trains: pages (bar 250 ms) and classifications (bar 300 ms) at the 95th
            percentile, and how much slower the training goes meanwhile (bar: less than half).
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from benchmarks.training import ROOT, run
from tests.browser.conftest import running_server

VIEWERS = 10
EPOCHS = 2
BARS = {"throughput": 0.97, "page": 0.250, "classification": 0.300, "slower": 0.5}


def recipe(name: str) -> dict[str, Any]:
    """What the page sends for one of its prepared states."""
    from app.core.training.recipes import find_recipe

    return find_recipe(name).describe()


@contextmanager
def server(data: Path) -> Iterator[httpx2.Client]:
    """A client of a fresh server, whose trainer is warm, with CIFAR-10 of `data`."""
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "datasets"
        kept.mkdir()
        (kept / "cifar10.safetensors").symlink_to((data / "datasets/cifar10.safetensors").resolve())
        with running_server(Path(folder)) as address, httpx2.Client(base_url=address, timeout=60) as client:
            time.sleep(8)  # the trainer loads PyTorch meanwhile
            yield client


def start(client: httpx2.Client, order: dict[str, Any]) -> str:
    """The id of a new run."""
    response = client.post("/api/runs", json=order)
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


def events(client: httpx2.Client, run_id: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Kind and values of each, as a viewer gets them."""
    address = f"{str(client.base_url).rstrip('/')}/api/runs/{run_id}/events"
    with httpx2.stream("GET", address, timeout=60) as answer:
        kind = ""
        for line in answer.iter_lines():
            if line.startswith("event:"):
                kind = line[6:].strip()
            elif line.startswith("data:"):
                yield kind, json.loads(line[5:])


def time_to(client: httpx2.Client, order: dict[str, Any], accuracy: float) -> tuple[float, float, float]:
    """Seconds from Start to that validation accuracy and to the first point, and the accuracy it ended with."""
    started, first, best = time.perf_counter(), 0.0, 0.0
    run_id = start(client, order)
    reached = float("inf")
    for kind, values in events(client, run_id):
        now = time.perf_counter() - started
        if kind == "step" and not first:
            first = now
        if kind == "epoch":
            best = max(best, values["validation_accuracy"])
            if best >= accuracy:
                reached = min(reached, now)
    return reached, first, best


def measure_demo(data: Path) -> bool:
    """Prints a row a recipe."""
    good = True
    with server(data) as client:
        for name, wanted, bar in (("default", 0.60, 60), ("digits", 0.97, 15), ("shapes", 0.97, 15)):
            reached, first, best = time_to(client, recipe(name), wanted)
            good = good and reached <= bar
            told = f"{wanted:.0%} after {reached:5.1f} s (bar {bar})   first point {first:.2f} s   ended at {best:.1%}"
            print(f"demo {name:10} {told}   load {os.getloadavg()[0]:.1f}", flush=True)
            time.sleep(4)
    return good


def order_of(epochs: int) -> dict[str, Any]:
    """The light network with the page's settings."""
    found = recipe("default")
    return found | {"training": found["training"] | {"epochs": epochs}}


def served_speed(client: httpx2.Client) -> float:
    """Training images a second from the first step to the end of the last epoch, with ten viewers."""
    run_id = start(client, order_of(EPOCHS))
    for _ in range(VIEWERS - 1):
        threading.Thread(target=_watch, args=(client, run_id), daemon=True).start()
    return _speed(events(client, run_id), lambda event: event[0], lambda event: event[1])


def _watch(client: httpx2.Client, run_id: str) -> None:
    """A viewer whose own work is on another machine: what is sent is received, and not read."""
    with httpx2.stream("GET", f"{str(client.base_url).rstrip('/')}/api/runs/{run_id}/events", timeout=60) as answer:
        for _ in answer.iter_raw():
            pass


def alone_speed(data: Path) -> float:
    """The same of the core's loop in a process with the trainer's environment, with nothing around it."""
    from app.tuning import TRAINING_ENVIRONMENT

    command = [sys.executable, "-m", "benchmarks.live", "--data", str(data), "--alone"]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | TRAINING_ENVIRONMENT, capture_output=True, text=True,
                          check=True)  # fmt: skip
    return float(done.stdout.splitlines()[-1])


def train_alone(data: Path) -> float:
    """In that process."""
    import torch

    from app.core.datasets.datasets import load_dataset
    from app.core.training.events import Epoch, Step
    from app.core.training.hyperparameters import parse_training
    from app.core.training.recipes import find_recipe
    from app.core.training.training import Trainer

    torch.set_flush_denormal(True)
    order = order_of(EPOCHS)
    trainer = Trainer(
        find_recipe("default").network,
        load_dataset(order["dataset"], data / "datasets"),
        parse_training(order["training"]),
    )
    kinds = {Step: "step", Epoch: "epoch"}

    def values(event: Any) -> dict[str, Any]:
        return {"step": getattr(event, "step", 0), "epoch": event.epoch}

    return _speed(trainer.events(), lambda event: kinds.get(type(event), ""), values)


def _speed(found: Any, kind_of: Callable[[Any], str], values_of: Callable[[Any], dict[str, Any]]) -> float:
    """Images a second between the first step that is told and the end of the last epoch."""
    images, batch = 45_000 * EPOCHS, order_of(1)["training"].get("batch_size", 128)
    began, first = 0.0, 0
    for event in found:
        if kind_of(event) == "step" and not began:
            began, first = time.perf_counter(), values_of(event)["step"]
        if kind_of(event) == "epoch" and values_of(event)["epoch"] == EPOCHS:
            return (images - first * batch) / (time.perf_counter() - began)
    raise SystemExit("the training ended too early")


def measure_throughput(data: Path, rounds: int) -> bool:
    """Prints one row."""
    found: dict[str, list[float]] = {"served": [], "alone": [], "plain": []}
    with server(data) as client:
        for _ in range(rounds):
            found["served"].append(served_speed(client))
            time.sleep(6)  # the next warm trainer starts meanwhile
            found["alone"].append(alone_speed(data))
            found["plain"].append(run("plain", "lecture-light", 8.0, busy=False))
    speed = {side: statistics.median(values) for side, values in found.items()}
    ratio = statistics.median(ours / alone for ours, alone in zip(found["served"], found["alone"], strict=True))
    print(f"throughput  served with {VIEWERS} viewers {speed['served']:,.0f} images/s   alone {speed['alone']:,.0f} "
          f"({ratio:.3f} of it, bar {BARS['throughput']})   plain loop {speed['plain']:,.0f} "
          f"({speed['served'] / speed['plain']:.2f} times)   load {os.getloadavg()[0]:.1f}", flush=True)  # fmt: skip
    return ratio >= BARS["throughput"]


def measure_load(data: Path, seconds: float = 20.0) -> bool:
    """Prints one row: a visitor who looks at a page and one who classifies, each at once again after 0.1 s."""
    with server(data) as client:
        run_id = start(client, order_of(1000))
        quiet = _rate(client, run_id, seconds)
        waits: dict[str, list[float]] = {"page": [], "classification": []}
        ends = time.monotonic() + seconds
        visitors = [
            threading.Thread(target=_visit, args=(str(client.base_url), waits[name], ends, name)) for name in waits
        ]
        for visitor in visitors:
            visitor.start()
        busy = _rate(client, run_id, seconds)
        for visitor in visitors:
            visitor.join()
        client.delete(f"/api/runs/{run_id}")
    late = {name: sorted(values)[int(len(values) * 0.95)] for name, values in waits.items()}
    slower = 1 - busy / quiet
    print(f"load  page {late['page'] * 1000:.0f} ms (bar 250)   classification {late['classification'] * 1000:.0f} ms "
          f"(bar 300) at the 95th percentile of {len(waits['page'])} and {len(waits['classification'])}   training "
          f"{quiet:,.0f} -> {busy:,.0f} images/s ({slower:.0%} slower, bar 50 %)   load {os.getloadavg()[0]:.1f}",
          flush=True)  # fmt: skip
    return late["page"] <= BARS["page"] and late["classification"] <= BARS["classification"] and slower < BARS["slower"]


def _rate(client: httpx2.Client, run_id: str, seconds: float) -> float:
    """Images a second over the next `seconds`."""
    batch = order_of(1)["training"].get("batch_size", 128)
    marks: list[tuple[float, int]] = []
    for kind, values in events(client, run_id):
        if kind == "step":
            marks.append((time.perf_counter(), values["step"]))
            recent = [mark for mark in marks if mark[0] > marks[0][0] + 2]  # what had been logged before comes at once
            if recent and recent[-1][0] - recent[0][0] > seconds:
                return (recent[-1][1] - recent[0][1]) * batch / (recent[-1][0] - recent[0][0])
    raise SystemExit("the training ended too early")


def _visit(address: str, waits: list[float], ends: float, what: str) -> None:
    from app.web.rooms import ROOMS

    turn = 0
    with httpx2.Client(base_url=address, timeout=60) as client:
        while time.monotonic() < ends:
            started = time.perf_counter()
            if what == "page":
                response = client.get(ROOMS[turn % len(ROOMS)].path)
            else:
                response = client.post("/api/models/explain/classifications", files={"sample": (None, "cat")})
            response.raise_for_status()
            waits.append(time.perf_counter() - started)
            turn += 1
            time.sleep(0.1)


def main() -> None:
    """All rows; exit status 1 where one is past its bar."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("data"), help="folder with CIFAR-10")
    parser.add_argument("--only", nargs="*", choices=("demo", "throughput", "load"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.alone:
        print(train_alone(options.data))
        return
    if not (options.data / "datasets/cifar10.safetensors").is_file():
        sys.exit(f"CIFAR-10 is not in {options.data}: .venv/bin/python -m app fetch cifar10 --data {options.data}")
    parts = {
        "demo": lambda: measure_demo(options.data),
        "throughput": lambda: measure_throughput(options.data, options.rounds),
        "load": lambda: measure_load(options.data),
    }
    good = [parts[name]() for name in options.only or parts]  # every row is printed
    sys.exit(not all(good))


if __name__ == "__main__":
    main()
