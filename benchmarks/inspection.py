"""How long it takes to look inside a network, on one thread.

    .venv/bin/python -m benchmarks.inspection [--quick]

Untrained networks of two sizes: their numbers cost the same as trained ones. `maps` is every layer's values, `sprites`
the same as data URLs, `number` the arithmetic of one number of the last convolution with all its patches. Medians of
five runs, in milliseconds. The bars: maps and sprites together 50, a heat map 300, for the Tiny VGG.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import torch

from app.core.classification.activations import record
from app.core.classification.anatomy import Anatomy
from app.core.classification.inspection.attributions import attribute
from app.core.classification.inspection.convolution_units import contributions
from app.core.classification.inspection.maximization import maximize
from app.core.classification.inspection.patches import photographs, survey
from app.core.classification.inspection.selectivity import orientation_selectivity
from app.core.classification.inspection.units import explain_unit
from app.core.classification.questions import METHODS
from app.core.classification.sprites import draw_maps
from app.core.networks.modules import build
from app.core.networks.presets import find_preset
from app.core.pictures.preparation import Preparation, prepare_images

BAR_MAPS, BAR_HEAT = 50.0, 300.0


def milliseconds(call: Callable[[], Any], runs: int = 5) -> float:
    """The median, after one call that is not counted."""
    call()
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    return statistics.median(times) * 1000


def measure(name: str, quick: bool) -> dict[str, float]:
    """Every figure of one preset."""
    network = find_preset(name).network
    channels, height, width = network.input
    preparation = Preparation((height, width), channels, (0.5,) * channels, (0.25,) * channels)
    anatomy = Anatomy(network, build(network).eval().requires_grad_(False), preparation=preparation)
    gallery = photographs((height, width), channels, 300)
    picture = prepare_images(gallery.images[:1], preparation)
    recording, last = record(anatomy, picture), anatomy.convolutions[-1]
    figures = {
        "maps": milliseconds(lambda: record(anatomy, picture)),
        "sprites": milliseconds(lambda: [draw_maps(values) for values in recording.values.values()]),
        "number": milliseconds(lambda: explain_unit(recording, last, 0, 1, 1).describe()),
        "contributions": milliseconds(lambda: contributions(recording, last, 0)),
    }
    figures |= {method: milliseconds(lambda m=method: attribute(anatomy, picture, m, 0)) for method in METHODS}  # type: ignore[misc]
    if not quick:
        figures |= {
            "maximization": milliseconds(lambda: maximize(anatomy, last, 0), 1),
            "gratings": milliseconds(lambda: orientation_selectivity(anatomy), 1),
            "survey of 300": milliseconds(lambda: survey(anatomy, gallery), 1),
        }
    return figures


def main() -> int:
    """Prints a table; 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="leave out what takes seconds")
    quick = parser.parse_args().quick
    torch.set_num_threads(1)
    small, large = measure("tiny-vgg", quick), measure("strong", quick)
    print(f"{'':22}{'tiny-vgg':>10}{'strong':>10}  ms")
    for title, value in small.items():
        print(f"{title:22}{value:10.1f}{large[title]:10.1f}")
    missed = small["maps"] + small["sprites"] > BAR_MAPS or max(small[method] for method in METHODS) > BAR_HEAT
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
