"""The program for Keras: the layers of a CNN with kernels that are given instead of learned, on any backend."""

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
    number,
    open_photo,
)
from app.core.convolution.steps import Convolution, Pool, Relu, Step

_MODES = {"reflect": "reflect", "replicate": "edge", "wrap": "wrap"}


def write(screen: Screen) -> str:
    """The whole program."""
    shape = "[None, ..., None]" if screen.gray else ".transpose(2, 0, 1)[..., None]"
    constant = ["from keras.initializers import Constant"] * any(isinstance(s, Convolution) for s in screen.steps)
    lines = header(screen, "from keras import layers, ops", *constant, "import numpy as np") + open_photo(screen)
    lines += [f'x = np.array(photo, dtype="float32"){shape}  # channels x height x width x 1']
    for step, name in zip(screen.steps, screen.names, strict=True):
        lines += _step(step, name)
    values = "ops.convert_to_numpy(x)" + ("[0, ..., 0]" if screen.gray else "[..., 0].transpose(1, 2, 0)")
    lines += ["", f"values = {values}", *display_lines(screen), f'Image.fromarray(picture).save("{RESULT}")']
    return "\n".join(lines) + "\n"


def _step(step: Step, name: str | None) -> Lines:
    match step:
        case Convolution():
            return _convolution(step, name)
        case Relu():
            return ["x = layers.ReLU()(x)"]
        case Pool():
            stride = "" if step.step == step.size else f", strides={step.step}"
            return [f"x = layers.{'Max' if step.kind == 'max_pool' else 'Average'}Pooling2D({step.size}{stride})(x)"]


def _convolution(step: Convolution, name: str | None) -> Lines:
    same, lines = _border(step)
    rows, columns = step.side
    both = step.stride > 1 and step.dilation > 1  # Keras allows only one of them
    arguments = [
        "1",
        str(rows) if rows == columns else f"({rows}, {columns})",
        *[f"strides={step.stride}"] * (step.stride > 1 and not both),
        *['padding="same"'] * same,
        *[f"dilation_rate={step.dilation}"] * (step.dilation > 1),
    ]
    bias = "use_bias=False" if step.offset == 0 else f"bias_initializer=Constant({number(step.offset)})"
    return [
        *kernel_lines(step, name, "np.array"),
        *flip_line(step),
        *lines,
        "x = layers.Conv2D(",
        f"    {', '.join(arguments)},",
        f"    kernel_initializer=Constant(kernel[..., None, None]), {bias},",
        ")(x)",
        *[f"x = x[:, ::{step.stride}, ::{step.stride}]"] * both,
    ]


def _border(step: Convolution) -> tuple[bool, Lines]:
    """Whether Conv2D pads itself, or else the lines before it."""
    top, bottom, left, right = margins(step)
    if not any((top, bottom, left, right)):
        return False, []
    if step.border != "zero":
        sides = f"[(0, 0), ({top}, {bottom}), ({left}, {right}), (0, 0)]"
        return False, [f'x = np.pad(ops.convert_to_numpy(x), {sides}, mode="{_MODES[step.border]}")']
    if step.stride == 1 and is_same(step) and (top, left) == (bottom, right):
        return True, []
    return False, [f"x = layers.ZeroPadding2D((({top}, {bottom}), ({left}, {right})))(x)"]
