"""How fast and how well gradient descent finds a kernel again, on two threads.

    .venv/bin/python -m benchmarks.fitting [--quick]

Targets are the engine's own: exact (float32), or as a PNG of the screen holds them (clipped to 0..255 and
rounded). `error` is the largest difference between a weight found and the true one; the median of three runs
counts. The bars are those of 512 x 512. Memory is what a fresh process needs beyond what it held before
(VmHWM), picture and target not counted.
"""

import argparse
import math
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from skimage import data
from torch import Tensor

from app.core.convolution.convolution import convolve
from app.core.convolution.fitting import fit
from app.core.convolution.kernels import find_kernel
from app.core.convolution.steps import Convolution
from app.core.pictures.display import to_bytes
from app.core.pictures.images import open_sample

KERNELS = ("box-blur", "sobel-x", "sharpen", "gaussian-blur-5", "emboss", "edge-laplacian-8", "motion-blur")
BAR_SECONDS, BAR_ERROR = 2.0, 0.01


def pictures(quick: bool) -> dict[str, Tensor]:
    """Photographs of 512 x 512 in color, and the smallest and largest that one meets."""
    coffee = Image.fromarray(data.coffee()).crop((0, 0, 400, 400)).resize((512, 512), Image.Resampling.BICUBIC)
    found = {
        "astronaut 512 x 512 x 3": torch.from_numpy(data.astronaut()),
        "coffee 512 x 512 x 3": torch.from_numpy(np.array(coffee)),
        "mouse 96 x 72 x 1": open_sample("mouse"),
    }
    return found if quick else found | {"astronaut 4000 x 3000 x 3": large()}


def large() -> Tensor:
    """12 megapixels with a little grain, as cameras have."""
    photograph = np.array(Image.fromarray(data.astronaut()).resize((4000, 3000), Image.Resampling.BICUBIC))
    grain = np.random.default_rng(0).integers(-3, 4, photograph.shape)
    return torch.from_numpy((photograph + grain).clip(0, 255).astype(np.uint8))


def measure(title: str, picture: Tensor, name: str, clipped: bool) -> bool:
    """Prints one row; whether it is within the bars."""
    kernel = find_kernel(name)
    target = convolve(picture, Convolution(kernel.matrix, kernel.divisor))
    if clipped:
        target = to_bytes(target, "clip")
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        found = fit(picture, target, (len(kernel.matrix), len(kernel.matrix[0])))
        seconds.append(time.perf_counter() - started)
    error = float(np.abs(np.array(found.kernel) - np.array(kernel.matrix) / kernel.divisor).max())
    good = "512 x 512" not in title or (statistics.median(seconds) < BAR_SECONDS and error < BAR_ERROR)
    print(
        f"{title:26} {name:17} {'PNG' if clipped else 'exact':6} {statistics.median(seconds):6.2f} s "
        f"{found.frames[-1].step:6d} steps   error {error:.1e}   loss {found.loss:.1e}"
        f"{'' if good else '   PAST THE BAR'}"
    )
    return good


def measure_memory() -> None:
    """In a process of its own: 15 x 15 weights on 12 megapixels."""
    picture = large()
    target = convolve(picture, Convolution(((1.0,) * 15,) * 15, 225.0))
    Path("/proc/self/clear_refs").write_text("5", "ascii")  # the peak starts anew
    before = peak()
    started = time.perf_counter()
    found = fit(picture, target, 15)
    print(
        f"{'astronaut 4000 x 3000 x 3':26} {'15 x 15 mean':17} {'exact':6} {time.perf_counter() - started:6.2f} s "
        f"{found.frames[-1].step:6d} steps   error {np.abs(np.array(found.kernel) - 1 / 225).max():.1e}   "
        f"memory {(peak() - before) / 2**20:.0f} MiB"
    )


def peak() -> int:
    """The most memory this process has held at once, in bytes."""
    line = next(line for line in Path("/proc/self/status").read_text("ascii").splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def plain_steps() -> None:
    """What momentum saves: the ratio of the curvatures is about the steps that plain descent takes for a factor e."""
    windows = open_sample("astronaut").double().unfold(0, 3, 1).unfold(1, 3, 1).reshape(-1, 9)
    curvatures = torch.linalg.eigvalsh(windows.T @ windows)
    ratio = float(curvatures[-1] / curvatures[0])
    print(f"astronaut, 3 x 3: curvatures differ {ratio:.0f} times, their root is {math.sqrt(ratio):.0f}")


def main() -> None:
    """All rows; exit status 1 where one is past the bar."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="leave out the picture of 12 megapixels")
    parser.add_argument("--memory", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    torch.set_num_threads(2)
    if options.memory:
        measure_memory()
        return
    print(f"bars: {BAR_SECONDS:g} s, error {BAR_ERROR:g}")
    rows = [
        measure(title, picture, name, clipped)
        for title, picture in pictures(options.quick).items()
        for name in KERNELS
        for clipped in (False, True)
    ]
    plain_steps()
    if not options.quick:
        subprocess.run([sys.executable, "-m", "benchmarks.fitting", "--memory"], check=True)
    sys.exit(not all(rows))


if __name__ == "__main__":
    main()
