"""The program for OpenCV: `cv2.filter2D`, and explicit lines for what it does not know."""

from app.core.convolution.programs.screen import (
    RESULT,
    Lines,
    Screen,
    display_lines,
    download,
    flip_line,
    header,
    is_same,
    kernel_lines,
    margins,
    offset_text,
    open_photo,
    quoted,
    spread_lines,
    stride_slice,
)
from app.core.convolution.steps import Convolution, Pool, Relu, Step

_BORDERS = {"zero": "CONSTANT", "reflect": "REFLECT_101", "replicate": "REPLICATE", "valid": "CONSTANT"}


def write(screen: Screen) -> str:
    """The whole program."""
    # OpenCV rounds gray and averages reduced pixels in its own way: there Pillow reads, as on the screen.
    pillow = screen.max_side is not None or ((screen.convert or screen.held.alpha) and not screen.held.deep)
    is_photo = pillow or screen.held.deep
    lines = header(screen, "import cv2", "import numpy as np", pillow=pillow)
    lines += _read_photo(screen) if is_photo else _read(screen)
    for step, name in zip(screen.steps, screen.names, strict=True):
        lines += _step(step, name)
    return "\n".join([*lines, "", *display_lines(screen), *_save(screen, is_photo)]) + "\n"


def _read(screen: Screen) -> Lines:
    flag = ", cv2.IMREAD_GRAYSCALE" if screen.gray else ""
    note = "" if screen.gray else "  # blue, green, red"
    return [*download(screen), f"values = cv2.imread({quoted(screen.file)}{flag}).astype(float){note}"]


def _read_photo(screen: Screen) -> Lines:
    reason = "# Pillow reads, because OpenCV rounds gray and reduces in its own way."
    reasons = [reason] * (not screen.held.deep and (screen.max_side is not None or screen.convert))
    return [*reasons, *open_photo(screen), "values = np.array(photo, dtype=float)"]


def _save(screen: Screen, is_photo: bool) -> Lines:
    colors_are_rgb = screen.display == "signed" or (is_photo and not screen.gray)
    return [f'cv2.imwrite("{RESULT}", picture{"[..., ::-1]" if colors_are_rgb else ""})']


def _step(step: Step, name: str | None) -> Lines:
    match step:
        case Convolution():
            return _convolution(step, name)
        case Relu():
            return ["values = np.maximum(values, 0)"]
        case Pool():
            return _pool(step)


def _convolution(step: Convolution, name: str | None) -> Lines:
    top, bottom, left, right = margins(step)
    lines = [*kernel_lines(step, name, "np.array", ", float"), *flip_line(step), *spread_lines(step)]
    border, cut, (down, across) = _BORDERS.get(step.border, "CONSTANT"), "", step.before
    is_own = step.border == "wrap" or not is_same(step)
    if is_own and any((top, bottom, left, right)):
        # filter2D knows no wrap and keeps the size: the border is added before, and cut off after.
        kind = "WRAP" if step.border == "wrap" else border
        lines += [f"values = cv2.copyMakeBorder(values, {top}, {bottom}, {left}, {right}, cv2.BORDER_{kind})"]
    if is_own or step.border == "valid":
        down, across = ((side - 1) // 2 for side in step.reach)
        cut = _cut((down, step.reach[0] - 1 - down), (across, step.reach[1] - 1 - across), step.stride)
    even = any(side % 2 == 0 for side in step.reach)
    anchor = f", anchor=({across}, {down})" if even else ""
    call = f"cv2.filter2D(values, -1, kernel{anchor}, borderType=cv2.BORDER_{border})"
    return [*lines, f"values = {call}{cut or stride_slice(step.stride)}{offset_text(step)}"]


def _cut(rows: tuple[int, int], columns: tuple[int, int], stride: int) -> str:
    """A slice that leaves out windows which reach over the edge."""
    pace = "" if stride == 1 else f":{stride}"
    first, second = (f"{before or ''}:{-after or ''}{pace}" for before, after in (rows, columns))
    return "" if (first, second) == (":", ":") else f"[{first}, {second}]"


def _pool(step: Pool) -> Lines:
    """Dilation is the maximum of each window, blur its mean; only whole windows are kept."""
    size = step.size
    cut = _cut((0, size - 1), (0, size - 1), step.step)
    if step.kind == "max_pool":
        return [f"values = cv2.dilate(values, np.ones(({size}, {size})), anchor=(0, 0)){cut}"]
    return [f"values = cv2.blur(values, ({size}, {size}), anchor=(0, 0)){cut}"]
