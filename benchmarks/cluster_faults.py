"""Runs on a Ray cluster, each with something killed at a random moment: what was lost, how its weights differ.

    .venv/bin/python -m benchmarks.cluster_faults [--times 10] [--seed 1] [--ways trainer node head server asleep]

A head and two nodes with two processors each, and a server that trains in them, all of them processes of this machine;
SQLite and one folder. By SIGKILL end, in turn, a trainer; a node with all that runs on it; the head (another is started
at once, and the nodes anew, as their supervisors would); or the server (another is started at once). `asleep` stops all
of a node for half a minute (SIGSTOP): it wakes when others have its runs. Each run has to end `finished`, with every
metric once and in order, and the weights of a run that nobody disturbed.
"""

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import cycle, islice
from pathlib import Path

import psutil
import torch
from torch import Tensor

from app.core.checkpoints import read_weights
from app.files.files import Files
from app.runs.store.states import FINISHED, TERMINAL
from app.runs.store.store import QueueLimits, Store
from tests.runs.cluster.nodes import Cluster, kill_all, trainers
from tests.runs.conftest import ANNA, QUICK, make_datasets, order, payloads, states, unbroken

TRAINING = replace(QUICK, epochs=250)  # 1500 steps, some seconds
PATIENCE_S = 240.0
ASLEEP_S = 30.0


@dataclass
class Place:
    """All of it: cluster, server, files."""

    cluster: Cluster
    folder: Path
    store: Store
    server: subprocess.Popen[bytes]

    def serve(self) -> None:
        """Another server in the killed one's place."""
        self.server = serve(self.folder, self.cluster)


def serve(folder: Path, cluster: Cluster) -> subprocess.Popen[bytes]:
    """A server's part that trains."""
    command = [sys.executable, "-m", "tests.runs.cluster.serving", str(folder), cluster.address]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)


def kill_trainer(place: Place) -> None:
    """The process alone."""
    for trainer in trainers():
        with suppress(psutil.NoSuchProcess):
            trainer.kill()


def busy_node(place: Place) -> subprocess.Popen[bytes]:
    """The node on which the run is."""
    return next((node for node in place.cluster.nodes if trainers(node)), place.cluster.nodes[0])


def kill_node(place: Place) -> None:
    """And another is added, as an autoscaler would."""
    place.cluster.kill(busy_node(place))
    place.cluster.add(2)


def kill_head(place: Place) -> None:
    """Its nodes end by themselves when they find that they are of another cluster."""
    nodes = list(place.cluster.nodes)
    place.cluster.kill_head()
    place.cluster.start_head()
    for node in nodes:
        place.cluster.kill(node)
        place.cluster.add(2)


def kill_server(place: Place) -> None:
    """What it had placed trains on."""
    kill_all(place.server)
    place.serve()


def put_to_sleep(place: Place) -> None:
    """All of a node, which others take for dead meanwhile."""
    node = psutil.Process(busy_node(place).pid)
    asleep = [node, *node.children(recursive=True)]
    for number, pause in ((signal.SIGSTOP, ASLEEP_S), (signal.SIGCONT, 0.0)):
        for process in asleep:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)
        time.sleep(pause)


WAYS: dict[str, Callable[[Place], None]] = {
    "trainer": kill_trainer, "node": kill_node, "head": kill_head, "server": kill_server, "asleep": put_to_sleep,
}  # fmt: skip


def wait_for(condition: Callable[[], bool]) -> bool:
    """Whether it came true in time."""
    until = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def break_run(place: Place, way: str, chance: float, whole: dict[str, Tensor]) -> tuple[str, bool]:
    """A row of the table, and whether nothing is wrong with it."""
    store, run = place.store, place.store.submit(order(TRAINING), ANNA).id
    wait_for(lambda: store.find(run).step >= 10 + chance * 900 or store.find(run).state in TERMINAL)
    step, began = store.find(run).step, time.monotonic()
    WAYS[way](place)
    wait_for(lambda: store.find(run).state in TERMINAL)
    seconds, state = time.monotonic() - began, store.find(run).state
    log, steps = store.events(run, limit=100_000), [event["step"] for event in payloads(store, run, "step")]
    is_whole = [event.sequence for event in log] == list(range(1, len(log) + 1)) and steps == sorted(set(steps))
    is_whole &= [row["epoch"] for row in store.history(run)] == list(range(1, TRAINING.epochs + 1))
    found = read_weights(store.folder(run).model / "weights.safetensors") if state == FINISHED else {}
    differs = max((float((found[name] - whole[name]).abs().max()) for name in found), default=float("nan"))
    is_right = state == FINISHED and is_whole and differs <= 1e-5
    lost = states(store, run).count("interrupted")
    store.delete(run)
    row = f"| {way} | {step} | {state} | {lost} | {len(log)} | {differs:.1g} | {seconds:.0f} s |"
    return f"{row} {'whole' if is_right else 'NOT WHOLE'} |", is_right


def main() -> int:
    """Prints a row for each; 1 where one is not whole."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    options = parser.parse_args()
    torch.set_num_threads(1)
    chance, is_right = random.Random(options.seed), True
    print("| what | at step | ended | attempts lost | events | weights differ by | ended after | |\n"
          "|---|---|---|---|---|---|---|---|",
          flush=True)  # fmt: skip
    with tempfile.TemporaryDirectory() as temporary, Cluster() as cluster:
        folder = Path(temporary)
        whole = unbroken(make_datasets(folder / "datasets"), TRAINING)
        cluster.wait_for(cluster.add(2), cluster.add(2))
        store = Store.open(f"sqlite:///{folder / 'runs.sqlite3'}", Files(folder), QueueLimits(at_once=2))
        place = Place(cluster, folder, store, serve(folder, cluster))
        try:
            for way in islice(cycle(options.ways), options.times * len(options.ways)):
                row, is_one_right = break_run(place, way, chance.random(), whole)
                is_right &= is_one_right
                print(row, flush=True)
        finally:
            kill_all(place.server)
            store.close()
    return int(not is_right)


if __name__ == "__main__":
    sys.exit(main())
