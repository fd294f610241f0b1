"""Questions on the sliding window: one number of a result, by hand or on a picture, the flip, and the result's size."""

from collections.abc import Iterator
from functools import cache
from random import Random

import torch
from torch import Tensor

from app.core.convolution.arithmetic import PixelArithmetic, explain
from app.core.convolution.chains import apply
from app.core.convolution.kernels import KERNELS, NamedKernel
from app.core.convolution.steps import Convolution, Matrix
from app.core.errors import N_
from app.core.pictures.samples import find_sample
from app.core.questions.posed import (
    Draft,
    Formula,
    MatrixFigure,
    Number,
    Option,
    Parts,
    PictureFigure,
    Row,
    Said,
    Step,
    TableFigure,
    said,
)  # fmt: skip
from app.core.questions.sights import PHOTOS, draw, gray_sample

PIXEL_KERNELS = ("edge-diagonal", "edge-laplacian-4", "edge-laplacian-8", "sharpen", "sobel-x", "sobel-y", "box-blur",
                 "gaussian-blur")  # fmt: skip
PHOTO_KERNELS = ("edge-laplacian-4", "sharpen", "sobel-x", "sobel-y", "edge-diagonal")
PHOTO_SIDE = 96

_PICTURE, _KERNEL, _UNDER = N_("The picture"), N_("The kernel"), N_("Pixels under the window")
_PRODUCTS = N_("Each pixel times the weight above it, all added (weights of 0 are left out):")
_DIVIDED = N_("The sum, divided by the kernel's divisor:")
_RIGHT = N_("Yes: each pixel times its weight, and all products added.")
_FLIPPED = N_("That is with the kernel turned by 180°: the textbook's convolution. Networks do not turn it.")
_NO_WEIGHTS = N_("Those are the pixels added up without their weights.")
_NO_SIGNS = N_("The minus signs of the kernel were lost.")
_NEIGHBOR = N_("That is the window one pixel further to the right.")
_NO_DIVISOR = N_("That is the sum; it still has to be divided by %(divisor)s.")
_OFF = N_("The middle pixel was counted once too often.")
_CENTER = N_("That is only the middle pixel times its weight; the eight around it count too.")


def pixel(random: Random) -> Draft:
    """One number of the result of 5 x 5 small numbers and a classic kernel."""
    kernel = KERNELS[random.choice(PIXEL_KERNELS)]
    row, column = random.randint(1, 3), random.randint(1, 2)
    step, value = Convolution(kernel.matrix, kernel.divisor), 0.0
    while not value:
        rows = tuple(tuple(float(random.randint(0, 9)) for _ in range(5)) for _ in range(5))
        value = (found := _explain(rows, step, column, row)).value
    decimals = 0 if kernel.divisor == 1 else 2
    mistakes = _mistakes(rows, kernel, (row, column), found)
    return Draft(
        said(N_("The window lies around the marked pixel. Which number does it give?")),
        (
            MatrixFigure("picture", said(_PICTURE), rows, marked=(row, column)),
            MatrixFigure("kernel", said(kernel.title), kernel.matrix, kernel.divisor),
        ),
        Option(Number(value, decimals), said(_RIGHT)),
        tuple(Option(Number(wrong, decimals), reply) for wrong, reply in mistakes),
        tuple(working(found)),
    )


def _mistakes(
    rows: Matrix, kernel: NamedKernel, at: tuple[int, int], found: PixelArithmetic
) -> Iterator[tuple[float, Said]]:
    row, column = at
    if kernel.divisor != 1:
        yield found.sum or 0.0, said(_NO_DIVISOR, divisor=Number(kernel.divisor))
    flipped = Convolution(kernel.matrix, kernel.divisor, flip=True)
    yield _value(rows, flipped, column, row), said(_FLIPPED)
    positive = tuple(tuple(map(abs, weights)) for weights in kernel.matrix)
    yield _value(rows, Convolution(positive, kernel.divisor), column, row), said(_NO_SIGNS)
    yield _value(rows, Convolution(kernel.matrix, kernel.divisor), column + 1, row), said(_NEIGHBOR)
    yield sum(map(sum, found.patch)), said(_NO_WEIGHTS)
    yield kernel.matrix[1][1] * rows[row][column], said(_CENTER)


def photo_pixel(random: Random) -> Draft:
    """One number of the result on the lecture's mouse, or on a photo; it is typed."""
    name, kernel, picture, (x, y) = _place(random)
    step = Convolution(kernel.matrix)
    found = explain(picture, [step], x, y, 0, "clip")
    above = len(kernel.matrix) // 2
    window = (x - above, y - above, len(kernel.matrix), len(kernel.matrix))
    height, width, _ = picture.shape
    mistakes = (
        (_value(found.patch, Convolution(kernel.matrix, flip=True), above, above), said(_FLIPPED)),
        (sum(map(sum, found.patch)), said(_NO_WEIGHTS)),
        (sum(abs(value) for row in found.products or () for value in row), said(_NO_SIGNS)),
    )
    return Draft(
        said(N_("The window lies at column %(x)s, row %(y)s. What does its pixel become?"), x=Number(x), y=Number(y)),
        (
            PictureFigure("picture", said(find_sample(name).title), width, height, _drawn(name), window),
            MatrixFigure("patch", said(_UNDER), found.patch, outside=found.outside),
            MatrixFigure("kernel", said(kernel.title), kernel.matrix),
        ),
        Option(Number(found.value), said(_RIGHT)),
        tuple(Option(Number(value), reply) for value, reply in mistakes),
        tuple(working(found)),
        is_typed=True,
    )


@cache
def _drawn(name: str) -> bytes:
    return draw(gray_sample(name, PHOTO_SIDE))


@cache
def _strengths(name: str, kernel: NamedKernel) -> Tensor:
    return apply(gray_sample(name, PHOTO_SIDE), [Convolution(kernel.matrix)])[:, :, 0].abs()


def _place(random: Random) -> tuple[str, NamedKernel, Tensor, tuple[int, int]]:
    """A sample, a kernel and a place where the result is not zero; one place in four lies at the border."""
    if random.random() < 0.4:
        name, kernel, picture = "mouse", KERNELS["curve"], gray_sample("mouse", PHOTO_SIDE)
    else:
        name, kernel = random.choice(PHOTOS), KERNELS[random.choice(PHOTO_KERNELS)]
        picture = gray_sample(name, PHOTO_SIDE)
    strong = _strengths(name, kernel) > 20
    if name != "mouse" and random.random() < 0.25:
        strong = strong[:, :1]
    places = strong.nonzero()
    y, x = places[random.randrange(len(places))].tolist()
    return name, kernel, picture, (x, y)


def correlation(random: Random) -> Draft:
    """What a layer of a network gives, or the textbook's convolution: they differ by a flip of the kernel."""
    is_textbook = random.random() < 0.5
    patch, kernel = _asymmetric(random)
    found = _explain(patch, Convolution(kernel, flip=is_textbook), 1, 1)
    turned = tuple(zip(*kernel, strict=True))
    text = (
        N_("The textbook's convolution (SciPy's convolve2d) meets this patch. Which number comes out?")
        if is_textbook
        else N_("A convolutional layer (Keras' Conv2D) meets this patch with this kernel. Which number comes out?")
    )
    not_asked = (
        N_("That is the correlation, what networks compute. The textbook turns the kernel by 180° first.")
        if is_textbook
        else _FLIPPED
    )
    point = (
        N_("Yes: the textbook turns the kernel by 180°, then multiplies and adds.")
        if is_textbook
        else N_("Yes: what networks call convolution is correlation. The kernel is laid on as it is.")
    )
    wrong = (
        (_value(patch, Convolution(kernel, flip=not is_textbook), 1, 1), said(not_asked)),
        (_value(patch, Convolution(turned), 1, 1), said(N_("That is with rows and columns swapped."))),
        (sum(map(sum, patch)), said(_NO_WEIGHTS)),
        (-found.value, said(N_("The sign is wrong."))),
        (found.value + patch[1][1], said(_OFF)),
    )
    return Draft(
        said(text),
        (MatrixFigure("patch", said(_UNDER), patch), MatrixFigure("kernel", said(_KERNEL), kernel)),
        Option(Number(found.value), said(point)),
        tuple(Option(Number(value), reply) for value, reply in wrong),
        (*_turn_first(is_textbook), *working(found)),
    )


def _turn_first(is_textbook: bool) -> tuple[Step, ...]:
    return (Step(said(N_("First the kernel is turned by 180°: its last weight comes first."))),) if is_textbook else ()


def _asymmetric(random: Random) -> tuple[Matrix, Matrix]:
    """A patch and a kernel for which correlation and convolution differ, and both."""
    while True:
        patch = tuple(tuple(float(random.randint(0, 9)) for _ in range(3)) for _ in range(3))
        kernel = tuple(tuple(float(random.choice((-2, -1, 0, 0, 1, 2))) for _ in range(3)) for _ in range(3))
        one, other = (_value(patch, Convolution(kernel, flip=flip), 1, 1) for flip in (False, True))
        if one != other and 0 not in (one, other):
            return patch, kernel


def output_size(random: Random) -> Draft:
    """(n + 2p - k) / s + 1, rounded down."""
    n, k = random.choice((12, 14, 16, 28, 32, 64, 96, 224)), random.choice((3, 5, 7))
    s, p = random.randint(1, 3), random.randint(1, (k - 1) // 2 + 1)
    size = _size(n, k, s, p)
    exact = n + 2 * p - k
    wrong = (
        (_size(n, k, s, 0), said(N_("The padding was forgotten."))),
        (_size(n, k, 1, p), said(N_("That is the size with stride 1."))),
        ((n + p - k) // s + 1, said(N_("The padding counts on both sides: 2p."))),
        (exact // s, said(N_("The + 1 is missing: the first window counts too."))),
        (-(-exact // s) + 1, said(N_("It is rounded down: what is left over has no room for a window."))),
        (n, said(N_("The size stays only where the stride is 1 and p is (k − 1)/2."))),
        (size + 1, said(N_("That is one too many: the last window has to fit."))),
        (size + 2, said(N_("Too many: the last windows would lie outside."))),
    )
    formula: Parts = ("(", n, "+", 2, "·", p, "−", k, ")", "/", s, "+", 1, "=", exact / s + 1)
    left = (Step(said(N_("Rounded down, since the rest has no room for another window:")), Formula((size,))),)
    return Draft(
        said(N_("How many pixels a side does the result have?")),
        (_sizes(n=n, k=k, s=s, p=p),),
        Option(Number(size), said(N_("Yes: (n + 2p − k)/s + 1, rounded down."))),
        tuple(Option(Number(value), reply) for value, reply in wrong if value > 0),
        (Step(said(N_("(n + 2p − k)/s + 1 with these numbers:")), Formula(formula)), *(left if exact % s else ())),
    )


def _size(n: int, k: int, s: int, p: int) -> int:
    step = Convolution(((1.0,) * k,) * k, stride=s, padding=p)
    return step.output_size(n, n)[0]


def _sizes(*, n: int, k: int, s: int, p: int) -> TableFigure:
    titles = {"n": N_("n, pixels a side"), "k": N_("k, kernel"), "s": N_("s, stride"), "p": N_("p, padding (border)")}
    values = {"n": n, "k": k, "s": s, "p": p}
    rows = tuple(Row(name, said(title), Number(values[name])) for name, title in titles.items())
    return TableFigure("sizes", said(N_("Given")), rows)


def working(found: PixelArithmetic) -> Iterator[Step]:
    """The products that are not zero, their sum, and the division where there is one."""
    pairs = zip(_flat(found.patch), _flat(found.kernel or ()), strict=True)
    parts: list[float | str] = []
    for level, weight in pairs:
        if weight:
            parts += ["+", level, "·", weight]
    yield Step(said(_PRODUCTS), Formula((*parts[1:], "=", found.sum or 0.0)))
    if found.divisor != 1:
        yield Step(said(_DIVIDED), Formula((found.sum or 0.0, "/", found.divisor, "=", found.value)))


def _flat(rows: Matrix) -> list[float]:
    return [value for row in rows for value in row]


def _value(rows: Matrix, step: Convolution, x: int, y: int) -> float:
    return float(apply(torch.tensor(rows)[:, :, None], [step])[y, x, 0])


def _explain(rows: Matrix, step: Convolution, x: int, y: int) -> PixelArithmetic:
    return explain(torch.tensor(rows)[:, :, None], [step], x, y, 0, "clip")
