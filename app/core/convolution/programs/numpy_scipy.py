"""The program for NumPy and SciPy: `scipy.ndimage.correlate` on height x width (x channels)."""

from app.core.convolution.programs.screen import (
    RESULT,
    Lines,
    Screen,
    display_lines,
    flip_line,
    header,
    is_same,
    kernel_lines,
    margins,
    offset_text,
    open_photo,
    spread_lines,
    stride_slice,
)
from app.core.convolution.steps import Convolution, Pool, Relu, Step

_PADS = {"zero": "constant", "reflect": "reflect", "replicate": "edge", "wrap": "wrap"}
_MODES = {"zero": "constant", "reflect": "mirror", "replicate": "nearest", "wrap": "wrap"}


def write(screen: Screen) -> str:
    """The whole program."""
    lines = header(screen, "import numpy as np", *_scipy(screen)) + open_photo(screen)
    lines += [f"values = np.array(photo, dtype=float)  # height x width{'' if screen.gray else ' x 3'}"]
    for step, name in zip(screen.steps, screen.names, strict=True):
        lines += _step(step, name, screen.gray)
    lines += ["", *display_lines(screen), f'Image.fromarray(picture).save("{RESULT}")']
    return "\n".join(lines) + "\n"


def pool_lines(step: Pool) -> Lines:
    """Pooling by NumPy alone: the windows as two more axes."""
    size, way = step.size, "max" if step.kind == "max_pool" else "mean"
    return [
        f"windows = np.lib.stride_tricks.sliding_window_view(values, ({size}, {size}), axis=(0, 1))",
        f"values = windows{stride_slice(step.step)}.{way}(axis=(-2, -1))",
    ]


def _scipy(screen: Screen) -> Lines:
    valid = {not _knows(step) for step in screen.steps if isinstance(step, Convolution)}
    names = ", ".join(["ndimage"] * (False in valid) + ["signal"] * (True in valid))
    return [f"from scipy import {names}"] if names else []


def _step(step: Step, name: str | None, gray: bool) -> Lines:
    match step:
        case Convolution():
            return _convolution(step, name, "kernel" if gray else "kernel[..., None]", gray)
        case Relu():
            return ["values = np.maximum(values, 0)"]
        case Pool():
            return pool_lines(step)


def _convolution(step: Convolution, name: str | None, kernel: str, gray: bool) -> Lines:
    pads = Lines()
    if _knows(step):
        call = f'ndimage.correlate(values, {kernel}, mode="{_MODES[step.border]}"{_origin(step, gray)})'
    elif step.padding == "full" and step.border == "zero":
        call = f'signal.correlate(values, {kernel}, mode="full", method="direct")'
    else:
        call, pads = f'signal.correlate(values, {kernel}, mode="valid", method="direct")', _pad(step, gray)
    return [
        *kernel_lines(step, name, "np.array"),
        *flip_line(step),
        *spread_lines(step),
        *pads,
        f"values = {call}{stride_slice(step.stride)}{offset_text(step)}",
    ]


def _knows(step: Convolution) -> bool:
    """Whether `ndimage.correlate` makes a border of that width."""
    return step.border != "valid" and is_same(step)


def _pad(step: Convolution, gray: bool) -> Lines:
    """The border of another width than SciPy's own."""
    top, bottom, left, right = margins(step)
    if not any((top, bottom, left, right)):
        return []
    sides = f"[({top}, {bottom}), ({left}, {right}){'' if gray else ', (0, 0)'}]"
    return [f'values = np.pad(values, {sides}, mode="{_PADS[step.border]}")']


def _origin(step: Convolution, gray: bool) -> str:
    """SciPy puts the extra cell of an even side at the left and above; origin -1 moves it."""
    top, bottom, left, right = margins(step)
    if (top, left) == (bottom, right):
        return ""
    return f", origin=({top - bottom}, {left - right}{'' if gray else ', 0'})"
