"""Makes convolution.json, the cases that both the Python and the JavaScript must satisfy.

Everything is computed in float64 by NumPy (numpy.pad for the borders) and SciPy (scipy.signal), and knows
nothing of the app. Run it from anywhere: python tests/vectors/make.py
"""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import correlate2d

Array = NDArray[np.float64]
Json = dict[str, Any]

MODES = {"zero": "constant", "reflect": "reflect", "replicate": "edge", "wrap": "wrap"}
BLUE, WHITE, RED = (np.array(color, float) for color in ((33, 102, 172), (247, 246, 243), (178, 67, 43)))


def convolution(matrix: Sequence[Sequence[float]], **changes: Any) -> Json:
    """A convolution's JSON with every field written."""
    step = {"type": "convolution", "matrix": matrix, "divisor": 1, "offset": 0, "stride": 1, "dilation": 1}
    return {**step, "border": "zero", "padding": "same", "flip": False, **changes}


def written_out(step: Json) -> Array:
    """The matrix as it is applied: flipped where asked, with the zeros of the dilation written out."""
    matrix = np.array(step["matrix"], float)
    matrix = matrix[::-1, ::-1] if step["flip"] else matrix
    dilation = step["dilation"]
    full = np.zeros([dilation * (side - 1) + 1 for side in matrix.shape])
    full[::dilation, ::dilation] = matrix
    return full


def padded(padding: str | int, side: int) -> tuple[int, int]:
    """Cells before and after a line, for a window of `side` cells."""
    if padding == "same":
        return (side - 1) // 2, side // 2
    return (side - 1, side - 1) if padding == "full" else (int(padding), int(padding))


def correlate(picture: Array, step: Json) -> Array:
    """Pad as the border asks (an even side's extra cell right and below), correlate, thin out by the stride."""
    full = written_out(step)
    if step["border"] != "valid":
        widths = [padded(step["padding"], side) for side in full.shape]
        picture = np.pad(picture, [*widths, (0, 0)], mode=MODES[step["border"]])  # type: ignore[call-overload]
    planes = [correlate2d(picture[:, :, c], full, mode="valid") for c in range(picture.shape[2])]
    stride = step["stride"]
    return np.asarray(np.stack(planes, axis=2)[::stride, ::stride] / step["divisor"] + step["offset"])


def pool(picture: Array, step: Json) -> Array:
    """The maximum or mean of each window."""
    size, stride = step["size"], step["stride"]
    windows = np.lib.stride_tricks.sliding_window_view(picture, (size, size), axis=(0, 1))[::stride, ::stride]
    return np.asarray(windows.max((3, 4)) if step["type"] == "max_pool" else windows.mean((3, 4)))


def run(picture: Array, steps: list[Json]) -> Array:
    """All steps in float64."""
    for step in steps:
        if step["type"] == "convolution":
            picture = correlate(picture, step)
        elif step["type"] == "relu":
            picture = np.maximum(picture, 0)
        else:
            picture = pool(picture, step)
    return picture


def half_up(values: Array) -> Array:
    """floor(v + 0.5): halves go up, unlike NumPy's and Python's round."""
    return np.floor(values + 0.5)


def shown(values: Array, display: str) -> Array:
    """The bytes of a display mode."""
    low, high = values.min(), values.max()
    if display == "signed":
        limit = max(abs(low), abs(high)) or 1.0
        pixels = [signed_color(float(pixel.sum() / len(pixel) / limit)) for row in values for pixel in row]
        return np.array(pixels).reshape(*values.shape[:2], 3)
    if display == "rescale" and high > low:
        return half_up((values - low) / (high - low) * 255)
    return half_up(np.clip(np.abs(values) if display == "absolute" else values, 0, 255))


def signed_color(level: float) -> Array:
    """From white at 0 to blue at -1 and red at 1, steep at zero."""
    return half_up(WHITE + ((BLUE if level < 0 else RED) - WHITE) * 9 * abs(level) / (1 + 8 * abs(level)))


def pictures() -> dict[str, Array]:
    """Small pictures of whole levels (color, gray, tiny) and one of the fractions that 16-bit gray gives."""
    random = np.random.default_rng(20261123)
    shapes = {"color": (6, 7, 3), "gray": (6, 7, 1), "small": (3, 4, 3), "row": (1, 6, 1), "column": (5, 1, 3)}
    drawn = {name: random.integers(0, 256, shape).astype(float) for name, shape in shapes.items()}
    fractions = np.float32(random.integers(0, 65536, (5, 6, 1)) / 257).astype(float)
    back = [[0, 0, 0, 0, 0, 0, 30], [0, 0, 0, 0, 50, 50, 50], [0, 0, 0, 20, 50, 0, 0], *[[0, 0, 0, 50, 50, 0, 0]] * 4]
    mouse = np.array(back, float)[:, :, None]
    return {**drawn, "pixel": np.full((1, 1, 3), 200.0), "fractions": fractions, "mouse": mouse}


SKEWED: Sequence[Sequence[float]] = [[1, 2, -3], [0.5, 4, 0], [-1.25, 7, 2]]
EVEN: Sequence[Sequence[float]] = [[1, -2], [3, 0.5]]


def on_borders() -> list[tuple[str, str, list[Json]]]:
    """Odd and even kernels, and some wider than the picture, with each border."""
    borders = ["zero", "reflect", "replicate", "wrap", "valid"]
    big = [[(3 * i + 5 * j) % 7 - 3 for j in range(5)] for i in range(5)]
    cases = [(f"3x3, border {border}", "color", [convolution(SKEWED, border=border)]) for border in borders]
    cases += [(f"2x2, border {border}", "color", [convolution(EVEN, border=border)]) for border in borders]
    cases += [
        (f"5x5 wider than the picture, border {border}", "small", [convolution(big, border=border)])
        for border in borders[:4]
    ]
    cases += [
        (f"5x5 dilated on one row, border {border}", "row", [convolution(big, border=border, dilation=3)])
        for border in borders[:4]
    ]
    return cases


def on_paddings() -> list[tuple[str, str, list[Json]]]:
    """`full` and numbers: none, the kernel's own, wider than the kernel, wider than the picture."""
    borders = ["zero", "reflect", "replicate", "wrap"]
    cases = [
        (f"padding {padding}, border {border}", "color", [convolution(SKEWED, border=border, padding=padding)])
        for border in borders for padding in (0, 1, 2, 9, "full")
    ]  # fmt: skip
    return [
        *cases,
        ("even, full", "color", [convolution(EVEN, padding="full")]),
        ("even, padding 1", "gray", [convolution(EVEN, padding=1, border="reflect")]),
        ("full, flipped, stride 2, dilation 2", "gray",
         [convolution(SKEWED, padding="full", stride=2, dilation=2, flip=True)]),
        ("padding 3, stride 4", "color", [convolution(SKEWED, padding=3, stride=4, border="wrap")]),
        ("padding past the picture, a stride that ends in it", "row", [convolution(SKEWED, padding=10, stride=64)]),
        ("one pixel, full", "pixel", [convolution(SKEWED, padding="full", border="reflect")]),
        ("padding 1 on a row of four", "color", [convolution([[1, 2, 3, 4]], padding=1)]),
        ("padded, then pooled", "gray",
         [convolution(SKEWED, padding=2, offset=5), {"type": "max_pool", "size": 2, "stride": 2}]),
    ]  # fmt: skip


def chosen() -> list[tuple[str, str, list[Json]]]:
    """Name, picture and steps of each case."""
    laplacian = [[0, 1, 0], [1, -4, 1], [0, 1, 0]]
    gaussian = [[1, 2, 1], [2, 4, 2], [1, 2, 1]]
    wide = [[1, 2, 3, 4]]
    tall: Sequence[Sequence[float]] = [[1], [-2], [0.5], [3]]
    curve = [[0, 0, 0, 0, 0, 30, 0], [0, 0, 0, 0, 30, 0, 0], *[[0, 0, 0, 30, 0, 0, 0]] * 4, [0] * 7]
    pools = {kind: {"type": kind, "size": 2, "stride": 2} for kind in ("max_pool", "average_pool")}
    relu = {"type": "relu"}
    return [
        *on_borders(),
        *on_paddings(),
        ("identity", "color", [convolution([[0, 0, 0], [0, 1, 0], [0, 0, 0]])]),
        ("1x1", "gray", [convolution([[-2.5]])]),
        ("flip turns by 180 degrees", "gray", [convolution(SKEWED, flip=True)]),
        ("flip of an even kernel", "gray", [convolution(EVEN, flip=True, border="replicate")]),
        ("stride 2", "color", [convolution(SKEWED, stride=2)]),
        ("stride 3, valid", "gray", [convolution(SKEWED, stride=3, border="valid")]),
        ("stride past the picture", "color", [convolution(SKEWED, stride=64, border="reflect")]),
        ("dilation 2", "color", [convolution(SKEWED, dilation=2, border="reflect")]),
        ("even, dilation 2, stride 2", "color", [convolution(EVEN, dilation=2, stride=2, border="wrap")]),
        ("dilation 3, valid", "gray", [convolution(EVEN, dilation=3, border="valid")]),
        ("one row of four", "color", [convolution(wide, border="reflect")]),
        ("one column of four, flipped", "color", [convolution(tall, border="wrap", flip=True)]),
        ("divisor 16", "color", [convolution(gaussian, divisor=16, border="replicate")]),
        ("negative divisor and offset", "gray", [convolution(SKEWED, divisor=-2.5, offset=127.5)]),
        ("one pixel, reflected", "pixel", [convolution(gaussian, divisor=16, border="reflect")]),
        ("one pixel, zeros", "pixel", [convolution(gaussian, divisor=16)]),
        ("one column, wrapped", "column", [convolution(gaussian, border="wrap")]),
        ("16-bit levels", "fractions", [convolution(laplacian, border="reflect")]),
        ("the mouse's back", "mouse", [convolution(curve, border="valid")]),
        ("relu", "gray", [convolution(laplacian), relu]),
        ("max pool", "color", [pools["max_pool"]]),
        ("average pool", "color", [pools["average_pool"]]),
        ("max pool 3 by 1", "gray", [{"type": "max_pool", "size": 3, "stride": 1}]),
        ("average pool 2 by 3", "gray", [{"type": "average_pool", "size": 2, "stride": 3}]),
        ("a small CNN", "color", [convolution(laplacian, border="reflect"), relu, pools["max_pool"]]),
        ("blur, edges, relu, pool", "gray",
         [convolution(gaussian, divisor=16, border="wrap"), convolution(SKEWED, offset=-200), relu, pools["max_pool"]]),
        ("no steps", "small", []),
    ]  # fmt: skip


def displays() -> list[Json]:
    """Values and their bytes: halves, the neighbors of halves, values past both ends, constants."""
    edge = float(np.nextafter(np.float32(0.5), np.float32(0)))
    halves = [0, edge, 0.5, 1.5, 2.5, 127.5, 254.5, 255, 255.5, 300, -0.5, -1, -254.5, -300, -0.0]
    lists = {
        "halves": np.array(halves).reshape(3, 5, 1),
        "signed color": np.array([-510, 0, 255, 0, 0, 0, 100, 200, 300, -1, 2, -3]).reshape(2, 2, 3),
        "fractions": np.array([0.1, 0.7, -0.3, 33.3, 99.99, -66.6], np.float32).reshape(2, 3, 1).astype(float),
        "a constant": np.full((1, 2, 3), 300.0),
        "zero": np.zeros((2, 1, 1)),
    }
    return [
        {"name": f"{name}, {display}", "values": values.tolist(), "display": display,
         "bytes": shown(values.astype(float), display).astype(int).tolist()}
        for name, values in lists.items() for display in ("clip", "absolute", "rescale", "signed")
    ]  # fmt: skip


def plain(values: Any) -> Any:
    """Whole numbers without their .0, so that the file stays readable."""
    if isinstance(values, list):
        return [plain(value) for value in values]
    negative_zero = values == 0 and math.copysign(1, values) < 0
    return int(values) if values == math.floor(values) and not negative_zero else values


def main() -> None:
    """Write convolution.json beside this file, one case a line."""
    drawn = pictures()
    cases = [
        {"name": name, "picture": plain(drawn[picture].tolist()), "steps": steps,
         "result": plain(run(drawn[picture], steps).tolist())}
        for name, picture, steps in chosen()
    ]  # fmt: skip
    shows = [{**case, "values": plain(case["values"])} for case in displays()]
    sections = {"cases": cases, "displays": shows}
    blocks = [f' "{name}": [\n  ' + ",\n  ".join(map(json.dumps, rows)) + "\n ]" for name, rows in sections.items()]
    Path(__file__).with_name("convolution.json").write_text("{\n" + ",\n".join(blocks) + "\n}\n")


if __name__ == "__main__":
    main()
