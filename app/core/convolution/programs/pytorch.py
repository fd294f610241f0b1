"""The program for PyTorch: `torch.nn.functional`, with each channel as a picture of its own."""

from app.core.convolution.programs.screen import (
    RESULT,
    Lines,
    Screen,
    display_lines,
    flip_line,
    header,
    kernel_lines,
    margins,
    offset_text,
    open_photo,
)
from app.core.convolution.steps import Convolution, Pool, Relu, Step

_NUMPY_MODES = {"reflect": "reflect", "wrap": "wrap"}  # F.pad folds no border that is wider than the picture


def write(screen: Screen) -> str:
    """The whole program."""
    shape = "[None, None]" if screen.gray else ".permute(2, 0, 1)[:, None]"
    modules = ["import numpy as np", "import torch", "import torch.nn.functional as F"]
    lines = header(screen, *modules) + open_photo(screen)
    lines += [f"x = torch.tensor(np.array(photo), dtype=torch.float32){shape}  # channels x 1 x height x width"]
    for step, name in zip(screen.steps, screen.names, strict=True):
        lines += _step(step, name)
    values = "x[0, 0].numpy()" if screen.gray else "x[:, 0].permute(1, 2, 0).numpy()"
    lines += ["", f"values = {values}", *display_lines(screen), f'Image.fromarray(picture).save("{RESULT}")']
    return "\n".join(lines) + "\n"


def _step(step: Step, name: str | None) -> Lines:
    match step:
        case Convolution():
            return _convolution(step, name)
        case Relu():
            return ["x = F.relu(x)"]
        case Pool():
            stride = "" if step.step == step.size else f", stride={step.step}"
            return [f"x = F.{'max' if step.kind == 'max_pool' else 'avg'}_pool2d(x, {step.size}{stride})"]


def _convolution(step: Convolution, name: str | None) -> Lines:
    padding, lines = _border(step)
    options = [f"stride={step.stride}"] * (step.stride > 1) + [f"dilation={step.dilation}"] * (step.dilation > 1)
    arguments = ", ".join(["x", "kernel[None, None]", *padding, *options])
    return [
        *kernel_lines(step, name, "torch.tensor", ", dtype=torch.float32"),
        *flip_line(step, "kernel.flip(0, 1)"),
        *lines,
        f"x = F.conv2d({arguments}){offset_text(step)}",
    ]


def _border(step: Convolution) -> tuple[Lines, Lines]:
    """What `conv2d` pads itself, or else the lines before it."""
    top, bottom, left, right = margins(step)
    if not any((top, bottom, left, right)):
        return [], []
    if step.border == "zero" and (top, left) == (bottom, right):
        return [f"padding={top}" if top == left else f"padding=({top}, {left})"], []
    sides = f"({left}, {right}, {top}, {bottom})"  # from the last axis to the first
    if step.border in _NUMPY_MODES:
        pad = f'np.pad(x, [(0, 0), (0, 0), ({top}, {bottom}), ({left}, {right})], mode="{_NUMPY_MODES[step.border]}")'
        return [], [f"x = torch.tensor({pad})"]
    mode = ', mode="replicate"' if step.border == "replicate" else ""
    return [], [f"x = F.pad(x, {sides}{mode})  # left, right, top, bottom"]
