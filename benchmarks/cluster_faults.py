"""Runs on a Ray cluster, each with something killed at a random moment: what was lost, how its weights differ.

    .venv/bin/python -m benchmarks.cluster_faults [--times 10] [--seed 1] [--ways trainer node ...]

A head and two nodes with two processors each, PostgreSQL, an object store, and a server, all of them processes of this
machine, each node in a network of its own (as root, with iproute2). By SIGKILL end, in turn, a trainer; a node with all
that runs on it; the head (another is started at once, and the nodes anew, as their supervisors would); or the server
(another is started at once). `asleep` stops all of a node for half a minute (SIGSTOP): it wakes when others have its
runs. `cut` takes a node's network away for as long, while it computes on. `database` restarts PostgreSQL, `crash` kills
it, away for up to three seconds each; `store` answers 503 for ten. Each run has to end `finished`, with every metric
once and in order, and the weights of a run that nobody disturbed.
"""

import argparse
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import cycle, islice

import psutil
import torch
from torch import Tensor

from app.core.checkpoints import read_weights
from app.runs.store.states import FINISHED, TERMINAL
from benchmarks.cluster_world import World, world
from tests.runs.conftest import ANNA, QUICK, order, payloads, states, unbroken

TRAINING = replace(QUICK, epochs=250)  # 1500 steps, some seconds
PATIENCE_S = 240.0
ASLEEP_S = 30.0
AWAY_S, REFUSED_S = 3.0, 10.0  # the database, and the store


def kill_trainer(place: World) -> None:
    """The process alone."""
    for trainer in place.cluster.trainers():
        with suppress(psutil.NoSuchProcess):
            trainer.kill()


def busy_node(place: World) -> subprocess.Popen[bytes]:
    """The node on which the run is."""
    return next((node for node in place.cluster.nodes if place.cluster.trainers(node)), place.cluster.nodes[0])


def kill_node(place: World) -> None:
    """And another is added, as an autoscaler would."""
    place.cluster.kill(busy_node(place))
    place.add_node()


def kill_head(place: World) -> None:
    """Its nodes end by themselves when they find that they are of another cluster; here a head starts after them."""
    nodes = list(place.cluster.nodes)
    place.cluster.kill_head()
    for node in nodes:
        place.cluster.kill(node)
    place.cluster.start_head()
    for _ in nodes:
        place.add_node()


def kill_server(place: World) -> None:
    """What it had placed trains on."""
    place.kill_server()
    place.serve()


def put_to_sleep(place: World) -> None:
    """All of a node, which others take for dead meanwhile."""
    node = busy_node(place)
    whole = psutil.Process(node.pid)
    asleep = [whole, *whole.children(recursive=True)]
    for number, pause in ((signal.SIGSTOP, ASLEEP_S), (signal.SIGCONT, 0.0)):
        for process in asleep:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)
        time.sleep(pause)
    _replace(place, node)


def cut_off(place: World) -> None:
    """A node hears and is heard no more, and computes on; then it is back."""
    node = busy_node(place)
    place.wired[node.pid].cut()
    time.sleep(ASLEEP_S)
    place.wired[node.pid].mend()
    _replace(place, node)


def _replace(place: World, node: subprocess.Popen[bytes]) -> None:
    """Ray has given it up, and it finds that out and ends; another is added."""
    with suppress(subprocess.TimeoutExpired):
        node.wait(ASLEEP_S)
    place.cluster.kill(node)
    place.add_node()


def restart_database(place: World) -> None:
    """In order; nothing is lost."""
    place.database.restart(signal.SIGINT, AWAY_S * random.random())


def crash_database(place: World) -> None:
    """It recovers from its log."""
    place.database.restart(signal.SIGQUIT, AWAY_S * random.random())


def refuse_files(place: World) -> None:
    """To everybody."""
    with place.objects.answering(503):
        time.sleep(REFUSED_S)


WAYS: dict[str, Callable[[World], None]] = {
    "trainer": kill_trainer, "node": kill_node, "head": kill_head, "server": kill_server, "asleep": put_to_sleep,
    "cut": cut_off, "database": restart_database, "crash": crash_database, "store": refuse_files,
}  # fmt: skip


def wait_for(condition: Callable[[], bool]) -> bool:
    """Whether it came true in time."""
    until = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def break_run(place: World, way: str, chance: float, whole: dict[str, Tensor]) -> tuple[str, bool]:
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
    store.folder(run).bring_model()
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
    is_right = True
    random.seed(options.seed)
    print("| what | at step | ended | attempts lost | events | weights differ by | ended after | |\n"
          "|---|---|---|---|---|---|---|---|",
          flush=True)  # fmt: skip
    with world(places=2) as place:
        whole = unbroken(place.folder / "datasets", TRAINING)
        for way in islice(cycle(options.ways), options.times * len(options.ways)):
            row, is_one_right = break_run(place, way, random.random(), whole)
            is_right &= is_one_right
            print(row, flush=True)
    return int(not is_right)


if __name__ == "__main__":
    sys.exit(main())
