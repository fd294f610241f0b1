"""What is on the screen, and the parts that its Python programs share: reading, kernels, display, writing.

Programs hold only the lines that are needed, because learners read them. All end with `values`, the signed
result as float H x W x 3, or H x W in gray, and write it to RESULT. It does not know any filter library.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from app.core.convolution.steps import Convolution, Matrix, Step
from app.core.pictures.outputs import NEGATIVE, POSITIVE, ZERO, Display

RESULT = "result.png"
Lines = list[str]


@dataclass(frozen=True, slots=True)
class Held:
    """What the picture's file holds that a program has to take care of."""

    alpha: bool = False  # whether parts of it are transparent
    deep: bool = False  # whether its levels have 16 bits
    channels: int = 3


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
    held: Held = Held()


def download(screen: Screen) -> Lines:
    """Fetches the sample, where the picture is one."""
    if screen.sample is None:
        return []
    return [f"urlretrieve({quoted(f'{screen.base_url}/api/samples/{screen.sample}')}, {quoted(screen.file)})"]


def header(screen: Screen, *modules: str, pillow: bool = True) -> Lines:
    """The imports, in the usual order."""
    first = ["from urllib.request import urlretrieve", ""] if screen.sample else []
    named = "Image" if screen.sample or screen.held.deep else "Image, ImageOps"
    images = [f"from PIL import {named}"] * pillow
    deep = ["import cv2"] if screen.held.deep else []
    return [*first, *sorted({*modules, *images, *deep}, key=lambda line: (line.split()[1].lower(), line)), ""]


def open_photo(screen: Screen) -> Lines:
    """`photo`, upright, over white, in color or gray, reduced as on the screen: a Pillow picture, or a float array."""
    if screen.held.deep:
        return [*_open_deep(screen), *_reduce_deep(screen)]
    opened = f"Image.open({quoted(screen.file)})"
    upright = opened if screen.sample else f"ImageOps.exif_transpose({opened})"
    mode = "L" if screen.gray else "RGB"
    if screen.held.alpha:
        lines = [
            f'photo = {upright}.convert("RGBA")',
            'white = Image.new("RGB", photo.size, "white")',
            'white.paste(photo, mask=photo.getchannel("A"))  # what is transparent lies over white',
            'photo = white.convert("L")' if screen.gray else "photo = white",
        ]
    else:
        lines = [*download(screen), f'photo = {upright}.convert("{mode}")']
    if screen.max_side is not None:
        lines += [
            f"if max(photo.size) > {screen.max_side}:",
            f"    size = [max(1, round(side * {screen.max_side} / max(photo.size))) for side in photo.size]",
            "    photo = photo.resize(size, Image.Resampling.BOX)",
        ]
    return lines


def _open_deep(screen: Screen) -> Lines:
    """By OpenCV, since of 16 bits in color Pillow keeps 8."""
    gray = screen.held.channels == 1
    lines = [f"levels = cv2.imread({quoted(screen.file)}, cv2.IMREAD_UNCHANGED) / 257  # 16 bits: 65535 becomes 255"]
    if screen.held.alpha:
        seen = "levels[..., 0]" if gray else "levels[..., 2::-1]"
        alpha = "levels[..., -1]" if gray else "levels[..., 3:]"
        lines += [f"alpha = {alpha} / 255", f"photo = {seen} * alpha + 255 * (1 - alpha)  # over white"]
    else:
        lines += [f"photo = levels{'' if gray else '[..., ::-1]  # red, green, blue'}"]
    if screen.gray and not gray:
        lines += ["photo = photo @ np.array([19595, 38470, 7471]) / 65536  # gray, by Pillow's weights"]
    return lines


def _reduce_deep(screen: Screen) -> Lines:
    if screen.max_side is None:
        return []
    bands = (
        ["    photo = np.array(Image.fromarray(photo).resize((width, height), Image.Resampling.BOX))"]
        if screen.gray
        else [
            "    bands = [Image.fromarray(photo[..., i]) for i in range(3)]",
            "    photo = np.dstack([band.resize((width, height), Image.Resampling.BOX) for band in bands])",
        ]
    )
    return [
        'photo = photo.astype("float32")',
        "sides = photo.shape[:2]",
        f"if max(sides) > {screen.max_side}:",
        f"    height, width = [max(1, round(side * {screen.max_side} / max(sides))) for side in sides]",
        *bands,
    ]


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
