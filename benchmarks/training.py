"""How fast networks are trained here, beside Keras on TensorFlow and beside a plain loop of PyTorch.

    .venv/bin/python -m benchmarks.training [--quick] [--rounds 3] [--seconds 10] [--busy]

Every figure comes from a process of its own, in turns: ours (the loop of `python -m app train`, its environment
included), Keras' `fit` on the CPU (tensorflow-cpu in a virtual environment of this benchmark's own, build/keras-venv,
made at the first run), and the loop that tutorials show, in float32. All learn random pictures in batches of 128 with
Adam, which costs what real ones cost. Ratios of medians count. On a machine that is busy with other work, `--busy`
gives each side one thread and counts its processor time, which a waiting process does not spend.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
Clock = Callable[[], float]
KERAS_VENV = ROOT / "build/keras-venv"
TENSORFLOW = "tensorflow-cpu"
BATCH = 128
BARS = {"keras": 1.5, "plain": 2.0}
CONVNETJS_BAR = 4000.0  # images a second
CONVNETJS_IN_NODE = 42.0

# In a plain form that PyTorch's and Keras' sides both build from: (filters, size, padding), "pool" or units.
NETWORKS: dict[str, list[Any]] = {
    "lecture": [(128, 3, "valid")] * 3 + [1024],
    "lecture-light": [(16, 3, "valid")] * 3 + [128],
    "convnetjs": [(16, 5, "same"), "pool", (20, 5, "same"), "pool", (20, 5, "same"), "pool"],
}


def measure_ours(name: str, seconds: float, clock: Clock) -> float:
    """Images a second of the trainer, from the second step on."""
    import torch

    from app.core.datasets.labeled_images import DataSet
    from app.core.networks.networks import parse_network
    from app.core.training.events import Step
    from app.core.training.hyperparameters import Training
    from app.core.training.training import Trainer

    torch.set_flush_denormal(True)
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (BATCH * 40, 3, 32, 32), dtype=torch.uint8, generator=generator)
    labels = torch.randint(0, 10, (len(images),), generator=generator)
    dataset = DataSet("random", "Random", tuple("0123456789"), images, labels, images[:1], labels[:1], ())
    training = Training(epochs=10_000, batch_size=BATCH, learning_rate=1e-4, validation_split=0)
    events = Trainer(parse_network(_description(name)), dataset, training).events()
    return _throughput(lambda: next(event for event in events if isinstance(event, Step)), seconds, clock)


def measure_plain(name: str, seconds: float, clock: Clock) -> float:
    """The loop that tutorials show: float32, the default layout and allocator, batches of prepared pictures."""
    import torch
    from torch import nn

    layers: list[nn.Module] = []
    for layer in NETWORKS[name]:
        if layer == "pool":
            layers.append(nn.MaxPool2d(2))
        elif isinstance(layer, int):
            layers += [nn.Flatten(), nn.LazyLinear(layer), nn.ReLU()]
        else:
            layers += [nn.LazyConv2d(layer[0], layer[1], padding=layer[2]), nn.ReLU()]
    flatten = [] if any(isinstance(layer, nn.Flatten) for layer in layers) else [nn.Flatten()]
    model = nn.Sequential(*layers, *flatten, nn.LazyLinear(10))
    pictures, labels = torch.rand(BATCH * 40, 3, 32, 32), torch.randint(0, 10, (BATCH * 40,))
    model(pictures[:2])
    optimizer, criterion = torch.optim.Adam(model.parameters(), lr=1e-4), nn.CrossEntropyLoss()

    def step() -> None:
        chosen = torch.randint(0, len(labels), (BATCH,))
        optimizer.zero_grad()
        criterion(model(pictures[chosen]), labels[chosen]).backward()
        optimizer.step()

    return _throughput(step, seconds, clock)


def measure_keras(name: str, seconds: float, clock: Clock) -> float:
    """Keras' own `fit` on TensorFlow: its second call, when everything is compiled."""
    import keras
    import numpy as np

    model = keras.Sequential([keras.Input((32, 32, 3))])
    for layer in NETWORKS[name]:
        if layer == "pool":
            model.add(keras.layers.MaxPooling2D(2))
        elif isinstance(layer, int):
            model.add(keras.layers.Flatten())
            model.add(keras.layers.Dense(layer, activation="relu"))
        else:
            model.add(keras.layers.Conv2D(layer[0], layer[1], padding=layer[2], activation="relu"))
    if not any(isinstance(layer, int) for layer in NETWORKS[name]):
        model.add(keras.layers.Flatten())
    model.add(keras.layers.Dense(10, activation="softmax"))
    model.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.Adam(1e-4), metrics=["accuracy"])
    generator = np.random.default_rng(0)

    def fit(steps: int) -> float:
        pictures = generator.random((BATCH * steps, 32, 32, 3), dtype=np.float32)
        labels = keras.utils.to_categorical(generator.integers(0, 10, BATCH * steps), 10)
        started = clock()
        model.fit(pictures, labels, batch_size=BATCH, epochs=1, verbose=0)
        return clock() - started

    fit(2)
    once = fit(4) / 4
    steps = max(4, min(400, round(seconds / once)))
    return BATCH * steps / fit(steps)


def _throughput(step: Callable[[], object], seconds: float, clock: Clock) -> float:
    for _ in range(2):
        step()
    steps, started = 0, clock()
    while (passed := clock() - started) < seconds or steps < 4:
        step()
        steps += 1
    return BATCH * steps / passed


def _description(name: str) -> dict[str, Any]:
    layers: list[dict[str, Any]] = []
    for layer in [*NETWORKS[name], "end"]:
        if layer == "pool":
            layers.append({"type": "max_pooling2d", "pool_size": 2})
        elif isinstance(layer, tuple):
            filters, size, padding = layer
            layers.append({"type": "conv2d", "filters": filters, "kernel_size": size, "padding": padding,
                           "activation": "relu"})  # fmt: skip
        else:
            if not any(entry["type"] == "flatten" for entry in layers):
                layers.append({"type": "flatten"})
            units = 10 if layer == "end" else layer
            layers.append({"type": "dense", "units": units, "activation": "none" if layer == "end" else "relu"})
    return {"input": [3, 32, 32], "classes": 10, "layers": layers}


def make_keras_venv() -> Path:
    """The Python that has TensorFlow; installed at the first run (1.6 GB on disk)."""
    python = KERAS_VENV / "bin/python"
    if not (KERAS_VENV / ".ready").is_file():
        print(f"· Installing {TENSORFLOW} into {KERAS_VENV.relative_to(ROOT)} (the first time only)", flush=True)
        subprocess.run([sys.executable, "-m", "venv", KERAS_VENV], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", TENSORFLOW], check=True)
        (KERAS_VENV / ".ready").touch()
    return python


def run(side: str, name: str, seconds: float, busy: bool) -> float:
    """One measurement in a process of its own, with the environment that this side would have."""
    from app.tuning import TRAINING_ENVIRONMENT

    environment = {key: value for key, value in os.environ.items() if key not in TRAINING_ENVIRONMENT}
    environment |= TRAINING_ENVIRONMENT if side == "ours" else {}
    environment |= {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    if busy:
        names = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
        environment |= dict.fromkeys(names, "1")
    python = make_keras_venv() if side == "keras" else Path(sys.executable)
    command = [python, "-m", "benchmarks.training", "--measure", side, "--network", name, "--seconds", str(seconds)]
    command += ["--busy"] if busy else []
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return float(json.loads(done.stdout.splitlines()[-1]))


def measure(rounds: int, seconds: float, busy: bool, names: list[str]) -> Iterator[bool]:
    """Prints a row a network; whether it is within its bars."""
    for name in names:
        sides = ["ours", "plain"] if name == "convnetjs" else ["ours", "keras", "plain"]
        found: dict[str, list[float]] = {side: [] for side in sides}
        for _ in range(rounds):
            for side in sides:
                found[side].append(run(side, name, seconds, busy))
        speed = {side: statistics.median(values) for side, values in found.items()}
        good = name != "convnetjs" or speed["ours"] >= CONVNETJS_BAR
        row = f"{name:14} ours {speed['ours']:8,.0f} images/s"
        for side in sides[1:]:
            ratio = speed["ours"] / speed[side]
            good = good and (name == "convnetjs" or ratio >= BARS[side])
            row += f"   {side} {speed[side]:7,.0f} ({ratio:.2f} times)"
        if name == "convnetjs":
            row += f"   ConvNetJS in node {CONVNETJS_IN_NODE:g} ({speed['ours'] / CONVNETJS_IN_NODE:.0f} times)"
        print(f"{row}   load {os.getloadavg()[0]:.1f}{'' if good else '   PAST THE BAR'}", flush=True)
        yield good


def main() -> None:
    """All rows; exit status 1 where one is past its bar."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one round of three seconds")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--busy", action="store_true", help="one thread each, and processor time")
    parser.add_argument("--network", choices=NETWORKS, help="only this one")
    parser.add_argument("--measure", choices=("ours", "keras", "plain"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        sides = {"ours": measure_ours, "keras": measure_keras, "plain": measure_plain}
        clock = time.process_time if options.busy else time.perf_counter
        print(json.dumps(sides[options.measure](options.network, options.seconds, clock)))
        return
    rounds, seconds = (1, 3.0) if options.quick else (options.rounds, options.seconds)
    print(
        f"bars: {BARS['keras']:g} times Keras, {BARS['plain']:g} times plain; ConvNetJS' network {CONVNETJS_BAR:,.0f}/s"
    )
    names = [options.network] if options.network else list(NETWORKS)
    sys.exit(not all(list(measure(rounds, seconds, options.busy, names))))


if __name__ == "__main__":
    main()
