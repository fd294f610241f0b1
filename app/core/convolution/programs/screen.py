"""What is on the screen, and the parts that its Python programs share: reading, kernels, display, writing.

Programs hold only the lines that are needed, because learners read them. All end with `values`, the signed
result as float H x W x 3, or H x W in gray, and write it to RESULT. It does not know any filter library.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from app.core.convolution.steps import Convolution, Matrix, Pool, Step
from app.core.pictures.outputs import NEGATIVE, POSITIVE, ZERO, Display

RESULT = "result.png"
Lines = list[str]


@dataclass(frozen=True, slots=True)
class Screen:
    """The picture, the steps and the display to be written as programs."""

    steps: Sequence[Step]
    names: Sequence[str | None]  # of each step the classic kernel it uses, if it is one
    gray: bool  # one channel, by the request or because the sample has no more
    convert: bool  # whether gray was asked for
    display: Display
    max_side: int | None
    base_url: str
    file: str
    sample: str | None

    def shrink(self, index: int) -> int:
        """How many times smaller than the picture the input of step `index` is."""
        factor = 1
        for step in self.steps[:index]:
            factor *= step.stride if isinstance(step, Convolution) else step.step if isinstance(step, Pool) else 1
        return factor


def download(screen: Screen) -> Lines:
    """Fetches the sample, where the picture is one."""
    if screen.sample is None:
        return []
    return [f"urlretrieve({quoted(f'{screen.base_url}/api/samples/{screen.sample}')}, {quoted(screen.file)})"]


def header(screen: Screen, *modules: str, pillow: bool = True) -> Lines:
    """The imports, in the usual order."""
    first = ["from urllib.request import urlretrieve", ""] if screen.sample else []
    images = ["from PIL import Image" if screen.sample else "from PIL import Image, ImageOps"] if pillow else []
    return [*first, *sorted([*modules, *images], key=lambda line: (line.split()[1].lower(), line)), ""]


def open_photo(screen: Screen) -> Lines:
    """`photo`: a Pillow picture, upright, in color or gray, reduced as on the screen."""
    opened = f"Image.open({quoted(screen.file)})"
    upright = opened if screen.sample else f"ImageOps.exif_transpose({opened})"
    lines = [*download(screen), f'photo = {upright}.convert("{"L" if screen.gray else "RGB"}")']
    if screen.max_side is not None:
        lines += [
            f"if max(photo.size) > {screen.max_side}:",
            f"    size = [max(1, round(side * {screen.max_side} / max(photo.size))) for side in photo.size]",
            "    photo = photo.resize(size, Image.Resampling.BOX)",
        ]
    return lines


def kernel_lines(step: Convolution, name: str | None, call: str, after: str = "") -> Lines:
    """`kernel = call([rows]after) / divisor`, with its name as a comment."""
    division = "" if step.divisor == 1 else f" / {number(step.divisor)}"
    rows = [f"    [{row}]," for row in _aligned(step.matrix)]
    title = f"# {name}" if name else "# the kernel"
    return ["", title, f"kernel = {call}([", *rows, f"]{after}){division}"]


def spread_lines(step: Convolution) -> Lines:
    """The dilated kernel, for libraries that know no dilation: its weights with zeros between them."""
    if step.dilation == 1:
        return []
    gap = step.dilation
    return [
        f"spread = np.zeros(({step.reach[0]}, {step.reach[1]}))",
        f"spread[::{gap}, ::{gap}] = kernel  # dilation {gap}",
        "kernel = spread",
    ]


def flip_line(step: Convolution, turned: str = "kernel[::-1, ::-1]") -> Lines:
    """The turn by 180 degrees that makes a correlation a convolution."""
    return [f"kernel = {turned}  # true convolution turns the kernel"] if step.flip else []


def margins(step: Convolution) -> tuple[int, int, int, int]:
    """Border cells above, below, at the left and at the right."""
    (top, bottom), (left, right) = step.margins
    return top, bottom, left, right


def is_same(step: Convolution) -> bool:
    """Whether the result has the picture's size (before the stride), whatever the padding is called."""
    return all(sum(margins) == reach - 1 and margins[0] == (reach - 1) // 2
               for margins, reach in zip(step.margins, step.reach, strict=True))  # fmt: skip


def stride_slice(stride: int) -> str:
    """Keeps every stride-th row and column."""
    return "" if stride == 1 else f"[::{stride}, ::{stride}]"


def offset_text(step: Convolution) -> str:
    """` + 128` or nothing."""
    if step.offset == 0:
        return ""
    return f" {'-' if step.offset < 0 else '+'} {number(abs(step.offset))}"


def display_lines(screen: Screen) -> Lines:
    """From `values` to `picture`, uint8, by the display mode."""
    clipped = "picture = (np.clip({}, 0, 255) + 0.5).astype(np.uint8)"
    match screen.display:
        case "clip":
            return [clipped.format("values")]
        case "absolute":
            return [clipped.format("np.abs(values)")]
        case "rescale":
            return [
                "low, high = values.min(), values.max()",
                "levels = (values - low) / (high - low) * 255 if low < high else values",
                clipped.format("levels"),
            ]
        case "signed":
            return _signed_lines(screen.gray)


def _signed_lines(gray: bool) -> Lines:
    mean = "values[..., None]" if gray else "values.mean(axis=-1, keepdims=True)"
    colors = ", ".join(f"[{', '.join(str(part) for part in color)}]" for color in (NEGATIVE, ZERO, POSITIVE))
    return [
        f"blue, white, red = np.array([{colors}])",
        f"mean = {mean}",
        "size = np.abs(mean)",
        "share = size * 9 / (size * 8 + (np.abs(values).max() or 1))",
        "picture = (white + (np.where(mean < 0, blue, red) - white) * share + 0.5).astype(np.uint8)",
    ]


def quoted(text: str) -> str:
    """A Python string in double quotes."""
    return json.dumps(text)


def number(value: float) -> str:
    """The shortest text that reads back as the same number."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def _aligned(matrix: Matrix) -> Lines:
    texts = [[number(weight) for weight in row] for row in matrix]
    width = max(len(text) for row in texts for text in row)
    return [", ".join(text.rjust(width) for text in row) for row in texts]
