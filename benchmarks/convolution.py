"""How fast one picture is convolved, against OpenCV, Pillow and SciPy: one run, one thread, ratios.

    .venv/bin/python -m benchmarks.convolution [--quick]

Everyone gets the same RGB photograph: ours as uint8 and as float32, OpenCV float32 (`cv2.filter2D`),
Pillow uint8 (`ImageFilter.Kernel`, whose result is clipped bytes), SciPy float32 one channel at a time
(`ndimage.correlate`). Results are compared first. The competitors take turns, each result is new memory, and
the median round counts. Memory is the peak (VmHWM) of a fresh process beyond what it held before, in
multiples of the picture's float32 size, the result included.
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from scipy import ndimage
from skimage import data

from app.core.convolution.convolution import convolve
from app.core.convolution.kernels import find_kernel
from app.core.convolution.steps import Convolution, Matrix

SIZES = {"512 x 512": (512, 512), "4000 x 3000": (3000, 4000)}
BARS = {"OpenCV": 4.5, "Pillow": 1 / 3, "SciPy": 0.6}
MEMORY_BAR = 4.0
SIDES = (3, 7, 31)

Runs = dict[str, Callable[[], NDArray[np.float32]]]


def random_matrix(side: int, seed: int = 0) -> Matrix:
    """No zeros, and no product of a column and a row: nothing to skip."""
    weights = np.random.default_rng(seed).uniform(0.1, 1, (side, side)) / side**2
    return tuple(tuple(float(weight) for weight in row) for row in weights)


def gaussian_matrix(side: int) -> Matrix:
    """A column times a row, sums to 1."""
    row = np.exp(-(np.linspace(-2.5, 2.5, side) ** 2) / 2)
    weights = np.outer(row, row) / row.sum() ** 2
    return tuple(tuple(float(weight) for weight in line) for line in weights)


def chosen() -> dict[str, Convolution]:
    """The 3 x 3 kernels to compare: with zeros, a product of two rows, and without any structure."""
    sharpen, blur = find_kernel("sharpen"), find_kernel("gaussian-blur")
    full: Matrix = ((1, 2, -3), (4, 5, -6), (-7, 8, -2))
    return {
        "sharpen": Convolution(sharpen.matrix, border="replicate"),
        "gaussian-blur": Convolution(blur.matrix, divisor=blur.divisor, border="replicate"),
        "nine different numbers": Convolution(full, divisor=3.0, border="replicate"),
    }


def picture(size: str) -> NDArray[np.uint8]:
    """H x W x 3 levels of a photograph (Pillow's time depends on them: it clips)."""
    height, width = SIZES[size]
    return np.asarray(Image.fromarray(data.astronaut()).resize((width, height), Image.Resampling.BICUBIC))


def competitors(levels: NDArray[np.uint8], step: Convolution) -> Runs:
    """Who convolves, by name; each call makes a new result."""
    floats = levels.astype(np.float32)
    ours, ours_float, image = torch.tensor(levels), torch.from_numpy(floats), Image.fromarray(levels)
    weights = (np.array(step.matrix) / step.divisor).astype(np.float32)
    numbers = [weight for row in step.matrix[::-1] for weight in row]  # Pillow's rows go upward
    kernel = ImageFilter.Kernel((3, 3), numbers, step.divisor)

    def scipy() -> NDArray[np.float32]:
        result = np.empty_like(floats)
        for channel in range(3):
            ndimage.correlate(floats[:, :, channel], weights, output=result[:, :, channel], mode="nearest")
        return result

    return {
        "ours, uint8": lambda: convolve(ours, step).numpy(),
        "ours, float32": lambda: convolve(ours_float, step).numpy(),
        "OpenCV": lambda: cv2.filter2D(floats, cv2.CV_32F, weights, borderType=cv2.BORDER_REPLICATE),
        "Pillow": lambda: np.asarray(image.filter(kernel)),
        "SciPy": scipy,
    }


def check(runs: Runs) -> None:
    """All results are the same; Pillow's where it does not copy the edge, as whole levels from 0 to 255."""
    expected = runs["SciPy"]()
    for name, run in runs.items():
        result = run()
        if name == "Pillow":
            near = np.abs(result.astype(np.float32) - expected.clip(0, 255))[1:-1, 1:-1].max() <= 0.51
        else:
            near = np.abs(result - expected).max() <= 2e-3
        if not near:
            raise SystemExit(f"{name} does not agree with SciPy")


def medians(runs: Runs, rounds: int) -> dict[str, float]:
    """Median seconds of each, taking turns in an order that changes, since each finds the caches of the one before."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    order = random.Random(0)
    for _ in range(rounds):
        for name in order.sample(list(runs), len(runs)):
            begun = time.perf_counter()
            runs[name]()
            times[name].append(time.perf_counter() - begun)
    return {name: statistics.median(values) for name, values in times.items()}


def compare(rounds: dict[str, int]) -> None:
    """Print time against each competitor, for both kinds of picture."""
    print(f"| picture | 3 x 3 kernel | ours | {' | '.join(f'to {n} (≤ {bar:.2g})' for n, bar in BARS.items())} |")
    print("|---|---|---|" + "---|" * len(BARS))
    for size in SIZES:
        for name, step in chosen().items():
            runs = competitors(picture(size), step)
            check(runs)
            seconds = medians(runs, rounds[size])
            for kind in ("uint8", "float32"):
                own = seconds[f"ours, {kind}"]
                ratios = " | ".join(mark(own / seconds[other], bar) for other, bar in BARS.items())
                print(f"| {size} {kind} | {name} | {own * 1000:.2f} ms | {ratios} |", flush=True)


def mark(ratio: float, bar: float) -> str:
    """The ratio, in bold where it misses its bar."""
    return f"{ratio:.2f}" if ratio <= bar else f"**{ratio:.2f}**"


def sides(levels: NDArray[np.uint8], make: Callable[[int], Matrix]) -> Runs:
    """Ours on bytes and OpenCV's on float32, for each side of kernel."""
    ours, floats = torch.tensor(levels), levels.astype(np.float32)
    runs: Runs = {}
    for side in SIDES:
        step = Convolution(make(side), border="replicate")
        weights = np.array(step.matrix, np.float32)
        runs[f"ours {side}"] = partial(lambda step: convolve(ours, step).numpy(), step)
        runs[f"OpenCV {side}"] = partial(cv2.filter2D, floats, cv2.CV_32F, weights, borderType=cv2.BORDER_REPLICATE)
    return runs


def compare_sides(rounds: dict[str, int]) -> None:
    """Print what larger kernels cost against the 3 x 3 of nine different numbers."""
    print("\n| picture | kernel | 3 x 3 | 7 x 7 | 31 x 31 (≪ 100) | 7 x 7 to OpenCV | 31 x 31 to OpenCV |")
    print("|---|---|---|---|---|---|---|")
    for size in SIZES:
        for name, make in (("no structure", random_matrix), ("separable", gaussian_matrix)):
            runs = sides(picture(size), make)
            seconds = medians(runs, max(3, rounds[size] // 2))
            cells = [f"{seconds[f'ours {side}'] / seconds['ours 3']:.1f}" for side in SIDES]
            cells += [f"{seconds[f'ours {side}'] / seconds[f'OpenCV {side}']:.1f}" for side in SIDES[1:]]
            print(f"| {size} uint8 | {name} | {' | '.join(cells)} |", flush=True)


def status(field: str) -> int:
    """A field of this process's /proc/self/status, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))


def measure_memory(size: str, side: int, kind: str) -> None:
    """Print the peak of one convolution in this fresh process, in float32 pictures; libraries are loaded before."""
    torch.set_num_threads(1)
    levels = torch.tensor(picture(size))
    levels = levels.float() if kind == "float32" else levels
    step = Convolution(random_matrix(side), border="replicate")
    convolve(levels[: side + 1, : side + 1].contiguous(), step)
    torch.fft.irfft2(torch.fft.rfft2(torch.zeros(64, 64, dtype=torch.float64)))
    before = status("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts again from here
    convolve(levels, step)
    print(json.dumps((status("VmHWM") - before) / (levels.numel() * 4)))


def compare_memory() -> None:
    """Print the peak memory of each size of kernel and picture."""
    print(f"\n| picture | peak extra memory in float32 pictures (≤ {MEMORY_BAR:.0f}): 3 x 3 | 7 x 7 | 31 x 31 |")
    print("|---|---|---|---|")
    for size in SIZES:
        for kind in ("uint8", "float32"):
            ratios = []
            for side in SIDES:
                command = [sys.executable, "-m", "benchmarks.convolution", "--memory", size, str(side), kind]
                ratios.append(float(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
            print(f"| {size} {kind} | {' | '.join(mark(ratio, MEMORY_BAR) for ratio in ratios)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a few rounds, to see that it runs")
    parser.add_argument("--memory", nargs=3, metavar=("SIZE", "SIDE", "KIND"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.memory:
        size, side, kind = arguments.memory
        measure_memory(size, int(side), kind)
        return
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    rounds = {"512 x 512": 20, "4000 x 3000": 3} if arguments.quick else {"512 x 512": 200, "4000 x 3000": 15}
    compare(rounds)
    compare_sides(rounds)
    compare_memory()


if __name__ == "__main__":
    main()
